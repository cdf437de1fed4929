"""A request relayed: brought, judged as a whole, planned in files of this machine, and what passes let be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.flow.relay import Assets, KnownFacts, apply_fixes, brought, judge_brought, plan_request_fixes
from preflight.flow.relay import _each as each
from preflight.plan import FixOptions
from preflight.profiles import load
from preflight.request.file import RequestSpec, with_roles
from preflight.upload.contents import Content, Contents, FetchPolicy, UrlContents
from preflight.values.assets import Asset, Role
from preflight.values.probed import Fault, Probed
from tests.made import IMAGE, image
from tests.server.gateway.hosts import Host
from tests.specimens import MEDIA

PROFILE = load("seedance-2.0-2026-04")


@pytest.fixture
def host() -> Iterator[Host]:
    with Host() as one:
        yield one


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    contents = Contents(tmp_path / "contents")
    return Assets(contents=contents, urls=UrlContents(contents, FetchPolicy(loopback=True)))


def request(*urls: str) -> RequestSpec:
    return RequestSpec(assets=tuple(with_roles("image", urls)), prompt="Image 1.", duration=4)


def test_what_was_measured_is_not_brought_again_and_judged_alike(assets: Assets, host: Host) -> None:
    spec = request(host.put(MEDIA / "image-300x300.jpg", "a.jpg"), host.put(MEDIA / "image-gif.gif", "b.gif"))
    reports = []
    for _ in range(2):
        with brought(spec, {}, assets) as found:
            reports.append(judge_brought(spec, found, PROFILE, assets))
    first, again = reports
    assert [one.findings for one in first.assets] == [one.findings for one in again.assets]
    assert ([one.verdict for one in again.assets], assets.urls.downloads) == (["pass", "fail"], 2)
    assert list(assets.contents.folder.iterdir()) == []


def test_one_that_cannot_be_brought_is_unjudged_and_the_rest_is_judged(assets: Assets, host: Host) -> None:
    spec = request(f"{host.url}/nothing.jpg", host.put(MEDIA / "image-300x300.jpg", "a.jpg"))
    with brought(spec, {}, assets) as found:
        report = judge_brought(spec, found, PROFILE, assets)
    assert [one.verdict for one in report.assets] == ["unsure", "pass"]
    assert report.assets[0].findings[0].rule == "image/unjudged"


def test_what_fails_is_fixed_in_a_file_and_what_passes_keeps_its_address(
    assets: Assets, host: Host, tmp_path: Path
) -> None:
    wrong, right = host.put(MEDIA / "image-gif.gif", "b.gif"), host.put(MEDIA / "image-gps.jpg", "gps.jpg")
    spec = request(wrong, right)
    with brought(spec, {}, assets) as known:
        judge_brought(spec, known, PROFILE, assets)
    with brought(spec, {}, assets, whole=True) as found:
        report = judge_brought(spec, found, PROFILE, assets)
        planned = plan_request_fixes(report, found, PROFILE, FixOptions())
        assert planned
        fixed = apply_fixes(spec, planned, PROFILE, tmp_path / "fixed")
    assert fixed.assets[1] == spec.assets[1]
    assert Path(fixed.assets[0].path).parent == tmp_path / "fixed"
    assert [str(asset.role) for asset in fixed.assets] == ["image 1", "image 2"]


def test_nothing_is_planned_where_nothing_helps_or_nothing_is_wrong(assets: Assets, host: Host) -> None:
    clean = host.put(MEDIA / "image-300x300.jpg", "a.jpg")
    for name, spec in {
        "clean": request(clean),
        "beyond": request(host.put(MEDIA / "image-truncated.jpg", "c.jpg")),
        "prompt": RequestSpec(assets=request(clean).assets, prompt="Image 7."),
        "gone": request(f"{host.url}/nothing.jpg"),
    }.items():
        with brought(spec, {}, assets, whole=True) as found:
            report = judge_brought(spec, found, PROFILE, assets)
            assert plan_request_fixes(report, found, PROFILE, FixOptions()) is None, name


# ---- what is known --------------------------------------------------------------------------------------------------


def content(name: str = "a.png", sha256: str = "0" * 64) -> Content:
    return Content(path=Path("/held") / name, sha256=sha256, bytes=1)


def as_image(number: int = 1) -> Asset:
    return Asset(path=f"https://h/{number}.png", role=Role("image", number))


def test_the_same_bytes_are_known_by_whatever_address_they_come() -> None:
    known = KnownFacts()
    known.keep(content(), Probed(asset=as_image(1), facts=IMAGE))
    found = known.find(content(), as_image(2))
    assert found is not None
    assert found.facts == IMAGE
    assert known.all(content(), [as_image(1), as_image(2)])
    assert known.all(content(), [])


@pytest.mark.parametrize(
    ("one", "asset"),
    [
        (content(sha256="1" * 64), as_image()),
        (content("a.jpg"), as_image()),
        (content(), Asset(path="https://h/1.png", role=Role("video", 1))),
    ],
    ids=["other bytes", "another ending", "another kind"],
)
def test_what_a_measurement_depends_on_makes_another_of_it(one: Content, asset: Asset) -> None:
    known = KnownFacts()
    known.keep(content(), Probed(asset=as_image(), facts=IMAGE))
    assert known.find(one, asset) is None
    assert not known.all(one, [as_image(), asset])


@pytest.mark.parametrize(("kind", "kept"), [("unreadable", True), ("unmeasured", False)])
def test_a_fault_of_the_file_is_remembered_and_one_of_this_machine_tried_again(kind: Any, kept: bool) -> None:  # noqa: ANN401 - of a table
    known = KnownFacts()
    known.keep(content(), Probed(asset=as_image(), fault=Fault(kind, "no")))
    assert (known.find(content(), as_image()) is not None) is kept


def test_the_least_recently_used_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.flow.relay.REMEMBERED", 3)
    known = KnownFacts()
    rows = [content(sha256=str(number) * 64) for number in range(5)]
    for one in rows[:3]:
        known.keep(one, Probed(asset=as_image(), facts=IMAGE))
    assert known.find(rows[0], as_image())
    for one in rows[3:]:
        known.keep(one, Probed(asset=as_image(), facts=IMAGE))
    assert [known.find(one, as_image()) is not None for one in rows] == [True, False, False, True, True]


# ---- what is judged of it -------------------------------------------------------------------------------------------


def test_what_is_known_already_is_judged_under_the_name_it_was_asked_for(assets: Assets) -> None:
    assets.known.keep(content(), Probed(asset=as_image(7), facts=IMAGE))
    spec = RequestSpec(assets=(as_image(1), as_image(2)), prompt="Image 1.", duration=4)
    found = {one.path: content() for one in spec.assets}
    report = judge_brought(spec, found, PROFILE, assets)
    assert [one.asset for one in report.assets] == list(spec.assets)
    assert (report.verdict, [one.facts for one in report.assets]) == ("pass", [IMAGE, IMAGE])


def test_nothing_mends_a_request_that_could_not_be_judged(assets: Assets) -> None:
    spec = RequestSpec(assets=(as_image(),), prompt="Image 1.", duration=4)
    found = {as_image().path: Fault("unmeasured", "was not brought")}
    report = judge_brought(spec, found, PROFILE, assets)
    assert report.verdict == "unsure"
    assert report.assets[0].findings[0].message == "was not brought"
    assert plan_request_fixes(report, found, PROFILE, FixOptions()) is None


def test_a_plan_is_made_of_the_file_on_this_machine_and_what_passes_keeps_its_address(assets: Assets) -> None:
    wrong = image(format="gif", frames=1)
    for name, facts in (("wrong", wrong), ("right", IMAGE)):
        assets.known.keep(content(f"{name}.png", name), Probed(asset=as_image(), facts=facts))
    spec = RequestSpec(assets=(as_image(1), as_image(2)), prompt="Image 1.", duration=4)
    found = {as_image(1).path: content("wrong.png", "wrong"), as_image(2).path: content("right.png", "right")}
    planned = plan_request_fixes(judge_brought(spec, found, PROFILE, assets), found, PROFILE, FixOptions())
    assert planned
    assert [plan.asset.path for _, plan in planned.plans] == ["/held/wrong.png", "/held/right.png"]
    assert [bool(plan.steps) for _, plan in planned.plans] == [True, False]


@settings(max_examples=8)
@given(st.lists(st.integers(0, 9), max_size=6))
def test_what_is_brought_at_the_same_time_stands_in_its_order(numbers: list[int]) -> None:
    urls = [str(number) for number in numbers]
    found = each(lambda url: content(f"{url}.png"), urls)
    assert [one.path.stem for one in found if isinstance(one, Content)] == urls
