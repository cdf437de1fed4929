"""`preflight rules`: the list of every rule."""

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionOptions, TextOrJson
from preflight.cli.options.option import options_of
from preflight.locale import localized
from preflight.report import text
from preflight.rules import RULES


@click.command("rules")
@options_of(EditionOptions)
@options_of(TextOrJson)
@settings_file
def command(*, edition: EditionOptions, shown: TextOrJson) -> None:
    """List every rule with what it checks.

    \b
    Example: preflight rules --format json
    """  # noqa: D301 - \b is click's mark for lines to keep
    profile = edition.load()
    if shown.is_json:
        from preflight.report.json import dump

        rows = [
            {"id": r.id, "what": r.what, "why": r.why, "fix": r.fix, "limit": r.limit, "source": r.source(profile)}
            for r in RULES.values()
        ]
        click.echo(dump({"schema": "preflight.rules/1", "profile": profile.name, "rules": rows}), nl=False)
        return
    width = max(map(len, RULES))
    text.write(((f"{rule.id:<{width}}", "bold"), (f"  {localized(rule.what)}", "")) for rule in RULES.values())
