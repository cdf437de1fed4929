"""A task as the service describes it."""

import re
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import msgspec


class TaskError(msgspec.Struct, frozen=True):
    """Why a task failed, in the service's words."""

    code: str
    message: str
    type: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task as the service describes it; only the id is certain."""

    id: str
    status: str = ""
    """pending, processing, completed, failed, cancelled, or another word of the service."""
    progress: int | None = None
    """0 to 100."""
    results: tuple[str, ...] = ()
    """Links to the results, valid for 24 hours; checked when followed."""
    error: TaskError | None = None
    credits_reserved: Fraction | None = None
    estimated_s: int | None = None
    raw: dict[str, Any] = {}
    """The whole response."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status in ("completed", "failed", "cancelled")

    @property
    def created_at(self) -> datetime | None:
        """When the service created it, by its own clock; None where unknown."""
        told = self.raw.get("created")
        if isinstance(told, bool) or not isinstance(told, int | float):
            return None
        try:
            return datetime.fromtimestamp(told, UTC)
        except (ValueError, OverflowError, OSError):
            return None

    @property
    def model(self) -> str | None:
        """Model name; None where unknown."""
        return read_model(self.raw.get("model"))

    @property
    def video_s(self) -> int | None:
        """Duration of its video in seconds; None where unknown."""
        return read_length_s(table_of(self.raw.get("task_info")).get("video_duration"))


def read_model(told: object) -> str | None:
    """Normalise a model name for comparison; None where missing."""
    return told.strip().casefold() or None if isinstance(told, str) else None


def read_length_s(told: object) -> int | None:
    """Parse a duration in whole seconds; None where missing or left to the service."""
    amount = amount_of(told)
    return int(amount) if amount is not None and amount > 0 and amount == int(amount) else None


def table_of(told: object) -> dict[str, Any]:
    """Pass a dict on; an empty one for anything else."""
    return told if isinstance(told, dict) else {}


def amount_of(told: object) -> Fraction | None:
    """Parse a number, also a quoted one; None where it is none or absurdly long."""
    text = str(told) if isinstance(told, int | float | str) and not isinstance(told, bool) else ""
    return Fraction(text) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,20})?", text) else None
