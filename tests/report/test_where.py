"""Where files can be sent: what is sure, what is in doubt, and what stands in the way."""

import csv
import io
import json
from fractions import Fraction
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.locale import LANGUAGES, Language, speaking
from preflight.locale.columns import columns
from preflight.report.json import dump
from preflight.report.schemas import schema_of
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


# ---- any place ------------------------------------------------------------------------------------------------------

WORD = st.text(max_size=9)
ANSWERS = st.builds(Answer, way=st.sampled_from(WAYS), why=WORD, rule=WORD, source=WORD)
PLACES = st.builds(
    Place,
    model=WORD,
    edition=WORD,
    way=st.sampled_from(WAYS),
    counts=st.fixed_dictionaries({way: st.integers(0, 9) for way in WAYS}),
    doubts=st.integers(0, 9),
    why=st.lists(ANSWERS, max_size=2).map(tuple),
    usd=st.none() | st.fractions(0, 10),
    unsaid=st.lists(st.sampled_from(["image.bytes", "video.side_px"]), max_size=2).map(tuple),
    check_only=st.none() | WORD,
)
SCHEMA = jsonschema.Draft202012Validator(json.loads(dump(schema_of("where"))))


@given(st.lists(PLACES, max_size=3), st.sampled_from([FILES, REQUEST]), st.booleans(), st.sampled_from(LANGUAGES))
def test_a_table_has_a_line_a_model_and_one_for_each_thing_in_its_way(
    places: list[Place], asked: WhereQuestion, sources: bool, tongue: Language
) -> None:
    with speaking(tongue):
        found = lines(*places, asked=asked, sources=sources)
    told = sum(1 for one in places if sources and one.unsaid and one.way != "never")
    assert len(found) == sum(1 + len(one.why) for one in places) + told
    assert all(line.isprintable() for line in found)


@given(st.lists(PLACES, max_size=3), st.sampled_from([FILES, REQUEST]))
def test_json_is_what_its_schema_describes_whatever_it_tells(places: list[Place], asked: WhereQuestion) -> None:
    found = json.loads(where_json(places, asked))
    assert list(SCHEMA.iter_errors(found)) == []
    assert [one["model"] for one in found["places"]] == [one.model for one in places]


@given(st.lists(PLACES, max_size=3))
def test_csv_has_all_its_cells_and_none_is_a_formula(places: list[Place]) -> None:
    rows = list(csv.reader(io.StringIO(where_csv(places), newline="")))
    assert len(rows) == 1 + sum(max(1, len(one.why)) for one in places)
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_models_stand_beneath_each_other_in_every_language(tag: Language) -> None:
    with speaking(tag):
        found = lines(*(place(way) for way in WAYS))
        starts = {columns(line.partition("a-model")[0]) for line in found}
    assert len(starts) == 1


@pytest.mark.parametrize(("many", "words"), [(0, ""), (1, "1 limit not told"), (2, "2 limits not told")])
def test_limits_that_no_document_gives_are_counted_but_not_of_one_that_refuses(many: int, words: str) -> None:
    unsaid = ("image.bytes", "image.side_px")[:many]
    assert lines(place("as it is", unsaid=unsaid))[0].partition("a-model")[2].strip() == words
    assert "not told" not in lines(place("never", unsaid=unsaid))[0]
    assert "not told" not in lines(place("unsure", unsaid=unsaid))[0]
