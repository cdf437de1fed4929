"""The language of the settings files, for help and errors of a call: click ends before it comes to read settings."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from preflight.cli.language import NAME, said
from preflight.cli.searched import has_own_settings, has_settings
from preflight.errors import PreflightError
from preflight.locale import Language, language_of, speak

HELP = frozenset({"-h", "--help"})


def is_help(arguments: Sequence[str]) -> bool:
    """Tell whether a call asks for help, or for nothing, which is answered by some."""
    return not arguments or not HELP.isdisjoint(arguments)


def heed_settings(arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    """Use the language of the settings, where neither the call nor the variable says one."""
    if not said(arguments, environ) and (chosen := _settled()):
        speak(chosen)


def _settled() -> Language | None:
    here = Path.cwd()
    if not (has_settings(here) or has_own_settings()):
        return None
    from preflight.cli.settings import read_own_settings, read_settings

    try:
        words = {**read_own_settings(here), **read_settings(here)}.get(NAME)
    except PreflightError:
        return None
    return language_of(words) if isinstance(words, str) else None
