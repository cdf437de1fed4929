"""Errors that stop the program, as one tree; each branch is an exit status.

    PreflightError                  3
    ├── CallError                   2   the call, a setting, the profile or the request file is wrong
    │   ├── ProfileError                a profile cannot be used; names the place
    │   └── RequestFileError            a request.toml cannot be used; names the place
    ├── NotDone                     3   something could not be done here: no ffmpeg, no permission, a full disk
    │   ├── FixFailed                   ffmpeg or Pillow could not make the new file; nothing was left behind
    │   └── Unreachable                 the service did not take the connection, so nothing can have happened
    ├── Refused                     4   the service refused
    │   └── TaskFailed                  the task was accepted, ran, and failed (not charged)
    └── OutcomeUnknown              5   the create call left and no response came: it may have been paid for

A bad file is not in the tree: it is a finding, which is a value.

Remedies and settings are values too: each face words them.
"""

TYPE_CHECKING = False
"""As in `typing`, which need not load so early."""

if TYPE_CHECKING:
    from preflight.values.excerpt import Excerpt
    from preflight.values.remedy import Advice, Remedies


class PreflightError(Exception):
    """Any error that stops the program with a message.

    Args:
        message: what happened, to what, against what.
        advice: what to do next; may be empty.
        excerpt: line of a text file that could not be read.
    """

    exit_code = 3

    def __init__(self, message: str, *, advice: "Advice" = "", excerpt: "Excerpt | None" = None) -> None:
        self.message = message
        said = advice if isinstance(advice, tuple) else (advice,)
        self.remedies: Remedies = tuple(part for part in said if part)
        self.excerpt = excerpt
        super().__init__(self.message)

    @property
    def advice(self) -> str:
        """What to do next, as sentences; may be empty."""
        return " ".join(map(str, self.remedies))


class CallError(PreflightError):
    """The command line, a setting or an input file is wrong."""

    exit_code = 2


class ProfileError(CallError):
    """A profile cannot be used; the message begins with the dotted place."""


class RequestFileError(CallError):
    """A request.toml cannot be used; the message begins with the dotted place."""


class NotDone(PreflightError):  # noqa: N818 - named for what a person reads: it was not done
    """Something could not be done on this machine."""

    exit_code = 3


class FixFailed(NotDone):
    """A new file could not be made; nothing was left behind."""


class Unreachable(NotDone):
    """The service could not be reached, and cannot have acted."""


class Refused(PreflightError):  # noqa: N818 - named for what the service did
    """The service refused.

    Args:
        message: the service's words, with the local rule that covers it, if any.
        status: the HTTP status; None for a failed task.
        code: the service's own error code.
        advice: what to do next.
    """

    exit_code = 4

    def __init__(self, message: str, *, status: int | None = None, code: str = "", advice: "Advice" = "") -> None:
        super().__init__(message, advice=advice)
        self.status = status
        self.code = code
        self.answer: object = None
        """The service's response as it came, decoded, without the key; None where there is none."""


class TaskFailed(Refused):
    """A task was accepted and failed later; not charged."""


class OutcomeUnknown(PreflightError):  # noqa: N818 - a state, not a fault
    """A submission left and no response came: it may have been accepted and paid for."""

    exit_code = 5
