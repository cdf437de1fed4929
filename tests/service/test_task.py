"""A task as the service tells it: what is odd is not known, and no number is taken for what it is not."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.service.task import Task, amount_of, read_length_s, read_model, table_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(("status", "over"), [("completed", True), ("failed", True), ("cancelled", True)])
@pytest.mark.parametrize("going", ["", "pending", "processing", "queued", "COMPLETED"])
def test_only_three_words_end_a_task(status: str, over: bool, going: str) -> None:
    assert Task(id="a", status=status).is_over is over
    assert not Task(id="a", status=going).is_over


@given(st.integers(0, 2**34))
def test_when_it_was_made_is_told_in_seconds(seconds: int) -> None:
    assert Task(id="a", raw={"created": seconds}).created_at == datetime.fromtimestamp(seconds, UTC)


@given(JSON)
def test_anything_may_stand_where_something_else_belongs(odd: Any) -> None:  # noqa: ANN401 - any JSON
    task = Task(id="a", raw={"created": odd, "model": odd, "task_info": odd})
    assert task.created_at is None or task.created_at.tzinfo is UTC
    assert task.model is None or task.model
    assert task.video_s is None or task.video_s > 0
    assert isinstance(table_of(odd), dict)
    assert read_length_s(odd) is None or read_length_s(odd) == amount_of(odd)


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        (5, Fraction(5)),
        (-5, Fraction(-5)),
        (0.1, Fraction(1, 10)),
        ("12.5", Fraction(25, 2)),
        (True, None),
        (None, None),
        ("", None),
        ("1e5", None),
        ("1/2", None),
        (" 5", None),
        ("٣", None),
        (float("nan"), None),
        (10**16, None),
        ("0." + "1" * 21, None),
    ],
)
def test_an_amount_is_a_plain_number_quoted_or_not(told: object, amount: Fraction | None) -> None:
    assert amount_of(told) == amount


@pytest.mark.parametrize(
    ("told", "seconds"), [(5, 5), ("5", 5), (5.0, 5), (5.5, None), (0, None), (-1, None), ("auto", None), (None, None)]
)
def test_a_length_is_a_whole_number_of_seconds_above_nought(told: object, seconds: int | None) -> None:
    assert read_length_s(told) == seconds
    assert Task(id="a", raw={"task_info": {"video_duration": told}}).video_s == seconds


@pytest.mark.parametrize(
    ("told", "model"),
    [(" Seedance-2.0 ", "seedance-2.0"), ("STRASSE", "strasse"), ("straße", "strasse"), ("  ", None), (7, None)],
)
def test_models_are_compared_without_case_and_blanks(told: object, model: str | None) -> None:
    assert read_model(told) == model
