"""Settings files: `preflight.toml`, or `[tool.preflight]` of a pyproject.toml, in; what stands behind the options out.

They are read only where there is one, so that a run without settings starts sooner.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from preflight.cli.options.kept import in_toml, is_path, kept
from preflight.cli.options.option import Option
from preflight.cli.searched import SETTINGS_FILES, folders, is_strangers, own_file
from preflight.errors import CallError
from preflight.files.text import TextError, bytes_of, toml_of
from preflight.files.toml import TableError, convert_table
from preflight.files.toml_places import excerpt_at
from preflight.locale import localized
from preflight.policy.policy import Ignore, Override, Policy, UnknownRuleError, refuse_wrong
from preflight.system import files as system
from preflight.values.assets import printable
from preflight.values.phrase import error_words, phrase
from preflight.values.remedy import Remedy

MAX_BYTES = 1 << 20
FILES: dict[str, tuple[str, ...]] = dict(zip(SETTINGS_FILES, ((), ("tool", "preflight")), strict=True))
"""Name → the keys that lead to the settings in it; of one folder, the first that has some counts."""
POLICY = {
    "severity": dict[str, str] | None,
    "override": tuple[Override, ...] | None,
    "ignore": tuple[Ignore, ...] | None,
}
"""Settings that are the policy, and stand behind no option."""
KEPT = {said.key: said for said in kept()}
"""Setting → the option that it stands behind."""
GUARDED = (*(key for key, said in KEPT.items() if isinstance(said.how, Option) and said.how.guarded), "profile")
"""Settings that say where the key goes and what was sent: of a file that lies in a folder they do not count.

Of a profile only its addresses do not; the command that would send the key there looks at that.
"""
Settings = msgspec.defstruct(
    "Settings",
    [
        *((key, in_toml(said) | None, None) for key, said in KEPT.items()),
        *((key, type_, None) for key, type_ in POLICY.items()),
    ],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)
"""What a settings file may say; the names are those of the options."""


def guarded_by(here: Path) -> dict[str, str]:
    """Map parameter → file of each setting that a found file has and that counts in the user's own alone."""
    found = _found(here)
    if found is None:
        return {}
    return {KEPT[key].name: found.name for key in GUARDED if key in found.said}


def read_own_settings(here: Path) -> dict[str, str | float]:
    """Read the user's own settings, which stand beneath those of a folder.

    Raises:
        CallError: as for those, or they hold a policy, which belongs to the files that it judges.
    """
    path = own_file()
    name = printable(str(path))
    table = _table(path, name, ())
    if table is None:
        return {}
    state = path.stat()
    if system.HAS_OWNERS and (state.st_uid not in {system.me(), 0} or state.st_mode & 0o002):
        _say(phrase("{q} may be written by others, and was passed over", q=name))
        return {}
    said = _checked(table, path, name)
    if policy := [key for key in POLICY if key in said]:
        raise CallError(
            phrase("{q}: {w}: a policy belongs into the settings of the folder that it judges", q=name, w=policy[0])
        )
    return {KEPT[key].name: _from(path.parent, here, key, value) for key, value in said.items()}


def read_settings(here: Path) -> dict[str, str | float]:
    """Read the settings that count in a folder: of it, or of the nearest one above it that has some.

    In one folder `preflight.toml` stands before `[tool.preflight]` of a pyproject.toml, and it is said aloud that the
    other one is passed over. Files that settings name are relative to the folder of the settings.

    Raises:
        CallError: the file cannot be read, is not TOML, or has a key or type that is not known.
    """
    found = _found(here)
    if found is None:
        return {}
    _tell_of_a_second(found)
    said = {key: value for key, value in found.said.items() if key not in POLICY}
    return {KEPT[key].name: _from(found.path.parent, here, key, value) for key, value in said.items()}


def read_policy(here: Path) -> Policy:
    """Read the policy that counts in a folder from where its settings are; an empty one where there is none.

    Raises:
        CallError: as for the settings, or it names a rule that is not known or that no policy reaches.
    """
    found = _found(here)
    start = str(here.absolute())
    if found is None:
        return Policy(folder=start, here=start)
    tables = {key: found.said[key] for key in POLICY if key in found.said}
    policy = Policy(folder=str(found.path.parent), here=start, **tables)
    try:
        refuse_wrong(policy)
    except TableError as error:
        advice = Remedy("list-rules") if isinstance(error, UnknownRuleError) else ""
        raise CallError(f"{found.name}: {error}", advice=advice) from None
    return policy


class Found(NamedTuple):
    """A settings file."""

    path: Path
    name: str
    """As it is shown: from the working folder."""
    said: dict[str, Any]


def _found(here: Path) -> Found | None:
    """Find the settings file that counts in a folder, and what it says."""
    for folder in folders(here):
        for file, keys in FILES.items():
            path = folder / file
            name = printable(os.path.relpath(path, here.absolute()))
            table = _table(path, name, keys)
            if table is None:
                continue
            if is_strangers(path, here):
                _say(phrase("{q} belongs to somebody else, and was passed over", q=name))
                continue
            return Found(path, name, _checked(table, path, name, keys))
    return None


def _tell_of_a_second(found: Found) -> None:
    """Say which file counts, where a second one in the same folder holds settings, too."""
    second = "pyproject.toml"
    if found.path.name == second:
        return
    try:
        other = _table(found.path.with_name(second), second, FILES[second])
    except CallError:
        return
    if other is not None:
        _say(phrase("{q1} counts; [tool.preflight] of {q2} beside it is passed over", q1=found.name, q2=second))


def _say(words: str) -> None:
    click.echo(f"preflight: {localized(words)}", err=True)


def _from(folder: Path, here: Path, key: str, value: str | float) -> str | float:
    """Read a setting as it is meant in the working folder: a file that it names lies below that of the settings."""
    if folder == here.absolute() or not isinstance(value, str) or not (is_path(KEPT[key]) or key == "profile"):
        return value
    path = folder / value
    return os.path.relpath(path, here.absolute()) if is_path(KEPT[key]) or os.path.isfile(path) else value  # noqa: PTH113 - as in `locate`


def _table(path: Path, name: str, keys: tuple[str, ...]) -> dict[str, Any] | None:
    """Find the table of settings in a file; None where there is none.

    Raises:
        CallError: it cannot be read, or is a folder and should be nothing but settings.
    """
    if not (os.path.lexists(path) if not keys else path.is_file()):
        return None
    try:
        content = bytes_of(path, MAX_BYTES)
        if len(content) > MAX_BYTES:
            raise CallError(phrase("{q}: larger than {n} bytes: no settings", q=name, n=f"{MAX_BYTES:,}"))
        table: Any = toml_of(content)
    except TextError as error:
        raise CallError(phrase("{q}: {fault}", q=name, fault=error_words(error)), excerpt=error.excerpt) from None
    except OSError as error:
        said = "is a folder" if path.is_dir() else phrase("cannot be read: {rest}", rest=error.strerror)
        raise CallError(phrase("{q}: {fault}", q=name, fault=said)) from None
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


def _checked(table: dict[str, Any], path: Path, name: str, keys: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        settings = convert_table(table, Settings)
    except TableError as error:
        excerpt = excerpt_at(bytes_of(path, MAX_BYTES), ".".join((*keys, str(error))))
        raise CallError(phrase("{q}: {fault}", q=name, fault=error_words(error)), excerpt=excerpt) from None
    return {key: value for key, value in msgspec.structs.asdict(settings).items() if value is not None}
