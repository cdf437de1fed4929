"""Remedies: the next step for the user, as a value. The command line and the Python API each have the words.

A sentence that is the same for both may stay text.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from preflight.values.phrase import Phrase

Kind: TypeAlias = Literal[
    # a request, its task and its video
    "reconcile-first",
    "reconcile-ledger-first",
    "reconcile-before-again",
    "reconcile-finds-it",
    "reconcile-finds-lost-ones",
    "reconcile-later",
    "gone-without-look",
    "adopt-or-gone",
    "show-what-becomes",
    "show-or-send-again",
    "show-there-or-send-again",
    "send-without-asking",
    "list-tasks",
    "wait-again",
    "note-task",
    "download-saves",
    "download-saves-video",
    "download-once-more",
    "fresh-link",
    "fresh-link-or-name",
    # the service and what stands beside it
    "check-key",
    "renew-key",
    "name-service",
    "other-port",
    "recover-ledger",
    "explain-refusal",
    "send-drift",
    # files, plans and profiles
    "mend-request",
    "cut-request",
    "explain-unfixable",
    "lengthen",
    "fit",
    "allow",
    "allow-creative",
    "allow-creative-and-lossy",
    "mark-longer-part",
    "make-plan",
    "plan-anew",
    "plan-with-part",
    "print-schema",
    "list-models",
    "list-rules",
    "write-baseline",
    "split-at-nul",
    "judge-in-request",
    "read-anonymously",
]


class Remedy(msgspec.Struct, frozen=True):
    """A next step and its arguments; each kind uses the fields that it needs.

    Args:
        kind: the kind of step.
        task: the id of a task, or a placeholder.
        entry: an entry number in the ledger.
        path: a ledger's path for display.
        rule: a rule id.
        loss: the loss to allow.
        span: seconds for display: "2", "1.5-4".
        until: a time of day.
        address: a service's address.
    """

    kind: Kind
    task: str = ""
    entry: int = 0
    path: str = ""
    rule: str = ""
    loss: str = ""
    span: str = ""
    until: str = ""
    address: str = ""

    def __str__(self) -> str:
        """Format the kind; the words belong to the command line and the API."""
        return f"[{self.kind}]"


class Setting(msgspec.Struct, frozen=True):
    """A setting named in a message; Python uses this name."""

    name: Literal["key", "bucket", "journal", "ready", "rejected", "done", "incoming"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


Remedies: TypeAlias = tuple[str | Remedy, ...]
"""Sentences in order."""
Advice: TypeAlias = str | Remedy | Remedies
Sentences: TypeAlias = Mapping[Kind, str]
"""Kind → sentence of a face; braces are filled from the remedy."""


def worded(advice: Advice, sentences: Sentences) -> str:
    """Word advice by a face's sentences; may be empty."""
    parts = advice if isinstance(advice, tuple) else (advice,)
    words = (sentences[part.kind].format(part) if isinstance(part, Remedy) else part for part in parts)
    return " ".join(filter(None, words))


def with_names(message: str, names: Mapping[str, str]) -> str:
    """Name the settings in a message as a face does; one that it does not name keeps its own name."""
    if not isinstance(message, Phrase):
        return message
    named = {key: names.get(one.name, one.name) for key, one in message.arguments.items() if isinstance(one, Setting)}
    return Phrase(message.template, {**message.arguments, **named}) if named else message
