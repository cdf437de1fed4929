from fractions import Fraction

import pytest

from preflight.errors import CallError
from preflight.mcp.offers import LIVES_S, Budget, Offers


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_token_is_good_once() -> None:
    offers = Offers()
    token, _ = offers.give("estimated", "a")
    offers.take("estimated", token, "a")
    with pytest.raises(CallError, match="was used"):
        offers.take("estimated", token, "a")


def test_a_token_is_good_for_what_it_was_given_for_alone_and_not_spent_by_another_try() -> None:
    offers = Offers()
    token, _ = offers.give("estimated", "a")
    with pytest.raises(CallError, match="another body"):
        offers.take("estimated", token, "b")
    with pytest.raises(CallError, match="not known"):
        offers.take("asked", token, "a")
    offers.take("estimated", token, "a")


def test_a_token_ends() -> None:
    clock = Clock()
    offers = Offers(clock)
    token, _ = offers.give("estimated", "a")
    clock.now = LIVES_S
    with pytest.raises(CallError, match="has ended"):
        offers.take("estimated", token, "a")


def test_the_oldest_tokens_give_way() -> None:
    offers = Offers()
    tokens = [offers.give("estimated", "a")[0] for _ in range(1002)]
    with pytest.raises(CallError):
        offers.take("estimated", tokens[0], "a")
    offers.take("estimated", tokens[-1], "a")


def test_what_is_sent_without_asking_has_a_limit_together() -> None:
    budget = Budget(Fraction(50))
    budget.spend(Fraction(30))
    with pytest.raises(CallError, match="20 credits are left"):
        budget.spend(Fraction(21))
    with pytest.raises(CallError, match="20 credits are left"):
        budget.spend(None)
    budget.spend(Fraction(20))
    Budget().spend(None)
