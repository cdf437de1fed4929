"""Every way in which an exchange can go wrong has one place in the error tree, and no message holds the key."""

import logging
import ssl
import traceback
from collections.abc import Callable

import httpx
import pytest

from preflight.errors import CallError, PreflightError, Refused, Unreachable
from preflight.service import http as wire
from preflight.service.http import Busy, HttpChannel, ResponseLost, cleaned, fault, retry, shown_url
from tests.upload.stranger import KEY, Reply, Stranger, closed_url, drop, say, silence


def call(*replies: Reply, deaf: int = 0) -> object:
    with Stranger(*replies, deaf=deaf) as stranger, HttpChannel(stranger.url, KEY) as line:
        return line.call("GET", "/v1/x")


def error_of(*replies: Reply, deaf: int = 0) -> PreflightError:
    with pytest.raises(PreflightError) as caught:
        call(*replies, deaf=deaf)
    assert KEY not in "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.advice
    return caught.value


def subclasses(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(subclasses(below) for below in kind.__subclasses__()))


NOTHING_LEFT = {httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError}
WRONG_ADDRESS = {httpx.UnsupportedProtocol, httpx.InvalidURL}
EXCEPTIONS = sorted(
    {
        one
        for root in (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)
        for one in subclasses(root)
        if one.__module__ == "httpx"
    },
    key=lambda one: one.__name__,
)


def raised(kind: type[Exception]) -> Exception:
    if issubclass(kind, httpx.HTTPStatusError):
        request = httpx.Request("GET", "http://x")
        return kind("words", request=request, response=httpx.Response(500, request=request))
    return kind("words") if kind.__init__ is not httpx.StreamConsumed.__init__ and _takes_words(kind) else kind()


def _takes_words(kind: type[Exception]) -> bool:
    try:
        kind("words")
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_every_exception_of_httpx_has_a_place(kind: type[Exception]) -> None:
    found = type(fault(raised(kind), "here"))
    if kind in NOTHING_LEFT:
        assert found is Unreachable
    elif kind in WRONG_ADDRESS:
        assert found is CallError
    else:
        assert found is ResponseLost


def test_the_list_of_exceptions_is_not_empty_and_public() -> None:
    named = {getattr(httpx, name) for name in httpx.__all__}
    assert {one for one in named if isinstance(one, type) and issubclass(one, Exception)} <= set(EXCEPTIONS)


@pytest.mark.parametrize("kind", EXCEPTIONS)
def test_every_exception_is_caught_on_its_way(kind: type[Exception]) -> None:
    def break_off(_: httpx.Request) -> httpx.Response:
        raise raised(kind)

    with (
        HttpChannel("http://127.0.0.1", KEY, transport=httpx.MockTransport(break_off)) as line,
        pytest.raises(PreflightError),
    ):
        line.call("GET", "/")


def test_an_answer_is_returned_as_json() -> None:
    assert call(say({"id": "한국어", "unknown": [1, None]})) == {"id": "한국어", "unknown": [1, None]}


def test_the_key_is_a_bearer_token_and_the_program_names_itself() -> None:
    with Stranger(say({})) as stranger, HttpChannel(stranger.url, KEY) as line:
        line.call("GET", "/v1/x", params={"page": 2})
    (heard,) = stranger.heard
    assert heard.path == "/v1/x?page=2"
    assert heard.headers["authorization"] == f"Bearer {KEY}"
    assert heard.headers["user-agent"] == wire.CALL_AGENT


def test_a_path_in_the_address_is_kept() -> None:
    with Stranger(say({})) as stranger, HttpChannel(f"{stranger.url}/proxy/", KEY) as line:
        line.call("GET", "/v1/x")
    assert stranger.heard[0].path == "/proxy/v1/x"


def test_no_connection_means_that_nothing_happened() -> None:
    with HttpChannel(closed_url(), KEY) as line, pytest.raises(Unreachable, match="no connection"):
        line.call("GET", "/")


def test_a_host_without_an_address_is_unreachable() -> None:
    with HttpChannel("https://no-such-host.invalid", KEY) as line, pytest.raises(Unreachable):
        line.call("GET", "/")


def test_a_name_that_no_host_can_have_is_a_wrong_call() -> None:
    with pytest.raises(CallError), HttpChannel(f"https://{'a' * 70}.invalid", KEY) as line:
        line.call("GET", "/")


