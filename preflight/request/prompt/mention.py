"""A place where a prompt names a reference, and how sure that is."""

from typing import Literal

import msgspec

from preflight.values.assets import Kind

Doubt = Literal["heading", "count", "name", "year", "word"]
"""What else the words may be: a heading, a count of something, part of a name, a year, a word for something else."""


class Mention(msgspec.Struct, frozen=True):
    """A place where the prompt names a reference."""

    kind: Kind
    number: int | None
    """1-based position in its array; None where all of a kind are meant."""
    text: str
    start: int
    """Offset in characters of the composed text."""
    tag: bool = False
    """Whether it is written as `@image1`."""
    doubt: Doubt | None = None
    """What else it may be; None where it can only be a reference."""

    @property
    def is_certain(self) -> bool:
        """Whether the words can only name a reference."""
        return self.doubt is None
