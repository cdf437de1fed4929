"""A task as the service tells it."""

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
    """A task as the service tells it; only the id is certain."""

    id: str
    status: str = ""
    """pending, processing, completed, failed, cancelled, or another word of the service's."""
    progress: int | None = None
    """0 to 100."""
    results: tuple[str, ...] = ()
    """Links to what was made; they live for 24 hours, and are judged when they are followed."""
    error: TaskError | None = None
    credits_reserved: Fraction | None = None
    estimated_s: int | None = None
    raw: dict[str, Any] = {}
    """The whole answer."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ("completed", "failed", "cancelled")

    @property
    def created_at(self) -> datetime | None:
        """When the service made it, by its own clock; None where it does not say."""
        told = self.raw.get("created")
        if isinstance(told, bool) or not isinstance(told, int | float):
            return None
        try:
            return datetime.fromtimestamp(told, UTC)
        except (ValueError, OverflowError, OSError):
            return None

    @property
    def model(self) -> str | None:
        """The model that makes it; None where the service does not say."""
        return read_model(self.raw.get("model"))

    @property
    def video_s(self) -> int | None:
        """How long its video is to be, in seconds; None where the service does not say."""
        return read_length_s(table_of(self.raw.get("task_info")).get("video_duration"))


def read_model(told: object) -> str | None:
    """Return the name of a model as it is compared; None where none is told."""
    return told.strip().casefold() or None if isinstance(told, str) else None


def read_length_s(told: object) -> int | None:
    """Return a length in whole seconds; None where none is told, or the service was left to choose it."""
    amount = amount_of(told)
    return int(amount) if amount is not None and amount > 0 and amount == int(amount) else None


def table_of(told: object) -> dict[str, Any]:
    """Return a table; an empty one where it is none."""
    return told if isinstance(told, dict) else {}


def amount_of(told: object) -> Fraction | None:
    """Read a number, also one in quotes, if it is one that people use."""
    text = str(told) if isinstance(told, int | float | str) and not isinstance(told, bool) else ""
    return Fraction(text) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,20})?", text) else None
