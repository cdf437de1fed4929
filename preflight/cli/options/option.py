"""One field of a group → its option, its environment variable and its key in settings files.

    depth: Annotated[Depth, Option("How thoroughly.", kept=True)] = "exact"

is `--depth` with the choices of `Depth`, `PREFLIGHT_DEPTH`, and `depth` in preflight.toml.
"""

import math
from collections.abc import Callable, Iterator
from functools import cache, wraps
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import click
import msgspec
from click.core import ParameterSource

from preflight.cli.searched import FOREIGN

F = TypeVar("F", bound=Callable[..., Any])


def stored(value: str) -> str:
    """Read a path to what exists, in the spelling of the folder that holds it."""
    from preflight.values.assets import as_stored

    return as_stored(value)


class StoredPath(click.Path):
    """A path; its last name may be spelled in composed or decomposed characters."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as click has it
        """Convert a word to the path of what exists, or to the path as it is said."""
        return super().convert(stored(value) if isinstance(value, str) else value, param, ctx)


FILE = StoredPath(dir_okay=False, path_type=Path)
FOLDER = StoredPath(file_okay=False, path_type=Path)


class Between(click.FloatRange):
    """A range of numbers; NaN, which no bound refuses, lies in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as click has it
        """Convert a word to a number of the range."""
        found = super().convert(value, param, ctx)
        if math.isnan(found):
            self.fail(f"{value!r} is not a valid float.", param, ctx)  # as click says of other words
        return found


class Option(msgspec.Struct, frozen=True):
    """How a field is said."""

    help: str
    flags: tuple[str, ...] = ()
    """The long one first; that of the field's name if none is said."""
    kind: Any = None
    """The click type by which words become the value; told by the field's type if not said."""
    kept: bool = False
    """Whether an environment variable and a settings file may say it, too."""
    guarded: bool = False
    """Whether it says where the key goes or what was sent: a settings file that lies in a folder may not."""
    metavar: str | None = None
    cls: type[click.Option] | None = None
    """What reads it, where click's own way is not the one."""


class Argument(msgspec.Struct, frozen=True):
    """A field that is said by its place; of a tuple there may be any number."""

    metavar: str
    kind: Any = None
    """As for `Option`."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one concern.

    A field is `Annotated` with its `Option` or `Argument`, and required if it has no default; or it is another group.
    """

    typed: frozenset[str] = frozenset()
    """Names of the fields that stand on the command line, and not in a variable or setting."""


class ResolvedOption(msgspec.Struct, frozen=True):
    """A field of a group, with all that is known of it."""

    name: str
    """Of the field, and of click's parameter."""
    type: Any
    """Without `None`."""
    how: Option | Argument
    default: Any
    """`msgspec.NODEFAULT` where it is required."""

    @property
    def flag(self) -> str:
        """The long flag."""
        said = self.how.flags if isinstance(self.how, Option) else ()
        return said[0] if said else f"--{self.name.replace('_', '-')}"

    @property
    def key(self) -> str:
        """What a settings file calls it."""
        return self.flag.removeprefix("--").replace("-", "_")


@cache
def fields_of(group: type[Group]) -> tuple[ResolvedOption | tuple[str, type[Group]], ...]:
    """List the fields of a group in their order; of a field that is another group, its name and that group."""
    return tuple(_fields_of(group))


def _fields_of(group: type[Group]) -> Iterator[ResolvedOption | tuple[str, type[Group]]]:
    for field in msgspec.structs.fields(group):
        if isinstance(field.type, type) and issubclass(field.type, Group):
            yield field.name, field.type
        elif field.name != "typed":
            type_, how = get_args(field.type)
            yield ResolvedOption(field.name, _without_none(type_), how, field.default)


def options_of(group: type[Group]) -> Callable[[F], F]:
    """Add the options of a group to a command, and hand it their values as its argument of the group's type.

    Raises:
        TypeError: the command has no such argument.
    """

    def add(command: F) -> F:
        argument = next((name for name, kind in command.__annotations__.items() if kind is group), None)
        if argument is None:
            raise TypeError(f"{command.__name__} takes no {group.__name__}")

        @wraps(command)
        def grouped(*positional: Any, **given: Any) -> Any:  # noqa: ANN401 - what click hands to any command
            given[argument] = _made(group, given, click.get_current_context())
            return command(*positional, **given)

        _add(group, grouped)
        return grouped  # type: ignore[return-value] # a command like the one it wraps

    return add


def _add(group: type[Group], command: Callable[..., Any]) -> None:
    """Add the options of a group; click lists the one that was added last first."""
    for said in reversed(list(fields_of(group))):
        if isinstance(said, ResolvedOption):
            click_option(said)(command)
        else:
            _add(said[1], command)


def _made(group: type[Group], given: dict[str, Any], ctx: click.Context) -> Group:
    """Take the values of a group out of those that click read."""
    values, typed = dict[str, Any](), set[str]()
    for said in fields_of(group):
        if not isinstance(said, ResolvedOption):
            name, inner = said
            values[name] = _made(inner, given, ctx)
            continue
        values[said.name] = given.pop(said.name)
        if ctx.get_parameter_source(said.name) is ParameterSource.COMMANDLINE:
            typed.add(said.name)
    return group(**values, typed=frozenset(typed))


def click_option(said: ResolvedOption) -> Callable[[F], F]:
    """Make the decorator that adds one option, or argument, to a command."""
    how, more = said.how, dict[str, Any]()
    kind = how.kind or _kind_of(said.type)
    if isinstance(how, Argument):
        many = get_origin(said.type) is tuple
        required = not many and said.default is msgspec.NODEFAULT
        nargs = -1 if many else 1
        return click.argument(said.name, metavar=how.metavar, type=kind, nargs=nargs, required=required)
    if said.default is msgspec.NODEFAULT:
        more["required"] = True
    elif said.default not in (None, ()) and said.default is not False:  # 0 is a default to be shown
        more.update(default=said.default, show_default=True)
    if get_origin(said.type) is tuple:
        more["multiple"] = True
    if how.cls:
        more["cls"] = how.cls
    if how.kept:
        more["envvar"] = f"PREFLIGHT_{said.key.upper()}"
    if how.guarded:
        more["callback"] = refuse_found
    more |= {"is_flag": True} if said.type is bool else {"type": kind}
    return click.option(*(how.flags or (said.flag,)), said.name, metavar=how.metavar, help=how.help, **more)


def refuse_found(ctx: click.Context, param: click.Parameter, value: Any) -> Any:  # noqa: ANN401 - whatever the option is
    """Refuse what a settings file that lies in a folder says of this option."""
    if not ctx.meta.get(FOREIGN):
        return value
    from preflight.cli.address import refuse_found as refuse

    return refuse(ctx, param, value)


def _kind_of(type_: Any) -> Any:  # noqa: ANN401 - any type → whatever click takes for it
    """Choose click's type for a field's: choices for a `Literal`; of a tuple, that of what is in it."""
    if get_origin(type_) is Literal:
        return click.Choice(get_args(type_))
    return _kind_of(get_args(type_)[0]) if get_origin(type_) is tuple else type_


def _without_none(type_: Any) -> Any:  # noqa: ANN401 - any type
    """Take `None` out of a type."""
    if get_origin(type_) not in (Union, UnionType):
        return type_
    return next(one for one in get_args(type_) if one is not NoneType)
