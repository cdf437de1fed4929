"""Find the best part of each clip and audio file that is too long.

    Judged.. ── look ──► Looked(candidates, faults) ── keep_best ──► FixOptions with a window for each path

In a request a part is no longer than the share of its asset in the seconds allowed together.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from preflight.media.candidates import propose
from preflight.media.progress import Progress
from preflight.media.windows import Candidate
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.profiles.schema import Profile
from preflight.values.findings import Judged
from preflight.values.phrase import error_words
from preflight.workers.processors import processors
from preflight.workers.session import session, within

if TYPE_CHECKING:
    from preflight.plan import FixOptions

Begin = Callable[[str], Progress | None]
"""Called with a path when its analysis begins; returns the progress callback."""


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates and faults of an analysis."""

    proposals: dict[str, tuple[Candidate, ...]]
    """Path → candidates, best first; empty where nothing has to be chosen."""
    faults: dict[str, str]
    """Path → reason for no analysis."""


def look(
    judged: Sequence[Judged], profile: Profile, longest_s: Mapping[str, Fraction], begin: Begin | None = None
) -> Analysis:
    """Analyse each clip and audio file that is too long, in parallel.

    Args:
        judged: the assets with their facts.
        profile: the limits on lengths.
        longest_s: path → its share of seconds, where less than the limit.
        begin: called in the working thread when a file begins; returns its progress callback.
    """

    def one(asset: Judged) -> tuple[Candidate, ...] | str:
        path = asset.asset.path
        moved = begin(path) if begin else None
        try:
            return propose(asset, profile, longest_s=longest_s.get(path), progress=moved)
        except (Unmeasured, Unreadable) as fault:
            return error_words(fault)
        finally:
            if moved:
                moved(Fraction(1))

    with ThreadPoolExecutor(max(1, min(processors(), len(judged))), thread_name_prefix="look") as workers, session():
        found = list(workers.map(within(one), judged))
    both = [(asset.asset.path, parts) for asset, parts in zip(judged, found, strict=True)]
    return Analysis(
        proposals={path: parts for path, parts in both if not isinstance(parts, str)},
        faults={path: parts for path, parts in both if isinstance(parts, str)},
    )


def keep_best(looked: Analysis, fix_options: "FixOptions") -> "FixOptions":
    """Set the best part of each file in the options."""
    best = {path: parts[0].window for path, parts in looked.proposals.items() if parts}
    return msgspec.structs.replace(fix_options, best_of=best)
