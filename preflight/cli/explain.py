"""`preflight explain`: a rule's id in; what it checks, why, and what to do out."""

import difflib

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionOptions
from preflight.cli.options.option import options_of
from preflight.errors import CallError
from preflight.locale import localized
from preflight.report import text
from preflight.report.citations import cited
from preflight.rules import RULES
from preflight.rules.rule import limit_at
from preflight.values.findings import NOT_TAKEN
from preflight.values.phrase import any_of, joined, phrase

CUT = "`--keep start|middle|end|best` or `--keep FILE=3.0-9.5` of `preflight fix` says which part stays"
LENGTHEN = "`--extend loop|freeze|slow` makes longer what is too short"
CUT_OR_LENGTHEN = joined([CUT, LENGTHEN], "; ")
SHAPE = "`preflight fix` with `--fit crop|pad|blur`, or with `--allow creative`"
COMMANDS = {
    "image/format": "`preflight fix`",
    "image/aspect-ratio": SHAPE,
    "video/duration": CUT_OR_LENGTHEN,
    "video/aspect-ratio": SHAPE,
    "audio/format": "`preflight fix`; `--bits source` keeps up to 24 bits of a deeper sound",
    "audio/duration": CUT_OR_LENGTHEN,
    "request/model": "`preflight profiles NAME` lists the models of an edition",
    "request/callback-url": "`preflight task wait` needs no callback",
}
"""Rule → the command that does, or shows, what its remedy asks for."""
ALSO = {
    "image": ("alpha", "color", "hdr", "location"),
    "video": ("alpha", "bit-depth", "codec", "hdr", "header", "interlace", "location", "sound-codec", "streams"),
    "audio": ("codec", "header", "location"),
}
"""Kind → names of its warnings that are mended where that is asked for."""
COMMANDS |= {f"{kind}/{name}": f"`preflight fix --also {name}`" for kind, names in ALSO.items() for name in names}
EDITIONS = "`preflight check --profile A --profile B` shows which edition takes it"


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
        advice = phrase("Did you mean {l}?", l=any_of(near)) if near else "`preflight rules` lists them."
        raise CallError(phrase("no rule named {q}", q=repr(rule_id)), advice=advice)
    limit = limit_at(profile, rule.limit)
    allowed = limit.text() if limit and hasattr(limit, "text") else None
    text.write([((rule.id, "bold"), (f": {localized(rule.what)}", ""))])
    for title, words in (
        ("Why", rule.why),
        ("Fix", rule.fix),
        ("Command", EDITIONS if rule.id.endswith(NOT_TAKEN) else COMMANDS.get(rule.id)),
        ("Limit", f"{rule.limit} = {allowed}" if allowed else ""),
        ("Source", cited(rule.source(profile) or "")),
        ("Read", limit.read.isoformat() if limit else ""),
    ):
        if words:
            text.write([((f"{localized(title)}: ", "bold"), (localized(words), ""))])