LOST: dict[str, Reply] = {
    "dropped after reading": drop,
    "closed without a word": b"",
    "not HTTP": b"220 smtp ready\r\n\r\n",
    "truncated JSON": say(b'{"id": "task-uni'),
    "truncated body": say(b'{"id": "x"}', Content_Length="500"),
    "no JSON": say(b"<html>Welcome to the hotel</html>"),
    "nothing": say(b""),
    "no content": say(b"", 204),
    "not UTF-8": say(b'{"id": "\xff\xfe"}'),
    "deeply nested": say(b"[" * 100_000 + b"]" * 100_000),
    "too large": say(b'"' + b"x" * (wire.ANSWER_MAX_BYTES + 1) + b'"'),
    "badly packed": say(b"not gzip", Content_Encoding="gzip"),
    "500": say({"error": {"message": "oops"}}, 500),
    "502": say(b"<html>bad gateway</html>", 502),
    "504": say(b"", 504),
    "524": say(b"", 524),
    "see other": say(b"", 303, Location="/v1/tasks/1"),
    "found, which often means see other": say(b"", 302, Location="/v1/tasks/1"),
    "paid, perhaps": say({"error": {"code": "paid_outcome_unknown", "message": "m"}}, 402),
    "a key used before": say({"error": {"code": "idempotency_conflict", "message": "m"}}, 422),
    "500 in disguise": say({"success": False, "code": 500, "msg": "storage failed"}),
}


@pytest.mark.parametrize("reply", LOST.values(), ids=LOST.keys())
def test_an_answer_that_does_not_tell_is_lost(reply: Reply) -> None:
    assert type(error_of(reply)) is ResponseLost


def test_a_connection_dropped_before_reading_may_still_have_carried_the_request() -> None:
    assert type(error_of(deaf=1)) is ResponseLost


def test_silence_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ_S", 0.2)
    assert type(error_of(silence)) is ResponseLost


def test_an_answer_that_drips_for_ever_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "ANSWER_S", -1.0)
    assert "not whole" in error_of(say({"id": "x"})).message


REFUSALS = {
    "API": (say({"error": {"code": "invalid_api_key", "message": "bad key"}}, 401), 401, "invalid_api_key", "bad key"),
    "integer code": (say({"error": {"code": 17, "message": "m"}}, 400), 400, "17", "m"),
    "plain error": (say({"error": "only words"}, 400), 400, "", "only words"),
    "files": (say({"success": False, "code": 40001, "msg": "too large"}), 200, "40001", "too large"),
    "files, HTTP code": (say({"success": False, "code": 401, "msg": "who?"}), 401, "401", "who?"),
    "error with 200": (say({"error": {"message": "no"}}), 200, "", "no"),
    "detail": (say({"detail": "Not Found"}, 404), 404, "", "Not Found"),
    "no words": (say(b"<html></html>", 403), 403, "", "no reason given"),
    "wrong types": (say({"error": {"code": [1], "message": {"a": 1}}}, 400), 400, "[1]", "no reason given"),
    "list": (say([1, 2], 400), 400, "", "no reason given"),
    "cut": (say(b'{"error"', 402, Content_Length="999"), 402, "", "no reason given"),
    "redirect": (say(b"", 308, Location="http://127.0.0.1:1/"), 308, "", "no reason given"),
    "nulls": (say({"error": None, "code": None, "msg": None}, 400), 400, "", "no reason given"),
}


@pytest.mark.parametrize(("reply", "status", "code", "words"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_is_told_in_the_services_words(reply: bytes, status: int, code: str, words: str) -> None:
    error = error_of(reply)
    assert isinstance(error, Refused)
    assert (error.status, error.code, words in error.message) == (status, code, True)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 413, 429, 503])
def test_a_known_status_comes_with_advice(status: int) -> None:
    assert error_of(say(b"", status)).advice


@pytest.mark.parametrize("code", [40001, 40002, 40003])
def test_a_known_code_of_the_files_service_comes_with_advice(code: int) -> None:
    assert error_of(say({"success": False, "code": code, "msg": "no"})).advice


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_did_not_act(status: int) -> None:
    error = error_of(say({"error": {"message": "later"}}, status, Retry_After="7"))
    assert isinstance(error, Busy)
    assert (error.status, error.retry_after_s) == (status, 7.0)


