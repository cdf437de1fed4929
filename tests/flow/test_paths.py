"""Paths that are there are let through; what is missing, or is no medium's place, is refused in words."""

from pathlib import Path

import pytest

from preflight.errors import CallError
from preflight.flow.paths import nothing, refuse_absent, refuse_unfit
from preflight.values.remedy import Remedy
from tests.posix import make_pipe


def test_what_is_there_is_let_through_and_what_is_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    make_pipe(tmp_path / "pipe")
    refuse_absent(str(tmp_path / "a.png"), folder=False)
    refuse_absent(str(tmp_path), folder=True)
    for name, folder, why in (
        ("absent", True, "No such file"),
        ("nul\0", True, "null"),
        ("pipe", True, "neither a file nor a folder"),
        ("pipe", False, "is not a file"),
        ("", False, "is not a file"),
    ):
        with pytest.raises(CallError, match=why):
            refuse_absent(str(tmp_path / name), folder=folder)


def test_an_empty_folder_has_not_been_judged_clean() -> None:
    with pytest.raises(CallError, match="no picture, clip or sound found"):
        nothing()


def test_an_address_of_another_scheme_is_refused_by_its_scheme_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CallError, match=r"^ftp: is not supported: give a path, or http:, https:, s3:, gs: or az:$"):
        refuse_absent("ftp://user:secret@example.com/a.png", folder=True)
    with pytest.raises(CallError, match=r"^clips:a\.mp4: No such file"):
        refuse_absent("clips:a.mp4", folder=False)
    (tmp_path / "file:a.png").touch()
    refuse_absent("file:a.png", folder=False)


# ---- what is nearly called so ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "typed", "advice"),
    [
        (["clip.mp4"], "clpi.mp4", "Nearest: clip.mp4."),
        (["Clip.MP4"], "clip.mp4", "Nearest: Clip.MP4."),
        (["my clip.mp4"], "my", "A name with blanks stands in quotation marks: 'my clip.mp4'."),
        (["my clip.mp4", "my b.mp4"], "MY", "A name with blanks stands in quotation marks: 'my b.mp4'."),
        (["notes.txt"], "zzzzzzzz.mp4", ""),
        ([], "clip.mp4", ""),
    ],
)
def test_a_name_that_is_missing_is_told_with_the_nearest(
    tmp_path: Path, there: list[str], typed: str, advice: str
) -> None:
    for name in there:
        (tmp_path / name).touch()
    with pytest.raises(CallError, match="No such file") as refused:
        refuse_absent(str(tmp_path / typed), folder=False)
    assert refused.value.advice == advice


def test_a_folder_that_is_missing_is_told_before_the_names_in_it(tmp_path: Path) -> None:
    with pytest.raises(CallError) as refused:
        refuse_absent(str(tmp_path / "no\x1b" / "clip.mp4"), folder=False)
    assert refused.value.advice.startswith("There is no folder ")
    assert refused.value.advice.isprintable()
    assert refused.value.message.isprintable()


def test_a_name_of_a_neighbour_acts_upon_no_terminal(tmp_path: Path) -> None:
    (tmp_path / "clip\x1b[2J.mp4").touch()
    with pytest.raises(CallError) as refused:
        refuse_absent(str(tmp_path / "clip[2J.mp4"), folder=False)
    assert refused.value.advice.isprintable()


@pytest.mark.parametrize("url", ["https://h/a.png", "http://h/a.png?x=1"])
def test_a_page_s_address_is_judged_in_a_request_alone(url: str) -> None:
    with pytest.raises(CallError, match="as part of a request") as refused:
        refuse_unfit(url)
    assert refused.value.remedies == (Remedy("judge-in-request"),)


@pytest.mark.parametrize(("address", "fits"), [("s3://bucket/a.png", True), ("gs://bucket/", True), ("s3://", False)])
def test_an_object_s_address_is_read_and_nothing_is_asked_there(address: str, fits: bool) -> None:
    if fits:
        refuse_unfit(address)
        return
    with pytest.raises(CallError):
        refuse_unfit(address)


def test_a_file_that_is_called_like_an_address_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "https:" / "h").mkdir(parents=True)
    (tmp_path / "https:" / "h" / "a.png").touch()
    refuse_unfit("https://h/a.png")


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 file passed"), (2, "2 files passed"), (1234, "1,234 files passed")]
)
def test_what_was_passed_over_is_counted_where_nothing_was_judged(count: int, words: str) -> None:
    with pytest.raises(CallError, match=words) as refused:
        nothing(count)
    assert "right folder" in refused.value.advice
