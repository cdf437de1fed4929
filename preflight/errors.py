"""What stops the program, as one tree; each branch is an exit status.

    PreflightError                  3
    ├── CallError                   2   the call, a setting, the profile or the request file is wrong
    │   ├── ProfileError                a profile cannot be used; names the place
    │   └── RequestFileError            a request.toml cannot be used; names the place
    ├── NotDone                     3   something could not be done here: no ffmpeg, no permission, a full disk
    │   ├── FixFailed                   ffmpeg or Pillow could not make the new file; nothing was left behind
    │   └── Unreachable                 the service did not take the connection, so nothing can have happened
    ├── Refused                     4   the service answered, and said no
    │   └── TaskFailed                  the task was accepted, ran, and failed (not charged)
    └── OutcomeUnknown              5   the create call left and no answer came back: it may have been paid for

A bad file is not in the tree: it is a finding, which is a value.

What is to be done next, and which setting is meant, are values too: each face has its own words for them.
"""

TYPE_CHECKING = False
"""As in `typing`, which the program has no need to load so early."""

if TYPE_CHECKING:
    from preflight.values.excerpt import Excerpt
    from preflight.values.remedy import Advice, Message, Remedies


class PreflightError(Exception):
    """Anything that stops the program with a message for a person.

    Args:
        message: what happened, to what, measured against what; the parts of it where it names a setting.
        advice: the next thing to do; may be empty.
        excerpt: the line of a text file at which reading it failed.
    """

    exit_code = 3

    def __init__(self, message: "Message", *, advice: "Advice" = "", excerpt: "Excerpt | None" = None) -> None:
        self.parts = message if isinstance(message, tuple) else (message,)
        self.message = "".join(map(str, self.parts))
        said = advice if isinstance(advice, tuple) else (advice,)
        self.remedies: Remedies = tuple(part for part in said if part)
        self.excerpt = excerpt
        super().__init__(self.message)

    @property
    def advice(self) -> str:
        """The next thing to do, as sentences; may be empty."""
        return " ".join(map(str, self.remedies))


class CallError(PreflightError):
    """The command line, a setting or a file that steers the run is wrong."""

    exit_code = 2


class ProfileError(CallError):
    """A profile cannot be used; the message begins with the dotted place."""


class RequestFileError(CallError):
    """A request.toml cannot be used; the message begins with the dotted place."""


class NotDone(PreflightError):  # noqa: N818 - named for what a person reads: it was not done
    """Something that was asked for could not be done on this machine."""

    exit_code = 3


class FixFailed(NotDone):
    """A new file could not be made; no partial file was left."""


class Unreachable(NotDone):
    """The service could not be reached, so it cannot have acted."""


class Refused(PreflightError):  # noqa: N818 - named for what the service did
    """The service answered and refused.

    Args:
        message: what the service said, in its words, with the local rule that covers it where one does.
        status: the HTTP status, or None for a failed task.
        code: the service's own error code, as text.
        advice: the next thing to do.
    """

    exit_code = 4

    def __init__(self, message: "Message", *, status: int | None = None, code: str = "", advice: "Advice" = "") -> None:
        super().__init__(message, advice=advice)
        self.status = status
        self.code = code


class TaskFailed(Refused):
    """A task was accepted and failed later; failed tasks are not charged."""


class OutcomeUnknown(PreflightError):  # noqa: N818 - a state, not a fault
    """A submission left and no answer came back: it may have been accepted and paid for."""

    exit_code = 5
