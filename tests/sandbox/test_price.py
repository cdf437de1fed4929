"""What a task costs, by the published rules."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import httpx
import pytest

from preflight.sandbox.documents import documents
from preflight.sandbox.price import price, shown
from tests.sandbox.wire import FAST, MINI, STANDARD

if TYPE_CHECKING:
    from preflight.sandbox import Sandbox


@pytest.mark.parametrize(
    ("model", "quality", "duration_s", "input_s", "credits_"),
    [
        (STANDARD, "720p", 10, "0", "135"),
        (STANDARD, "720p", 10, "5", "164.43"),
        (STANDARD, "720p", 5, "15", "164.43"),
        (STANDARD, "720p", 10, "10.01", "165.25215"),
        (STANDARD, "480p", 4, "0", "25.11"),
        (STANDARD, "1080p", 10, "0", "337.5"),
        (STANDARD, "4k", 10, "2", "850.5"),
        (FAST, "720p", 10, "0", "82.013"),
        (FAST, "480p", 4, "2", "18.1740808"),
        (MINI, "480p", 4, "0", "5.022"),
    ],
)
def test_worked_examples(model: str, quality: str, duration_s: int, input_s: str, credits_: str) -> None:
    cost = price(documents().tier_of(model), quality=quality, duration_s=duration_s, input_s=Fraction(input_s))
    assert cost == Fraction(credits_)


def test_no_task_costs_less_than_the_minimum() -> None:
    standard = documents().tier_of(STANDARD)
    assert price(standard, quality="480p", duration_s=1, input_s=Fraction(0)) == Fraction("25.002")


def test_without_the_content_filter_a_task_costs_a_tenth_more() -> None:
    standard = documents().tier_of(STANDARD)
    cost = price(standard, quality="720p", duration_s=10, input_s=Fraction(0), content_filter=False)
    assert shown(cost) == 148.5


def test_the_rules_are_public_and_those_that_a_task_is_priced_by(judging: Sandbox) -> None:
    found = httpx.get(f"{judging.url}/v1/catalog/models/{STANDARD}/pricing-rules", trust_env=False).json()
    assert (found["rate"], found["minimum"], found["billing_rule"]) == (13.5, 25.002, "per_second")
    assert found["factors"]["with_video"]["720p"] == 0.609
    none = httpx.get(f"{judging.url}/v1/catalog/models/none/pricing-rules", trust_env=False)
    assert (none.status_code, none.json()["error"]["code"]) == (404, "model_not_found")
