"""The states of a submission, where each leads, and the entry that a ledger holds of it.

intended ──► sent ──► accepted ──► completed ──► downloaded
│          │          └──────► failed
└──────────┴──► refused, unknown
"""

from datetime import datetime
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

import msgspec

State = Literal["intended", "sent", "accepted", "refused", "unknown", "completed", "failed", "downloaded"]
STATES: tuple[State, ...] = get_args(State)
NEXT: dict[State, tuple[State, ...]] = {
    "intended": ("sent", "refused", "unknown"),
    "sent": ("accepted", "refused", "unknown"),
    "unknown": ("unknown", "accepted", "refused"),
    "accepted": ("accepted", "completed", "failed"),
    "completed": ("completed", "downloaded"),
    "downloaded": ("downloaded",),
    "failed": ("failed", "completed"),
    "refused": (),
}
"""Where each state leads; a state that leads to itself may be told again."""
PAID: tuple[State, ...] = ("intended", "sent", "unknown", "accepted", "completed", "downloaded")
"""States in which the service may have accepted, or has, and did not give the credits back."""
ORPHANS: dict[str, tuple[State, str]] = {
    "intended": ("refused", "the program ended before anything was sent"),
    "sent": ("unknown", "the program ended before an answer came"),
}
"""What becomes of what a process left when it ended."""


class SentAsset(NamedTuple):
    """An asset of a submission; any tuple of these four will do."""

    role: str
    path: str
    sha256: str | None
    url: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One submission and what is known of it."""

    number: int
    idempotency_key: str
    state: State
    base_url: str
    profile: str
    body: bytes
    body_hash: str
    """Of the body in which each upload is named by its content: the same request has it wherever its assets lie."""
    price: Fraction | None
    """The estimate, in credits."""
    created_at: datetime
    changed_at: datetime
    message: str
    """Why it was refused, failed, or is unknown."""
    task_id: str | None
    status: str
    """The service's own word, when last heard."""
    progress: int | None
    credits_reserved: Fraction | None
    skew_s: float | None = None
    """How far the service's clock was ahead of this machine's when it was written down; None where nobody knows."""
    assets: tuple[SentAsset, ...] = ()
    downloads: tuple[str, ...] = ()
