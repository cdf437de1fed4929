"""What holds for every command, and the small ones."""

import contextlib
import itertools
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import click
import pytest

from preflight import __version__
from preflight.cli.commands import COMMANDS, root
from preflight.cli.options.option import StoredPath, stored
from preflight.profiles import names
from tests.cli.conftest import MEDIA, Program
from tests.posix import make_pipe, signal_group, terminal

PROGRAM = Path(sys.executable).with_name("preflight")


def every_command() -> list[click.Command]:
    found = [root.get_command(click.Context(root), name) for name in COMMANDS]
    commands = [command for command in found if command]
    return [*commands, *(c for group in commands if isinstance(group, click.Group) for c in group.commands.values())]


@pytest.mark.parametrize("command", every_command(), ids=lambda command: command.name)
def test_every_command_and_option_says_what_it_does(command: click.Command) -> None:
    assert command.help
    assert isinstance(command, click.Group) or "Example: preflight" in command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_the_one_line_of_each_command_agrees_with_the_list() -> None:
    assert list(COMMANDS) == [command.name for command in every_command() if command.name in COMMANDS]


def test_the_name_alone_says_in_three_lines_what_to_type_next(program: Program) -> None:
    ended = program()
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 3)
    assert [line.split("  ")[0] for line in ended.err.splitlines()] == [
        "preflight check footage/",
        "preflight ui",
        "preflight --help",
    ]


def test_help_groups_the_commands_by_what_a_person_wants(program: Program) -> None:
    titles = [line for line in program("--help").out.splitlines() if line.endswith(":") and line[0] != " "]
    assert titles == ["Options:", "Look:", "Mend:", "Send:", "Serve:", "Know:"]


def run(command: list[str], env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True)


def test_version_and_help_are_told_without_loading_anything_heavy(bare: dict[str, str]) -> None:
    code = "import sys; from preflight.cli import main\ntry: main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    for argument in ("--version", "--help"):
        ended = run([sys.executable, "-c", code, argument], env=bare)
        assert (__version__ if argument == "--version" else "submit") in ended.stdout
        loaded = set(ended.stdout.splitlines()[-1].split())
        assert not loaded & {"av", "PIL", "httpx", "rich", "msgspec", "mutagen", "sqlite3"}


def test_a_check_of_a_clip_loads_no_picture_library_and_no_network(bare: dict[str, str]) -> None:
    code = "import sys; from preflight.cli import main\ntry: main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    clip = MEDIA / "video-854x480.mp4"
    ended = run([sys.executable, "-c", code, "check", str(clip)], env=bare)
    assert not set(ended.stdout.splitlines()[-1].split()) & {"PIL", "httpx", "rich", "sqlite3", "ffmpeg"}


def test_profiles_lists_editions_and_shows_the_limits_of_one_with_their_sources(program: Program) -> None:
    listed = program("profiles").out
    assert all(name in listed for name in names())
    shown = program("profiles", "seedance-2.0-2026-10").out
    assert "video.pixels = 409600..2086876  [provider's model page (newer)" in shown
    assert json.loads(program("profiles", "--schema").out)["$defs"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("preflight.toml", 'profil = "x"', "preflight.toml: profil: unknown key; did you mean 'profile'?"),
        ("preflight.toml", "profile = 3", "preflight.toml: profile: expected text, got 3"),
        ("preflight.toml", "profile", "preflight.toml: not TOML: "),
        ("pyproject.toml", "[tool.preflight]\nprofile = 3", "pyproject.toml: profile: expected text, got 3"),
    ],
)
def test_a_settings_file_that_is_wrong_names_the_place(
    program: Program, tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text)
    ended = program("check", MEDIA / "image-ok.jpeg")
    assert ended.status == 2
    assert said in ended.err


