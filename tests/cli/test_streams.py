"""Standard streams that are closed, or that nobody reads any more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from preflight.cli.streams import whoever_reads
from preflight.sandbox import Sandbox
from tests.cli.conftest import MEDIA

PROGRAM = Path(sys.executable).with_name("preflight")
OK, TOO_SMALL, TOO_LARGE = MEDIA / "image-ok.jpeg", MEDIA / "image-299x300.jpg", MEDIA / "video-1920x1080.mp4"
TOO_SHORT = MEDIA / "video-1.8s.mp4"


def shell(line: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a line by bash, where `preflight` is the program; return what it printed and how the program ended."""
    folder.mkdir(exist_ok=True)
    env = {**os.environ, "P": str(PROGRAM), "OK": str(OK), "SMALL": str(TOO_SMALL), "LARGE": str(TOO_LARGE)}
    return subprocess.run(
        ["/bin/bash", "-c", f"{line}\nexit ${{PIPESTATUS[0]}}"],
        cwd=folder,
        env={**env, "SHORT": str(TOO_SHORT), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", ["check $OK", "fix $SMALL --yes", "rules", "--help"])
def test_a_closed_standard_output_is_an_error_and_nothing_is_done(tmp_path: Path, command: str) -> None:
    done = shell(f"$P {command} >&-", tmp_path)
    assert done.returncode == 3
    assert done.stderr.startswith("preflight: the output cannot be written: standard output is closed\n")
    assert list(tmp_path.iterdir()) == []


def test_a_closed_standard_error_is_no_matter(tmp_path: Path) -> None:
    done = shell("$P check $OK 2>&-", tmp_path)
    assert (done.returncode, "pass" in done.stdout) == (0, True)
    assert shell("$P check absent.mp4 2>&-", tmp_path).returncode == 2
    assert shell("$P fix $SMALL --yes --output ready 2>&-", tmp_path).returncode == 0
    assert (tmp_path / "ready" / TOO_SMALL.name).is_file()


def test_without_any_stream_it_still_ends_with_a_status(tmp_path: Path) -> None:
    assert shell("$P check $OK <&- >&- 2>&-", tmp_path).returncode == 3
    assert shell("$P check $OK <&- 2>&-", tmp_path).returncode == 0


def test_a_closed_standard_input_is_nobody_to_ask(tmp_path: Path) -> None:
    done = shell("$P fix $SMALL <&-", tmp_path)
    assert done.returncode == 2
    assert "there is nobody to ask" in done.stderr


@pytest.mark.parametrize(
    ("reader", "more"),
    [
        ("true", ""),
        ("head -c 1", " 2>&1"),
        ("head -c 1", " --format json"),
    ],
)
def test_work_that_was_agreed_to_is_done_though_nobody_reads(tmp_path: Path, reader: str, more: str) -> None:
    done = shell(f"$P fix $SMALL --yes --output ready{more} | {reader}", tmp_path)
    assert done.returncode == 0
    assert "preflight: " not in done.stderr
    assert (tmp_path / "ready" / TOO_SMALL.name).is_file()


def test_the_status_is_that_of_the_work_though_nobody_reads(tmp_path: Path) -> None:
    assert shell("$P fix $SMALL $SHORT --yes --output ready | true", tmp_path).returncode == 1
    assert (tmp_path / "ready" / TOO_SMALL.name).is_file()
    absent = str(tmp_path / "absent")
    assert shell("$P fix $LARGE --yes --output other | true", tmp_path, PREFLIGHT_FFMPEG=absent).returncode == 3


def test_a_request_is_written_though_nobody_reads(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(f'prompt = "Image 1."\nimages = ["{TOO_SMALL}"]\n')
    assert shell("$P fix r.toml --yes --output ready | true", tmp_path).returncode == 0
    assert (tmp_path / "ready" / "request.toml").is_file()


@pytest.mark.parametrize("arguments", [("check",), ("fix", "--dry-run"), ("fix", "--dry-run", "--format", "json")])
def test_a_report_that_nobody_reads_is_no_clean_one(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run([PROGRAM, *arguments, OK], cwd=tmp_path, stdout=writing, timeout=60, check=False)
    finally:
        os.close(writing)
    assert ended.returncode == 3


def test_what_is_read_is_whole(tmp_path: Path) -> None:
    done = shell("$P fix $OK --yes --format json | cat", tmp_path)
    assert json.loads(done.stdout)["assets"][0]["outcome"] == "untouched"


def test_the_streams_are_as_they_were_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout, sys.stderr

    def work() -> None:
        with whoever_reads():
            click.echo("written")
            click.echo("beside", err=True)
            assert sys.stdout is not before[0]
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert (sys.stdout, sys.stderr) == before
    assert capfd.readouterr() == ("written\n", "beside\n")


def test_a_stream_without_a_file_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with whoever_reads():
        click.echo("written")
    assert capsys.readouterr().out == "written\n"


def test_what_was_agreed_to_is_sent_once_though_nobody_reads(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "r.toml").write_text(f'prompt = "Image 1."\nimages = ["{OK}"]\nduration = 4\nquality = "480p"\n')
    line = f"$P submit r.toml --yes --base-url {sandbox.url} | true"
    ledger = str(tmp_path / "ledger.sqlite3")
    assert shell(line, tmp_path, EVOLINK_API_KEY="any", PREFLIGHT_LEDGER=ledger).returncode == 0
    assert len(sandbox.tasks) == 1
