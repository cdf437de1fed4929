"""`report` sums a verdict store up in the form that is asked for, and ends as the verdicts do."""

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest

from preflight.report.schemas import schema_of
from preflight.scale.render import RENDERED
from tests.cli.conftest import MEDIA, Program, program

__all__ = ["program"]


def stored(program: Program, folder: Path, *names: str) -> str:
    """Judge specimens into a store."""
    program("check", *(MEDIA / name for name in names), "--output", f"{folder}/")
    return str(folder)


@pytest.mark.parametrize(
    ("names", "status"),
    [(("image-ok.png",), 0), (("image-ok.png", "image-gif.gif"), 1), (("image-truncated.jpg",), 1)],
)
def test_it_ends_as_the_verdicts_do(program: Program, tmp_path: Path, names: tuple[str, ...], status: int) -> None:
    ended = program("report", stored(program, tmp_path / "store", *names))
    assert (ended.status, ended.err) == (status, "")


@pytest.mark.parametrize("form", sorted(RENDERED))
def test_each_form_is_printed_whole(program: Program, tmp_path: Path, form: str) -> None:
    out = program("report", stored(program, tmp_path / "store", "image-ok.png", "image-gif.gif"), "--format", form).out
    if form == "json":
        jsonschema.validate(json.loads(out), schema_of("summary"))
    elif form == "csv":
        assert [row[3:] for row in csv.reader(io.StringIO(out))][1] == ["2", "1", "1", "0"]
    else:
        assert "image/format" in out


@pytest.mark.parametrize("words", [(), ("nowhere",), ("store", "--format", "pdf"), ("store", "more")])
def test_a_wrong_call_ends_with_2(program: Program, tmp_path: Path, words: tuple[str, ...]) -> None:
    stored(program, tmp_path / "store", "image-ok.png")
    assert program("report", *words).status == 2


def test_a_folder_without_verdicts_is_no_store(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = program("report", "empty", "--format", "json")
    assert (ended.status, ended.out) == (2, "")
    assert "no verdicts" in ended.err


def test_a_store_that_is_damaged_could_not_be_read(program: Program, tmp_path: Path) -> None:
    folder = Path(stored(program, tmp_path / "store", "image-ok.png"))
    (folder / "manifest.json").write_text("{")
    ended = program("report", folder)
    assert (ended.status, ended.out) == (3, "")
    assert "manifest.json" in ended.err
