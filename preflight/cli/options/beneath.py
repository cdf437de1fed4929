"""The settings files that stand beneath a command's options.

Flags stand over `PREFLIGHT_*`, over `preflight.toml` (or `[tool.preflight]` in pyproject.toml), over the defaults.
"""

from pathlib import Path

import click

from preflight.cli.options.option import F
from preflight.cli.searched import FOREIGN, has_own_settings, has_settings


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
