import pytest

from preflight.errors import CallError
from preflight.mcp.offers import LIVES_S, Offers


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
