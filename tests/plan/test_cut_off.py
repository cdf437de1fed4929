"""A clip that was cut off within a frame is not copied with what cannot be decoded, and the plan says so."""

from fractions import Fraction

import pytest
from msgspec.structs import replace

from preflight.plan import CutPointFinder, FixOptions, Plan, plan
from preflight.plan.cut_off import cut_to, undamaged_part
from preflight.plan.cut_points import cut_points_of
from preflight.plan.steps import Cut, Encode, Packets, Write, find
from preflight.probe.cut_points import WHOLE, CutPoint, Wanted
from tests import made
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


PART = CutPoint(start_s=Fraction(0), length_s=Fraction(4), first=0, frames=100)
CUT = Cut(start_s=Fraction(0), length_s=Fraction(5), packets=Packets(0, 125), loss="lossless", clears=("video/header",))


@pytest.mark.parametrize("format_", ["mp4", "mov"])
def test_a_container_that_says_where_each_frame_ends_is_not_looked_into(format_: str) -> None:
    def asked(_: Wanted) -> CutPoint | None:
        raise AssertionError

    assert undamaged_part(made.video(format=format_), asked) is WHOLE


@pytest.mark.parametrize(
    ("found", "fields", "part"),
    [(PART, None, PART), (PART, "top", None), (WHOLE, "top", WHOLE), (None, None, None)],
)
def test_the_part_of_another_container_is_what_the_finder_says_unless_it_counts_fields(
    found: CutPoint | None, fields: str | None, part: CutPoint | None
) -> None:
    wanted: list[Wanted] = []

    def asked(one: Wanted) -> CutPoint | None:
        wanted.append(one)
        return found

    assert undamaged_part(made.video(format="mpegts", fields=fields), asked) is part
    assert wanted == [Wanted(start_s=Fraction(0), end_s=Fraction(5), all_but_damage=True)]


def test_damage_shortens_the_cut_that_is_there_and_makes_one_where_none_is() -> None:
    assert cut_to(WHOLE, None) is None
    assert cut_to(WHOLE, CUT) is CUT
    new = cut_to(PART, None)
    assert new
    assert (new.start_s, new.length_s, new.packets, new.cut_off) == (Fraction(0), Fraction(4), Packets(0, 100), True)
    assert cut_to(PART, CUT) == replace(CUT, length_s=Fraction(4), packets=Packets(0, 100), cut_off=True)
