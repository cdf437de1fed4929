"""Files are carried to their targets, an earlier run's moves first; what others put there moves nothing."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from preflight.errors import CallError, NotDone
from preflight.watch import Journal, Watch
from preflight.watch.handling import Handling, Parcel, aside_of, new_token
from preflight.watch.journal import FIRST, state_folder
from tests.watch.conftest import Yard

PASSES = "image-ok.jpeg"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A file of somebody's that no watch has to do with."""
    folder = tmp_path / "home"
    folder.mkdir()
    path = folder / "key"
    path.write_bytes(b"secret")
    return path


def begun(path: Path, target: Path, *, token: str | None = None, origin: str | None = None) -> bytes:
    """Return a journal that says of a file that it is on its way to a target."""
    token = token or new_token()
    aside = origin or aside_of(str(path), token)
    handling = Handling(
        token=token,
        path=str(path),
        state=(0, 0, 0, 0),
        outcome="ready",
        verdict="pass",
        parcels=(Parcel(origin=aside, target=str(target)),),
    )
    line = json.dumps({"time": "", "step": "judged", **msgspec.to_builtins(handling)})
    return f"{FIRST}\n{line}\n".encode()


def test_a_journal_in_the_folder_where_files_arrive_is_not_read(yard: Yard, key: Path, tmp_path: Path) -> None:
    planted = yard.folders.incoming / ".preflight"
    planted.mkdir()
    (planted / "journal.jsonl").write_bytes(begun(key, tmp_path / "stolen", origin=str(key)))
    yard.arrive(PASSES)
    yard.once()
    assert yard.ready() == {PASSES}
    assert key.read_bytes() == b"secret"
    assert not (tmp_path / "stolen").exists()


def test_a_work_folder_that_is_a_link_loses_nothing(yard: Yard, key: Path) -> None:
    planted = yard.folders.incoming / ".preflight"
    planted.mkdir()
    (planted / "made").symlink_to(key.parent)
    yard.arrive(PASSES)
    yard.once()
    assert key.read_bytes() == b"secret"


@pytest.mark.parametrize("case", ["elsewhere", "way up", "another aside", "target outside", "token", "stage"])
def test_an_entry_that_leads_out_of_the_folders_of_this_watch_is_dropped(
    case: str, yard: Yard, key: Path, tmp_path: Path
) -> None:
    """Also where it stands in our own journal: who wrote it there does not matter."""
    incoming, ready = yard.folders.incoming.absolute(), yard.folders.ready.absolute()
    token = new_token()
    inside, out = incoming / "x.jpeg", ready / "x.jpeg"
    written = {
        "elsewhere": begun(key, out, origin=str(key)),
        "way up": begun(incoming / ".." / "home" / "key", out, origin=str(key)),
        "another aside": begun(inside, out, origin=str(key)),
        "target outside": begun(inside, tmp_path / "stolen"),
        "token": begun(inside, out, token="../../home/x", origin=str(key)),  # noqa: S106 - part of a name
        "stage": begun(inside, out, token=token),
    }[case]
    if case == "stage":
        entry = json.loads(written.splitlines()[1])
        entry["parcels"].insert(0, {"origin": str(key), "target": str(out), "notes": ["report"]})
        written = f"{FIRST}\n{json.dumps(entry)}\n".encode()
    (state_folder(yard.folders.incoming) / "journal.jsonl").write_bytes(written)
    yard.once()
    assert key.read_bytes() == b"secret"
    assert not (tmp_path / "stolen").exists()
    assert yard.ready() == set()


def test_a_folder_on_the_way_that_has_become_a_link_is_not_followed(yard: Yard, key: Path) -> None:
    (yard.folders.incoming / "sub").symlink_to(key.parent)
    token = new_token()
    path = yard.folders.incoming.absolute() / "sub" / "key"
    key.rename(key.parent / Path(aside_of("key", token)).name)
    written = begun(path, yard.folders.ready.absolute() / "key", token=token)
    (state_folder(yard.folders.incoming) / "journal.jsonl").write_bytes(written)
    yard.once()
    assert yard.ready() == set()
    assert [one.read_bytes() for one in key.parent.iterdir()] == [b"secret"]


def test_a_journal_where_others_may_write_or_behind_a_link_is_refused(yard: Yard, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(CallError, match="others may write to its folder"), Journal(yard.folders.incoming, shared / "j"):
        pytest.fail("it was taken")
    own = tmp_path / "own"
    own.mkdir(mode=0o755)
    (own / "j").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CallError, match="is a link"), Journal(yard.folders.incoming, own / "j"):
        pytest.fail("it was taken")
    assert not (tmp_path / "elsewhere").exists()


def test_a_second_watch_is_refused_by_whichever_way_the_folder_is_named(yard: Yard, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(yard.folders.incoming)
    code = "import sys, pathlib, preflight.watch as w; w.Journal(pathlib.Path(sys.argv[1])).__enter__()"
    with Journal(yard.folders.incoming):
        done = subprocess.run([sys.executable, "-c", code, str(link)], capture_output=True, text=True, check=False)
    assert "another watch is at work there" in done.stderr


# ---- after a broken run ---------------------------------------------------------------------------------------------


def test_a_file_that_was_set_aside_by_a_run_without_a_journal_gets_its_name_back(yard: Yard) -> None:
    path = yard.arrive(PASSES, "sub/x.jpeg")
    path.rename(aside_of(str(path), new_token()))
    yard.once()
    assert yard.ready() == {"sub/x.jpeg"}
    assert yard.waiting() == set()


def test_a_move_that_was_begun_and_cannot_be_ended_stops_the_watch_and_is_ended_later(yard: Yard) -> None:
    yard.arrive(PASSES, "sub/x.jpeg")

    def break_it(watch: Watch) -> None:
        forget = watch._arrivals.forget  # noqa: SLF001 - the moment after a file was begun cannot be had otherwise

        def forgotten(path: str) -> None:
            forget(path)
            (yard.folders.ready / "sub").rename(yard.folders.ready / "away")
            (yard.folders.ready / "sub").write_bytes(b"a file where the folder was")

        watch._arrivals.forget = forgotten  # type: ignore[method-assign] # noqa: SLF001 - as above

    with pytest.raises(NotDone, match="was begun and cannot be moved"):
        yard.once(before=break_it)
    with pytest.raises(NotDone, match="was begun and cannot be moved"):
        yard.once()
    (yard.folders.ready / "sub").unlink()
    (yard.folders.ready / "away").rename(yard.folders.ready / "sub")
    yard.once()
    assert yard.ready() == {"sub/x.jpeg"}
    assert (yard.waiting(), yard.news[-1].became) == (set(), "ready")
