"""`preflight explain`: a rule's id in; what it checks, why, and what to do out."""

import difflib

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionOptions
from preflight.cli.options.option import options_of
from preflight.errors import CallError
from preflight.report import text
from preflight.rules import RULES
from preflight.rules.rule import limit_at


@click.command("explain")
@click.argument("rule_id", metavar="RULE")
@options_of(EditionOptions)
@settings_file
def command(*, rule_id: str, edition: EditionOptions) -> None:
    """Explain RULE, such as video/frame-rate.

    \b
    Example: preflight explain video/pixels
    """  # noqa: D301 - \b is click's mark for lines to keep
    profile = edition.load()
    rule = RULES.get(rule_id)
    if rule is None:
        near = difflib.get_close_matches(rule_id, RULES, n=3, cutoff=0.4)
        advice = f"Did you mean {' or '.join(near)}?" if near else "`preflight rules` lists them."
        raise CallError(f"no rule named {rule_id!r}", advice=advice)
    limit = limit_at(profile, rule.limit)
    allowed = limit.text() if limit and hasattr(limit, "text") else None
    text.write([((rule.id, "bold"), (f": {rule.what}", ""))])
    for title, words in (
        ("Why", rule.why),
        ("Fix", rule.fix),
        ("Limit", f"{rule.limit} = {allowed}" if allowed else ""),
        ("Source", rule.source(profile)),
        ("Read", limit.read.isoformat() if limit else ""),
    ):
        if words:
            text.write([((f"{title}: ", "bold"), (words, ""))])
