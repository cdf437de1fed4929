"""Options that mean the same in every command."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import click
from click.core import ParameterSource

from preflight.cli.options.option import FOLDER, Group, Option
from preflight.errors import CallError
from preflight.locale import localized
from preflight.profiles import DEFAULT, Profile, edition_for, load, load_all, names
from preflight.values.assets import printable
from preflight.values.phrase import phrase

PROFILE = "profile_name"
"""The parameter that the setting `profile` stands behind."""
OF_MODEL = f"if not said, that of the request's model, or else {DEFAULT}"


def loaded(name: str | None, model: str | None) -> Profile:
    """Load a profile by name, else the edition of a model, and say aloud where it is old.

    Raises:
        CallError: no edition describes the model.
        ProfileError: it cannot be used.
    """
    profile = load(edition_for(model) if name is None else name)
    today = dt.datetime.now(dt.UTC).date()
    if profile.service.read < today.replace(year=today.year - 1, day=min(today.day, 28)):
        from preflight.profiles.entries import stale

        if words := stale(profile, today):
            click.echo(f"preflight: {printable(localized(words))}", err=True)
    return profile


def loaded_all() -> list[Profile]:
    """Load every shipped edition, and say aloud, once, how many are old."""
    from preflight.profiles.entries import stale_among

    profiles = load_all(names())
    if words := stale_among(profiles, dt.datetime.now(dt.UTC).date()):
        click.echo(f"preflight: {printable(localized(words))}", err=True)
    return profiles


# ---- the edition ----------------------------------------------------------------------------------------------------


class EditionOptions(Group, frozen=True, kw_only=True):
    """By which limits files are judged."""

    profile_name: Annotated[
        str | None,
        Option(
            f"Edition of the limits, or a profile file of your own; {OF_MODEL}.",
            flags=("--profile",),
            kept=True,
            metavar="NAME|FILE",
        ),
    ] = None

    def load(self, model: str | None = None) -> Profile:
        """Load the profile that is named, else the edition of a request's model, or the default one.

        Raises:
            CallError: no edition describes the model.
            ProfileError: it cannot be used.
        """
        return loaded(self.profile_name, model)

    @property
    def named(self) -> Profile | None:
        """The profile that is named, loaded; None where none is."""
        return None if self.profile_name is None else load(self.profile_name)


class Repeated(click.Option):
    """An option that may be given several times, of which a variable or a setting gives one, spaces and all."""

    def value_from_envvar(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Read the variable's value as one."""
        said = self.resolve_envvar_value(ctx)
        return None if said is None else (said,)

    def get_default(self, ctx: click.Context, call: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002 - click's signature
        """Find the setting of the option of this name that is given once, or the default."""
        said = ctx.lookup_default(PROFILE)
        return (said,) if isinstance(said, str) else super().get_default(ctx, call=call)


class EditionsOptions(Group, frozen=True, kw_only=True):
    """By which limits files are judged: one edition, or several side by side."""

    profile_names: Annotated[
        tuple[str, ...],
        Option(
            "Edition of the limits, or a profile file of your own; repeated: several, side by side; " + OF_MODEL + ".",
            flags=("--profile",),
            kept=True,
            metavar="NAME|FILE",
            cls=Repeated,
        ),
    ] = ()

    @property
    def are_several(self) -> bool:
        """Whether more than one is named."""
        return len(set(self.profile_names)) > 1

    def one(self, model: str | None = None) -> Profile:
        """Load the profile that is named first, else the edition of a request's model, or the default one."""
        return loaded(next(iter(self.profile_names), None), model)

    @property
    def named(self) -> Profile | None:
        """The profile that is named, loaded, where just one is."""
        return load(self.profile_names[0]) if len(set(self.profile_names)) == 1 else None

    def load(self) -> list[Profile]:
        """Load the profiles that are named; the same one twice is one.

        Raises:
            ProfileError: one cannot be used.
            CallError: two of them go by one name.
        """
        found: dict[str, Profile] = {}
        for profile in map(load, dict.fromkeys(self.profile_names)):
            if found.setdefault(profile.name, profile) != profile:
                advice = "Give one of them a `name` of its own."
                raise CallError(
                    phrase("--profile: two different profiles are called {q}", q=repr(profile.name)), advice=advice
                )
        return list(found.values())


# ---- output ---------------------------------------------------------------------------------------------------------


class OutputOptions(Group, frozen=True, kw_only=True):
    """Where new files go."""

    output: Annotated[Path, Option("Folder for the new files.", kind=FOLDER, kept=True)] = Path("preflight-fixed")


class Formats(click.Choice[str]):
    """The formats of one command; what a setting names and only another command knows is passed over.

    `format = "junit"` in a settings file is meant for `check`, and must not stop `fix`.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        """Read a format of this command.

        Raises:
            click.BadParameter: it is none, and was given on the command line or is not known anywhere.
        """
        from preflight.report import FORMATS

        typed = ParameterSource.COMMANDLINE, ParameterSource.PROMPT
        said_here = ctx is None or param is None or ctx.get_parameter_source(param.name or "") in typed
        if not said_here and value in FORMATS and value not in self.choices:
            return self.choices[0]
        return super().convert(value, param, ctx)


def format_of(*formats: str) -> Option:
    """Describe `--format` with the formats that a command has."""
    return Option("How to print the result.", flags=("--format",), kind=Formats(formats), kept=True)


class TextOrJson(Group, frozen=True, kw_only=True):
    """How the result is printed, where it is text for a person or JSON for a program."""

    format_name: Annotated[str, format_of("text", "json")] = "text"

    @property
    def is_json(self) -> bool:
        """Whether standard output is for a program."""
        return self.format_name == "json"
