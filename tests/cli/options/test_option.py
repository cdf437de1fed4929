"""A field of a group is an option, a variable and a setting, and what is said of it comes back typed."""

from typing import Annotated, Literal

import click
import pytest
from click.testing import CliRunner

from preflight.cli.options.option import Argument, Group, Option, ResolvedOption, fields_of, options_of


class Inner(Group, frozen=True, kw_only=True):
    """A group within another."""

    how_deep: Annotated[Literal["header", "full"], Option("How.", kept=True)] = "header"
    several: Annotated[tuple[int, ...], Option("Which.", flags=("--which",))] = ()


class Outer(Group, frozen=True, kw_only=True):
    """A group with another in it."""

    paths: Annotated[tuple[str, ...], Argument("PATH...")] = ()
    wanted: Annotated[str, Option("Needed.")]
    inner: Inner = Inner()
    loud: Annotated[bool, Option("Aloud.", flags=("--loud", "-l"))] = False


def called(*words: str, **environ: str) -> Outer:
    """Return what a command is handed for the words of a call."""
    handed: list[Outer] = []

    @click.command()
    @options_of(Outer)
    def command(call: Outer) -> None:
        handed.append(call)

    done = CliRunner().invoke(command, words, env=environ, catch_exceptions=False)
    if done.exit_code:
        raise click.UsageError(done.output)
    return handed[0]


def test_what_is_not_said_is_as_the_group_has_it() -> None:
    assert called("--wanted", "x") == Outer(wanted="x", typed=frozenset({"wanted"}))


def test_flags_arguments_and_variables_become_fields_of_their_types() -> None:
    call = called("a", "b", "--wanted", "x", "--which", "1", "--which", "2", "-l", PREFLIGHT_HOW_DEEP="full")
    assert (call.paths, call.loud, call.inner.how_deep, call.inner.several) == (("a", "b"), True, "full", (1, 2))


def test_a_group_knows_what_was_typed_and_what_a_variable_said() -> None:
    call = called("--wanted", "x", "--which", "1", PREFLIGHT_HOW_DEEP="full")
    assert call.inner.typed == {"several"}


@pytest.mark.parametrize("words", [(), ("--wanted", "x", "--how-deep", "none"), ("--wanted", "x", "--which", "y")])
def test_what_is_required_is_asked_for_and_what_is_no_choice_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(click.UsageError, match=r"(?i)missing option|is not"):
        called(*words)


def test_a_command_without_room_for_a_group_is_a_mistake() -> None:
    def command(**_: object) -> None:
        """Take no group."""

    with pytest.raises(TypeError, match="command takes no Inner"):
        options_of(Inner)(command)


def test_the_name_of_an_option_is_the_key_of_its_setting() -> None:
    assert [one.key for one in fields_of(Inner) if isinstance(one, ResolvedOption)] == ["how_deep", "which"]
