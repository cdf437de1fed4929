"""Settings files: `preflight.toml`, or `[tool.preflight]` of a pyproject.toml, in; what stands behind the options out.

They are read only where there is one, so that a run without settings starts sooner.
"""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from preflight.errors import CallError
from preflight.policy import Ignore, Override, Policy, refuse_wrong
from preflight.tables import TableError, convert_table


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a settings file may say; the names are those of the options."""

    profile: str | None = None
    depth: str | None = None
    jobs: int | None = None
    time_limit: float | None = None
    memory_limit: int | None = None
    cache_by: str | None = None
    format: str | None = None
    allow: str | None = None
    fit: str | None = None
    output: str | None = None
    base_url: str | None = None
    files_url: str | None = None
    bucket: str | None = None
    uploads: int | None = None
    max_credits: int | float | None = None
    ledger: str | None = None
    fail_on: str | None = None
    baseline: str | None = None
    log_format: str | None = None
    metrics: str | None = None
    severity: dict[str, str] | None = None
    override: tuple[Override, ...] | None = None
    ignore: tuple[Ignore, ...] | None = None


POLICY = ("severity", "override", "ignore")
"""Settings that are the policy, and stand behind no option."""
PARAMETERS = {"profile": "profile_name", "format": "dress", "ledger": "ledger_path"}
"""Setting → the name of the parameter it stands behind, where they differ."""


def read_settings(folder: Path) -> dict[str, str | float]:
    """Read the settings of a folder: `preflight.toml`, or else `[tool.preflight]` of its pyproject.toml.

    Raises:
        CallError: the file cannot be read, is not TOML, or has a key or type that is not known.
    """
    _, said = _said(folder)
    return {PARAMETERS.get(key, key): value for key, value in said.items() if key not in POLICY}


def read_policy(folder: Path) -> Policy:
    """Read the policy of a folder from where its settings are; an empty one where there is none.

    Raises:
        CallError: as for the settings, or it names a rule that is not known or that no policy reaches.
    """
    name, said = _said(folder)
    tables = {key: said[key] for key in POLICY if key in said}
    policy = Policy(folder=str(folder.absolute()), **tables)
    if not tables:
        return policy
    try:
        refuse_wrong(policy)
    except TableError as error:
        raise CallError(f"{name}: {error}") from None
    return policy


def _said(folder: Path) -> tuple[str, dict[str, Any]]:
    """Return the name of the settings file of a folder, and what it says."""
    for name, keys in (("preflight.toml", ()), ("pyproject.toml", ("tool", "preflight"))):
        path = folder / name
        if path.is_file():
            table = _table(path, keys)
            if table is not None:
                return name, _checked(table, name)
    return "", {}


def _table(path: Path, keys: tuple[str, ...]) -> dict[str, Any] | None:
    try:
        table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CallError(f"{path.name}: cannot be read: {error}") from None
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


def _checked(table: dict[str, Any], name: str) -> dict[str, Any]:
    try:
        settings = convert_table(table, Settings)
    except TableError as error:
        raise CallError(f"{name}: {error}") from None
    return {key: value for key, value in msgspec.structs.asdict(settings).items() if value is not None}
