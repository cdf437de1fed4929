"""A price and a rule as JSON: numbers where they are known, and None where they are not."""

from fractions import Fraction

import pytest

from preflight.profiles.loader import DEFAULT, load
from preflight.report.estimate import PARTS, estimate_json, rule_json
from preflight.request.file import RequestSpec
from preflight.request.price import estimate
from preflight.rules import RULES
from tests.specimens import PROFILE


def test_a_price_is_told_in_credits_and_dollars_with_what_it_counts() -> None:
    price = estimate(RequestSpec(duration=5, quality="720p"), PROFILE, Fraction(7), {})
    assert price
    found = estimate_json(price, PROFILE)
    assert found["credits"] == float(price.credits)
    assert found["usd"] * float(PROFILE.price.credits_per_usd) == pytest.approx(found["credits"])
    assert (found["output_s"], found["input_s"], found["billed_s"]) == (5, 7, 12)
    assert found["read"] == PROFILE.price.read.isoformat()


def test_without_a_price_nothing_is_told_as_nought() -> None:
    found = estimate_json(None, PROFILE)
    assert {name: found[name] for name in ("credits", "usd", "output_s", "read", *PARTS)} == dict.fromkeys(
        ("credits", "usd", "output_s", "read", *PARTS)
    )


def test_every_rule_is_told_with_its_place_and_limit_or_without() -> None:
    profile = load(DEFAULT)
    for rule_id, rule in RULES.items():
        found = rule_json(rule, profile)
        assert found["rule"] == rule_id
        assert all(found[part] for part in ("what", "why", "fix", "source")), rule_id
        assert found["limit"] is None or found["read"] is not None, rule_id
        assert found["place"] is not None or found["limit"] is None, rule_id
