"""Items that are measured and judged, without a workspace around them."""

from typing import Any

from preflight.flow.fix import plan_whole
from preflight.profiles import Profile
from preflight.rules import judge
from preflight.server.ui.items import Item
from preflight.values.findings import Report
from tests.specimens import PROFILE, media, probed


def held(name: str, profile: Profile = PROFILE, **more: Any) -> Item:  # noqa: ANN401 - fields of `Item`
    """Hold a specimen as a workspace does once it is judged."""
    found = probed(name)
    item = Item(name=name, source=media(name), kind=found.kind, probed={"original": found}, judged={}, **more)
    item.judged["original"] = judge(found, profile)
    item.state = "judged"
    return item


def planned(item: Item, profile: Profile = PROFILE) -> Item:
    """Plan an item by its own choices."""
    report = Report(profile=profile.name, assets=(judge(item.probed["original"], profile),))
    item.plan = plan_whole(report, profile, item.options).plans[0][1]
    return item
