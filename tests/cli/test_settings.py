"""A limit of credits in a settings file is kept like one on the command line, and stands behind it."""

from pathlib import Path

import pytest

from preflight.cli.settings import read_settings
from preflight.errors import CallError
from preflight.sandbox import Sandbox
from tests.cli.conftest import MEDIA, Program

TABLES = {"preflight.toml": "", "pyproject.toml": "[tool.preflight]\n"}


@pytest.fixture
def submit(tmp_path: Path, sandbox: Sandbox, key: str) -> tuple[str, ...]:  # noqa: ARG001 - a key has to be set
    """Give the call that submits a request of about 25.11 credits."""
    image = MEDIA / "image-ok.jpeg"
    (tmp_path / "r.toml").write_text(f'prompt = "Image 1."\nimages = ["{image}"]\nduration = 4\nquality = "480p"\n')
    return "submit", "r.toml", "--yes", "--base-url", sandbox.url


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", TABLES)
def test_a_limit_of_credits_in_a_settings_file_is_kept(
    program: Program, sandbox: Sandbox, tmp_path: Path, submit: tuple[str, ...], name: str
) -> None:
    (tmp_path / name).write_text(f"{TABLES[name]}max_credits = 25")
    before = len(sandbox.requests)
    ended = program(*submit)
    assert ended.status == 2
    assert "about 25.11 credits, more than --max-credits 25; nothing was sent" in ended.err
    assert len(sandbox.requests) == before
    (tmp_path / name).write_text(f"{TABLES[name]}max_credits = 25.11")
    assert program(*submit).status == 0


@pytest.mark.usefixtures("quick")
def test_a_limit_in_a_settings_file_gives_way_to_a_variable_and_that_to_a_flag(
    program: Program, tmp_path: Path, submit: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "preflight.toml").write_text("max_credits = 1")
    dry = (*submit, "--dry-run")
    assert program(*dry).status == 2
    monkeypatch.setenv("PREFLIGHT_MAX_CREDITS", "26")
    assert program(*dry).status == 0
    assert program(*dry, "--max-credits", "2").status == 2


def test_a_limit_in_a_settings_file_is_no_trouble_where_nothing_is_paid(program: Program, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_text("max_credits = 0")
    assert program("check", MEDIA / "image-ok.jpeg").status == 0


@pytest.mark.parametrize("amount", ["nan", "inf", "-1", "1e-7", "1_000_000_000_000.5"])
def test_a_limit_that_is_no_amount_is_a_wrong_call(
    program: Program, tmp_path: Path, submit: tuple[str, ...], amount: str
) -> None:
    (tmp_path / "preflight.toml").write_text(f"max_credits = {amount}")
    ended = program(*submit, "--dry-run")
    assert ended.status == 2
    assert "is not a number of credits" in ended.err or f"expected a number, got {amount}" in ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('max_credits = "25"', "max_credits: expected a whole number or a number, got '25'"),
        ("max_credits = true", "max_credits: expected a whole number or a number, got True"),
        ("max_credit = 25", "max_credit: unknown key; did you mean 'max_credits'?"),
        ("max-credits = 25", "max-credits: unknown key; did you mean 'max_credits'?"),
    ],
)
def test_a_limit_that_cannot_be_read_stops_rather_than_allows_everything(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "preflight.toml").write_text(text)
    with pytest.raises(CallError) as caught:
        read_settings(tmp_path)
    assert caught.value.message == f"preflight.toml: {said}"


def test_without_a_settings_file_nothing_is_said(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == {}
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nmax_credits = 1")
    assert read_settings(tmp_path) == {}
