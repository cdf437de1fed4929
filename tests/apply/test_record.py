"""What a new file was made from is recorded, sealed and found again; what strangers write proves nothing."""

import json
import os
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preflight.apply.record import (
    MAX_RECORD_BYTES,
    Content,
    Origin,
    beside,
    claiming,
    content_of,
    find_made,
    identity,
    is_still,
    settled_state,
)
from preflight.errors import NotDone
from preflight.plan.steps import Cut, Resize
from preflight.system.files import me
from preflight.values.assets import printable

CUT = Cut(start_s=Fraction(1, 3), length_s=Fraction(5), loss="lossy", clears=())
ORIGIN = Origin(source=Content(name="a.mp4", bytes=3, sha256="00"), profile="p", steps=(CUT,))


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


def made(folder: Path, origin: Origin = ORIGIN, content: bytes = b"new", name: str = "a.mp4") -> Path:
    """Write a new file with its record, as a fix does."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    claiming(folder, origin, content_of(path), {"frames": 125}, "7.1")(path)
    return path


def changed(path: Path, **fields: Any) -> None:  # noqa: ANN401 - any JSON
    record = beside(path)
    record.chmod(0o600)
    record.write_text(json.dumps({**json.loads(record.read_text()), **fields}))


def test_equal_work_is_found_again_and_other_work_is_not(tmp_path: Path) -> None:
    path = made(tmp_path / "out")
    assert find_made(path, ORIGIN) == path
    others = [
        msgspec.structs.replace(ORIGIN, profile="q"),
        msgspec.structs.replace(ORIGIN, steps=()),
        msgspec.structs.replace(ORIGIN, steps=(msgspec.structs.replace(CUT, start_s=Fraction(1, 4)),)),
        msgspec.structs.replace(ORIGIN, source=Content(name="a.mp4", bytes=3, sha256="01")),
    ]
    assert [find_made(path, other) for other in others] == [None] * len(others)
    assert len({identity(ORIGIN), *map(identity, others)}) == len(others) + 1


def test_the_second_of_one_name_is_found_behind_the_first(tmp_path: Path) -> None:
    first = made(tmp_path / "out")
    other = msgspec.structs.replace(ORIGIN, steps=(Resize(width_px=64, height_px=64, loss="lossy", clears=()),))
    second = made(tmp_path / "out", other, b"newer", "a-2.mp4")
    assert (find_made(first, ORIGIN), find_made(first, other)) == (first, second)


def test_a_user_s_own_file_without_a_record_is_passed_over(tmp_path: Path) -> None:
    second = made(tmp_path / "out", name="a-2.mp4")
    assert find_made(second.with_name("a.mp4"), ORIGIN) is None
    second.with_name("a.mp4").write_bytes(b"the user's own")
    assert find_made(second.with_name("a.mp4"), ORIGIN) == second


def test_a_file_that_changed_since_is_not_reused_and_one_that_is_gone_frees_its_name(tmp_path: Path) -> None:
    path = made(tmp_path / "out")
    path.write_bytes(b"net")
    assert find_made(path, ORIGIN) is None
    assert beside(path).exists()
    path.unlink()
    assert find_made(path, ORIGIN) is None
    assert not beside(path).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"seal": ""},
        {"seal": "00" * 32},
        {"seal": "\u00fc"},
        {"schema": "preflight.made/2"},
        {"output": {"name": "a.mp4", "bytes": 3, "sha256": "11" * 32}},
        {"output": {"name": "a.mp4", "bytes": "3", "sha256": "11"}},
        {"origin": None},
        {"origin": {"source": {"name": "a.mp4", "bytes": 3, "sha256": "00"}, "profile": "p", "steps": [{"step": "x"}]}},
    ],
)
def test_a_record_that_is_not_as_it_was_written_proves_nothing(fields: dict[str, Any], tmp_path: Path) -> None:
    path = made(tmp_path / "out")
    changed(path, **fields)
    assert find_made(path, ORIGIN) is None
    assert path.exists()


def test_a_record_that_another_user_s_run_wrote_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "out")
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "another"))
    assert find_made(path, ORIGIN) is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"schema": 1e999999}', b" " * (MAX_RECORD_BYTES + 1)]
)
def test_a_hostile_record_is_none(content: bytes, tmp_path: Path) -> None:
    path = made(tmp_path / "out")
    beside(path).chmod(0o600)
    beside(path).write_bytes(content)
    assert find_made(path, ORIGIN) is None


def test_a_record_says_what_was_made_of_what_with_exact_times(tmp_path: Path) -> None:
    record = json.loads(beside(made(tmp_path / "out")).read_text())
    assert (record["schema"], record["ffmpeg"], record["facts"]) == ("preflight.made/1", "7.1", {"frames": 125})
    assert record["origin"]["steps"][0]["start_s"] == "1/3"
    assert (record["output"]["name"], record["output"]["bytes"]) == ("a.mp4", 3)


def test_the_folder_of_records_is_the_hidden_one_and_long_names_are_cut() -> None:
    assert beside(Path("/out/a.mp4")) == Path("/out/.preflight/a.mp4.json")
    assert len(os.fsencode(beside(Path("/out") / ("\u00fc" * 127)).name)) <= 255


def test_a_name_is_claimed_once(tmp_path: Path) -> None:
    path = made(tmp_path / "out")
    before = beside(path).read_bytes()
    with pytest.raises(FileExistsError):
        claiming(path.parent, ORIGIN, content_of(path), {}, None)(path)
    assert beside(path).read_bytes() == before
    assert [one.name for one in beside(path).parent.iterdir()] == [beside(path).name]


def test_a_record_that_lies_beside_its_file_is_found_too(tmp_path: Path) -> None:
    path = made(tmp_path / "out")
    beside(path).rename(path.with_name(f"{path.name}.preflight.json"))
    assert find_made(path, ORIGIN) == path


@pytest.mark.parametrize("plant", ["link", "file"])
def test_records_go_into_no_link_and_no_file(plant: str, tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    if plant == "link":
        (folder / ".preflight").symlink_to(elsewhere)
    else:
        (folder / ".preflight").touch()
    with pytest.raises(NotDone, match="is no folder, and records go there"):
        claiming(folder, ORIGIN, ORIGIN.source, {}, None)
    assert list(elsewhere.iterdir()) == []
    assert [path.name for path in folder.iterdir()] == [".preflight"]


@pytest.mark.skipif(me() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_takes_no_records_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(NotDone, match=r"\.preflight: cannot be made"):
            claiming(tmp_path, ORIGIN, ORIGIN.source, {}, None)
    finally:
        tmp_path.chmod(0o700)


def test_a_file_just_written_proves_nothing_by_its_times_and_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"same")
    content = content_of(path)
    assert settled_state(path) is None
    assert is_still(path, content, None)
    path.write_bytes(b"some")
    assert not is_still(path, content, None)
    assert settled_state(tmp_path / "gone") is None
    with pytest.raises(NotDone, match="gone: cannot be read"):
        is_still(tmp_path / "gone", content, None)


def test_a_settled_file_that_is_written_again_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"same")
    future = time.time() + 3600
    os.utime(path, (future, future))
    assert settled_state(path) is None
    assert not is_still(path, Content(name=printable("a"), bytes=4, sha256="00"), settled_state(path))
