"""States of a submission, their order, and the ledger's entry.

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
"""Allowed next states; a state may follow itself where listed."""
PAID: tuple[State, ...] = ("intended", "sent", "unknown", "accepted", "completed", "downloaded")
"""States in which the service accepted or may have, and did not refund."""
ORPHANS: dict[str, tuple[State, str]] = {
    "intended": ("refused", "the program ended before anything was sent"),
    "sent": ("unknown", "the program ended before an answer came"),
}
"""State and message for entries of an ended process."""


class SentAsset(NamedTuple):
    """An asset of a submission."""

    role: str
    path: str
    sha256: str | None
    url: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One submission and its state."""

    number: int
    idempotency_key: str
    state: State
    base_url: str
    profile: str
    body: bytes
    body_hash: str
    """Hash of the body with each upload named by its content: equal requests have equal hashes wherever assets lie."""
    price: Fraction | None
    """The estimate, in credits."""
    created_at: datetime
    changed_at: datetime
    message: str
    """Why it was refused, failed, or is unknown."""
    task_id: str | None
    status: str
    """The service's own status, last seen."""
    progress: int | None
    credits_reserved: Fraction | None
    skew_s: float | None = None
    """The service's clock minus this machine's when it was recorded; None where unknown."""
    assets: tuple[SentAsset, ...] = ()
    downloads: tuple[str, ...] = ()
