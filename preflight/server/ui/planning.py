"""What stands between a verdict and its plan: items and a report in; plans by each item's own choices out."""

import os
from fractions import Fraction
from typing import Any

import msgspec

from preflight.flow.fix import plan_whole
from preflight.plan import FixOptions, Plan
from preflight.plan.share import Part
from preflight.probe import identity, unchanged
from preflight.profiles.schema import Profile
from preflight.server.ui.items import Item
from preflight.values.assets import Asset
from preflight.values.facts import VideoFacts
from preflight.values.findings import Judged, Report
from preflight.values.probed import Probed


def plans_of(report: Report, options: list[FixOptions], profile: Profile) -> tuple[list[Plan], list[dict[str, Any]]]:
    """Plan each asset of a report by its own choices, and tell how the seconds of all are shared.

    Args:
        report: the verdicts.
        options: those of each asset, in its order; who gives up seconds is the same in all.
        profile: the limits.
    """
    usual = FixOptions(share=options[0].share) if options else FixOptions()
    distinct = {msgspec.json.encode(one): one for one in (usual, *options)}
    planned = {key: plan_whole(report, profile, one) for key, one in distinct.items()}
    found = [planned[msgspec.json.encode(one)].plans[n][1] for n, one in enumerate(options)]
    shared = planned[msgspec.json.encode(usual)].shared
    return found, [{"kind": one.kind, "why": one.chosen.why} for one in shared]


def probed_as(probed: Probed, asset: Asset) -> Probed:
    """Look up the facts of the file that a card plays now."""
    return msgspec.structs.replace(probed, asset=asset)


def shareable(item: Item, judged: Judged) -> Part | None:
    """Measure a clip from where its part to keep begins, in seconds; None where that is not known."""
    facts = judged.facts
    if not isinstance(facts, VideoFacts) or facts.duration_s is None:
        return None
    start = item.keep.start_s if item.keep else Fraction(0)
    return Part(name=item.name, duration_s=facts.duration_s - start)


def has_changed(item: Item) -> bool:
    """Tell whether the file that is sent is not in the state in which it was measured."""
    judged = item.now
    if judged is None or judged.identity is None or judged.asset.is_url:
        return False
    try:
        return not unchanged(judged.identity, identity(os.stat(item.path)))  # noqa: PTH116 - any bytes may be a name
    except OSError:
        return True
