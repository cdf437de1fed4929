"""What reaches buckets is one value of the caller's environment; it shows no secret, in its text or in any message."""

import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.objects.credentials import ANONYMOUS, PREFIXES
from preflight.objects.stores import MOST_WORDS, Stores, as_etag, from_environment

SECRET = "a-secret-that-nobody-shows"  # noqa: S105 - of this test alone
AWS = {"AWS_ACCESS_KEY_ID": "AKIAOFTHISTEST", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}


def stores(**environment: str) -> Stores:
    return from_environment(environment=environment)


def test_a_scheme_is_reached_where_there_are_credentials_and_no_other() -> None:
    assert {*stores(**AWS).settings} == {"s3"}
    assert stores().settings == {}


@pytest.mark.parametrize("scheme", sorted(PREFIXES))
def test_without_credentials_it_is_said_what_to_set(scheme: str) -> None:
    with pytest.raises(CallError, match="no credentials") as lacking:
        stores().refuse_lacking(scheme, "bucket")
    assert "Set " in lacking.value.advice
    with pytest.raises(CallError, match="no credentials"):
        stores().open(scheme, "bucket")


def test_unsigned_every_scheme_is_reached() -> None:
    assert {*from_environment(anonymous=True, environment={}).settings} == {*PREFIXES}
    for scheme, name in ANONYMOUS.items():
        assert {*stores(**{name: "TRUE"}).settings} == {scheme}
        assert stores(**{name: "no"}).settings == {}


def test_google_s_buckets_are_read_alone_where_they_are_unsigned() -> None:
    unsigned = from_environment(anonymous=True, environment={})
    assert unsigned.is_read_only("gs")
    assert not unsigned.is_read_only("s3")
    assert not stores(**AWS).is_read_only("gs")


def test_no_secret_is_shown_by_its_text_and_it_is_the_same_in_another_process() -> None:
    one = stores(**AWS)
    assert SECRET not in repr(one) + "".join(map(str, one.__rich_repr__()))
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - of this test alone
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=Stores) == one


@pytest.mark.parametrize(
    ("endpoint", "is_here"),
    [
        ("http://127.0.0.1:9000", True),
        ("http://localhost:9000", True),
        ("http://s3.localhost", True),
        ("http://[::1]:9000", True),
        ("https://s3.example.com", False),
        ("http://127.0.0.1.attacker.example", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_plain_http_is_for_a_store_of_this_machine_and_a_proxy_for_any_other(endpoint: str, is_here: bool) -> None:
    one = stores(**AWS, AWS_ENDPOINT_URL=endpoint, HTTPS_PROXY="http://proxy:8080", NO_PROXY="inner")
    assert one.allow_http is is_here
    assert (one.proxy, one.excluded) == (("", "") if is_here else ("http://proxy:8080", "inner"))


def test_a_store_is_opened_without_asking_anybody_and_a_wrong_setting_is_said_in_words() -> None:
    assert stores(**AWS).open("s3", "bucket", "a/prefix")
    wrong = msgspec.structs.replace(stores(**AWS), settings={"s3": {"no_such_setting": SECRET}})
    with pytest.raises(CallError, match="cannot be opened") as refused:
        wrong.open("s3", "bucket")
    assert SECRET not in refused.value.message or "no_such_setting" in refused.value.message


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            "Client error: <Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
            "Access Denied [AccessDenied]",
        ),
        ("Generic error: got <?xml version='1.0'?><a>", "Generic error: got"),
        ("Generic error <html><body>", "Generic error"),
        ("short\n\nDebug source: everything", "short"),
        ("https://host/a?X-Amz-Signature=abc is gone", "https://host/a?... is gone"),
        (f"signed with {SECRET}", "signed with"),
    ],
)
def test_a_store_s_words_are_shortened_to_what_it_means(told: str, said: str) -> None:
    words = stores(**AWS).said(OSError(told))
    assert words.startswith(said)
    assert SECRET not in words
    assert "abc" not in words


@given(st.text(max_size=900))
def test_any_words_have_an_end_and_act_on_no_screen(text: str) -> None:
    words = stores(**AWS).said(OSError(text))
    assert len(words) <= MOST_WORDS
    assert words.isprintable()


@pytest.mark.parametrize(
    ("text", "etag"), [(None, None), ("", None), ("abc", '"abc"'), ('"abc"', '"abc"'), ('W/"abc"', 'W/"abc"')]
)
def test_an_etag_is_in_quotes_as_answers_have_it(text: str | None, etag: str | None) -> None:
    assert as_etag(text) == etag
    assert as_etag(as_etag(text)) == etag
