"""Compare editions: measure assets once, judge by each.

    assets ── compare_assets ──► rows: each asset by every edition ──► Standing
    request ─ compare_request ─► a report an edition ── rows_of ──► rows ──► Standing

Rows are yielded once measured; none is kept.
"""

from collections.abc import Iterable, Iterator, Sequence

from preflight.errors import CallError
from preflight.flow.check import Measuring, judge_whole, measure, media
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.rules import judge
from preflight.values.assets import Asset
from preflight.values.findings import Report
from preflight.values.phrase import joined, phrase
from preflight.values.standing import Row


def compare_assets(assets: Iterable[Asset], profiles: Sequence[Profile], how: Measuring | None = None) -> Iterator[Row]:
    """Judge files by several editions; files of folders that are no media are skipped."""
    for probed in media(assets, how or Measuring()):
        yield tuple(judge(probed, profile) for profile in profiles)


def compare_request(spec: RequestSpec, profiles: Sequence[Profile], how: Measuring | None = None) -> tuple[Report, ...]:
    """Judge one request by several editions; one without the model refuses it.

    Raises:
        CallError: none of them describes the model.
    """
    if spec.model is not None and not any(spec.model in profile.models for profile in profiles):
        known = dict.fromkeys(model for profile in profiles for model in profile.models)
        raise CallError(
            phrase("model: {q} is in none of the profiles", q=repr(spec.model)),
            advice=phrase("They know {l}.", l=joined(known)),
        )
    probed = tuple(measure(spec.assets, how or Measuring()))
    return tuple(judge_whole(spec, probed, profile) for profile in profiles)


def rows_of(reports: Sequence[Report]) -> Iterator[Row]:
    """Yield the assets of reports over one request, side by side."""
    yield from zip(*(report.assets for report in reports), strict=True)
