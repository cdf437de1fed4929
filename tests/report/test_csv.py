"""CSV, read by the csv module as a spreadsheet reads it."""

import csv
import io
from fractions import Fraction

import pytest

from preflight.report.csv import text_cell
from preflight.values.findings import Finding, Judged
from tests import made
from tests.report.fixed import ASSETS, DURATION, REQUEST, asset, written


def rows(*judged: Judged, findings: tuple[Finding, ...] | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written("csv", judged, findings), newline=""), strict=True))


def test_each_finding_is_a_row_and_what_is_clean_is_one() -> None:
    found = rows(*ASSETS, findings=REQUEST)
    assert [(row["path"], row["verdict"], row["rule"]) for row in found[:4]] == [
        ("stills/style.png", "pass", ""),
        ("stills/rider.jpg", "pass", "image/name"),
        ("pov.mov", "fail", "video/duration"),
        ("pov.mov", "fail", "video/pixels"),
    ]
    assert len(found) == sum(max(1, len(one.findings)) for one in ASSETS) + len(REQUEST)


def test_a_row_tells_all_of_a_finding() -> None:
    (row,) = rows(asset("pov.mov", made.VIDEO, DURATION))
    assert row == {
        "path": "pov.mov",
        "role": "",
        "kind": "video",
        "verdict": "fail",
        "rule": "video/duration",
        "severity": "error",
        "message": "16.016 s long; 2 to 15 s allowed",
        "measured": "16.016",
        "unit": "s",
        "limit": "2..15",
        "margin": "-1.016",
        "fix": "lossy",
        "how": "PyAV, sample index with edit list",
        "source": "reference-to-video document, 'Video': 2-15 seconds a clip",
        "profile": "house-2026",
        "preflight": "1.2.3",
    }


def test_what_is_said_of_the_request_is_of_kind_request() -> None:
    found = rows(ASSETS[0], findings=REQUEST)
    assert [(row["path"], row["kind"], row["verdict"]) for row in found[1:]] == [("", "request", "fail")] * 2


def test_every_row_has_every_column() -> None:
    lines = list(csv.reader(io.StringIO(written("csv", ASSETS, REQUEST), newline=""), strict=True))
    assert {len(line) for line in lines} == {16}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])  # noqa: RUF001 - the wide signs, too
def test_words_that_could_begin_a_formula_get_an_apostrophe(begin: str) -> None:
    name = f"{begin}HYPERLINK(1).png"
    found = Finding(rule="image/name", severity="error", message=name, measured=name, limit=name, how=name, source=name)
    (row,) = rows(asset(name, made.IMAGE, found))
    assert {row[column] for column in ("path", "message", "measured", "limit", "how", "source")} == {f"'{name}"}


@pytest.mark.parametrize("name", ["\t=1", "\r=1", "\n=1", "\r\n+1", "\x00=1"])
def test_what_stands_invisibly_before_a_formula_is_shown(name: str) -> None:
    assert text_cell(name).startswith("\\")
    assert text_cell(name).isprintable()


@pytest.mark.parametrize(("value", "cell"), [(Fraction(-127, 125), "-1.016"), (-3, "-3"), (5, "5"), (None, "")])
def test_a_number_of_ours_stays_a_number(value: Fraction | int | None, cell: str) -> None:
    (row,) = rows(asset("a.mov", made.VIDEO, Finding(rule="x/y", severity="error", message="m", measured=value)))
    assert row["measured"] == cell


@pytest.mark.parametrize("words", ["a=1", "'quoted'", "1-2", ""])
def test_other_words_stay_as_they_are(words: str) -> None:
    assert text_cell(words) == words