def test_a_redirect_is_not_followed_and_the_key_stays() -> None:
    with Stranger(say({})) as other:
        assert isinstance(error_of(say(b"", 307, Location=f"{other.url}/v1/x")), Refused)
    assert other.connections == 0


def test_words_that_repeat_the_key_are_cleaned_of_it() -> None:
    error = error_of(say({"error": {"code": f"bad-{KEY}", "message": f"no such key: {KEY}"}}, 401))
    assert isinstance(error, Refused)
    assert KEY not in error.message + error.code
    assert "[key]" in error.message


def test_a_status_line_that_repeats_the_key_is_cleaned_of_it() -> None:
    error_of(f"HTTP/1.1 {KEY}\r\n\r\n".encode())


def test_nothing_logged_holds_the_key(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        call(say({}))
        error_of(drop)
    assert KEY not in caplog.text


def test_no_repr_holds_the_key() -> None:
    with HttpChannel("https://api.example.com", KEY) as line:
        assert KEY not in repr(line) + str(line)


@pytest.mark.parametrize("key", ["", "  ", "sk secret", "sk-\n", "sk-é", f"{KEY}\r\nX: y", "k" * 1025])
def test_a_key_that_cannot_be_a_header_is_refused_unseen(key: str) -> None:
    with pytest.raises(CallError, match=r"^key: ") as caught:
        HttpChannel("https://api.example.com", key)
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "api.example.com",
        "ftp://x",
        "http://api.example.com",
        "https://u:pass@x",
        "https://x?a",
        "https://x:port",
        "https://",
    ],
)
def test_an_origin_that_would_give_the_key_away_or_is_none_is_refused(origin: str) -> None:
    with pytest.raises(CallError) as caught:
        HttpChannel(origin, KEY)
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize("origin", ["http://localhost:1", "http://127.0.0.1", "http://[::1]:2", "http://a.localhost"])
def test_plain_http_is_for_this_machine(origin: str) -> None:
    HttpChannel(origin, KEY).close()


def test_a_wrong_certificate_is_unreachable() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(str(ssl.SSLCertVerificationError("self-signed certificate")))

    carrier = httpx.MockTransport(refuse)
    with (
        HttpChannel("https://x.example", KEY, transport=carrier) as line,
        pytest.raises(Unreachable, match="self-signed"),
    ):
        line.call("GET", "/")


def failing(*errors: PreflightError) -> Callable[[], str]:
    left = list(errors)

    def attempt() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return attempt


def test_patience_waits_longer_each_time_and_as_long_as_asked() -> None:
    slept: list[float] = []
    busy = Busy("later", retry_after_s=9.0, status=429, code="")
    for_ever = Busy("later", retry_after_s=9999.0, status=429, code="")
    errors = (Unreachable("a"), busy, for_ever)
    assert retry(failing(*errors), (Unreachable, Busy), sleep=slept.append) == "done"
    assert slept == [0.5, 9.0, 60.0]


def test_patience_ends_after_four_attempts() -> None:
    slept: list[float] = []
    with pytest.raises(Unreachable):
        retry(failing(*[Unreachable("a")] * 9), (Unreachable,), sleep=slept.append)
    assert slept == [0.5, 1.0, 2.0]


def test_patience_is_only_for_what_it_was_asked_for() -> None:
    with pytest.raises(ResponseLost):
        retry(failing(ResponseLost("a")), (Unreachable, Busy), sleep=lambda _: pytest.fail("slept"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h/p.mp4?X-Amz-Signature=abc#f", "https://h/p.mp4?..."),
        ("https://user:pass@h:1/p", "https://h:1/p"),
        ("https://us@er:p@h/p", "https://h/p"),
        ("https://h/p#secret?x", "https://h/p"),
        ("https://h/\u202egpj.exe", "https://h/\\u202egpj.exe"),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert shown_url(url) == shown


def test_words_are_one_line_without_anything_a_terminal_acts_upon() -> None:
    assert cleaned("a\x1b[31m\n b\u202e") == "a\\x1b[31m b\\u202e"
    assert len(cleaned("x" * 10_000)) == wire.WORDS_MAX
