"""What this machine has, and what it lacks."""

import json
from pathlib import Path

import pytest

from preflight.cli import doctor
from preflight.cli.doctor import Diagnosis
from preflight.locale import LANGUAGES, Language, speaking
from preflight.locale.columns import columns
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


# ---- one thing at a time --------------------------------------------------------------------------------------------


def told(**environ: str) -> dict[str, Diagnosis]:
    """Look at everything but ffmpeg, with only these variables set; the last of a name counts."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("EVOLINK_API_KEY", "PREFLIGHT_BASE_URL", "PREFLIGHT_FILES_URL", "PREFLIGHT_LEDGER", *PROXIES):
            patched.delenv(name, raising=False)
        for name, value in environ.items():
            patched.setenv(name, value)
        return {one.name: one for one in (*doctor.network(), doctor.key(), doctor.ledger())}


PROXIES = [word for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY") for word in (name, name.lower())]


def test_a_key_is_told_to_be_there_and_never_shown() -> None:
    assert not told()["key"].ok
    there = told(EVOLINK_API_KEY="sk-secret-0123")["key"]
    assert (there.ok, "sk-secret" in f"{there.found}{there.advice}") == (True, False)
    assert not told(EVOLINK_API_KEY="")["key"].ok


@pytest.mark.parametrize("name", ["PREFLIGHT_BASE_URL", "PREFLIGHT_FILES_URL"])
@pytest.mark.parametrize(
    ("value", "ok"),
    [
        ("https://h.example/v1", True),
        ("http://127.0.0.1:8787", True),
        ("ftp://h.example", False),
        ("h.example", False),
        ("https://", False),
        ("https://h\x1b[2J", False),
    ],
)
def test_an_address_is_told_to_lead_somewhere_or_why_it_does_not(name: str, value: str, ok: bool) -> None:
    found = told(**{name: value})[name.removeprefix("PREFLIGHT_").lower()]
    assert (found.ok, found.needed) == (ok, False)
    assert found.found.isprintable()
    assert found.advice.isprintable()


def test_what_stands_in_an_address_beside_its_host_is_not_shown() -> None:
    found = told(PREFLIGHT_BASE_URL="https://me:secret-word@h.example/v1?k=secret-word")["base_url"]
    assert "secret-word" not in f"{found.found}{found.advice}"


def test_a_proxy_is_shown_without_its_password() -> None:
    found = told(HTTPS_PROXY="http://me:secret-word@proxy.example:3128")["proxy"]
    assert found.ok
    assert "http://proxy.example:3128" in found.found
    assert "secret-word" not in found.found


def test_a_proxy_that_cannot_be_read_is_noted_and_hides_nothing_else() -> None:
    found = told(HTTPS_PROXY="gopher://proxy.example", PREFLIGHT_BASE_URL="https://h.example")
    assert (found["proxy"].ok, found["base_url"].ok) == (False, True)


def test_hosts_that_no_proxy_leads_to_are_told_by_either_name() -> None:
    for name in ("NO_PROXY", "no_proxy"):
        assert "h.example" in told(**{name: "h.example"})["no proxy"].found
    assert "no proxy" not in told()


def test_a_ledger_that_cannot_be_written_is_needed_and_another_place_advised(tmp_path: Path) -> None:
    there = told(PREFLIGHT_LEDGER=str(tmp_path / "not" / "yet" / "ledger"))["ledger"]
    assert (there.ok, "not yet made" in there.found, there.advice) == (True, True, "")
    (tmp_path / "ledger").touch()
    assert "(exists)" in told(PREFLIGHT_LEDGER=str(tmp_path / "ledger"))["ledger"].found
    lost = told(PREFLIGHT_LEDGER=str(tmp_path / "ledger" / "below a file"))["ledger"]
    assert (lost.ok, lost.needed, "--ledger" in lost.advice) == (False, True, True)


def test_a_library_that_is_not_installed_says_how_it_is() -> None:
    assert doctor.library("pillow").ok
    missing = doctor.library("no-such-library-1234")
    assert (missing.ok, missing.needed, missing.advice) == (False, True, "pip install no-such-library-1234")


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize(("ok", "needed"), [(True, True), (True, False), (False, True), (False, False)])
def test_names_stand_beneath_each_other_in_every_language(tag: Language, ok: bool, needed: bool) -> None:
    with speaking(tag):
        line = doctor.line(Diagnosis("key", ok=ok, found="x", advice="Do that.", needed=needed))
        good = doctor.line(Diagnosis("no proxy", ok=True, found="y"))
    assert [columns(words) for words, _ in line[:2]] == [columns(words) for words, _ in good[:2]]
    assert line[2][0].startswith("x  ")
    assert ("red" in line[0][1]) is (needed and not ok)
