"""The stages in order; the only module that knows the order.

assets ──► probe ──► facts ──► rules ──► findings ──► plan ──► fix ──► measured again
                                                                          │ clean
                                                    request ──► upload ──► submit ──► wait ──► download
"""

from collections.abc import Iterable, Iterator

from preflight.assets import Asset
from preflight.findings import Judged, Report
from preflight.probe import Depth, Probed, probe
from preflight.profiles.schema import Profile
from preflight.request import planned_bytes
from preflight.rules import WholeRequest, judge, judge_request
from preflight.spec import RequestSpec


def measure(asset: Asset, depth: Depth) -> Probed:
    """Measure one asset."""
    return probe(asset, depth)


def check_assets(assets: Iterable[Asset], profile: Profile, depth: Depth = "exact") -> Iterator[Judged]:
    """Judge assets one by one, as they come; what a folder holds besides media is passed over."""
    for asset in assets:
        probed = measure(asset, depth)
        if not is_bystander(probed):
            yield judge(probed, profile)


def is_bystander(probed: Probed) -> bool:
    """Tell whether a file found in a folder is no medium, by content or by name: a note, a sidecar, a script."""
    fault = probed.fault
    return probed.asset.walked and probed.kind == "unknown" and fault is not None and fault.kind == "unreadable"


def check_request(spec: RequestSpec, profile: Profile, depth: Depth = "exact") -> Report:
    """Judge the assets of one request, and the request as a whole."""
    return judge_measured(spec, [measure(asset, depth) for asset in spec.assets], profile)


def judge_measured(spec: RequestSpec, probed: list[Probed], profile: Profile) -> Report:
    """Judge a request whose assets were measured already."""
    whole = WholeRequest(spec=spec, probed=tuple(probed), body_bytes=planned_bytes(spec, profile))
    return Report(
        profile=profile.name,
        assets=tuple(judge(one, profile) for one in probed),
        findings=judge_request(whole, profile),
    )
