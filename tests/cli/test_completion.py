"""What a shell completes, and how it learns it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from preflight.cli.commands import COMMANDS, root
from tests.cli.conftest import Program

PROGRAM = Path(sys.executable).with_name("preflight")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell_is_printed(program: Program, shell: str) -> None:
    ended = program("completion", shell)
    assert ended.status == 0
    assert f"_PREFLIGHT_COMPLETE={shell}_complete" in ended.out
    if interpreter := shutil.which(shell):
        subprocess.run([interpreter, "-n"], input=ended.out, text=True, check=True)


def test_another_shell_is_a_wrong_call(program: Program) -> None:
    assert program("completion", "tcsh").status == 2


def completed(*words: str) -> list[str]:
    env = {**os.environ, "COMP_WORDS": " ".join(("preflight", *words)), "COMP_CWORD": str(len(words))}
    env["_PREFLIGHT_COMPLETE"] = "bash_complete"
    done = subprocess.run([PROGRAM], env=env, capture_output=True, text=True, check=True)
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_commands_options_and_words_are_completed() -> None:
    assert completed("ch") == ["check"]
    assert completed("") == list(COMMANDS)
    assert "--from0" in completed("check", "--fr")
    assert completed("check", "--fail-on", "") == ["error", "warning"]
    assert completed("task", "rec") == ["reconcile"]
    assert "--help" in completed("--h")


def test_a_name_is_completed_without_importing_the_commands(bare: dict[str, str]) -> None:
    code = "import sys; from preflight.cli import main\ntry: main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    env = {**bare, "COMP_WORDS": "preflight ", "COMP_CWORD": "1", "_PREFLIGHT_COMPLETE": "bash_complete"}
    script = f"import sys; sys.argv[0] = 'preflight'; exec({code!r})"
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert "plain,check" in done.stdout
    assert not set(done.stdout.splitlines()[-1].split()) & {"msgspec", "preflight.cli.check", "preflight.rules"}


def every(command: click.Command, name: str) -> list[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        return [(name, command)]
    context = click.Context(command)
    children = [(child, command.get_command(context, child)) for child in command.list_commands(context)]
    return [(name, command), *(found for child, one in children if one for found in every(one, f"{name} {child}"))]


@pytest.mark.parametrize(
    ("name", "command"), every(root, "preflight"), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_help_has_an_example_that_begins_as_it_is_called(name: str, command: click.Command) -> None:
    text = command.get_help(click.Context(command, info_name=name))
    assert re.search(rf"Example: {name}( |$)", text, re.MULTILINE)
