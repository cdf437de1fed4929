"""A field of a group is an option, a variable and a setting, and what is said of it comes back typed."""

from typing import Annotated, Any, Literal

import click
import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from preflight.cli.options.option import (
    Argument,
    Between,
    Group,
    Option,
    ResolvedOption,
    click_option,
    fields_of,
    options_of,
)


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


# ---- one field at a time --------------------------------------------------------------------------------------------


def only(type_: Any, how: Option | Argument, default: Any = None) -> click.Parameter:  # noqa: ANN401 - any field
    """Return click's parameter for a field."""

    @click_option(ResolvedOption("how_deep", type_, how, default))
    def call() -> None:
        """Take one."""

    (made,) = call.__click_params__  # type: ignore[attr-defined] # where click keeps them
    assert isinstance(made, click.Parameter)
    return made


@pytest.mark.parametrize(
    ("type_", "wanted"),
    [(int, click.INT), (str, click.STRING), (tuple[int, ...], click.INT), (float, click.FLOAT)],
)
def test_a_field_s_type_is_that_of_its_words(type_: Any, wanted: object) -> None:  # noqa: ANN401 - any type
    made = only(type_, Option("What."))
    assert (made.type, made.multiple) == (wanted, type_ not in (int, str, float))


def test_choices_are_those_of_the_literal_in_their_order() -> None:
    made = only(Literal["b", "a"], Option("Which."))
    assert isinstance(made.type, click.Choice)
    assert [*made.type.choices] == ["b", "a"]


@pytest.mark.parametrize(
    ("default", "shown"), [(None, False), ((), False), (False, False), (0, True), ("x", True), (2.5, True)]
)
def test_a_default_is_shown_where_it_says_something(default: object, shown: bool) -> None:
    made = only(bool if default is False else str, Option("What."), default)
    assert isinstance(made, click.Option)
    assert made.show_default is (True if shown else None)
    assert made.required is False


def test_a_field_without_a_default_is_required() -> None:
    assert only(str, Option("What."), msgspec.NODEFAULT).required
    assert only(str, Argument("PATH"), msgspec.NODEFAULT).required
    assert not only(str, Argument("[PATH]"), None).required
    assert not only(tuple[str, ...], Argument("PATH..."), msgspec.NODEFAULT).required


@pytest.mark.parametrize(
    ("flags", "key", "variable"),
    [
        ((), "how_deep", "PREFLIGHT_HOW_DEEP"),
        (("--keep",), "keep", "PREFLIGHT_KEEP"),
        (("--max-cost", "-m"), "max_cost", "PREFLIGHT_MAX_COST"),
    ],
)
def test_the_long_flag_names_the_variable_and_the_setting(flags: tuple[str, ...], key: str, variable: str) -> None:
    how = Option("What.", flags=flags, kept=True)
    assert ResolvedOption("how_deep", str, how, None).key == key
    assert only(str, how).envvar == variable
    assert only(str, Option("What.", flags=flags)).envvar is None


@pytest.mark.parametrize("word", ["nan", "NaN", "-nan", "inf", "2.1", "-0.1", "x", ""])
def test_a_number_out_of_its_range_is_refused_and_what_is_no_number_lies_in_none(word: str) -> None:
    with pytest.raises(click.BadParameter):
        Between(0, 2).convert(word, None, None)


@given(st.floats(0, 2))
def test_a_number_within_its_range_is_that_number(value: float) -> None:
    assert Between(0, 2).convert(repr(value), None, None) == value


def test_none_is_no_type_of_a_field() -> None:
    class Maybe(Group, frozen=True, kw_only=True):
        a: Annotated[int | None, Option("A.")] = None
        b: Annotated[Literal["x"] | None, Option("B.")] = None

    found = [one for one in fields_of(Maybe) if isinstance(one, ResolvedOption)]
    assert [one.type for one in found] == [int, Literal["x"]]


def test_options_are_listed_in_the_order_of_their_fields() -> None:
    @click.command()
    @options_of(Outer)
    def command(call: Outer) -> None:
        """Take a group."""

    names = [one.name for one in command.params]
    assert names == ["paths", "wanted", "how_deep", "several", "loud"]
