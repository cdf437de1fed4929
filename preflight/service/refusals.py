"""Explain the service's refusals: status, code and words in; a rule of ours, or advice, out.

The table with its sources is refusals.toml.
"""

import datetime as dt
import re
import tomllib
from functools import cache
from pathlib import Path

import msgspec

from preflight.values.ready import ready
from preflight.values.remedy import Kind, Remedies, Remedy

TABLE = Path(__file__).with_suffix(".toml")


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of refusal; the comment in refusals.toml explains each field."""

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

    def fits(self, said: "ServiceError") -> bool:
        """Tell whether every condition of the entry matches."""
        return (
            (not self.says or re.search(self.says, said.words, re.IGNORECASE) is not None)
            and (not self.code or _is_code(self.code, said.code))
            and (self.status is None or self.status == said.status)
        )

    @property
    def remedies(self) -> Remedies:
        """What to do."""
        return (*filter(None, (self.advice,)), *((Remedy(self.remedy),) if self.remedy else ()))

    @property
    def is_mismatch(self) -> bool:
        """Whether our rules should have caught it."""
        return self.drift or bool(self.rule)


def _is_code(known: str, told: str) -> bool:
    return told.startswith(known[:-1]) if known.endswith("*") else told == known


class Refusals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table, and the day its sources were read."""

    read: dt.date
    refusals: tuple[Refusal, ...]


class ServiceError(msgspec.Struct, frozen=True, kw_only=True):
    """Status, code and words of the service."""

    status: int | None = None
    """HTTP status of a refused call; None for a failed task."""
    code: str = ""
    words: str = ""


UNLISTED = Refusal(
    drift=True,
    advice="No such refusal has been seen before.",
    example="",
    source="nothing: it is in no document, and in no log that was read",
)
"""Stands for a refusal that is not in the table."""


@cache
def table() -> Refusals:
    """Load the table, cached."""
    return msgspec.convert(tomllib.loads(TABLE.read_text(encoding="utf-8")), ready(Refusals))


def look_up(said: ServiceError) -> Refusal:
    """Find the first matching entry, or `UNLISTED`."""
    return next((entry for entry in table().refusals if entry.fits(said)), UNLISTED)


def advice_on(status: int, code: str) -> Remedies:
    """Look up the advice on a refused call by status and code alone; empty where unlisted."""
    entry = look_up(ServiceError(status=status, code=code))
    return () if entry is UNLISTED else entry.remedies


def blamed_asset(words: str) -> int | None:
    """Read the asset's position, from 0, in a refusal's words; `content[0]` there is the prompt."""
    match = re.search(r"content\[(\d{1,3})\]", words)
    return int(match[1]) - 1 if match and int(match[1]) > 0 else None
