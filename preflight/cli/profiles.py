"""`preflight profiles`: the editions of the limits, one of them in full, or the schema they follow."""

import click

from preflight.cli.options import load_profile, settings_file
from preflight.limits import Sourced
from preflight.profiles import DEFAULT, Profile, json_schema, names
from preflight.report import text


@click.command("profiles")
@click.argument("name", required=False, metavar="[NAME|FILE]")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a profile.")
@settings_file
def command(*, name: str | None, schema: bool) -> None:
    """List the editions of the limits, or show the limits of one with their sources.

    \b
    Example: preflight profiles seedance-2.0-2026-04
    """  # noqa: D301 - \b is click's mark for lines to keep
    if schema:
        from preflight.report.json import dump

        click.echo(dump(json_schema()), nl=False)
    elif name:
        profile = load_profile(name)
        text.write([((profile.name, "bold"), (f": {profile.title}", ""))])
        text.write(_limit_lines(profile))
    else:
        for shipped in names():
            default = " (default)" if shipped == DEFAULT else ""
            text.write([((shipped, "bold"), (f"{default}: {load_profile(shipped).title}", ""))])


def _limit_lines(profile: Profile) -> list[text.Line]:
    return [
        ((f"{family}.{key}", "bold"), (f" = {limit.text()}  ", ""), (f"[{limit.source}; read {limit.read}]", "dim"))
        for family in ("image", "video", "audio", "request")
        for key, limit in _limits(getattr(profile, family))
        if hasattr(limit, "text")
    ]


def _limits(table: object) -> list[tuple[str, Sourced]]:
    fields: tuple[str, ...] = getattr(table, "__struct_fields__", ())
    return [(key, getattr(table, key)) for key in fields]
