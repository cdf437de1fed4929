"""`preflight rules`: the list of every rule."""

import click

from preflight.cli.options import format_option, load_profile, profile_option, settings_file
from preflight.report import text
from preflight.rules import RULES


@click.command("rules")
@profile_option
@format_option("text", "json")
@settings_file
def command(*, profile_name: str, format_name: str) -> None:
    """List every rule with what it checks.

    \b
    Example: preflight rules --format json
    """  # noqa: D301 - \b is click's mark for lines to keep
    profile = load_profile(profile_name)
    if format_name == "json":
        from preflight.report.json import dump

        rows = [
            {"id": r.id, "what": r.what, "why": r.why, "fix": r.fix, "limit": r.limit, "source": r.source(profile)}
            for r in RULES.values()
        ]
        click.echo(dump({"schema": "preflight.rules/1", "profile": profile.name, "rules": rows}), nl=False)
        return
    width = max(map(len, RULES))
    text.write(((f"{rule.id:<{width}}", "bold"), (f"  {rule.what}", "")) for rule in RULES.values())
