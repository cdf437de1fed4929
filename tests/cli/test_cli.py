"""The program's beginning and end: what is started before anything is known, and how an error becomes output."""

from typing import get_args

import pytest

from preflight import cli
from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused
from preflight.locale import LANGUAGES, Language, speaking
from preflight.values.excerpt import Excerpt
from preflight.values.remedy import Remedy
from preflight.workers.process import Load


@pytest.fixture(autouse=True)
def _untraced(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFLIGHT_TRACE", "_PREFLIGHT_COMPLETE"):
        monkeypatch.delenv(name, raising=False)


# ---- guessing what is needed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "files", "sure"),
    [
        (["a.png"], ["a.png"], True),
        (["a.png", "b.png"], ["a.png", "b.png"], False),
        (["a.png", "b.png", "--no-cache"], ["a.png", "b.png"], True),
        (["folder"], [], False),
        (["folder", "--no-cache"], [], True),
        (["a.png", "--help"], ["a.png"], False),
        (["-h", "--no-cache"], [], False),
        ([], [], False),
    ],
)
def test_children_are_started_early_only_where_something_is_sure_to_be_measured(
    words: list[str], files: list[str], sure: bool
) -> None:
    assert cli.is_sure(words, files) is sure


def test_while_words_are_completed_for_a_shell_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_PREFLIGHT_COMPLETE", "bash_complete")
    assert not cli.is_sure(["a.png"], ["a.png"])


@pytest.mark.parametrize(
    ("command", "files", "load"),
    [
        ("check", ["a.PNG"], "pillow"),
        ("probe", ["folder.x/a.mp4"], "av"),
        ("check", ["a"], "everything"),
        ("check", ["a.txt"], "everything"),
        ("check", ["a.png", "b.png"], "everything"),
        ("check", [], "everything"),
        ("fix", ["a.png"], "everything"),
        ("submit", ["a.mp4"], "everything"),
    ],
)
def test_of_one_file_that_is_only_looked_at_its_own_libraries_come_first(
    command: str, files: list[str], load: str
) -> None:
    assert cli.needed(command, files) == load


def test_what_comes_first_is_something_that_can_be_loaded() -> None:
    assert {*cli.FIRST.values()} <= {*get_args(Load)}


# ---- errors ---------------------------------------------------------------------------------------------------------

ERRORS: tuple[PreflightError, ...] = (
    CallError("no", advice="Do that."),
    NotDone("no", advice=("Do that.", Remedy("list-rules"))),
    Refused("no"),
    OutcomeUnknown("no", advice=Remedy("reconcile-first")),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("tag", LANGUAGES)
def test_an_error_is_told_beside_the_output_and_its_advice_beneath(
    error: PreflightError, tag: Language, capsys: pytest.CaptureFixture[str]
) -> None:
    with speaking(tag):
        assert cli.say(error) == error.exit_code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[0] == "preflight: no"
    assert len(told.err.splitlines()) == (2 if error.remedies else 1)


@pytest.mark.parametrize("words", ["\x1b[2J", "a\nb", "\u202eevil", "a\rb", "\udcff"])
def test_no_error_acts_upon_a_terminal(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.say(NotDone(words, advice=words))
    cli.unexpected(ValueError(words))
    assert all(line.isprintable() for line in capsys.readouterr().err.split("\n"))


def test_a_line_of_a_file_is_shown_with_its_error(capsys: pytest.CaptureFixture[str]) -> None:
    excerpt = Excerpt(line=3, column=9, text="model = fast", corrected='model = "fast"')
    cli.say(CallError("r.toml: not TOML", excerpt=excerpt, advice="Mend it."))
    lines = capsys.readouterr().err.splitlines()
    assert any("model = fast" in line for line in lines)
    assert any('model = "fast"' in line for line in lines)
    assert (lines[0], lines[-1]) == ("preflight: r.toml: not TOML", "Mend it.")


def test_where_an_error_comes_from_is_told_only_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = NotDone("outer")
    error.__cause__ = ValueError("inner")
    cli.say(error)
    assert "inner" not in capsys.readouterr().err
    monkeypatch.setenv("PREFLIGHT_TRACE", "1")
    cli.say(error)
    assert "ValueError: inner" in capsys.readouterr().err
    cli.say(NotDone("plain"))
    assert "Traceback" not in capsys.readouterr().err, "one that was foreseen comes from nowhere else"


def test_a_failure_that_nobody_foresaw_is_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.unexpected(ZeroDivisionError("by 0")) == cli.UNEXPECTED == 3
    told = capsys.readouterr().err
    assert told.startswith("preflight: unexpected ZeroDivisionError: by 0\n")
    assert "PREFLIGHT_TRACE=1" in told
    assert "Traceback" not in told


def test_every_command_that_looks_at_once_is_one() -> None:
    from preflight.cli.commands import COMMANDS

    assert {*COMMANDS} >= cli.LOOKING
