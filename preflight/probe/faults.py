"""Faults: the two ways a measurement ends without facts."""

from preflight.values.assets import Kind
from preflight.values.facts import Facts


class Unreadable(Exception):  # noqa: N818 - a word of the domain: it becomes a finding, not a crash
    """The content is corrupt, truncated or empty: a finding of severity error.

    Args:
        message: what happened.
        kind: the kind of the file, where better known than by its format.
    """

    def __init__(self, message: str, kind: Kind | None = None) -> None:
        super().__init__(message)
        self.kind = kind


class Unmeasured(Exception):  # noqa: N818 - the same
    """The value could not be measured: no permission, a crash, a time-out, too large. Never a pass.

    Args:
        message: what happened.
        facts: facts known anyway.
    """

    def __init__(self, message: str, facts: Facts | None = None) -> None:
        super().__init__(message)
        self.facts = facts


class TimedOut(Unmeasured):
    """An isolated call took longer than its bound."""
