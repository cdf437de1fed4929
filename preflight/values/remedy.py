"""The next thing to do, as a value: the stages say which; each face, the command line or Python, has the words.

A sentence that is the same for everybody may stay text.
"""

from typing import Literal, TypeAlias

import msgspec

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
    "list-rules",
    "write-baseline",
    "split-at-nul",
]


class Remedy(msgspec.Struct, frozen=True):
    """One thing to do, and what it is to be done with; a kind uses the fields that it needs.

    Args:
        kind: which.
        task: the id of a task, or what stands for one.
        entry: the number of an entry in the ledger.
        path: a ledger, as it may be shown.
        rule: the id of a rule.
        loss: the loss that a step needs.
        span: seconds, as they are shown: "2", "1.5-4".
        until: a time of day.
        address: where a service is.
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
        """Return the kind: words are a face's."""
        return f"[{self.kind}]"


class Setting(msgspec.Struct, frozen=True):
    """What a caller sets, where a message names it; in Python it goes by this name."""

    name: Literal["key", "bucket", "journal", "ready", "rejected", "done", "incoming"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


Remedies: TypeAlias = tuple[str | Remedy, ...]
"""Sentences, one after the other."""
Advice: TypeAlias = str | Remedy | Remedies
Message: TypeAlias = str | tuple[str | Setting, ...]
