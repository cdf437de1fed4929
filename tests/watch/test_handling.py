"""Wherever a handling is broken off, the next start brings it to the one end it can have."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from preflight.files.move import Borders
from preflight.files.opened import Opened
from preflight.files.rename import rename_free
from preflight.watch.handling import (
    Handling,
    Moved,
    Parcel,
    aside_of,
    begin,
    discard,
    finish,
    free_name,
    hidden_original,
    new_token,
    note_of,
    prepare,
    put_back,
    resume,
)

REPORT = json.dumps({"assets": [{"path": "ready/a.mp4"}]}).encode()
RECORD = json.dumps({"output": {"name": "new.mp4"}}).encode()


class Case:
    """A file that passed, or one that was mended, on its way."""

    def __init__(self, folder: Path, ready: Path, *, mended: bool) -> None:
        self.incoming, self.ready, self.done = folder / "in", ready, folder / "done"
        for one in (self.incoming, self.ready, self.done, folder / "made"):
            one.mkdir(exist_ok=True)
        self.source, self.made = self.incoming / "a.mov", folder / "made" / "new.mp4"
        self.source.write_bytes(b"source")
        self.made.write_bytes(b"successor")
        self.at = Opened(self.incoming, self.ready, self.done, self.made.parent)
        token, state = new_token(), self.at.state(str(self.source))
        assert state
        aside = aside_of(str(self.source), token)
        kept = Parcel(origin=aside, target=str((self.done if mended else self.ready) / "a.mov"))
        new = Parcel(origin=str(self.made), target=str(self.ready / "a.mp4"), notes=("record", "report"))
        self.handling = Handling(
            token=token,
            path=str(self.source),
            state=state,
            outcome="fixed" if mended else "ready",
            verdict="fail" if mended else "pass",
            parcels=(new, kept) if mended else (kept,),
        )
        self.notes = ((RECORD, REPORT), (REPORT,)) if mended else ((REPORT,),)
        self.borders = Borders()

    def prepare(self) -> None:
        prepare(self.handling, self.notes, self.borders, self.at)

    def there(self) -> set[str]:
        """Name everything that lies anywhere, but for the reports."""
        folders = self.incoming, self.ready, self.done, self.made.parent
        found = {f"{one.parent.name}/{one.name}" for folder in folders for one in folder.iterdir()}
        if self.handling.outcome == "ready":
            found.remove("made/new.mp4")
        return {name for name in found if not name.endswith(".report.json")}

    def reports(self) -> set[str]:
        return {one.name for folder in (self.ready, self.done) for one in folder.iterdir() if "report" in one.name}


@pytest.fixture(params=["passed", "mended", "passed, to another disk", "mended, to another disk"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    across = "another" in request.param
    ready: Path = request.getfixturevalue("elsewhere") / "ready" if across else tmp_path / "ready"
    case = Case(tmp_path, ready, mended="mended" in request.param)
    with case.at:
        yield case


def whole(case: Case) -> set[str]:
    return {"ready/a.mp4", "ready/a.mp4.preflight.json", "done/a.mov"} if len(case.notes) > 1 else {"ready/a.mov"}


def test_all_steps_lead_to_the_end(case: Case) -> None:
    case.prepare()
    assert case.source.exists()
    assert begin(case.handling, case.at)
    assert not case.source.exists()
    moved = finish(case.handling, case.borders, case.at)
    assert moved.targets == tuple(parcel.target for parcel in case.handling.parcels)
    assert case.there() == whole(case)
    assert {f"{name.split('/')[1]}.report.json" for name in whole(case) if "json" not in name} == case.reports()


def test_what_had_not_begun_is_judged_anew_and_leaves_nothing(case: Case) -> None:
    before = case.there()
    assert resume(case.handling, case.borders, case.at) is None
    case.prepare()
    assert resume(case.handling, case.borders, case.at) is None
    assert case.there() == before
    assert case.reports() == set()


def test_what_had_begun_is_brought_to_its_end(case: Case) -> None:
    case.prepare()
    begin(case.handling, case.at)
    assert isinstance(resume(case.handling, case.borders, case.at), Moved)
    assert case.there() == whole(case)


def test_what_had_ended_and_was_not_told_is_told_and_not_done_again(case: Case) -> None:
    case.prepare()
    begin(case.handling, case.at)
    finish(case.handling, case.borders, case.at)
    assert resume(case.handling, Borders(), case.at) is not None
    assert case.there() == whole(case)


@pytest.mark.parametrize("when", ["made", "moved"])
@pytest.mark.parametrize("begun", [False, True])
def test_what_tried_the_way_when_the_program_was_killed_is_removed(case: Case, when: str, begun: bool) -> None:
    before = case.there()
    if begun:
        case.prepare()
        begin(case.handling, case.at)
    for number, parcel in enumerate(case.handling.parcels):
        folder = Path(parcel.origin if when == "made" else parcel.target).parent
        (folder / f".watch-{case.handling.token}-{number}.try").touch()
    assert (resume(case.handling, Borders(), case.at) is not None) == begun
    assert case.there() == (whole(case) if begun else before)


class Killed(BaseException):
    """Stands for the end of the program, which nothing catches."""


CALLS = ("rename", "unlink", "replace", "link")


@pytest.mark.parametrize("at", range(14))
def test_it_may_be_killed_before_each_call_that_changes_names(
    case: Case, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = at

    def counted(call: Callable[..., object]) -> Callable[..., object]:
        def counting(*given: object, **named: object) -> object:
            nonlocal left
            if not left:
                raise Killed
            left -= 1
            return call(*given, **named)

        return counting

    case.prepare()
    with monkeypatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, counted(getattr(os, name)))
        patch.setattr("preflight.watch.handling.rename_free", counted(rename_free))
        try:
            begun = begin(case.handling, case.at)
            assert begun
            finish(case.handling, case.borders, case.at)
        except Killed:
            pass
    if resume(case.handling, case.borders, case.at) is None:
        assert at == 0
        assert case.source.exists()
    else:
        assert case.there() == whole(case)
        assert len(case.reports()) == len(case.handling.parcels)


def test_a_name_that_was_taken_meanwhile_is_left_and_the_notes_name_the_next_one(case: Case) -> None:
    case.prepare()
    taken = [Path(parcel.target) for parcel in case.handling.parcels]
    for path in taken:
        path.write_bytes(b"theirs")
    begin(case.handling, case.at)
    moved = finish(case.handling, case.borders, case.at)
    assert all(path.read_bytes() == b"theirs" for path in taken)
    assert [Path(target).name for target in moved.targets] == [f"{path.stem}-2{path.suffix}" for path in taken]
    for target in moved.targets:
        report = json.loads(Path(note_of("report", target)).read_bytes())
        assert report["assets"][0]["path"] == target
    if len(taken) > 1:
        record = json.loads(Path(note_of("record", moved.targets[0])).read_bytes())
        assert record["output"]["name"] == "a-2.mp4"
    assert len(case.reports()) == len(taken)


def test_a_report_s_name_that_was_taken_meanwhile_is_left_too(case: Case) -> None:
    case.prepare()
    theirs = Path(note_of("report", case.handling.parcels[0].target))
    theirs.write_bytes(b"theirs")
    begin(case.handling, case.at)
    moved = finish(case.handling, case.borders, case.at)
    assert theirs.read_bytes() == b"theirs"
    assert "-2." in moved.targets[0]
    assert Path(note_of("report", moved.targets[0])).exists()


@pytest.mark.parametrize("planted", [b"", b"{}", b"[]", b'"x"', b"{", b'{"assets": []}', b'{"assets": [7]}', b"\xff"])
def test_a_note_that_somebody_put_in_the_place_of_ours_is_named_and_nothing_is_lost(case: Case, planted: bytes) -> None:
    case.prepare()
    parcel = case.handling.parcels[-1]
    Path(parcel.target).write_bytes(b"theirs")
    begin(case.handling, case.at)
    (draft,) = Path(parcel.target).parent.glob(f".watch-*-{len(case.handling.parcels) - 1}.report")
    draft.write_bytes(planted)
    with pytest.raises(OSError, match="is not what this program wrote") as failed:
        finish(case.handling, case.borders, case.at)
    Path(failed.value.filename).unlink()
    assert resume(case.handling, case.borders, case.at) is not None
    assert Path(parcel.target).read_bytes() == b"theirs"


def test_a_file_that_is_not_what_was_judged_gets_its_name_back(case: Case) -> None:
    case.prepare()
    case.source.write_bytes(b"another")
    assert not begin(case.handling, case.at)
    assert case.source.read_bytes() == b"another"
    assert case.reports() == set()


def test_a_file_that_is_gone_is_not_begun(case: Case) -> None:
    case.prepare()
    case.source.unlink()
    assert not begin(case.handling, case.at)
    assert case.reports() == set()


def test_nothing_is_left_of_what_could_not_be_prepared(case: Case) -> None:
    last = Path(case.handling.parcels[-1].target).parent
    last.rmdir()
    last.write_bytes(b"a file where the folder should be")
    with pytest.raises(OSError, match="Not a directory"):
        case.prepare()
    last.unlink()
    last.mkdir()
    assert case.reports() == set()
    assert case.source.exists()
    assert not list(case.ready.iterdir())


def test_discarding_twice_harms_nothing(case: Case) -> None:
    case.prepare()
    discard(case.handling, case.at)
    discard(case.handling, case.at)
    assert case.source.exists()


def test_a_copy_that_vanished_is_made_again_and_one_that_has_its_name_is_not(tmp_path: Path, elsewhere: Path) -> None:
    for vanished in (True, False):
        case = Case(tmp_path, elsewhere / "ready", mended=False)
        with case.at:
            case.prepare()
            begin(case.handling, case.at)
            (copy,) = case.ready.glob(".watch-*.copy")
            if vanished:
                copy.unlink()
            else:
                copy.rename(case.handling.parcels[0].target)
            resume(case.handling, case.borders, case.at)
        assert case.there() == {"ready/a.mov"}
        for path in case.ready.iterdir():
            path.unlink()


# ---- names ----------------------------------------------------------------------------------------------------------


def free(wanted: Path | str) -> str:
    with Opened(Path(wanted).parent) as at:
        return free_name(str(wanted), at)


def test_free_names_are_counted_from_2_and_skip_those_whose_report_is_taken(tmp_path: Path) -> None:
    wanted = str(tmp_path / "a.b.mp4")
    assert free(wanted) == wanted
    (tmp_path / "a.b.mp4").symlink_to("nowhere")
    (tmp_path / "a.b-2.mp4.report.json").write_bytes(b"")
    assert free(wanted) == str(tmp_path / "a.b-3.mp4")


@pytest.mark.parametrize("name", ["x" * 255, "x" * 251 + ".mp4", "é" * 125 + ".mp4", "a." + "x" * 253, "\udcff" * 255])
def test_the_longest_names_leave_room_for_numbers_and_endings(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    again = free(tmp_path / name)
    Path(again).write_bytes(b"")
    Path(note_of("report", again)).write_bytes(b"")
    Path(aside_of(again, new_token())).write_bytes(b"")
    assert len({*map(str, tmp_path.iterdir())}) == 4
    assert again.endswith(f"-2{Path(name).suffix}" if ".mp4" in name else "-2")


def test_reports_of_long_names_are_told_apart(tmp_path: Path) -> None:
    one, two = (note_of("report", str(tmp_path / f"{'x' * 250}{letter}")) for letter in "ab")
    assert one != two
    assert {len(Path(path).name) for path in (one, two)} == {255}


def test_a_name_that_no_file_can_have_is_an_error_before_anything_begins(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too long"):
        free(tmp_path / ("d" * 200 + "/") / ("d/" * 2000) / "a.mp4")


def test_a_file_that_was_set_aside_is_known_by_its_name_and_nothing_else_is() -> None:
    token = new_token()
    assert hidden_original(Path(aside_of("in/a b.mp4", token)).name) == "a b.mp4"
    for name in ("a.mp4", f".watch-{token}-0.report", f".watch-{token}-0.try", f".watch-{token}.", ".watch-x.mp4"):
        assert hidden_original(name) is None


def test_a_file_that_is_put_back_overwrites_nothing(tmp_path: Path) -> None:
    aside, path = tmp_path / ".watch-x", tmp_path / "a.mp4"
    aside.write_bytes(b"first")
    path.write_bytes(b"second")
    with Opened(tmp_path) as at:
        put_back(str(aside), str(path), at)
    assert path.read_bytes() == b"second"
    assert (tmp_path / "a-2.mp4").read_bytes() == b"first"