def test_flags_stand_over_variables_over_the_settings_file_over_the_defaults(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = MEDIA / "video-1920x1080.mp4"
    assert program("check", large).status == 1
    (tmp_path / "preflight.toml").write_text('profile = "seedance-2.0-2026-10"')
    assert program("check", large).status == 0
    monkeypatch.setenv("PREFLIGHT_PROFILE", "seedance-2.0-2026-04")
    assert program("check", large).status == 1
    assert program("check", large, "--profile", "seedance-2.0-2026-10").status == 0


def test_nobody_reading_the_output_is_not_called_findings() -> None:
    with subprocess.Popen([PROGRAM, "rules"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        child.stdout.close()
        assert child.wait(120) == 3


def test_a_full_disk_behind_the_output_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([PROGRAM, "rules"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 3
    assert "cannot be written" in ended.stderr


def test_an_unexpected_fault_gives_3_and_a_trace_only_on_request(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PREFLIGHT_LEDGER", str(tmp_path / "nul\udcff.sqlite3"))
    monkeypatch.setattr("preflight.cli.explain.RULES", None)
    ended = program("explain", "x")
    assert ended.status == 3
    assert "unexpected AttributeError" in ended.err
    assert "Traceback" not in ended.err
    monkeypatch.setenv("PREFLIGHT_TRACE", "1")
    assert "Traceback" in program("explain", "x").err


def test_ctrl_c_ends_with_130_says_what_is_known_and_leaves_no_child(tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / f"{number}.webp").symlink_to(MEDIA / "image-6000x2400.webp")
    command = [str(PROGRAM), "check", "--no-cache", "--format", "json", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout is not None
        begun = b"".join(itertools.islice(child.stdout, 5))
        signal_group(child.pid, signal.SIGINT)
        rest = child.stdout.read()
        assert child.stderr is not None
        said = child.stderr.read()
        assert child.wait(120) == 130
    report = json.loads(begun + rest)
    assert report["verdict"] == "unsure"
    assert report["interrupted"]
    assert 0 < len(report["assets"]) < 400
    assert b"interrupted" in said
    with pytest.raises(ProcessLookupError):
        signal_group(child.pid, 0)


def test_a_terminal_gets_colour_and_a_question(tmp_path: Path) -> None:
    """On a terminal the plan is shown, the question asked, and "n" leaves everything as it is."""
    theirs, ours = terminal()
    command = [str(PROGRAM), "fix", str(MEDIA / "video-1920x1080.mp4")]
    with subprocess.Popen(command, stdin=ours, stdout=ours, stderr=ours, cwd=tmp_path) as child:
        os.close(ours)
        said = until_asked(theirs)
        os.write(theirs, b"n")
        said += read_all(theirs)
        assert child.wait(120) == 1
    assert b"\x1b[" in said
    assert b"Write 1 new file to preflight-fixed?" in said
    assert b"declined" in said
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_sees_how_far_a_check_is_when_its_results_go_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("image-ok.jpeg", "image-299x300.png", "audio-5s.wav", "video-5s.mp4"):
        (tmp_path / "in" / name).symlink_to(MEDIA / name)
    make_pipe(tmp_path / "in" / "pipe.mp4")
    theirs, ours = terminal()
    command = [str(PROGRAM), "check", "--no-cache", str(tmp_path / "in")]
    with Path(tmp_path / "out").open("wb") as out, subprocess.Popen(command, stdout=out, stderr=ours) as child:
        os.close(ours)
        said = read_all(theirs)
        assert child.wait(120) == 3  # the pipe cannot be judged
    assert b"checked: " in said
    assert b"Profile seedance-2.0-2026-04" in (tmp_path / "out").read_bytes()


def test_a_terminal_sees_a_bar_and_then_the_worst_file_first(tmp_path: Path) -> None:
    for name in ("image-ok.jpeg", "image-299x300.png", "audio-5s.wav"):
        (tmp_path / name).symlink_to(MEDIA / name)
    theirs, ours = terminal()
    command = [str(PROGRAM), "check", "--no-cache", "."]
    with subprocess.Popen(command, stdout=ours, stderr=ours, cwd=tmp_path) as child:
        os.close(ours)
        said = read_all(theirs)
        assert child.wait(120) == 1
    count, _, report = said.rpartition(b"checked: ")
    assert "\u2501".encode() in count
    assert report.index(b"image-299x300.png") < report.index(b"audio-5s.wav") < report.index(b"FAIL")


def read_all(terminal: int) -> bytes:
    """Read what a terminal is shown until its last writer is gone."""
    said = b""
    with contextlib.suppress(OSError):
        while block := os.read(terminal, 4096):
            said += block
    os.close(terminal)
    return said


def until_asked(terminal: int) -> bytes:
    """Read up to a question, and until nothing more is said: then a key is waited for."""
    said = b""
    while select.select([terminal], [], [], 1.0 if said.endswith(b": ") else 30)[0]:
        said += os.read(terminal, 1 << 16)
    return said


def test_the_sandbox_says_where_it_is_and_ends_on_a_signal() -> None:
    with subprocess.Popen([PROGRAM, "sandbox", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline().startswith(b"http://127.0.0.1:")
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=120)
        assert child.returncode == 0


def test_the_sandbox_serves_no_other_machine(program: Program) -> None:
    ended = program("sandbox", "--host", "0.0.0.0")  # noqa: S104 - exactly what must be refused
    assert ended.status == 2
    assert "loopback" in ended.err


# ---- what beginners type ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        (["clip.mp4"], "`preflight check clip.mp4` judges it"),
        (["my clips"], "`preflight check 'my clips'` judges it"),
        (["chekc", "clip.mp4"], "Did you mean check"),
        (["help"], "`preflight --help`"),
        (["xyzzy"], "`preflight --help` lists them"),
        (["check", "clop.mp4"], "Nearest: clip.mp4."),
        (["check", "CLIP.MP4"], "Nearest: clip.mp4."),
        (["check", "my", "clips"], "A name with blanks stands in quotation marks: 'my clips'."),
        (["check", "nowhere/clip.mp4"], "There is no folder nowhere."),
        (["fix"], "nothing to fix"),
        (["where"], "`preflight where --help`"),
        (["submit", "clip.mp4"], "`preflight new FOLDER` writes one"),
        (["submit", "request.toml"], "`preflight new FOLDER` writes one"),
        (["fix", "clip.mp4", "--out", "x"], "--output"),
    ],
)
def test_a_beginner_s_mistake_leads_on(program: Program, tmp_path: Path, typed: list[str], leads: str) -> None:
    (tmp_path / "clip.mp4").symlink_to(MEDIA / "video-1.8s.mp4")
    (tmp_path / "my clips").mkdir()
    ended = program(*typed)
    assert (ended.status, ended.out) == (2, "")
    assert leads in ended.err


def test_every_word_that_names_a_file_takes_either_spelling_of_its_name() -> None:
    kinds = [(command.name, one) for command in every_command() for one in command.params]
    paths = [(name, one) for name, one in kinds if isinstance(one.type, click.Path) or "PATH" in (one.metavar or "")]
    assert {f"{name} {one.name}" for name, one in paths if not takes_either(one.type)} == set()
    assert {"check", "fix", "new", "probe", "submit", "ui", "where"} <= {name for name, _ in paths}


def takes_either(kind: object) -> bool:
    return isinstance(kind, StoredPath) or getattr(kind, "func", None) is stored


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_in_other_characters_than_the_folder_has_is_found(
    program: Program, tmp_path: Path, form: Literal["NFC", "NFD"]
) -> None:
    other: Literal["NFC", "NFD"] = "NFD" if form == "NFC" else "NFC"
    (tmp_path / f"{normalize(form, '한강')}.png").write_bytes((MEDIA / "image-ok.png").read_bytes())
    typed = normalize(other, "한강")
    assert program("new", f"{typed}.png", "--output", f"{normalize(form, '요청')}.toml").status == 0
    assert program("submit", f"{normalize(other, '요청')}.toml", "--dry-run").status == 0
    assert program("probe", f"{typed}.png").status == 0
