"""What this machine has, and what it lacks."""

import json

import pytest

from tests.cli.conftest import Program


def test_doctor_says_what_is_there(program: Program) -> None:
    ended = program("doctor")
    assert ended.status == 0
    assert "EVOLINK_API_KEY is not set" in ended.out
    checks = json.loads(program("doctor", "--format", "json").out)["checks"]
    assert {"preflight", "av", "ffmpeg", "key", "ledger"} <= {check["name"] for check in checks}


def test_doctor_misses_an_ffmpeg_that_does_not_run(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFLIGHT_FFMPEG", "/absent/ffmpeg")
    ended = program("doctor")
    assert ended.status == 3
    assert "missing" in ended.out
