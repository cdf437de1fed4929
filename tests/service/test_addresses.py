"""What a call names: there or refused, brought and removed, sent where it is meant to go, and for no more than said."""

from fractions import Fraction

import msgspec
import pytest

from preflight.errors import CallError
from preflight.profiles import load
from preflight.request.file import RequestSpec
from preflight.request.price import estimate, refuse_costly
from preflight.service.addresses import addresses, is_local
from preflight.upload.bucket import place_of

PROFILE = load()
OURS, FILES = "https://service.example.com", "https://files.example.com"
OF_PROFILE = (PROFILE.service.base_url, PROFILE.service.files_url)


@pytest.mark.parametrize(
    ("base_url", "files_url", "expected"),
    [
        (None, None, OF_PROFILE),
        (None, FILES, (OF_PROFILE[0], FILES)),
        (OURS, None, (OURS, OURS)),
        (OURS, FILES, (OURS, FILES)),
    ],
)
def test_a_service_of_ones_own_serves_both_unless_something_else_is_said(
    base_url: str | None, files_url: str | None, expected: tuple[str, str]
) -> None:
    assert addresses(PROFILE, base_url, files_url) == expected


def test_only_a_service_that_is_named_and_on_this_machine_is_local() -> None:
    assert is_local("http://127.0.0.1:8787")
    assert is_local("http://[::1]/")
    assert not is_local(OURS)
    assert not is_local(None)


def test_there_is_a_bucket_only_where_one_is_named() -> None:
    assert place_of(None, PROFILE, allow_private=False) is None
    with pytest.raises(CallError, match="expected s3://"):
        place_of("ftp://bucket", PROFILE, allow_private=False)


# ---- the price ------------------------------------------------------------------------------------------------------


def test_a_price_within_the_limit_is_let_through_and_the_limit_itself_too() -> None:
    price = estimate(RequestSpec(prompt="A.", duration=4, quality="480p"), PROFILE, Fraction(0))
    assert price is not None
    refuse_costly(price.credits, price, "the most")
    with pytest.raises(CallError, match="more than the most") as raised:
        refuse_costly(price.credits - Fraction(1, 100), price, "the most", hint=": try it")
    assert raised.value.advice == "A shorter video or a lower quality costs less: try it."


def test_what_cannot_be_priced_is_refused_under_any_limit() -> None:
    unpriced = msgspec.structs.replace(PROFILE, price=msgspec.structs.replace(PROFILE.price, models={}))
    price = estimate(RequestSpec(prompt="A.", duration=4), unpriced, Fraction(0))
    with pytest.raises(CallError, match=r"so max_credits 1,000 forbids it") as raised:
        refuse_costly(Fraction(1000), price, "max_credits")
    assert raised.value.advice.startswith("Leave max_credits out")
