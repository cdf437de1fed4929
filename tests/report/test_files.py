"""Reports in files: whole under their names or not there, and nothing replaced but a report of the same dress."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from preflight.errors import CallError, NotDone
from preflight.report import FORMATS, Header, write_report
from preflight.report.files import drafts, read_outputs
from tests.posix import make_pipe
from tests.report.fixed import ASSETS, HEADING, REQUEST, golden, unstyled, written
from tests.specimens import copied, left_behind


def write(*words: str | Path, inputs: tuple[str, ...] = (), header: Header = HEADING) -> None:
    """Write the fixed report to files, as the command does."""
    with drafts(read_outputs(map(str, words), inputs), header) as files:
        write_report(files, ASSETS, REQUEST)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_file_holds_what_would_be_printed(format_name: str, tmp_path: Path) -> None:
    write(f"{format_name}:{tmp_path}/out")
    assert unstyled((tmp_path / "out").read_bytes().decode()) == golden(format_name).read_bytes().decode()
    assert list(left_behind(tmp_path)) == ["out"]


@pytest.mark.parametrize(
    ("format_name", "ending"), [(name, one) for name, format_name in FORMATS.items() for one in format_name.endings]
)
def test_the_ending_says_the_dress(format_name: str, ending: str, tmp_path: Path) -> None:
    (output,) = read_outputs([f"{tmp_path}/report.{ending.upper()}"])
    assert (output.format_name, output.path) == (format_name, tmp_path / f"report.{ending.upper()}")


def test_several_files_are_written_at_once(tmp_path: Path) -> None:
    names = [f"r.{format_name.endings[0]}" for format_name in FORMATS.values() if format_name.endings]
    write(*(tmp_path / name for name in names))
    assert list(left_behind(tmp_path)) == sorted(names)


@pytest.mark.parametrize("word", ["report", "report.doc", "", "unknown:report", "report.json.gz"])
def test_an_ending_that_says_nothing_is_refused_with_those_that_do(word: str) -> None:
    with pytest.raises(CallError, match="its ending does not say what it is to be") as raised:
        read_outputs([word])
    assert ".jsonl" in raised.value.advice
    assert "github:" in raised.value.advice


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_report_of_an_earlier_run_is_replaced(format_name: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    for earlier in (
        "",
        written(format_name, ASSETS[:1]),
        written(format_name, ASSETS[2:4]),
        written(format_name, (), REQUEST),
    ):
        target.write_text(earlier)
        write(f"{format_name}:{target}")
        assert unstyled(target.read_bytes().decode()) == golden(format_name).read_bytes().decode()


@pytest.mark.parametrize("other", FORMATS)
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_report_of_another_dress_is_not_replaced(format_name: str, other: str, tmp_path: Path) -> None:
    if format_name == other:
        return
    target = tmp_path / "out"
    target.write_text(written(other, ASSETS))
    with pytest.raises(CallError, match=f"exists, and is no {format_name} report"):
        write(f"{format_name}:{target}")
    assert target.read_text() == written(other, ASSETS)


@pytest.mark.parametrize(
    "content", [b"\0", b"notes\n", b'{"schema": "preflight.baseline/1"}', b"<?xml version='1.0'?><x/>", b"a,b\n1,2\n"]
)
@pytest.mark.parametrize("format_name", FORMATS)
def test_what_is_no_report_is_not_replaced(format_name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(content)
    with pytest.raises(CallError, match="exists, and is no"):
        write(f"{format_name}:{tmp_path}/out")
    assert (tmp_path / "out").read_bytes() == content


@pytest.mark.parametrize("name", ["image-ok.png", "video-854x480.mp4", "audio-15s.wav"])
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_medium_is_not_replaced_whatever_it_is_called(format_name: str, name: str, tmp_path: Path) -> None:
    medium = copied(name, tmp_path, "report.json")
    before = medium.read_bytes()
    with pytest.raises(CallError, match="exists, and is no"):
        write(f"{format_name}:{medium}")
    assert medium.read_bytes() == before


@pytest.mark.parametrize(("name", "kind"), [("a.mp4", "video"), ("a.PNG", "image"), ("a.wav", "audio")])
def test_a_name_that_promises_a_medium_is_no_name_for_a_report(name: str, kind: str, tmp_path: Path) -> None:
    with pytest.raises(CallError, match=f"its ending is one of {kind} files"):
        write(f"json:{tmp_path}/{name}")
    assert list(left_behind(tmp_path)) == []


def test_a_folder_a_pipe_and_a_device_are_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    make_pipe(tmp_path / "pipe.json")
    for path, why in (("folder.json", "is a folder"), ("pipe.json", "is no regular file")):
        with pytest.raises(CallError, match=why):
            write(tmp_path / path)
    with pytest.raises(CallError, match="is no regular file"):
        write("json:/dev/null")
    with pytest.raises(CallError, match="there is no such folder"):
        write(tmp_path / "absent" / "r.json")


def test_what_is_to_be_checked_is_not_replaced_by_whatever_way_it_is_named(tmp_path: Path) -> None:
    clip = tmp_path / "clip.json"
    clip.write_text(written("json", ASSETS))
    (tmp_path / "soft.json").symlink_to(clip)
    (tmp_path / "hard.json").hardlink_to(clip)
    for name in ("clip.json", "soft.json", "hard.json", "./clip.json"):
        with pytest.raises(CallError, match="is itself to be checked"):
            write(f"{tmp_path}/{name}", inputs=(str(clip),))
    with pytest.raises(CallError, match="is itself to be checked"):
        write(clip, inputs=(str(tmp_path / "soft.json"),))
    assert clip.read_text() == written("json", ASSETS)


def test_two_reports_are_not_one_file_by_whatever_links(tmp_path: Path) -> None:
    (tmp_path / "soft.json").symlink_to(tmp_path / "r.json")
    (tmp_path / "folder").symlink_to(tmp_path)
    for second in ("r.json", "soft.json", "folder/r.json", "./r.json"):
        with pytest.raises(CallError, match="two reports cannot be one file"):
            write(tmp_path / "r.json", f"{tmp_path}/{second}")
    (tmp_path / "one.json").touch()
    (tmp_path / "two.json").hardlink_to(tmp_path / "one.json")
    with pytest.raises(CallError, match="two reports cannot be one file"):
        write(tmp_path / "one.json", tmp_path / "two.json")


def test_a_link_to_a_report_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "r.json").symlink_to(tmp_path / "there" / "real.json")
    write(tmp_path / "r.json")
    assert (tmp_path / "r.json").is_symlink()
    assert json.loads((tmp_path / "there" / "real.json").read_text())["verdict"] == "unsure"


def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.json").symlink_to(tmp_path / "r.json")
    with pytest.raises((CallError, NotDone)):
        write(tmp_path / "r.json")


def test_a_name_with_a_nul_is_a_wrong_call() -> None:
    with pytest.raises(CallError, match="null"):
        read_outputs(["a\0.json"])


@pytest.mark.parametrize("name", ["a\nb.json", "\udcff.json", "파일.json", "-r.json", "a::b.json"])
def test_any_name_will_do(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(name)
    assert list(left_behind(tmp_path)) == [name]


def test_nothing_stands_under_the_name_before_the_end(tmp_path: Path) -> None:
    with drafts(read_outputs([f"{tmp_path}/r.json"]), HEADING) as files:
        write_report(files, ASSETS)
        assert not (tmp_path / "r.json").exists()
    assert (tmp_path / "r.json").exists()


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt])
def test_a_run_that_breaks_off_leaves_nothing(stop: type[BaseException], tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(written("json", ASSETS[:1]))
    with suppress(stop), drafts(read_outputs([f"{tmp_path}/r.json", f"{tmp_path}/r.csv"]), HEADING) as files:
        files[0].begin()
        files[0].asset(ASSETS[0])
        raise stop
    assert list(left_behind(tmp_path)) == ["r.json"]
    assert (tmp_path / "r.json").read_text() == written("json", ASSETS[:1])


def test_where_nothing_was_judged_an_earlier_report_stays(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(written("json", ASSETS[:1]))
    with drafts(read_outputs([f"{tmp_path}/r.json"]), HEADING) as files:
        assert write_report(files, ()) is None
    assert list(left_behind(tmp_path)) == ["r.json"]
    assert (tmp_path / "r.json").read_text() == written("json", ASSETS[:1])


def test_an_interrupted_run_leaves_reports_that_say_so(tmp_path: Path) -> None:
    from tests.report.test_report import stopped

    with (
        pytest.raises(KeyboardInterrupt),
        drafts(read_outputs([f"{tmp_path}/r.json", f"{tmp_path}/r.txt"]), HEADING) as files,
    ):
        write_report(files, stopped(ASSETS[:2]))
    assert json.loads((tmp_path / "r.json").read_text())["interrupted"] is True
    assert "Interrupted" in (tmp_path / "r.txt").read_text()


def written_while(change: Callable[[], object], *words: str) -> None:
    """Write reports, and let something happen between their last line and their names."""
    with drafts(read_outputs(words), HEADING) as files:
        write_report(files, ASSETS)
        change()


def test_what_appears_under_the_name_during_the_run_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match="exists, and is no json report"):
        written_while(
            lambda: copied("image-ok.png", tmp_path, "r.json"),
            f"{tmp_path}/r.json",
            f"{tmp_path}/r.csv",
        )
    assert (tmp_path / "r.json").read_bytes().startswith(b"\x89PNG")
    assert list(left_behind(tmp_path)) == ["r.csv", "r.json"]


def test_a_folder_that_goes_away_is_told_and_stops_no_other_report(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    with pytest.raises(NotDone, match=r"gone/r.json: cannot be written: there is no such folder"):
        written_while(lambda: shutil.rmtree(tmp_path / "gone"), f"{tmp_path}/gone/r.json", f"{tmp_path}/r.csv")
    assert list(left_behind(tmp_path)) == ["r.csv"]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a folder is needed in which nobody makes a file")
def test_a_folder_in_which_no_file_can_be_made_is_told_before_any_work() -> None:
    with pytest.raises(NotDone, match=r"--output /proc/self/r.json: cannot be written: "):
        write("/proc/self/r.json")
