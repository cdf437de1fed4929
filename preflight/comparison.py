"""Several editions side by side: assets are measured once, and judged by each.

In: assets or a request, and profiles. Out: a `Comparison`: one report an edition, each over the same assets.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from preflight.assets import Asset
from preflight.errors import CallError
from preflight.findings import EXIT_CODES, Judged, Report, Verdict
from preflight.flow import Measuring, is_bystander, measure
from preflight.probe import Probed
from preflight.profiles.schema import Profile
from preflight.request import planned_bytes
from preflight.rules import WholeRequest, judge, judge_request
from preflight.spec import RequestSpec


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What several editions say of the same assets."""

    reports: tuple[Report, ...]
    """One an edition, in the order asked for."""
    request: bool
    """Whether the assets were judged as one request."""

    @property
    def taking(self) -> tuple[str, ...]:
        """The names of the editions that take everything as it is."""
        return tuple(report.profile for report in self.reports if report.verdict == "pass")

    @property
    def verdict(self) -> Verdict:
        """Pass when at least one edition takes everything as it is; unsure, which outranks it, when one cannot tell."""
        if any(report.verdict == "unsure" for report in self.reports):
            return "unsure"
        return "pass" if self.taking else "fail"

    @property
    def exit_code(self) -> int:
        """The contracted exit status of the verdict."""
        return EXIT_CODES[self.verdict]

    def rows(self) -> Iterator[tuple[Judged, ...]]:
        """Yield each asset as the editions judge it, in their order."""
        yield from zip(*(report.assets for report in self.reports), strict=True)


def compare_assets(assets: Iterable[Asset], profiles: Sequence[Profile], how: Measuring | None = None) -> Comparison:
    """Judge files by several editions; what a folder holds besides media is passed over."""
    probed = [one for one in measure(assets, how or Measuring()) if not is_bystander(one)]
    reports = (Report(profile=profile.name, assets=_judged(probed, profile)) for profile in profiles)
    return Comparison(reports=tuple(reports), request=False)


def compare_request(spec: RequestSpec, profiles: Sequence[Profile], how: Measuring | None = None) -> Comparison:
    """Judge one request by several editions; one that does not describe the model does not take it.

    Raises:
        CallError: none of them describes the model.
    """
    if spec.model is not None and not any(spec.model in profile.models for profile in profiles):
        known = dict.fromkeys(model for profile in profiles for model in profile.models)
        raise CallError(f"model: {spec.model!r} is in none of the profiles", advice=f"They know {', '.join(known)}.")
    probed = tuple(measure(spec.assets, how or Measuring()))
    return Comparison(reports=tuple(_report(spec, probed, profile) for profile in profiles), request=True)


def _report(spec: RequestSpec, probed: tuple[Probed, ...], profile: Profile) -> Report:
    whole = WholeRequest(spec=spec, probed=probed, body_bytes=planned_bytes(spec, profile))
    return Report(profile=profile.name, assets=_judged(probed, profile), findings=judge_request(whole, profile))


def _judged(probed: Iterable[Probed], profile: Profile) -> tuple[Judged, ...]:
    return tuple(judge(one, profile) for one in probed)
