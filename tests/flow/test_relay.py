"""A request relayed: brought, judged as a whole, planned in files of this machine, and what passes let be."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.flow.relay import Assets, apply_fixes, brought, judge_brought, plan_request_fixes
from preflight.plan import FixOptions
from preflight.profiles import load
from preflight.request.file import RequestSpec, with_roles
from preflight.upload.contents import Contents, FetchPolicy, UrlContents
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
