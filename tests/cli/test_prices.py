"""`preflight models --refresh-prices`, and what counts afterwards."""

import json
from pathlib import Path

import pytest

from preflight.profiles.prices import default_path
from preflight.sandbox import Faults, Sandbox, read_fault, running
from tests.cli.conftest import MEDIA, Program

MODEL = "seedance-2.0-reference-to-video"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = default_path()
    if not path.is_relative_to(tmp_path):
        pytest.skip("the data folder is told by another variable here")
    return path


def test_what_moved_is_shown_and_the_price_of_a_request_says_its_date(
    program: Program, sandbox: Sandbox, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = program("models", MODEL, "--refresh-prices", "--base-url", sandbox.url)
    assert shown.status == 0
    assert "  1080p: 33.75" in shown.out
    assert f"they are kept in {data}" in shown.out
    kept = json.loads(data.read_text())
    kept["prices"][MODEL]["credits_per_s"] = 27
    data.write_text(json.dumps(kept))
    assert "your price = credits a second: 480p 12.555, 720p 27" in program("models", MODEL).out
    again = json.loads(program("models", MODEL, "--refresh-prices", "--base-url", sandbox.url, "--format", "json").out)
    assert again["models"][0]["before"]["720p"] == 27
    assert "720p" in again["models"][0]["moved"]
    monkeypatch.setenv("EVOLINK_API_KEY", "any")
    picture = MEDIA / "image-ok.jpeg"
    Path("request.toml").write_text(f'prompt = "Image 1."\nimages = ["{picture}"]\nduration = 4\nquality = "480p"\n')
    read = again["read"]
    ended = program("submit", "request.toml", "--dry-run", "--base-url", sandbox.url)
    assert f"an estimate from your prices, read {read} from {sandbox.url}." in ended.out + ended.err


def test_a_broken_answer_is_told_and_changes_nothing(program: Program, data: Path) -> None:
    with running(faults=Faults(faults=(read_fault("prices:malformed"),))) as service:
        ended = program("models", MODEL, "--refresh-prices", "--base-url", service.url)
    assert ended.status == 3
    assert f"{MODEL}: left as it was: " in ended.out
    assert "Nothing was changed." in ended.out
    assert not data.exists()


def test_nothing_is_asked_of_a_service_that_is_only_checked_for(program: Program, data: Path) -> None:
    ended = program("models", "fal/seedance-2.0", "--refresh-prices")
    assert ended.status == 2
    assert "only checked for here" in ended.err
    assert not data.exists()
