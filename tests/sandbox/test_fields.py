"""One field of a submission is read by its type, and refused by its name; addresses are addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.sandbox.documents import documents
from preflight.sandbox.errors import ApiError
from preflight.sandbox.fields import asset_url, callback_url, field, urls
from preflight.sandbox.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, LATER = (documents().editions[name] for name in ("2026-04", "2026-10"))
JSON = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.lists(st.integers())
KINDS: tuple[type, ...] = (str, int, bool, list, dict)


def refused(call: Callable[[], object]) -> str | None:
    with pytest.raises(ApiError) as found:
        call()
    assert found.value.status == 400
    return found.value.param


@given(JSON, st.sampled_from(KINDS))
def test_a_field_is_of_its_type_and_true_is_no_number(value: object, kind: type[Any]) -> None:
    body = {"name": value}
    if value is None:
        assert field(body, "name", kind, "default") == "default"
    elif type(value) is kind:
        assert field(body, "name", kind, "default") == value
    else:
        assert refused(lambda: field(body, "name", kind, "default")) == "name"


def test_a_field_that_is_missing_has_its_default() -> None:
    assert field({}, "name", int, 5) == 5


@pytest.mark.parametrize(
    "url", ["http://host/a", "https://host", "HTTPS://HOST/a?b#c", "http://[::1]/a", "http://me:pass@host/a"]
)
def test_an_address_of_an_asset_is_one_of_the_web(url: str) -> None:
    assert asset_url(url, "image_urls[0]") == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "host/a",
        "http://",
        "http:///a",
        "ftp://host/a",
        "file:///a",
        "data:,a",
        "DATA:image/png;base64,A",
        "http://[a",
    ],
)
def test_anything_else_is_refused_by_its_place(url: object) -> None:
    assert refused(lambda: asset_url(url, "image_urls[0]")) == "image_urls[0]"


@given(st.lists(st.sampled_from(("http://host/a", "http://host/b")), max_size=6), st.integers(0, 3), st.integers(0, 4))
def test_an_array_has_between_its_fewest_and_its_most(found: list[str], fewest: int, most: int) -> None:
    if fewest <= len(found) <= most:
        assert urls({"image_urls": found}, "image_urls", (fewest, most)) == tuple(found)
    else:
        assert refused(lambda: urls({"image_urls": found}, "image_urls", (fewest, most))) == "image_urls"


def test_a_wrong_address_in_an_array_is_named_by_its_number() -> None:
    assert refused(lambda: urls({"a": ["http://host/a", "b"]}, "a", (0, 9))) == "a[1]"
    assert refused(lambda: urls({"a": "http://host/a"}, "a", (0, 9))) == "a"


# ---- callbacks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [{}, {"callback_url": None}, {"callback_url": ""}])
def test_without_an_address_nobody_is_called(told: dict[str, object]) -> None:
    assert callback_url(told, LATER, Settings()) is None


@pytest.mark.parametrize("url", ["http://host/done", "ftp://host", "host", "https://", 7])
def test_a_callback_is_https(url: object) -> None:
    assert refused(lambda: callback_url({"callback_url": url}, LATER, Settings())) == "callback_url"


def test_a_test_may_be_called_on_this_machine_alone() -> None:
    settings = Settings(callback_http=True)
    assert callback_url({"callback_url": "http://127.0.0.1:9/a"}, LATER, settings) == "http://127.0.0.1:9/a"
    assert refused(lambda: callback_url({"callback_url": "http://host/a"}, LATER, settings)) == "callback_url"


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "[::1]", "[fd00::1]", "localhost", "a.localhost"]
)
def test_a_private_address_is_refused_where_the_document_says_so(host: str) -> None:
    told = {"callback_url": f"https://{host}/done"}
    assert refused(lambda: callback_url(told, LATER, Settings())) == "callback_url"
    if not FIRST.callback_url_public_only:
        assert callback_url(told, FIRST, Settings()) == told["callback_url"]


def test_an_address_is_no_longer_than_the_document_says() -> None:
    most = LATER.callback_url_max_characters
    assert most
    begin = "https://example.com/"
    assert callback_url({"callback_url": begin + "x" * (most - len(begin))}, LATER, Settings())
    assert refused(lambda: callback_url({"callback_url": begin + "x" * most}, LATER, Settings())) == "callback_url"
