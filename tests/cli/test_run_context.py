"""A check in production: policy, baseline, lists, logs and metrics, as the program is run."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.cli.conftest import MEDIA, Program
from tests.cli.library import BROKEN, IGNORE, OK, TOO_LARGE, findings, settings
from tests.posix import make_pipe, signal_group

PROGRAM = Path(sys.executable).with_name("preflight")


# ---- policy ---------------------------------------------------------------------------------------------------------


def test_what_is_ignored_is_in_every_report_and_counted_aloud(program: Program, library: Path, tmp_path: Path) -> None:
    settings(tmp_path, IGNORE.format(until="2999-12-31"))
    said = "(error, ignored by policy until 2999-12-31: old footage)"
    for format_name in ("text", "json", "jsonl", "junit", "sarif", "github", "csv", "markdown"):
        ended = program("check", library, "--format", format_name)
        assert ended.status == 0, format_name
        assert said in ended.out, format_name
        assert ended.err == "preflight: 1 finding ignored by policy: video/pixels 1\n"
    (finding,) = findings(program("check", library, "--format", "json").out)
    assert finding["severity"] == "info"
    assert finding["severity_before"] == "error"
    assert finding["ignored"] == "ignored by policy until 2999-12-31: old footage"


def test_an_ignore_whose_day_has_passed_is_told_and_does_nothing(
    program: Program, library: Path, tmp_path: Path
) -> None:
    settings(tmp_path, IGNORE.format(until="2020-01-31"))
    ended = program("check", library)
    assert ended.status == 1
    assert "policy: video/pixels was ignored until 2020-01-31, and counts again (old footage)" in ended.err
    assert "error video/pixels: " in ended.out


def test_a_limit_that_is_lowered_for_some_paths_is_counted_aloud(
    program: Program, library: Path, tmp_path: Path
) -> None:
    settings(tmp_path, '[[override]]\npaths = ["footage/legacy/**"]\nseverity = { "video/*" = "warning" }\n')
    ended = program("check", "footage")
    assert ended.status == 0
    assert "1 finding lowered by policy: video/pixels 1" in ended.err
    assert program("check", "footage", "--fail-on", "warning").status == 1
    (library / "new.mp4").write_bytes(TOO_LARGE.read_bytes())
    assert program("check", "footage").status == 1


def test_a_policy_in_pyproject_counts_too(program: Program, library: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.preflight.severity]\n"video/pixels" = "off"\n')
    ended = program("check", library)
    assert ended.status == 0
    assert "(error, turned off by policy)" in ended.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[severity]\n"video/pixel" = "off"', "severity: no rule named 'video/pixel'; did you mean 'video/pixels'?"),
        ('[severity]\n"*/unjudged" = "off"', "cannot be changed or ignored: what could not be read or measured was"),
        ('[[ignore]]\nrule = "video/size"\nuntil = 2999-01-01', "ignore.0.reason: missing"),
        ("[[ignor]]", "ignor: unknown key; did you mean 'ignore'?"),
        ('fail_on = "info"', "'info' is not one of 'error', 'warning'"),
    ],
)
def test_a_policy_that_is_wrong_ends_with_2_before_any_work(
    program: Program, tmp_path: Path, text: str, said: str
) -> None:
    settings(tmp_path, text)
    ended = program("check", OK)
    assert ended.status == 2
    assert ended.out == ""
    assert said in ended.err


def test_what_could_not_be_judged_is_not_ignored_by_any_glob(program: Program, tmp_path: Path) -> None:
    settings(tmp_path, IGNORE.format(until="2999-12-31").replace("video/pixels", "*"))
    (tmp_path / "footage").mkdir()
    make_pipe(tmp_path / "footage" / "pipe.mp4")
    assert program("check", "footage", OK).status == 3
    assert program("check", BROKEN).status == 1


def test_a_request_is_weighed_by_the_same_policy(program: Program, tmp_path: Path) -> None:
    call = ("check", "--audio", MEDIA / "audio-15s.wav", "--prompt", "Audio 1 sets the pace.")
    assert program(*call).status == 1
    settings(tmp_path, IGNORE.format(until="2999-12-31").replace("video/pixels", "request/audio-alone"))
    ended = program(*call)
    assert ended.status == 0
    assert "1 finding ignored by policy: request/audio-alone 1" in ended.err


def test_the_policy_of_a_check_lets_nothing_through_to_the_service(program: Program, tmp_path: Path) -> None:
    settings(tmp_path, IGNORE.format(until="2999-12-31"))
    (tmp_path / "r.toml").write_text(f'prompt = "Video 1."\nvideos = ["{TOO_LARGE}"]\n')
    assert program("check", "r.toml").status == 0
    assert program("submit", "r.toml", "--dry-run").status != 0


@pytest.mark.parametrize(("flags", "status"), [((), 0), (("--fail-on", "error"), 0), (("--fail-on", "warning"), 1)])
def test_fail_on_says_from_what_severity_on_a_check_fails(
    program: Program, flags: tuple[str, ...], status: int
) -> None:
    clip = MEDIA / "video-vp9.mp4"
    ended = program("check", clip, *flags, "--format", "json")
    assert ended.status == status
    assert json.loads(ended.out)["verdict"] == ("fail" if status else "pass")
    assert findings(ended.out)[0]["severity"] == "warning"


@pytest.mark.parametrize("option", ["--write-baseline", "--metrics"])
def test_nothing_of_anybodys_is_overwritten(program: Program, library: Path, tmp_path: Path, option: str) -> None:
    (tmp_path / "notes.txt").write_text("shoot again")
    for place, said in [
        ("notes.txt", "it was left as it is"),
        ("absent/known.json", "there is no such folder"),
        ("footage/ok.jpeg", "is named like a picture"),
    ]:
        ended = program("check", library, option, place)
        assert ended.status == 2
        assert said in ended.err
    assert (tmp_path / "notes.txt").read_text() == "shoot again"
    assert (library / "ok.jpeg").read_bytes() == OK.read_bytes()


def test_an_interrupted_run_says_so_in_log_and_metrics_and_writes_no_baseline(tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / f"{number}.webp").symlink_to(MEDIA / "image-6000x2400.webp")
    command: list[str | Path] = [
        PROGRAM,
        "check",
        "--no-cache",
        tmp_path,
        "--log-format",
        "json",
        "--metrics",
        "m",
        "--write-baseline",
        "b",
    ]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        assert child.stderr is not None
        for _ in range(3):
            child.stderr.readline()
        signal_group(child.pid, signal.SIGINT)
        said = child.stderr.read().splitlines()
        assert child.wait(120) == 130
    assert said[-1] == "interrupted"
    end = [json.loads(line) for line in said if line.startswith("{")][-1]
    assert (end["event"], end["complete"], end["verdict"], end["error"]) == ("end", False, None, "KeyboardInterrupt")
    assert "preflight_run_complete 0" in (tmp_path / "m").read_text()
    assert not (tmp_path / "b").exists()


def test_a_summary_is_said_beside_the_results(program: Program, library: Path) -> None:
    ended = program("check", library, "--summary", "--format", "json")
    assert json.loads(ended.out)["verdict"] == "fail"
    assert re.match(r"2 files in [0-9.]+ s; 0 measured in an earlier run\n", ended.err)
    assert re.search(r"\n +[0-9.]+ s  slowest  .*large.mp4\n", ended.err)
    assert "        1  error    video/pixels\n" in ended.err


def test_metrics_are_written_whole_and_written_again(program: Program, library: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert program("check", library, "--metrics", "preflight.prom").status == 1
    text = (tmp_path / "preflight.prom").read_text()
    families = {family.name: family for family in text_string_to_metric_families(text)}  # type: ignore[no-untyped-call] # they type no reader of this format
    assert families["preflight_run_exit_code"].samples[0].value == 1
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["preflight.prom"]


def test_metrics_that_cannot_be_written_are_told_after_the_verdict(program: Program, library: Path) -> None:
    ended = program("check", library, "--metrics", "/proc/preflight.prom")
    assert ended.status == 3
    assert "FAIL 2 files" in ended.out
    assert "/proc/preflight.prom: cannot be written" in ended.err


def test_a_check_that_asks_for_nothing_loads_nothing_of_it(bare: dict[str, str]) -> None:
    code = "import sys; from preflight.cli import main\ntry: main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", code, "check", OK], env=bare, capture_output=True, text=True, check=True
    )
    loaded = set(ended.stdout.splitlines()[-1].split())
    assert not loaded & {
        "preflight.request.file",
        "preflight.request.manifest",
        "preflight.report.files",
        "preflight.files.atomic",
        "preflight.upload.fetcher",
        "preflight.cli.scale",
        "preflight.policy.baseline",
        "preflight.policy.tally",
        "preflight.cli.log",
        "csv",
    }
