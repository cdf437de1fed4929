from pathlib import Path

import pytest

from preflight.errors import CallError
from preflight.watch.folders import folders_of, refuse_journal


@pytest.fixture
def incoming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    return Path("in")


def test_originals_of_fixed_files_go_below_rejected_unless_another_place_is_named(incoming: Path) -> None:
    assert folders_of(incoming, Path("ready"), Path("no")).done == Path("no/originals")
    assert folders_of(incoming, Path("ready"), Path("no"), Path("done")).done == Path("done")


@pytest.mark.parametrize(
    ("ready", "rejected", "done"),
    [
        ("in", "no", None),
        ("in/ready", "no", None),
        (".", "no", None),
        ("ready", "ready", None),
        ("ready", "ready/no", None),
        ("no/ready", "no", None),
        ("ready", "in/no", None),
        ("ready", "no", "in/done"),
        ("ready", "no", "ready/done"),
        ("link", "no", None),
        ("link/ready", "no", None),
        ("ready", "../x/../{}/in/no", None),
    ],
)
def test_folders_that_lie_in_each_other_s_way_are_refused(
    incoming: Path, ready: str, rejected: str, done: str | None
) -> None:
    Path("link").symlink_to("in")
    rejected = rejected.format(Path.cwd().name)
    with pytest.raises(CallError, match="are the same folder, or one lies within the other"):
        folders_of(incoming, Path(ready), Path(rejected), Path(done) if done else None)


def test_a_folder_under_a_name_that_is_passed_over_is_in_nobody_s_way(incoming: Path) -> None:
    folders = folders_of(incoming, Path("in/.ready"), Path("in/.work/no"))
    assert folders.ready == Path("in/.ready")


def test_what_is_no_folder_is_refused(incoming: Path) -> None:
    Path("file").write_bytes(b"")
    with pytest.raises(CallError, match="absent: is no folder"):
        folders_of(Path("absent"), Path("ready"), Path("no"))
    with pytest.raises(CallError, match="file: is no folder"):
        folders_of(incoming, Path("file"), Path("no"))


def test_a_journal_among_the_files_that_arrive_is_refused(incoming: Path) -> None:
    with pytest.raises(CallError, match="lies in incoming"):
        refuse_journal(Path("in/journal.jsonl"), incoming)
    refuse_journal(Path("in/.journal"), incoming)
    refuse_journal(Path("journal.jsonl"), incoming)


@pytest.mark.parametrize("start", ["in", "./in", ".", "/abs"])
def test_the_path_of_a_file_is_seen_from_the_folder_where_it_arrived(
    incoming: Path, start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if start == ".":
        monkeypatch.chdir(incoming)
    folder = tmp_path / "in" if start == "/abs" else Path(start)
    folders = folders_of(folder, tmp_path / "ready", tmp_path / "no")
    prefix = "./" if start == "." else f"{folder}/"
    assert folders.below(f"{prefix}a/b.mp4") == "a/b.mp4"
