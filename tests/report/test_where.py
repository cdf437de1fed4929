"""Where files can be sent: what is sure, what is in doubt, and what stands in the way."""

import csv
import io
import json
from fractions import Fraction
from typing import Any

import pytest

from preflight.report.where import COLUMNS, SAID, STYLES, WhereQuestion, table_lines, where_csv, where_html, where_json
from preflight.values.places import WAYS, Answer, Place, Way

FILES, REQUEST = WhereQuestion(files=3), WhereQuestion(files=3, request="request.toml")
NONE = dict.fromkeys(WAYS, 0)
WHY = Answer(way="never", why="20 s long", rule="video/duration", source="a page")


def place(way: Way, counts: dict[Way, int] | None = None, **more: Any) -> Place:  # noqa: ANN401 - any field of a place
    return Place(model="a-model", edition="an-edition", way=way, counts=NONE | (counts or {way: 3}), **more)


def lines(*places: Place, asked: WhereQuestion = FILES, sources: bool = False) -> list[str]:
    return ["".join(words for words, _ in line) for line in table_lines(places, asked, sources=sources)]


def test_every_way_has_words_and_a_color() -> None:
    assert set(SAID) == set(STYLES) == set(WAYS)
    assert len(set(SAID.values())) == len(WAYS)


@pytest.mark.parametrize("way", WAYS)
def test_a_model_has_a_line_that_says_what_it_takes(way: Way) -> None:
    (line,) = lines(place(way))
    assert line.split("  ")[0] == SAID[way]
    assert line.rstrip().endswith("a-model")


def test_columns_stand_beneath_each_other_whatever_the_models_are_called() -> None:
    long = place("never")
    short = Place(model="b", edition="e", way="as it is", counts=NONE | {"as it is": 3}, usd=Fraction(1, 10))
    first, second = lines(long, short)
    assert first.index("a-model") == second.index("b")
    assert second.index("about") >= first.index("a-model") + len("a-model")


def test_files_that_need_different_things_are_counted_and_those_of_a_request_are_not() -> None:
    mixed = place("lossy", {"as it is": 1, "lossy": 2})
    assert "1 as it is, 2 after a lossy fix" in lines(mixed)[0]
    assert "1 as it is" not in lines(mixed, asked=REQUEST)[0]


def test_what_stays_in_doubt_behind_a_fix_is_told() -> None:
    doubtful = place("lossy", {"doubtful": 1, "lossy": 2}, doubts=3)
    assert "2 in doubt then" in lines(doubtful)[0]
    assert "in doubt then" in lines(doubtful, asked=REQUEST)[0]
    assert "in doubt" not in lines(place("doubtful", {"doubtful": 3}, doubts=3))[0]


def test_the_price_is_of_the_request_or_of_a_second() -> None:
    dear = place("as it is", usd=Fraction(1, 8))
    assert lines(dear)[0].endswith("about 0.125 USD/s")
    assert lines(dear, asked=REQUEST)[0].endswith("about 0.125 USD")


def test_what_stands_in_the_way_is_told_with_its_rule_and_with_its_source_where_asked_for() -> None:
    stopped = place("never", why=(WHY, Answer(way="doubtful", why="perhaps not taken")))
    _, first, second = lines(stopped)
    assert first == "    never: video/duration: 20 s long"
    assert second == "    perhaps: perhaps not taken"
    assert lines(stopped, sources=True)[1].endswith("  [a page]")


def test_a_service_that_is_only_checked_for_is_named() -> None:
    assert lines(place("as it is", check_only="fal.ai"))[0].endswith("only checked for: fal.ai")


def test_no_words_act_upon_a_terminal() -> None:
    hostile = place("never", why=(Answer(way="never", why="\x1b[2J", rule="r", source="\x1b[2J"),))
    assert all(line.isprintable() for line in lines(hostile, sources=True))


def test_json_holds_the_whole_answer() -> None:
    found = json.loads(where_json([place("never", why=(WHY,), usd=Fraction(1, 8)), place("as it is")], FILES))
    assert (found["schema"], found["files"], found["request"]) == ("preflight.where/1", 3, None)
    first, second = found["places"]
    assert first["why"] == [{"way": "never", "rule": "video/duration", "message": "20 s long", "source": "a page"}]
    assert (first["usd"], second["usd"], second["why"], second["counts"]["as it is"]) == (0.125, None, [], 3)


def test_csv_has_a_row_for_each_thing_in_the_way_and_one_for_a_model_without_any() -> None:
    stopped, plain = place("never", why=(WHY, WHY)), place("as it is")
    rows = list(csv.reader(io.StringIO(where_csv([stopped, plain]))))
    assert tuple(rows[0]) == COLUMNS
    assert [row[COLUMNS.index("rule")] for row in rows[1:]] == ["video/duration", "video/duration", ""]
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert [row[COLUMNS.index("as_it_is")] for row in rows[1:]] == ["0", "0", "3"]


def test_a_page_escapes_whatever_it_names() -> None:
    hostile = Place(model="<b>", edition="e", way="never", counts=NONE, why=(Answer(way="never", why="<i>&"),))
    page = where_html([hostile], WhereQuestion(files=1, request="<r>.toml"))
    assert page.startswith("<!DOCTYPE html>")
    assert "&lt;b&gt;" in page
    assert "&lt;r&gt;" in page
    assert not any(tag in page for tag in ("<b>", "<i>", "<r>", "None"))
