"""Frames of samples: from the first keyframe on, without what leans on earlier ones, fields in pairs."""

from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.fields import BOTTOM, EITHER, FRAME, TOP
from preflight.probe.frames import Frame, Sample, frames_of


def starts(samples: list[Sample]) -> list[int]:
    return [frame.start for frame in frames_of(samples)]


@given(st.permutations(range(12)))
def test_frames_stand_in_the_order_of_showing(order: list[int]) -> None:
    samples = [Sample(at, 1, is_key=False) for at in order]
    assert starts(samples) == list(range(12))


def test_what_comes_before_the_first_keyframe_is_not_shown() -> None:
    assert starts([Sample(0, 1, is_key=False), Sample(1, 1, is_key=False), Sample(2, 1), Sample(3, 1)]) == [2, 3]


def test_where_no_keyframe_is_marked_all_is_shown() -> None:
    assert starts([Sample(0, 1, is_key=False), Sample(1, 1, is_key=False)]) == [0, 1]


def test_what_is_shown_before_the_keyframe_that_it_follows_is_lost() -> None:
    assert starts([Sample(3, 1), Sample(1, 1, is_key=False), Sample(2, 1, is_key=False), Sample(4, 1)]) == [3, 4]


def test_what_stands_alone_before_its_keyframe_is_shown() -> None:
    radl = Sample(2, 1, is_key=False, stands_alone=True)
    assert starts([Sample(3, 1), Sample(1, 1, is_key=False), radl]) == [2, 3]


def test_a_closed_group_loses_nothing() -> None:
    assert starts([Sample(3, 1, stands_alone=True), Sample(1, 1, is_key=False), Sample(2, 1)]) == [1, 2, 3]


def test_a_keyframe_that_an_edit_list_hides_is_decoded_all_the_same() -> None:
    assert starts([Sample(0, 1, is_hidden=True), Sample(1, 1, is_key=False), Sample(2, 1, is_key=False)]) == [1, 2]


def test_two_fields_are_a_frame_as_long_as_both() -> None:
    fields = [Sample(at, 1, structure=TOP if at % 2 == 0 else BOTTOM) for at in range(6)]
    assert frames_of(fields) == [Frame(0, 2), Frame(2, 2), Frame(4, 2)]


def test_fields_whose_side_is_not_told_are_paired() -> None:
    assert len(frames_of([Sample(at, 1, structure=EITHER) for at in range(6)])) == 3


def test_frames_among_fields_stay_frames() -> None:
    kinds = [TOP, BOTTOM, FRAME, FRAME, BOTTOM, TOP]
    assert starts([Sample(at, 1, structure=kind) for at, kind in enumerate(kinds)]) == [0, 2, 3, 4]


def test_a_field_without_its_other_is_a_frame() -> None:
    kinds = [BOTTOM, TOP, TOP, BOTTOM, FRAME, TOP]
    assert starts([Sample(at, 1, structure=kind) for at, kind in enumerate(kinds)]) == [0, 2, 4, 5]


@given(st.lists(st.sampled_from([FRAME, TOP, BOTTOM, EITHER]), max_size=40))
def test_no_sample_is_lost_or_counted_twice(kinds: list[int]) -> None:
    frames = frames_of([Sample(at, 1, structure=kind) for at, kind in enumerate(kinds)])
    assert sum(frame.length for frame in frames) == len(kinds)
