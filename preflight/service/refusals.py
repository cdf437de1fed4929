"""What a refusal of the service means here: its status, code and words in; a rule of ours, or advice, out.

The table is data with sources, refusals.toml: whoever advises on a refusal reads it there.
"""

import datetime as dt
import re
import tomllib
from functools import cache
from pathlib import Path

import msgspec

from preflight.values.remedy import Kind, Remedies, Remedy

TABLE = Path(__file__).with_suffix(".toml")


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way in which the service refuses; the comment in refusals.toml explains each field."""

    says: str = ""
    code: str = ""
    status: int | None = None
    rule: str = ""
    drift: bool = False
    advice: str = ""
    remedy: Kind | None = None
    passes: bool = False
    example: str
    source: str

    def fits(self, said: "Said") -> bool:
        """Tell whether this is what was said: everything that the entry names agrees."""
        return (
            (not self.says or re.search(self.says, said.words, re.IGNORECASE) is not None)
            and (not self.code or _is_code(self.code, said.code))
            and (self.status is None or self.status == said.status)
        )

    @property
    def remedies(self) -> Remedies:
        """What to do, in every face's words and in those of each."""
        return (*filter(None, (self.advice,)), *((Remedy(self.remedy),) if self.remedy else ()))

    @property
    def is_mismatch(self) -> bool:
        """Whether it should have been caught here."""
        return self.drift or bool(self.rule)


def _is_code(known: str, told: str) -> bool:
    return told.startswith(known[:-1]) if known.endswith("*") else told == known


class Refusals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table, and the day its sources were read."""

    read: dt.date
    refusals: tuple[Refusal, ...]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the service said."""

    status: int | None = None
    """The HTTP status of a refused call; None for a task that failed."""
    code: str = ""
    words: str = ""


UNHEARD = Refusal(
    drift=True,
    advice="No such refusal has been seen before.",
    example="",
    source="nothing: it is in no document, and in no log that was read",
)
"""What fits when nothing in the table does."""


@cache
def table() -> Refusals:
    """Read the table, once."""
    return msgspec.convert(tomllib.loads(TABLE.read_text(encoding="utf-8")), Refusals)


def look_up(said: Said) -> Refusal:
    """Return the first entry that fits, or `UNHEARD`."""
    return next((entry for entry in table().refusals if entry.fits(said)), UNHEARD)


def advice_on(status: int, code: str) -> Remedies:
    """Return what to do about a refused call by its numbers alone; nothing where they are in no entry."""
    entry = look_up(Said(status=status, code=code))
    return () if entry is UNHEARD else entry.remedies


def blamed(words: str) -> int | None:
    """Return the place of the asset that words blame, 0 for the first of all; the prompt is `content[0]` there."""
    match = re.search(r"content\[(\d{1,3})\]", words)
    return int(match[1]) - 1 if match and int(match[1]) > 0 else None
