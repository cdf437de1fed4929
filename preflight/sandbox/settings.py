"""How one sandbox behaves: keyword settings in, one frozen value out."""

from typing import Literal

import msgspec

from preflight.sandbox.documents import EditionName
from preflight.sandbox.faults import Faults


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of one sandbox; every time is in seconds."""

    run_s: float = 2.0
    """How long a task takes from its submission to its result."""
    credits: float = 10_000.0
    """Balance at the start."""
    keys: frozenset[str] = frozenset()
    """Keys that are accepted; when empty, any key but an empty one."""
    edition: EditionName = "2026-04"
    """Which edition of the documents is enforced."""
    strict_lengths: bool = True
    """Clip lengths as documented (2 to 15 s), or as accepted on the wire (1.8 to 15.2 s)."""
    judge_at: Literal["submit", "task"] = "submit"
    """Whether a fault in an asset is answered at submission (HTTP 400) or makes the task fail."""
    fail_with: str | None = None
    """Error code with which every task fails, or none."""
    upload_lifetime_s: float = 72 * 3600.0
    """How long an uploaded file can be fetched."""
    result_lifetime_s: float = 24 * 3600.0
    """How long a result can be fetched."""
    upload_quota: int = 100
    """How many uploaded files may live at once."""
    download_timeout_s: float = 20.0
    """How long fetching one asset may take."""
    render_timeout_s: float = 120.0
    """How long ffmpeg may take to make one result."""
    replays: bool = True
    """Whether a submission under an idempotency key that was used before gives the earlier task."""
    faults: Faults = Faults()
    """What goes wrong."""
    clock_ahead_s: float = 0.0
    """How far its clock is ahead of the machine's: of its answers' Date, and of when a task was created."""
    callback_http: bool = False
    """Whether `callback_url` may be plain HTTP on a loopback address."""
    callback_timeout_s: float = 10.0
    """How long a receiver of a callback may take to answer."""
    callback_retry_s: tuple[float, ...] = (1.0, 2.0, 4.0)
    """Waits before each further attempt to deliver a callback."""
