"""A client: an account's settings said once, one session for all calls, from several threads."""

import inspect
import time
import typing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import preflight
from preflight.sandbox import running
from tests.api.conftest import KEY, OK, SHORT, a_request
from tests.below import children
from tests.specimens import MEDIA

PICTURE = MEDIA / "image-gif.gif"


def test_a_client_checks_and_fixes_by_its_own_edition(tmp_path: Path) -> None:
    with preflight.Client(profile="seedance-2.0-2026-10") as client:
        report = client.check(PICTURE, cache=False)
        assert report.profile == "seedance-2.0-2026-10"
        (one,) = client.fix(report, tmp_path / "made")
    assert one.outcome == "fixed"


def test_a_client_submits_waits_and_downloads_with_one_key(tmp_path: Path) -> None:
    with (
        running() as service,
        preflight.Client(KEY, base_url=service.url, ledger=tmp_path / "ledger.sqlite3") as client,
    ):
        request = a_request()
        assert client.check_request(request).verdict == "pass"
        sent = client.submit(request)
        task = client.wait(sent.task_id, poll_s=0.1)
        (film,) = client.download(sent.task_id, tmp_path / "videos")
        with pytest.raises(preflight.CallError, match="the same request was sent"):
            client.submit(request)
    assert task.status == "completed"
    assert film.stat().st_size


def test_a_client_without_a_key_checks_and_refuses_to_send() -> None:
    with preflight.Client() as client:
        assert client.check(OK).verdict == "pass"
        for call in (
            lambda: client.submit(a_request()),
            lambda: client.wait("task-1"),
            lambda: client.download("task-1", "videos"),
        ):
            with pytest.raises(preflight.CallError, match="key"):
                call()


def test_a_client_never_shows_its_key() -> None:
    client = preflight.Client("sk-secret-0123", base_url="http://127.0.0.1:9")
    assert repr(client) == "Client('http://127.0.0.1:9', profile='seedance-2.0-2026-04')"
    client.close()


def test_threads_share_a_client_and_close_leaves_no_child() -> None:
    before = children()
    with preflight.Client() as client, ThreadPoolExecutor(4) as threads:
        verdicts = threads.map(lambda path: client.check(path, cache=False).verdict, [OK, SHORT, PICTURE] * 3)
        assert list(verdicts) == ["pass", "fail", "fail"] * 3
    assert children() == before
    time.sleep(0)


def test_a_closed_client_measures_no_more() -> None:
    client = preflight.Client()
    client.close()
    assert client.check(OK, cache=False).verdict == "unsure"


# ---- the same as the functions --------------------------------------------------------------------------------------

SAID_ONCE = {"profile", "key", "base_url", "files_url", "bucket", "ledger", "agent"}
"""What an account says for all calls."""
METHODS = ("check", "check_request", "fix", "submit", "wait", "download")


def shown(function: Any) -> dict[str, tuple[Any, Any, Any]]:  # noqa: ANN401 - a callable
    """Return each argument's kind, default and type."""
    hints = typing.get_type_hints(function)
    found = inspect.signature(function).parameters.values()
    return {one.name: (one.kind, one.default, hints[one.name]) for one in found if one.name != "self"}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_takes_what_its_function_does_but_what_the_account_says(name: str) -> None:
    alone, method = shown(getattr(preflight, name)), shown(getattr(preflight.Client, name))
    assert {*alone} - {*method} <= SAID_ONCE
    assert method == {argument: how for argument, how in alone.items() if argument in method}


def test_an_account_says_what_some_function_takes() -> None:
    taken = {argument for name in METHODS for argument in shown(getattr(preflight, name))}
    assert {*shown(preflight.Client.__init__)} == SAID_ONCE
    assert taken >= SAID_ONCE


@pytest.mark.parametrize("name", METHODS)
def test_a_method_returns_what_its_function_does_and_says_where_that_is_told(name: str) -> None:
    function, method = getattr(preflight, name), getattr(preflight.Client, name)
    assert typing.get_type_hints(method)["return"] == typing.get_type_hints(function)["return"]
    assert f"`preflight.{name}`" in method.__doc__


def test_a_client_of_no_such_edition_is_none() -> None:
    with pytest.raises(preflight.ProfileError, match="no-such-edition"):
        preflight.Client(profile="no-such-edition")


@pytest.mark.parametrize("key", [None, "", b"sk-secret", 7])
def test_a_key_that_is_none_is_refused_and_not_repeated(key: Any) -> None:  # noqa: ANN401 - what a caller may do
    client = preflight.Client(key)
    with pytest.raises(preflight.CallError, match="key") as refused:
        client.wait("task-1")
    assert "secret" not in f"{refused.value}{refused.value.advice}{client!r}"
    client.close()
    client.close()
