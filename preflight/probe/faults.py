"""Why an asset has no facts: the two ways a measurement ends without them."""

from preflight.values.assets import Kind
from preflight.values.facts import Facts


class Unreadable(Exception):  # noqa: N818 - a word of the domain: it becomes a finding, not a crash
    """The content is corrupt, cut short, or holds nothing usable: a finding of severity error.

    Args:
        message: what happened.
        kind: of what the file would be, where that is known better than from its format.
    """

    def __init__(self, message: str, kind: Kind | None = None) -> None:
        super().__init__(message)
        self.kind = kind


class Unmeasured(Exception):  # noqa: N818 - the same
    """It could not be told: no permission, a crash, a time-out, too large. Never a pass.

    Args:
        message: what happened.
        facts: what is known all the same.
    """

    def __init__(self, message: str, facts: Facts | None = None) -> None:
        super().__init__(message)
        self.facts = facts
