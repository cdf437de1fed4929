"""What it costs is said before the button, and a limit that a person sets is kept before anything leaves."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from preflight.cli.cost import price_lines
from preflight.errors import CallError
from preflight.profiles import Profile
from preflight.request.file import RequestSpec, with_roles
from preflight.request.price import estimate, refuse_costly
from preflight.sandbox import Sandbox, running
from tests.cli.conftest import MEDIA, QUICK, Program
from tests.cli.test_commands import read_all, until_asked
from tests.posix import terminal
from tests.specimens import PROFILE

IMAGE, CLIP = MEDIA / "image-ok.jpeg", MEDIA / "video-854x480.mp4"
pytestmark = pytest.mark.usefixtures("quick")


def words(spec: RequestSpec, input_s: str, left: Fraction | None = None, profile: Profile = PROFILE) -> str:
    lines = price_lines(estimate(spec, profile, Fraction(input_s)), profile, left)
    return "\n".join("".join(text for text, _ in line) for line in lines)


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "request.toml"
    path.write_text(f'prompt = "Image 1."\nimages = ["{IMAGE}"]\nduration = 4\nquality = "480p"\n')
    return path


# ---- the words -------------------------------------------------------------------------------------------------------


def test_clips_shorter_than_the_video_are_not_worth_cutting() -> None:
    said = words(RequestSpec(duration=10), "5")
    assert "about 164.43 credits (2.42 USD) for 10 s of video and 5 s of reference clips" in said
    assert "29.43 credits more than the same without them" in said
    assert "Cutting them shorter saves nothing: 10 s of clips are billed in any case." in said


def test_clips_longer_than_the_video_are_worth_cutting_down_to_it() -> None:
    said = words(RequestSpec(duration=5), "15")
    assert "Cutting them to 5 s together saves about 82.22 credits; cutting further saves nothing." in said


def test_without_clips_nothing_is_said_of_them() -> None:
    assert "lips" not in words(RequestSpec(duration=5), "0")


def test_three_clips_cannot_be_cut_to_less_than_three_of_the_shortest() -> None:
    spec = RequestSpec(duration=4, assets=tuple(with_roles("video", ["a", "b", "c"])))
    assert "Cutting them to 6 s together saves" in words(spec, "9")


def test_what_costs_the_least_that_is_charged_is_not_worth_cutting() -> None:
    spec = RequestSpec(model="seedance-2.0-fast-reference-to-video", duration=1, quality="480p")
    assert words(spec, "3").endswith("The clips add nothing to it.")


def test_the_balance_is_told_and_held_against_the_price() -> None:
    assert words(RequestSpec(), "0", Fraction(100)).endswith("Credits left: 100.")
    assert "more than the account has left" in words(RequestSpec(), "0", Fraction(10))


def test_no_data_is_no_price() -> None:
    assert "cannot be told" in words(RequestSpec(quality="8k"), "0")


# ---- the limit -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cap", ["67.5", "68", "1000000"])
def test_what_is_within_the_limit_goes_on(cap: str) -> None:
    refuse_costly(Fraction(cap), estimate(RequestSpec(), PROFILE, Fraction(0)), "--max-credits")


@pytest.mark.parametrize("cap", ["0", "67", "67.499999"])
def test_what_is_above_the_limit_does_not(cap: str) -> None:
    with pytest.raises(CallError, match=r"67\.5 credits, more than --max-credits") as caught:
        refuse_costly(Fraction(cap), estimate(RequestSpec(), PROFILE, Fraction(0)), "--max-credits")
    assert caught.value.exit_code == 2


def test_what_cannot_be_told_is_never_within_the_limit() -> None:
    with pytest.raises(CallError, match="cannot be told"):
        refuse_costly(Fraction(10**12), None, "--max-credits")


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_above_the_limit_nothing_leaves(
    program: Program, sandbox: Sandbox, request_file: Path, options: tuple[str, ...]
) -> None:
    submit = ("submit", request_file, "--yes", "--base-url", sandbox.url, *options)
    ended = program(*submit, "--max-credits", "25")
    assert ended.status == 2
    assert "about 25.11 credits, more than --max-credits 25; nothing was sent" in ended.err
    assert sandbox.requests == []
    assert program(*submit, "--max-credits", "25.11").status == 0


@pytest.mark.usefixtures("key")
def test_a_limit_in_the_environment_is_kept_too(
    program: Program, sandbox: Sandbox, request_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFLIGHT_MAX_CREDITS", "1")
    assert program("submit", request_file, "--yes", "--base-url", sandbox.url).status == 2
    assert sandbox.requests == []


@pytest.mark.usefixtures("key")
def test_a_model_without_a_price_is_refused_where_there_is_a_limit(
    program: Program, sandbox: Sandbox, request_file: Path, tmp_path: Path
) -> None:
    model = "seedance-2.0-mini-reference-to-video"
    unpriced = f'{QUICK}\n[models."{model}"]\nquality = ["480p"]\nsource = "a page of one\'s own"\nread = 2026-11-22\n'
    (tmp_path / "unpriced.toml").write_text(unpriced)
    request_file.write_text(f'model = "{model}"\n{request_file.read_text()}')
    submit = ("submit", request_file, "--profile", tmp_path / "unpriced.toml", "--yes", "--base-url", sandbox.url)
    ended = program(*submit, "--max-credits", "100000")
    assert ended.status == 2
    assert "cannot be told" in ended.err
    assert sandbox.requests == []
    assert program(*submit).status == 0


@pytest.mark.parametrize("amount", ["nan", "inf", "-1", "1e3", "", "٣", "1" * 13, "0x10"])
def test_what_is_no_amount_is_a_wrong_call(program: Program, request_file: Path, amount: str) -> None:
    ended = program("submit", request_file, "--dry-run", "--max-credits", amount)
    assert ended.status == 2
    assert "is not a number of credits" in ended.err


@pytest.mark.usefixtures("key")
def test_a_service_that_reserves_more_than_the_limit_is_told_of(
    program: Program, request_file: Path, tmp_path: Path
) -> None:
    model = "seedance-2.0-reference-to-video"
    cheap = f'{QUICK}\n[price.models."{model}"]\ncredits_per_s = 1\nminimum_credits = 1\n'
    (tmp_path / "cheap.toml").write_text(cheap)
    with running(run_s=0) as sandbox:
        submit = ("submit", request_file, "--profile", tmp_path / "cheap.toml", "--yes", "--base-url", sandbox.url)
        ended = program(*submit, "--max-credits", "5")
    assert ended.status == 0
    assert "reserved more than --max-credits 5" in ended.err


@pytest.mark.usefixtures("key")
def test_a_clip_is_priced_by_the_part_that_is_kept(program: Program, tmp_path: Path) -> None:
    text = f'prompt = "Video 1."\nduration = 4\nvideos = [{{ path = "{MEDIA / "video-15s.mp4"}", keep = "1-7" }}]\n'
    (tmp_path / "r.toml").write_text(text)
    said = program("submit", "r.toml", "--dry-run").err
    assert "6 s of reference clips" in said
    assert "Cutting them to 4 s together saves" in said


def test_on_a_terminal_the_price_is_said_and_the_question_asked_and_no_means_no(
    program: Program, request_file: Path, sandbox: Sandbox, key: str
) -> None:
    assert program("submit", request_file, "--base-url", sandbox.url).status == 2  # nobody to ask
    theirs, ours = terminal()
    command = [str(Path(sys.executable).with_name("preflight")), "submit", str(request_file), "--base-url", sandbox.url]
    with subprocess.Popen(
        command, stdin=ours, stdout=ours, stderr=ours, env={**os.environ, "EVOLINK_API_KEY": key}
    ) as ran:
        os.close(ours)
        said = until_asked(theirs)
        os.write(theirs, b"n")
        said += read_all(theirs)
        assert ran.wait(120) == 1
    assert said.index(b"about 25.11 credits") < said.index(b"Submit to ")
    assert b"nothing was sent" in said
    assert sandbox.tasks == []
    assert sandbox.uploads == []
