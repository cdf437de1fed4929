"""A clip that was cut off within a frame is not copied with what cannot be decoded, and the plan says so."""

from fractions import Fraction

import pytest

from preflight.plan import CutPointFinder, FixOptions, Plan, plan
from preflight.plan.cut_points import cut_points_of
from preflight.plan.steps import Cut, Encode, Packets, Write, find
from preflight.probe.cut_points import CutPoint
from tests.specimens import PROFILE, judged, media


def planned(name: str, points: CutPointFinder | None = None) -> Plan:
    return plan(judged(name), PROFILE, FixOptions(), points or cut_points_of(media(name)))


@pytest.mark.parametrize(
    "name", ["video-cut-off-in-order.ts", "video-cut-off-reordered.ts", "video-cut-off-reordered.flv"]
)
def test_frames_are_copied_up_to_where_all_are_there_and_the_rest_is_told(name: str) -> None:
    found = planned(name)
    assert [type(step) for step in found.steps] == [Cut, Write]
    assert found.loss == "lossless"
    cut = find(found.steps, Cut)
    assert cut
    assert cut.words().endswith("no re-encoding; what follows is cut off and cannot be decoded")
    assert cut.drops_s
    assert find(found.otherwise, Encode), "another way must not copy the damage either"
    assert not found.keeps_all


def test_a_whole_clip_is_copied_whole() -> None:
    assert [type(step) for step in planned("video-grain-at-the-end.ts").steps] == [Write]


def test_a_clip_is_encoded_where_nobody_knows_whether_its_end_can_be_decoded() -> None:
    found = planned("video-grain-at-the-end.ts", lambda _: None)
    assert [type(step) for step in found.steps] == [Encode, Write]


def test_fields_that_were_cut_off_are_encoded_because_a_cut_counts_frames() -> None:
    half = CutPoint(start_s=Fraction(0), length_s=Fraction(1), first=0, frames=50)
    found = planned("video-fields-25fps.ts", lambda _: half)
    assert find(found.steps, Encode)


def test_a_cut_of_what_outlasts_the_frames_leaves_out_damage_too() -> None:
    verdict = judged("video-cut-off-in-sound.ts")
    found = plan(verdict, PROFILE, FixOptions(also=("header",)), cut_points_of(media("video-cut-off-in-sound.ts")))
    cut = find(found.steps, Cut)
    assert cut
    assert cut.packets
    assert cut.packets == Packets(0, cut.packets.count)
    assert cut.packets.count < 72
