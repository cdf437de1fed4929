"""Every exit status that is contracted, each by the program itself, and at least once in a process of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fixtures.recipe import ffmpeg
from preflight.cli.commands import root
from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused
from preflight.sandbox import Sandbox, running
from preflight.sandbox.faults import Fault, Faults
from preflight.system.signals import STOPS
from preflight.values.findings import EXIT_CODES
from tests.cli.conftest import MEDIA, Program
from tests.posix import make_pipe, signal_group

PROGRAM = Path(sys.executable).with_name("preflight")
OK, TOO_LARGE = MEDIA / "image-ok.jpeg", MEDIA / "video-1920x1080.mp4"


def status(folder: Path, *arguments: str | Path, **variables: str) -> int:
    env = {**os.environ, "PREFLIGHT_LEDGER": str(folder / "ledger.sqlite3"), **variables}
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, env=env, capture_output=True, timeout=60, check=False)
    return done.returncode


def submit(folder: Path, url: str) -> int:
    text = f'prompt = "Image 1 sets the palette."\nimages = ["{OK}"]\nduration = 4\nquality = "480p"\n'
    (folder / "r.toml").write_text(text)
    return status(folder, "submit", "r.toml", "--yes", "--base-url", url, EVOLINK_API_KEY="any")


def test_0_is_clean_or_done(tmp_path: Path, sandbox: Sandbox) -> None:
    assert status(tmp_path, "check", OK) == 0
    assert status(tmp_path, "rules") == 0
    assert submit(tmp_path, sandbox.url) == 0


def test_1_is_findings_of_severity_error(tmp_path: Path) -> None:
    assert status(tmp_path, "check", TOO_LARGE) == 1
    assert status(tmp_path, "check", TOO_LARGE, OK) == 1
    assert status(tmp_path, "check", MEDIA / "video-no-index.mp4") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "--absent-option"),
        ("check", OK, "--profile", "absent"),
        ("check", OK, "--baseline", "absent.json"),
        ("check", "--manifest", "absent.csv"),
        ("submit", "absent.toml"),
        ("explain", "video/absent"),
        ("absent-command",),
    ],
    ids=lambda arguments: " ".join(Path(word).name for word in arguments),
)
def test_2_is_a_call_that_is_wrong(program: Program, arguments: tuple[str | Path, ...]) -> None:
    assert program(*arguments).status == 2


def test_2_is_a_call_that_is_wrong_for_whoever_started_it_too(tmp_path: Path) -> None:
    assert status(tmp_path, "check", "absent.mp4") == 2


def test_2_is_a_settings_file_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_text('[[ignore]]\nrule = "*/unjudged"\nreason = "x"\nuntil = 2999-01-01\n')
    assert status(tmp_path, "check", OK) == 2


def test_3_is_what_could_not_be_judged_and_outranks_1(tmp_path: Path) -> None:
    make_pipe(tmp_path / "pipe.mp4")
    assert status(tmp_path, "check", tmp_path) == 3
    (tmp_path / "large.mp4").write_bytes(TOO_LARGE.read_bytes())
    assert status(tmp_path, "check", tmp_path) == 3


def test_3_is_what_could_not_be_done(tmp_path: Path) -> None:
    assert status(tmp_path, "doctor", PREFLIGHT_FFMPEG="/absent/ffmpeg") == 3
    assert submit(tmp_path, "http://127.0.0.1:9") == 3


def test_4_is_a_service_that_refused(tmp_path: Path) -> None:
    with running(credits=1.0) as poor:
        assert submit(tmp_path, poor.url) == 4
        assert list(poor.tasks) == []


def test_5_is_a_submission_whose_outcome_is_unknown(tmp_path: Path) -> None:
    with running(faults=Faults(faults=(Fault("create", "drop-after"),))) as service:
        assert submit(tmp_path, service.url) == 5


@pytest.mark.parametrize("number", [signal.SIGTERM, STOPS[-1]])
def test_another_signal_ends_a_run_as_ctrl_c_does_and_leaves_no_file_half_made(
    number: signal.Signals, tmp_path: Path
) -> None:
    """A service manager, a gate that is cancelled or a terminal that is closed sends it to the program alone."""
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=60:d=14", "-preset", "ultrafast", to=tmp_path / "a.mp4")
    made = tmp_path / "made"
    command: list[str | Path] = [PROGRAM, "fix", "a.mp4", "--yes", "--output", made]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
        while child.poll() is None and not any(made.glob(".preflight-*.mp4")):
            time.sleep(0.02)
        child.send_signal(number)
        assert child.stdout is not None
        said = child.stdout.read().decode()
        assert child.wait(120) == 128 + number
    assert "interrupted" in said
    assert "Traceback" not in said
    assert not any(made.glob(".preflight-*"))  # a file that was done as the signal came may stand


@pytest.mark.parametrize("hundredths", range(2, 22, 2))
def test_a_signal_at_any_moment_of_the_beginning_shows_no_trace(hundredths: int, tmp_path: Path) -> None:
    command: list[str | Path] = [PROGRAM, "check", "--no-cache", MEDIA]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        time.sleep(hundredths / 100)
        child.send_signal(signal.SIGTERM)
        assert child.stderr is not None
        said = child.stderr.read().decode()
        assert child.wait(120) in {-signal.SIGTERM, 128 + signal.SIGTERM}
    assert "Traceback" not in said


def test_130_is_a_run_that_was_interrupted(tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / f"{number}.webp").symlink_to(MEDIA / "image-6000x2400.webp")
    command: list[str | Path] = [PROGRAM, "check", "--no-cache", tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        signal_group(child.pid, signal.SIGINT)
        child.stdout.read()
        assert child.wait(120) == 130


def test_the_help_names_every_status(tmp_path: Path) -> None:
    assert root.help is not None
    (words,) = re.findall(r"Exit status: (.*?)\.\n", root.help + "\n", re.DOTALL)
    assert re.findall(r"\b\d+\b", words) == ["0", "1", "2", "3", "4", "5", "130", "143"]
    done = subprocess.run([PROGRAM, "check", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Exit status: 0 clean, 1 findings, 2 the call is wrong, 3 something could not be judged" in " ".join(
        done.stdout.split()
    )


def test_every_kind_of_error_has_the_status_that_is_contracted() -> None:
    codes = {kind.__name__: kind.exit_code for kind in (PreflightError, CallError, NotDone, Refused, OutcomeUnknown)}
    assert codes == {"PreflightError": 3, "CallError": 2, "NotDone": 3, "Refused": 4, "OutcomeUnknown": 5}
    assert EXIT_CODES == {"pass": 0, "fail": 1, "unsure": 3}
