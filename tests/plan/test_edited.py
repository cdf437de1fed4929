"""Edited plans are told from printed ones by a mark, and applied as they stand or not at all."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.plan.edited import as_edited, exactly, mark_of, mark_of_printed
from preflight.plan.steps import Crop, Cut, Encode, Packets, Plan, Step, Write, find
from preflight.probe.cut_points import CutPoint
from preflight.values.assets import Asset, Kind
from preflight.values.remedy import Remedy


def test_the_mark_of_steps_that_an_earlier_version_printed_holds() -> None:
    steps = (
        Crop(width_px=1000, height_px=400, loss="creative", clears=("video/aspect-ratio",)),
        Cut(
            start_s=Fraction(1, 3),
            length_s=Fraction(15),
            packets=Packets(3, 40),
            loss="lossless",
            clears=("video/duration",),
        ),
        Write(format="mp4", loss="lossless", clears=()),
    )
    assert mark_of(steps) == "9e4e687d7b4b4f83", "as version 0.1.0 printed it"


LONG = Cut(start_s=Fraction(3), length_s=Fraction(10), packets=Packets(0, 1), loss="lossless", clears=())
WRITE = Write(format="mp4", loss="lossless", clears=())
ENCODE = Encode(codec="libx264", loss="lossy", clears=())


def edited(*steps: Step, kind: Kind = "video", found: CutPoint | None = None) -> Plan:
    """Apply an edited plan to a clip with one cut point, or none."""
    made = Plan(asset=Asset(path="a.mp4"), kind=kind, steps=steps, otherwise=(ENCODE, WRITE))
    return as_edited(made, lambda _: found)


def test_a_number_of_a_plan_is_read_as_the_fraction_that_was_printed() -> None:
    assert exactly(Fraction, 0.3333333333333333) == Fraction(1, 3)
    assert exactly(Fraction, 15) == 15
    assert exactly(Fraction, "24000/1001") == Fraction(24000, 1001)


@given(st.fractions(0, 10_000, max_denominator=1001))
def test_what_is_printed_in_decimals_keeps_its_mark(length: Fraction) -> None:
    steps = (msgspec.structs.replace(LONG, length_s=length), WRITE)
    told = msgspec.json.decode(msgspec.json.encode(steps, enc_hook=float))
    assert mark_of_printed(told) == mark_of(steps)


@pytest.mark.parametrize("value", [True, None, "x", [1], float("nan"), float("inf"), "1e999", 10**12, -(10**12)])
def test_what_is_no_number_or_too_large_to_show_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected a number"):
        exactly(Fraction, value)


def test_a_field_of_another_type_is_not_read_as_a_number() -> None:
    with pytest.raises(ValueError, match="expected a number"):
        exactly(int, 1)


def test_each_change_of_a_step_changes_the_mark() -> None:
    replace = msgspec.structs.replace
    steps: list[tuple[Step, ...]] = [
        (LONG, WRITE),
        (WRITE, LONG),
        (WRITE,),
        (replace(LONG, start_s=Fraction(4)), WRITE),
        (replace(LONG, packets=None), WRITE),
        (replace(LONG, drops_s=Fraction(1)), WRITE),
        (replace(LONG, clears=("video/duration",)), WRITE),
        (replace(LONG, loss="lossy"), WRITE),
    ]
    assert len({mark_of(one) for one in steps}) == len(steps)


def test_an_edited_cut_is_made_at_the_cut_point_that_is_there() -> None:
    found = edited(LONG, WRITE, found=CutPoint(start_s=Fraction(3), length_s=Fraction(10), first=75, frames=250))
    cut = find(found.steps, Cut)
    assert cut
    assert (cut.packets, found.otherwise) == (Packets(75, 250), ())


def test_an_edited_cut_between_packets_that_are_not_there_is_refused_with_the_part() -> None:
    with pytest.raises(CallError, match="3 to 13 s cannot be kept without encoding") as refused:
        edited(LONG, WRITE)
    assert refused.value.remedies == (Remedy("plan-with-part", span="3-13"),)


def test_frames_that_are_encoded_need_no_cut_point_but_packets_and_an_encode_contradict() -> None:
    plain = msgspec.structs.replace(LONG, packets=None)
    assert edited(plain, ENCODE, WRITE).steps == (plain, ENCODE, WRITE)
    with pytest.raises(CallError, match="cannot be kept without encoding"):
        edited(LONG, ENCODE, WRITE, found=CutPoint(start_s=Fraction(3), length_s=Fraction(10), first=75, frames=250))


@pytest.mark.parametrize(("steps", "kind"), [((WRITE,), "video"), ((LONG, WRITE), "audio")])
def test_nothing_is_sought_where_no_clip_is_cut(steps: tuple[Step, ...], kind: Kind) -> None:
    found = edited(*steps, kind=kind)
    assert (found.steps, found.otherwise) == (steps, ())
