"""What it takes until a model takes a file has an order that every face shares, the least first."""

import json
from itertools import pairwise
from typing import get_args

import jsonschema
import pytest

from preflight.report.json import dump
from preflight.report.schemas import schema_of
from preflight.report.where import SAID, WhereQuestion, where_report
from preflight.values.places import WAYS, Answer, Place, Way


def test_every_way_has_its_place_and_its_words() -> None:
    assert get_args(Way) == WAYS
    assert {*SAID} == {*WAYS}
    for less, more in pairwise(("as it is", "doubtful", "lossless", "lossy", "never")):
        assert WAYS.index(less) < WAYS.index(more)
    assert WAYS[-1] == "unsure"


def test_what_could_not_be_measured_is_never_as_it_is() -> None:
    assert WAYS.index("unsure") > WAYS.index("as it is")


@pytest.mark.parametrize("way", WAYS)
def test_a_place_of_any_way_is_told_as_its_schema_says(way: Way) -> None:
    doubt = Answer(way="doubtful", rule="image/side", why="the documents disagree")
    why = (Answer(way=way, rule="image/format", doubts=(doubt,)),)
    place = Place(model="m", edition="e", way=way, counts=dict.fromkeys(WAYS, 0) | {way: 1}, why=why)
    told = json.loads(dump(where_report([place], WhereQuestion(files=1, request=None))))
    jsonschema.validate(told, schema_of("where"))


def test_a_place_that_says_no_more_has_nothing_in_its_way_and_no_price() -> None:
    place = Place(model="m", edition="e", way="as it is", counts={"as it is": 1})
    assert (place.why, place.doubts, place.usd, place.unsaid, place.check_only) == ((), 0, None, (), None)
