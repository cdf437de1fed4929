"""Values of the environment as people paste them, and what the doctor finds there."""

import json
from pathlib import Path

import pytest

from preflight.cli.environment import trim
from preflight.sandbox import Sandbox
from tests.cli.conftest import Program


def test_only_what_is_read_here_is_trimmed() -> None:
    environ = {
        "EVOLINK_API_KEY": " k\r\n",
        "https_proxy": "http://p:1\r",
        "HOME": " x ",
        "PREFLIGHT_DEPTH": "full",
        "AWS_REGION": "\ufeffeu",
    }
    assert trim(environ) == ["AWS_REGION", "EVOLINK_API_KEY", "https_proxy"]
    assert environ == {
        "EVOLINK_API_KEY": "k",
        "https_proxy": "http://p:1",
        "HOME": " x ",
        "PREFLIGHT_DEPTH": "full",
        "AWS_REGION": "eu",
    }


def test_a_key_that_was_pasted_with_its_line_end_is_used_without(
    program: Program, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVOLINK_API_KEY", "secret-key-of-a-test\r\n")
    Path("r.toml").write_text('prompt = "A rider."\nduration = 4\nquality = "480p"\n')
    ended = program("submit", "r.toml", "--yes", "--base-url", f" {sandbox.url}/v1 ")
    assert ended.status == 0
    assert "preflight: EVOLINK_API_KEY: blanks or line ends around the value were cut off\n" in ended.err
    assert "secret" not in ended.err


def test_the_doctor_looks_at_proxies_certificates_and_addresses(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks://u:secret@p:1")
    monkeypatch.setenv("NO_PROXY", "localhost,[::1],10.0.0.0/8")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    monkeypatch.setenv("PREFLIGHT_BASE_URL", "HTTPS://Api.Example.com:443/v1")
    monkeypatch.setenv("PREFLIGHT_FILES_URL", "http://in-the-open.example")
    ended = program("doctor", "--format", "json")
    found = {one["name"]: one for one in json.loads(ended.out)["checks"]}
    assert found["base_url"]["found"] == "leads to https://api.example.com"
    assert (found["files_url"]["ok"], "in the open" in found["files_url"]["found"]) == (False, True)
    assert "does not say which version of SOCKS" in found["proxy"]["found"]
    assert found["no proxy"]["ok"]
    assert found["certificates"]["found"] == "SSL_CERT_FILE=/nowhere.pem: no such file"
    assert "secret" not in ended.out
