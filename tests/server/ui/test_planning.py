"""Each asset is planned by its own choices, and the seconds of all are shared once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from preflight.plan import FixOptions
from preflight.probe import identity
from preflight.server.ui.items import Choices, Item
from preflight.server.ui.planning import has_changed, plans_of, probed_as, shareable
from preflight.values.assets import Asset, Role, Window
from preflight.values.findings import Judged, Report
from tests.server.ui.held import held
from tests.specimens import PROFILE, copied


def report(*items: Item) -> Report:
    """Report on items as a workspace does, each with its place."""

    def placed() -> Iterator[Judged]:
        for number, item in enumerate(items, 1):
            judged = item.judged["original"]
            yield replace(judged, asset=replace(judged.asset, role=Role(judged.kind, number)))

    return Report(profile=PROFILE.name, assets=tuple(placed()))


def test_each_asset_is_planned_by_its_own_choice() -> None:
    items = [held("image-299x750.png", choices=Choices(fit=fit)) for fit in ("crop", "pad", None)]
    plans, shared = plans_of(report(*items), [item.options for item in items], PROFILE)
    cropped, padded, undecided = plans
    assert [step.__class__.__name__ for step in cropped.steps] != [step.__class__.__name__ for step in padded.steps]
    assert undecided.steps == ()
    assert shared == []


def test_clips_that_are_together_too_long_share_their_seconds_in_every_plan() -> None:
    items = [held("video-10s.mp4"), held("video-10s.mp4", choices=Choices(also=()))]
    plans, shared = plans_of(report(*items), [item.options for item in items], PROFILE)
    assert [one["kind"] for one in shared] == ["video"]
    assert shared[0]["why"]
    assert all(plan.steps for plan in plans)


def test_nothing_has_no_plan() -> None:
    assert plans_of(report(), [], PROFILE) == ([], [])
    clean = held("image-ok.png")
    (plan,), _ = plans_of(report(clean), [FixOptions()], PROFILE)
    assert (plan.steps, plan.beyond_mending) == ((), ())


def test_what_was_measured_is_true_of_the_asset_that_is_sent() -> None:
    probed = held("image-ok.png").probed["original"]
    asset = Asset(path=probed.asset.path, role=Role("image", 3))
    assert probed_as(probed, asset) == replace(probed, asset=asset)


@pytest.mark.parametrize(("keep", "left"), [(None, 10), ("4-6", 6), ("0-10", 10)])
def test_a_clip_can_give_what_lies_behind_the_start_of_its_part(keep: str | None, left: int) -> None:
    item = held("video-10s.mp4", keep=Window.parse(keep) if keep else None)
    part = shareable(item, item.judged["original"])
    assert part
    assert (part.name, round(part.duration_s)) == ("video-10s.mp4", left)


@pytest.mark.parametrize("name", ["image-ok.png", "audio-5s.mp3", "text-named.mp4"])
def test_what_is_no_clip_gives_nothing(name: str) -> None:
    item = held(name)
    assert shareable(item, item.judged["original"]) is None


def test_a_clip_of_unknown_length_gives_nothing() -> None:
    item = held("video-10s.mp4")
    judged = item.judged["original"]
    assert judged.facts
    assert shareable(item, replace(judged, facts=replace(judged.facts, duration_s=None))) is None


def test_a_file_that_changed_is_seen_and_one_that_did_not_is_not(tmp_path: Path) -> None:
    path = copied("image-ok.png", tmp_path)
    item = held("image-ok.png")
    item.source = str(path)
    assert not has_changed(Item(name="a", source=str(path)))
    judged = item.judged["original"]
    item.judged["original"] = replace(judged, identity=identity(path.stat()))
    assert not has_changed(item)
    path.write_bytes(path.read_bytes() + b"x")
    assert has_changed(item)
    path.unlink()
    assert has_changed(item)
    item.judged["original"] = replace(judged, identity=None)
    assert not has_changed(item)
