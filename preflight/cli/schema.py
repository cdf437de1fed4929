"""`preflight schema`: the name of a document in, its JSON Schema out."""

import click

from preflight.errors import CallError
from preflight.locale import localized
from preflight.report.json import dump
from preflight.report.schemas import SCHEMAS, names, schema_of
from preflight.values.assets import printable
from preflight.values.phrase import joined, phrase

PROFILE = "A file of limits, as `--profile` reads it"


@click.command("schema")
@click.argument("name", required=False, metavar="[NAME]")
def command(*, name: str | None) -> None:
    """Print the JSON Schema NAME, or list what there is.

    Keys that a schema names never change within its number; new ones may be added.

    \b
    Example: preflight schema report
    """  # noqa: D301 - \b is click's mark for lines to keep
    if name is None:
        for known, (title, _) in SCHEMAS.items():
            click.echo(f"{known}: {title}")
        click.echo(f"profile: {localized(PROFILE)}")
        return
    if name not in names():
        raise CallError(
            phrase("{q}: no such schema", q=printable(name)), advice=phrase("There are {l}.", l=joined(names()))
        )
    click.echo(dump(schema_of(name)), nl=False)
