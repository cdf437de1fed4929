"""`preflight where` and `preflight models`."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from preflight.report.schemas import schema_of
from tests.cli.conftest import FIXTURES, MEDIA, Program

PICTURE = MEDIA / "image-ok.png"
DEMO = FIXTURES / "demo"


def test_a_file_is_asked_of_every_model(program: Program) -> None:
    ended = program("where", PICTURE)
    first = ended.out.splitlines()[0]
    assert ended.status == 0
    assert first.startswith("as it is")
    assert any(line.startswith("never") and "seedance-2.5-text-to-video" in line for line in ended.out.splitlines())


def test_json_keeps_to_its_schema(program: Program) -> None:
    told = json.loads(program("where", DEMO / "rider.jpg", DEMO / "plain.png", "--format", "json").out)
    jsonschema.validate(told, schema_of("where"))
    assert told["files"] == 2
    assert {one["model"] for one in told["places"]} > {"wan3.0-reference-video", "kling-v3-motion-control"}


def test_what_is_in_doubt_is_no_yes_in_any_format(program: Program) -> None:
    only = ("--model", "byteplus/seedance-2.0")
    ended = program("where", DEMO, *only)
    assert ended.status == 1
    assert ended.out.startswith("perhaps as it is")
    assert "    perhaps: video/duration: " in ended.out
    told = json.loads(program("where", DEMO, *only, "--format", "json").out)
    jsonschema.validate(told, schema_of("where"))
    (place,) = told["places"]
    assert (place["way"], place["doubts"]) == ("doubtful", place["counts"]["doubtful"])
    rows = list(csv.DictReader(io.StringIO(program("where", DEMO, *only, "--format", "csv").out)))
    assert {(row["way"], row["doubtful"]) for row in rows} == {("doubtful", str(place["doubts"]))}
    assert "perhaps as it is" in program("where", DEMO, *only, "--format", "html").out


def test_a_row_of_csv_says_what_stands_in_the_way(program: Program) -> None:
    rows = list(csv.DictReader(io.StringIO(program("where", DEMO / "rider.jpg", "--format", "csv").out)))
    of = {row["model"]: row for row in rows}
    assert of["minimax-h3-reference-to-video"]["way"] == "as it is"
    assert of["seedance-2.5-reference-to-video"]["rule"] == "image/format"


def test_a_page_is_well_formed(program: Program) -> None:
    page = program("where", PICTURE, "--format", "html").out
    assert ET.fromstring(page.removeprefix("<!DOCTYPE html>\n")).tag == "html"  # noqa: S314 - our own page


def test_models_are_chosen_by_a_word_and_sources_are_one_flag_away(program: Program) -> None:
    out = program("where", DEMO / "plain.png", "--model", "minimax", "--sources").out
    assert "seedance" not in out
    assert "api-manual/video-series/minimax" in out
    out = program("where", DEMO / "plain.png", "--model", "fal/seedance-2.5", "--sources").out
    assert "  3 limits not told" in out.splitlines()[0]
    assert "not told by its documents: image.side_px, image.aspect_ratio, image.bytes" in out


def test_a_request_is_asked_as_a_whole(program: Program) -> None:
    told = json.loads(program("where", DEMO / "request.toml", "--format", "json").out)
    assert told["request"] == str(DEMO / "request.toml")
    of = {one["model"]: one for one in told["places"]}
    assert of["seedance-2.0-reference-to-video"]["way"] == "lossy"
    assert {why["rule"] for why in of["minimax-h3-reference-to-video"]["why"]} >= {"request/quality"}


def test_nothing_to_ask_about_is_a_wrong_call(program: Program, tmp_path: Path) -> None:
    assert program("where").status == 2
    assert program("where", tmp_path).status == 2


def test_every_model_is_listed_with_what_it_takes(program: Program) -> None:
    lines = {line.split()[0]: line for line in program("models").out.splitlines()}
    assert "0..30 images, 0..10 videos, 0..10 audios; 4 to 30 or -1 s" in lines["seedance-2.5-reference-to-video"]
    assert "image_start, image_end" in lines["wan3.0-image-to-video"]


def test_one_model_is_told_in_full_with_what_changed_between_its_editions(program: Program) -> None:
    out = program("models", "seedance-2.0-reference-to-video").out
    assert "video.pixels = 409600..927408" in out
    assert "Changed in seedance-2.0-2026-10:" in out
    assert "  video.pixels: 409600..927408 -> 409600..2086876" in out


@pytest.mark.parametrize("name", ["seedance-2.5-referense-to-video", "minimax-h3"])
def test_a_model_with_a_typo_is_told_with_those_that_are_like_it(name: str, program: Program) -> None:
    ended = program("models", name)
    assert ended.status == 2
    assert "Nearest: " in ended.err
    assert ended.err.count(",") == 2
