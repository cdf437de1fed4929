"""Many assets, in buckets or folders: judged chunk by chunk, on this machine or a Dask cluster, into a verdict store.

listing ── not known yet ──► chunks ──► worker: measure, judge, write a part ──► shards of 10,000 ──► summary
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.scale.batch import check_batch as check_batch

__all__ = ["check_batch"]


def __getattr__(name: str) -> object:
    """Import the function for other engines when it is asked for."""
    if name != "check_batch":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from preflight.scale.batch import check_batch

    return check_batch
