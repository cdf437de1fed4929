"""Options that mean the same in every command, and the settings files that stand behind them.

Flags stand over `PREFLIGHT_*`, over `preflight.toml` (or `[tool.preflight]` in pyproject.toml), over the defaults.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec
from click.core import ParameterSource

from preflight.cli.searched import FOREIGN, has_own_settings, has_settings
from preflight.errors import CallError
from preflight.profiles import DEFAULT, Profile, load

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from preflight.flow.check import Fetch, Measuring

F = TypeVar("F", bound=Callable[..., Any])
S = TypeVar("S", bound=msgspec.Struct)
PROFILE = "profile_name"
"""The parameter that the setting `profile` stands behind."""


def asked(struct: type[S], given: Mapping[str, Any]) -> S:
    """Return what a command was asked: of the options' values by name, those that the struct has a field for."""
    return struct(**{name: given[name] for name in struct.__struct_fields__})


def use_settings(ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Lay the settings file beneath the options of this command; runs before they are read."""
    here = Path.cwd()
    if has_own_settings():
        from preflight.cli.settings import read_own_settings

        ctx.default_map = {**read_own_settings(here), **(ctx.default_map or {})}
    if has_settings(here):
        from preflight.cli.settings import guarded_by, read_settings

        ctx.default_map = {**(ctx.default_map or {}), **read_settings(here)}
        ctx.meta[FOREIGN] = guarded_by(here)
    return value


def settings_file(command: F) -> F:
    """Make a command heed the settings files."""
    hidden = click.option(
        "--settings", hidden=True, is_eager=True, expose_value=False, callback=use_settings, help="Read first."
    )
    return hidden(command)


def profile_option(command: F) -> F:
    """Add `--profile`."""
    return click.option(
        "--profile",
        PROFILE,
        default=DEFAULT,
        show_default=True,
        envvar="PREFLIGHT_PROFILE",
        metavar="NAME|FILE",
        help="Edition of the limits, or a profile file of your own.",
    )(command)


class Repeated(click.Option):
    """An option that may be given several times, of which a variable or a setting gives one, spaces and all."""

    def value_from_envvar(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Return the variable's value as one."""
        said = self.resolve_envvar_value(ctx)
        return None if said is None else (said,)

    def get_default(self, ctx: click.Context, call: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002 - click's signature
        """Return the setting of the option of this name that is given once, or the default."""
        said = ctx.lookup_default(PROFILE)
        return (said,) if isinstance(said, str) else super().get_default(ctx, call=call)


def profiles_option(command: F) -> F:
    """Add `--profile`, which may be repeated to compare."""
    return click.option(
        "--profile",
        "profile_names",
        cls=Repeated,
        multiple=True,
        default=(DEFAULT,),
        show_default=True,
        envvar="PREFLIGHT_PROFILE",
        metavar="NAME|FILE",
        help="Edition of the limits, or a profile file of your own; repeated: several, side by side.",
    )(command)


def measuring_options(command: F) -> F:
    """Add `--depth`, `--jobs`, `--no-cache`, `--cache-by`, `--time-limit` and `--memory-limit`."""
    depth = click.option(
        "--depth",
        type=click.Choice(["header", "exact", "full"]),
        default="exact",
        show_default=True,
        envvar="PREFLIGHT_DEPTH",
        help="header believes the file; exact walks every packet and decodes every image; full decodes everything.",
    )
    jobs = click.option(
        "--jobs",
        type=click.IntRange(1, 256),
        envvar="PREFLIGHT_JOBS",
        help="How many files are measured at once; as many as there are processors if not said.",
    )
    no_cache = click.option("--no-cache", is_flag=True, help="Measure every file anew, and remember nothing.")
    cache_by = click.option(
        "--cache-by",
        type=click.Choice(["identity", "content"]),
        default="identity",
        show_default=True,
        envvar="PREFLIGHT_CACHE_BY",
        help="What tells that a file was measured before: where it lies and its times, or, the strict way, a hash of "
        "what it holds.",
    )
    seconds = click.option(
        "--time-limit",
        type=click.FloatRange(0.1, 3600),
        default=60.0,
        show_default=True,
        envvar="PREFLIGHT_TIME_LIMIT",
        help="Seconds that measuring one file may take.",
    )
    memory = click.option(
        "--memory-limit",
        type=click.IntRange(256, 1 << 20),
        default=4096,
        show_default=True,
        envvar="PREFLIGHT_MEMORY_LIMIT",
        help="MiB that measuring one file may take.",
    )
    return depth(jobs(no_cache(cache_by(seconds(memory(command))))))


def output_option(command: F) -> F:
    """Add `--output`."""
    return click.option(
        "--output",
        type=click.Path(file_okay=False, path_type=Path),
        default="preflight-fixed",
        show_default=True,
        envvar="PREFLIGHT_OUTPUT",
        help="Folder for the new files.",
    )(command)


def measuring(
    given: dict[str, Any], fetch: "Fetch | None" = None, *, several: bool = False
) -> "AbstractContextManager[Measuring]":
    """Turn what `measuring_options` gave into a way of measuring; `several` tells whether there are several files."""
    from preflight.flow.measuring import measuring as opened
    from preflight.values.bounds import Bounds

    return opened(
        given["depth"],
        jobs=given["jobs"],
        bounds=Bounds(seconds=given["time_limit"], memory_bytes=given["memory_limit"] << 20),
        cache=None if given["no_cache"] else given["cache_by"],
        fetch=fetch,
        several=several,
    )


class Formats(click.Choice[str]):
    """The formats of one command; what a setting names and only another command knows is passed over.

    `format = "junit"` in a settings file is meant for `check`, and must not stop `fix`.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        """Return a format of this command.

        Raises:
            click.BadParameter: it is none, and was given on the command line or is not known anywhere.
        """
        from preflight.report import FORMATS

        typed = ParameterSource.COMMANDLINE, ParameterSource.PROMPT
        said_here = ctx is None or param is None or ctx.get_parameter_source(param.name or "") in typed
        if not said_here and value in FORMATS and value not in self.choices:
            return self.choices[0]
        return super().convert(value, param, ctx)


def format_option(*formats: str) -> Callable[[F], F]:
    """Add `--format` with the formats that a command has."""

    def add(command: F) -> F:
        return click.option(
            "--format",
            "format_name",
            type=Formats(formats),
            default=formats[0],
            show_default=True,
            envvar="PREFLIGHT_FORMAT",
            help="How to print the result.",
        )(command)

    return add


def load_profile(name: str) -> Profile:
    """Load the profile that an option names."""
    return load(name)


def load_profiles(said: tuple[str, ...]) -> list[Profile]:
    """Load the profiles that a repeated option names; the same one twice is one.

    Raises:
        CallError: two of them go by one name.
    """
    found: dict[str, Profile] = {}
    for profile in map(load, dict.fromkeys(said)):
        if found.setdefault(profile.name, profile) != profile:
            advice = "Give one of them a `name` of its own."
            raise CallError(f"--profile: two different profiles are called {profile.name!r}", advice=advice)
    return list(found.values())


def service_options(command: F) -> F:
    """Add where the service, its files service and the ledger are."""
    base = click.option(
        "--base-url",
        envvar="PREFLIGHT_BASE_URL",
        callback=refuse_found,
        metavar="URL",
        help="The service; the profile's if not said.",
    )
    files = click.option(
        "--files-url",
        callback=refuse_found,
        envvar="PREFLIGHT_FILES_URL",
        metavar="URL",
        help="Its files service; as --base-url if that is said.",
    )
    ledger = click.option(
        "--ledger",
        "ledger_path",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=refuse_found,
        envvar="PREFLIGHT_LEDGER",
        metavar="FILE",
        help="Where submissions are written down.",
    )
    return base(files(ledger(agent_option(command))))


def agent_option(command: F) -> F:
    """Add `--user-agent`."""
    return click.option(
        "--user-agent",
        "agent",
        envvar="PREFLIGHT_USER_AGENT",
        metavar="NAME",
        help="How the program names itself to the hosts that it asks.",
    )(command)


def refuse_found(ctx: click.Context, param: click.Parameter, value: Any) -> Any:  # noqa: ANN401 - whatever the option is
    """Refuse what a settings file that lies in a folder says of this option."""
    if not ctx.meta.get(FOREIGN):
        return value
    from preflight.cli.address import refuse_found as refuse

    return refuse(ctx, param, value)


def api_key() -> str:
    """Return the key, from the environment alone.

    Raises:
        CallError: it is not set.
    """
    key = os.environ.get("EVOLINK_API_KEY", "")
    if not key:
        raise CallError(
            "EVOLINK_API_KEY is not set", advice="export EVOLINK_API_KEY=...; any key will do for the sandbox."
        )
    return key
