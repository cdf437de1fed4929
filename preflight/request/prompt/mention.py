"""A mention of a reference, certain or doubtful."""

from typing import Literal

import msgspec

from preflight.values.assets import Kind

Doubt = Literal["heading", "count", "name", "year", "word"]
"""Another possible meaning: a heading, a count, part of a name, a year, another word."""


class Mention(msgspec.Struct, frozen=True):
    """A place where the prompt names a reference."""

    kind: Kind
    number: int | None
    """Position in its array, from 1; None for all of a kind."""
    text: str
    start: int
    """Offset in characters of the composed text."""
    tag: bool = False
    """Whether it is written as `@image1`."""
    doubt: Doubt | None = None
    """Another possible meaning; None where certain."""

    @property
    def is_certain(self) -> bool:
        """Whether it can only be a reference."""
        return self.doubt is None
