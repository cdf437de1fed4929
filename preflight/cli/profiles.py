"""`preflight profiles`: the editions of the limits, one of them in full, what differs between two, or their schema."""

from collections.abc import Iterator

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import TextOrJson
from preflight.cli.options.option import options_of
from preflight.errors import CallError
from preflight.locale import localized
from preflight.profiles import DEFAULT, Profile, json_schema, load, names
from preflight.profiles.entries import NOT_GIVEN, Difference, Entry, differences, entries
from preflight.report import text
from preflight.report.citations import cited
from preflight.values.assets import printable
from preflight.values.phrase import phrase

DIFF = "diff"
COMPARE = "compare"
CHANGES = ("changed", "added", "removed")
EDITIONS_SCHEMA = "preflight.editions/1"
LIMITS_SCHEMA = "preflight.limits/1"
DIFFERENCE_SCHEMA = "preflight.difference/1"
NOTHING: dict[str, object] = {"value": None, "source": None, "read": None}
"""What stands for a limit that the documents do not give, where its place is listed all the same."""


@click.command("profiles")
@click.argument("words", nargs=-1, metavar="[NAME|FILE | diff A B | compare FILE|URL [NAME]]")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a profile.")
@options_of(TextOrJson)
@settings_file
def command(*, words: tuple[str, ...], schema: bool, shown: TextOrJson) -> None:
    """List the editions of the limits, show the limits of one with their sources, or say what differs between two.

    With `compare`, an OpenAPI document of the provider (JSON or YAML) is held against the edition of each model that it
    is for, or against the one that is named: what no longer agrees is told, and numbers in prose that the edition does
    not have. Exit status: 0 where all agrees, 1 where something does not.

    \b
    Example: preflight profiles seedance-2.0-2026-04
    Example: preflight profiles diff seedance-2.0-2026-04 seedance-2.0-2026-10
    Example: preflight profiles compare https://example.com/openapi.json
    """  # noqa: D301 - \b is click's mark for lines to keep
    if schema:
        _print_json(json_schema())
    elif words[:1] == (COMPARE,):
        from preflight.cli.drift import compare

        click.get_current_context().exit(compare(words[1:], as_json=shown.is_json))
    elif words[:1] == (DIFF,):
        _print_differences(words[1:], shown)
    elif len(words) > 1:
        raise CallError("give one profile, or `diff` and two", advice="`preflight profiles diff A B`.")
    elif words:
        _print_limits(load(words[0]), shown)
    else:
        _print_editions(shown)


def _print_editions(shown: TextOrJson) -> None:
    editions = list(map(load, names()))
    if shown.is_json:
        rows = [{"name": one.name, "title": one.title, "default": one.name == DEFAULT} for one in editions]
        _print_json({"schema": EDITIONS_SCHEMA, "editions": rows})
        return
    for one in editions:
        default = f" ({localized('default')})" if one.name == DEFAULT else ""
        text.write([((one.name, "bold"), (f"{default}: {localized(cited(one.title))}", ""))])


# ---- one edition ----------------------------------------------------------------------------------------------------


def _print_limits(profile: Profile, shown: TextOrJson) -> None:
    found = entries(profile)
    if shown.is_json:
        rows = [{"place": place, **(_entry_json(entry) or NOTHING)} for place, entry in found.items()]
        _print_json({"schema": LIMITS_SCHEMA, "profile": profile.name, "title": profile.title, "limits": rows})
        return
    text.write([((printable(profile.name), "bold"), (f": {localized(cited(printable(profile.title)))}", ""))])
    text.write(_limit_line(place, entry) for place, entry in found.items())


def _limit_line(place: str, entry: Entry | None) -> text.Line:
    if entry is None:
        return (place, "bold"), (f": {localized(NOT_GIVEN)}", "dim")
    return (printable(place), "bold"), (f" = {printable(entry.words)}", ""), (_stands_on(entry), "dim")


def _stands_on(entry: Entry) -> str:
    if not entry.source:
        return ""
    return f"  [{printable(localized(phrase('{source}; read {w}', source=cited(entry.source), w=entry.read)))}]"


# ---- two editions ---------------------------------------------------------------------------------------------------


def _print_differences(pair: tuple[str, ...], shown: TextOrJson) -> None:
    if len(pair) != 2:  # noqa: PLR2004 - two are compared
        raise CallError("diff takes two profiles", advice="`preflight profiles diff A B`.")
    before, after = map(load, pair)
    found = differences(before, after)
    if shown.is_json:
        rows = [_difference_json(one) for one in found]
        both = {"before": before.name, "after": after.name}
        _print_json({"schema": DIFFERENCE_SCHEMA, **both, "differences": rows})
        return
    for one in found:
        text.write(_difference_lines(one, before, after))
    counts = {change: sum(one.change == change for one in found) for change in CHANGES}
    said = phrase(
        "{n1} changed, {n2} added, {n3} removed.", n1=counts["changed"], n2=counts["added"], n3=counts["removed"]
    )
    text.write([((printable(f"{before.name} -> {after.name}"), "bold"), (f": {localized(said)}", ""))])


def _difference_lines(one: Difference, before: Profile, after: Profile) -> Iterator[text.Line]:
    style = {"added": "green", "removed": "bold red", "changed": "yellow"}[one.change]
    yield (localized(one.change), style), (f" {printable(one.place)}", "bold")
    for profile, entry in ((before, one.before), (after, one.after)):
        words, source = (entry.words, _stands_on(entry)) if entry else (localized(NOT_GIVEN), "")
        yield (printable(f"  {profile.name}: {words}"), ""), (source, "dim")


def _difference_json(one: Difference) -> dict[str, object]:
    sides = {"before": _entry_json(one.before), "after": _entry_json(one.after)}
    return {"place": one.place, "change": one.change, **sides}


def _entry_json(entry: Entry | None) -> dict[str, object] | None:
    if entry is None:
        return None
    return {"value": entry.words, "source": entry.source, "read": entry.read}


def _print_json(value: dict[str, object]) -> None:
    from preflight.report.json import dump

    click.echo(dump(value), nl=False)
