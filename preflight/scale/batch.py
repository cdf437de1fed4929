"""One function for other engines: a batch of addresses in, their rows out. Ray Data, Daft and Spark call it."""

from typing import TYPE_CHECKING

from preflight.flow.measuring import measuring
from preflight.objects.stores import from_environment
from preflight.profiles import load
from preflight.scale.work import JudgingOptions, judge_chunk, keyed
from preflight.upload.fetcher import Fetcher
from preflight.values.assets import Asset
from preflight.values.choices import Depth
from preflight.workers.session import session

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from preflight.profiles.schema import Profile


def check_batch(
    urls: "Iterable[str] | pa.Array | pa.ChunkedArray",
    *,
    profile: "Profile | str | None" = None,
    depth: Depth = "exact",
    jobs: int = 1,
    anonymous: bool = False,
) -> "pa.Table":
    """Judge a batch of objects, files and URLs, each by itself.

    Args:
        urls: addresses, `s3://BUCKET/KEY` and the like, or paths; Python's or Arrow's strings. A prefix is none.
        profile: edition of the limits: a name, or a loaded one; None for the default.
        depth: "header", "exact" or "full".
        jobs: how many are measured at once.
        anonymous: whether buckets are read unsigned.

    Returns:
        A row for each address, in their order, as `preflight.verdicts/1` describes it.

    Raises:
        ProfileError: the profile cannot be used.
    """
    edition = load() if profile is None else load(profile) if isinstance(profile, str) else profile
    work = JudgingOptions(profile=edition, stores=from_environment(anonymous=anonymous), depth=depth)
    assets = [Asset(path=str(url)) for url in urls]
    with session(), Fetcher(allow_private=False) as fetch, measuring(depth, jobs=jobs, cache=None, fetch=fetch) as how:
        how.pool.stores = work.stores
        return judge_chunk(keyed(assets, work, work.how()), work, how).table
