"""Clips share the seconds of their request: each gets its part, and no more is cut than was asked for."""

from fractions import Fraction

import pytest
from msgspec.structs import replace

from preflight.errors import CallError
from preflight.flow.check import judge_whole
from preflight.server.ui.seconds import share_s, shorten
from preflight.server.ui.workspace import Workspace
from preflight.values.assets import Window
from tests.server.ui.held import held
from tests.specimens import PROFILE


def put(workspace: Workspace, *names: str, keep: Window | None = None) -> list[str]:
    """Put measured specimens into a workspace, and judge the request of them."""
    items = [held(name, keep=keep) for name in names]
    workspace.items |= {item.id: item for item in items}
    report = judge_whole(workspace.spec(), tuple(item.probed["original"] for item in workspace.ordered()), PROFILE)
    workspace.report = report
    return [item.id for item in items]


def kept(workspace: Workspace) -> list[Window | None]:
    return [item.keep for item in workspace.of_kind("video")]


def test_clips_that_are_together_short_enough_have_no_share(workspace: Workspace) -> None:
    (one,) = put(workspace, "video-5s.mp4")
    assert share_s(workspace, workspace.items[one]) is None


def test_what_is_not_judged_yet_or_is_no_medium_has_no_share(workspace: Workspace) -> None:
    one, other = put(workspace, "video-5s.mp4", "text-named.mp4")
    assert share_s(workspace, workspace.items[other]) is None
    workspace.report = None
    assert share_s(workspace, workspace.items[one]) is None


def test_all_clips_are_cut_to_so_many_seconds_and_none_below_what_a_clip_needs(workspace: Workspace) -> None:
    put(workspace, "video-10s.mp4", "video-5s.mp4")
    shorten(workspace, Fraction(9))
    windows = [one for one in kept(workspace) if one]
    lengths = [one.end_s - one.start_s for one in windows]
    assert len(lengths) == 2
    assert Fraction(8) < sum(lengths) <= Fraction(9)
    assert lengths[0] > lengths[1] >= (PROFILE.video.duration_s.min or 0)


def test_a_part_that_was_marked_begins_where_it_did(workspace: Workspace) -> None:
    put(workspace, "video-10s.mp4", keep=Window.parse("4-9"))
    shorten(workspace, Fraction(3))
    (window,) = kept(workspace)
    assert window
    assert window.start_s == Fraction(4)
    assert window.end_s <= Fraction(7)


@pytest.mark.parametrize("together", [Fraction(0), Fraction(1), Fraction(3)])
def test_less_than_the_clips_need_is_refused_and_changes_nothing(workspace: Workspace, together: Fraction) -> None:
    put(workspace, "video-10s.mp4", "video-5s.mp4")
    with pytest.raises(CallError, match="cannot be cut"):
        shorten(workspace, together)
    assert kept(workspace) == [None, None]


def test_a_clip_whose_length_is_unknown_lets_nothing_be_cut(workspace: Workspace) -> None:
    put(workspace, "video-10s.mp4", "video-5s.mp4")
    clip = workspace.of_kind("video")[0]
    judged = clip.judged["original"]
    assert judged.facts
    clip.judged["original"] = replace(judged, facts=replace(judged.facts, duration_s=None))
    with pytest.raises(CallError):
        shorten(workspace, Fraction(9))
    assert kept(workspace) == [None, None]
