"""A place is taken out of what is uploaded, and nothing else is done to a clean request."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from preflight.errors import NotDone
from preflight.flow.check import judge_whole
from preflight.flow.fix import plan_whole
from preflight.flow.location import without_locations
from preflight.flow.submit import Unclean, before_upload
from preflight.plan import FixOptions
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.request.file import RequestSpec
from preflight.values.assets import Asset, Role, Window
from preflight.values.findings import Report
from preflight.values.probed import Probed
from tests.specimens import PROFILE, copied, probed


def request(*found: Probed) -> tuple[Report, RequestPlan]:
    """Judge and plan a request of measured assets, as one is before it is uploaded."""
    kinds = dict.fromkeys(("image", "video", "audio"), 0)
    placed = []
    for one in found:
        kinds[one.kind] += 1
        placed.append(replace(one, asset=replace(one.asset, role=Role(one.kind, kinds[one.kind]))))
    spec = RequestSpec(prompt="A rider.", assets=tuple(one.asset for one in placed))
    report = judge_whole(spec, tuple(placed), PROFILE)
    return report, plan_whole(report, PROFILE, before_upload(FixOptions()))


@pytest.fixture
def applied(tmp_path: Path) -> Callable[[Report, RequestPlan], list[FixResult]]:
    return without_locations(PROFILE, tmp_path / "copies")


Applied = Callable[[Report, RequestPlan], list[FixResult]]


def test_the_place_is_taken_out_of_a_copy_and_the_source_keeps_it(applied: Applied, tmp_path: Path) -> None:
    source = copied("image-gps.jpg", tmp_path)
    before = source.read_bytes()
    (result,) = applied(*request(probed(source)))
    assert result.outcome == "fixed"
    assert Path(result.asset.path).parent == tmp_path / "copies"
    assert not [one for one in (result.after.findings if result.after else ()) if one.rule == "image/location"]
    assert source.read_bytes() == before


def test_what_has_no_place_is_sent_as_it_is(applied: Applied, tmp_path: Path) -> None:
    (result,) = applied(*request(probed("image-ok.png")))
    assert (result.outcome, result.after) == ("untouched", None)
    assert not (tmp_path / "copies").exists()


def test_of_a_request_that_fails_nothing_is_done(applied: Applied, tmp_path: Path) -> None:
    report, planned = request(probed("image-gps.jpg"), probed("image-gif.gif"))
    assert report.verdict == "fail"
    assert {one.outcome for one in applied(report, planned)} == {"untouched"}
    assert not (tmp_path / "copies").exists()


def test_a_part_to_keep_is_not_cut_and_so_nothing_is_sent(applied: Applied) -> None:
    marked = probed("video-10s.mp4")
    marked = replace(marked, asset=Asset(path=marked.asset.path, keep=Window.parse("1-5")))
    with pytest.raises(Unclean):
        applied(*request(marked))


def test_a_place_that_cannot_be_taken_out_sends_nothing(applied: Applied, tmp_path: Path) -> None:
    source = copied("image-gps.jpg", tmp_path, "holiday.jpg")
    report, planned = request(probed(source))
    source.unlink()
    with pytest.raises(NotDone, match="nothing was sent") as refused:
        applied(report, planned)
    assert "holiday.jpg" in refused.value.message
