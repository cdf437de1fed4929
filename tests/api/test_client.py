"""A client: an account's settings said once, one session for all calls, from several threads."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import preflight
from preflight.sandbox import running
from tests.api.conftest import KEY, OK, SHORT, a_request
from tests.specimens import MEDIA

PICTURE = MEDIA / "image-gif.gif"


def children() -> int:
    """Count the processes below this one."""
    tasks = Path("/proc/self/task").iterdir()
    return sum(len((task / "children").read_text().split()) for task in tasks)


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
