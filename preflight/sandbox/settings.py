"""Settings of one sandbox."""

from typing import Literal

import msgspec

from preflight.sandbox.documents import EditionName
from preflight.sandbox.faults import Faults


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of one sandbox; all times in seconds."""

    run_s: float = 2.0
    """Duration of a task."""
    credits: float = 10_000.0
    """Initial balance."""
    keys: frozenset[str] = frozenset()
    """Accepted keys; any non-empty one when empty."""
    edition: EditionName = "2026-04"
    """Edition of the documents enforced."""
    strict_lengths: bool = True
    """Clip durations as documented (2 to 15 s), or as observed (1.8 to 15.2 s)."""
    judge_at: Literal["submit", "task"] = "submit"
    """Whether a fault in an asset is reported at submission (HTTP 400) or fails the task."""
    fail_with: str | None = None
    """Error code with which every task fails; None for none."""
    upload_lifetime_s: float = 72 * 3600.0
    """Life of an uploaded file."""
    result_lifetime_s: float = 24 * 3600.0
    """Life of a result."""
    upload_quota: int = 100
    """Most living uploads."""
    download_timeout_s: float = 20.0
    """Time to download one asset."""
    render_timeout_s: float = 120.0
    """Time to make one result."""
    replays: bool = True
    """Whether a used idempotency key returns the earlier task."""
    faults: Faults = Faults()
    """Plan of faults."""
    clock_ahead_s: float = 0.0
    """Its clock minus the machine's: for Date headers and creation times."""
    callback_http: bool = False
    """Whether `callback_url` may be plain HTTP on a loopback address."""
    callback_timeout_s: float = 10.0
    """Time for a callback's receiver to respond."""
    callback_retry_s: tuple[float, ...] = (1.0, 2.0, 4.0)
    """Waits before each further attempt of a callback."""
