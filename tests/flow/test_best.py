"""The best part of what is too long: found in a child, or told why not; and set without a word on the rest."""

from fractions import Fraction
from pathlib import Path

from preflight.flow.best import Analysis, keep_best, look
from preflight.media.windows import Candidate
from preflight.plan import FixOptions
from preflight.values.assets import Window
from tests.made import VIDEO, judged, video
from tests.specimens import PROFILE
from tests.specimens import judged as measured


def candidate(start: int) -> Candidate:
    return Candidate(window=Window(Fraction(start), Fraction(start + 5)), score=Fraction(1), why="loud")


def test_each_file_has_its_candidates_or_its_fault_and_begins_and_ends_in_words(tmp_path: Path) -> None:
    gone = judged(video(duration_s=Fraction(60)), str(tmp_path / "gone.mp4"))
    sound, short = measured("audio-20s.wav"), judged(VIDEO)
    begun: dict[str, list[Fraction]] = {}

    def begin(path: str) -> "list[Fraction]":
        return begun.setdefault(path, [])

    found = look([gone, sound, short], PROFILE, {}, lambda path: begin(path).append)
    assert found.faults.keys() == {gone.asset.path}
    assert "cannot be read" in found.faults[gone.asset.path]
    assert found.proposals[short.asset.path] == ()
    best, *_ = found.proposals[sound.asset.path]
    assert 2 <= best.window.end_s - best.window.start_s <= 15
    assert begun.keys() == {one.asset.path for one in (gone, sound, short)}
    assert all(told[-1] == 1 and told == sorted(told) for told in begun.values())


def test_a_share_of_a_request_bounds_what_is_found() -> None:
    sound = measured("audio-20s.wav")
    found = look([sound], PROFILE, {sound.asset.path: Fraction(4)})
    assert all(one.window.end_s - one.window.start_s <= 4 for one in found.proposals[sound.asset.path])


def test_nothing_to_look_at_takes_no_child() -> None:
    assert look([], PROFILE, {}) == Analysis(proposals={}, faults={})


def test_the_first_of_each_is_kept_and_everything_else_stays_as_it_was() -> None:
    looked = Analysis(proposals={"a.mp4": (candidate(3), candidate(0)), "b.mp4": ()}, faults={"c.mp4": "odd"})
    marked = FixOptions(keep="end", keep_of={"a.mp4": Window(Fraction(0), Fraction(1))})
    found = keep_best(looked, marked)
    assert found.best_of == {"a.mp4": candidate(3).window}
    assert (found.keep, found.keep_of) == ("end", marked.keep_of)
