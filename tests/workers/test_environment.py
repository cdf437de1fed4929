"""What children see of the environment, and of what this program holds."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.workers.environment import needed_environment
from preflight.workers.isolated import call_isolated
from preflight.workers.starter import Server, Singles

SECRETS = {
    "EVOLINK_API_KEY": "sk-of-a-person",
    "AWS_SESSION_TOKEN": "token-of-a-person",
    "HTTPS_PROXY": "http://user:password@proxy",
    "DATABASE_URL": "postgres://user:password@host",
    "PYTHONPATH": "/somewhere",
    "LD_PRELOAD": "/somewhere/else.so",
}


def test_only_what_is_needed_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**SECRETS, "LC_ALL": "C.UTF-8", "TZ": "Asia/Seoul"}.items():
        monkeypatch.setenv(name, value)
    seen = needed_environment()
    assert not SECRETS.keys() & seen.keys()
    assert (seen["LC_ALL"], seen["TZ"], seen["PATH"]) == ("C.UTF-8", "Asia/Seoul", os.environ["PATH"])


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")
@pytest.mark.parametrize("start", [Server, Singles])
def test_no_child_holds_a_secret(monkeypatch: pytest.MonkeyPatch, start: Callable[[], Server | Singles]) -> None:
    from preflight.values.bounds import Bounds
    from preflight.workers.child import DONE, READY

    for name in ("EVOLINK_API_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, SECRETS[name])
    starter = start()
    child = starter.start(Bounds())
    try:
        assert child.link.receive(60) == READY
        child.link.send((Path.read_bytes, (Path("/proc/self/environ"),)))
        how, seen = child.link.receive(60)
        assert how == DONE
        assert b"PATH=" in seen
        assert b"of-a-person" not in seen
    finally:
        child.end()
        starter.end()


def test_no_child_leaves_a_core() -> None:
    limits = call_isolated(Path.read_text, Path("/proc/self/limits"))
    assert next(line for line in limits.splitlines() if "core file" in line).split()[4] == "0"
