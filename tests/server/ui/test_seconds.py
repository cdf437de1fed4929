"""Clips share the seconds of their request: each gets its part, and no more is cut than was asked for."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from preflight.errors import CallError
from preflight.flow.check import judge_whole
from preflight.server.events import Events
from preflight.server.ui.desk import Desk
from preflight.server.ui.project import Project
from preflight.server.ui.seconds import share_s, shorten
from preflight.server.ui.threads import Threads
from preflight.values.assets import Window
from preflight.workers.session import Session, current
from tests.server.ui.held import held
from tests.specimens import PROFILE


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    threads = Threads(Session(current()), lambda _: None)
    one = Desk(Project(tmp_path / "request.toml"), PROFILE, threads, Events())
    one.project.open()
    yield one
    threads.close()


def put(desk: Desk, *names: str, keep: Window | None = None) -> list[str]:
    """Put measured specimens on a desk, and judge the request of them."""
    items = [held(name, keep=keep) for name in names]
    desk.items |= {item.id: item for item in items}
    report = judge_whole(desk.spec(), tuple(item.probed["original"] for item in desk.ordered()), PROFILE)
    desk.report = report
    return [item.id for item in items]


def kept(desk: Desk) -> list[Window | None]:
    return [item.keep for item in desk.of_kind("video")]


def test_clips_that_are_together_short_enough_have_no_share(desk: Desk) -> None:
    (one,) = put(desk, "video-5s.mp4")
    assert share_s(desk, desk.items[one]) is None


def test_what_is_not_judged_yet_or_is_no_medium_has_no_share(desk: Desk) -> None:
    one, other = put(desk, "video-5s.mp4", "text-named.mp4")
    assert share_s(desk, desk.items[other]) is None
    desk.report = None
    assert share_s(desk, desk.items[one]) is None


def test_all_clips_are_cut_to_so_many_seconds_and_none_below_what_a_clip_needs(desk: Desk) -> None:
    put(desk, "video-10s.mp4", "video-5s.mp4")
    shorten(desk, Fraction(9))
    windows = [one for one in kept(desk) if one]
    lengths = [one.end_s - one.start_s for one in windows]
    assert len(lengths) == 2
    assert Fraction(8) < sum(lengths) <= Fraction(9)
    assert lengths[0] > lengths[1] >= (PROFILE.video.duration_s.min or 0)


def test_a_part_that_was_marked_begins_where_it_did(desk: Desk) -> None:
    put(desk, "video-10s.mp4", keep=Window.parse("4-9"))
    shorten(desk, Fraction(3))
    (window,) = kept(desk)
    assert window
    assert window.start_s == Fraction(4)
    assert window.end_s <= Fraction(7)


@pytest.mark.parametrize("together", [Fraction(0), Fraction(1), Fraction(3)])
def test_less_than_the_clips_need_is_refused_and_changes_nothing(desk: Desk, together: Fraction) -> None:
    put(desk, "video-10s.mp4", "video-5s.mp4")
    with pytest.raises(CallError, match="cannot be cut"):
        shorten(desk, together)
    assert kept(desk) == [None, None]


def test_a_clip_whose_length_is_unknown_lets_nothing_be_cut(desk: Desk) -> None:
    put(desk, "video-10s.mp4", "video-5s.mp4")
    clip = desk.of_kind("video")[0]
    judged = clip.judged["original"]
    assert judged.facts
    clip.judged["original"] = replace(judged, facts=replace(judged.facts, duration_s=None))
    with pytest.raises(CallError):
        shorten(desk, Fraction(9))
    assert kept(desk) == [None, None]
