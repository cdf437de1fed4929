"""`preflight models`: every model that is known, or one of them in full, with what changed between its editions."""

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import TextOrJson
from preflight.cli.options.option import options_of
from preflight.errors import CallError
from preflight.profiles import Profile, load_all, names
from preflight.profiles.entries import NOT_GIVEN, Entry, differences, entries
from preflight.profiles.index import index, nearest_models
from preflight.report import text
from preflight.values.assets import printable
from preflight.values.units import number

MODELS_SCHEMA = "preflight.models/1"
MODEL_SCHEMA = "preflight.model/1"
COUNTS = ("image", "video", "audio")


@click.command("models")
@click.argument("name", required=False, metavar="[NAME]")
@options_of(TextOrJson)
@settings_file
def command(*, name: str | None, shown: TextOrJson) -> None:
    """List every model, or all that is known of NAME: its limits, sources, price and editions, and what changed.

    \b
    Example: preflight models
    Example: preflight models seedance-2.5-reference-to-video
    """  # noqa: D301 - \b is click's mark for lines to keep
    profiles = load_all(names())
    if name is None:
        _print_all(profiles, shown)
        return
    by = [one for one in profiles if name in one.models]
    if not by:
        near = nearest_models(name)
        advice = f"Nearest: {', '.join(near)}." if near else "`preflight models` lists them."
        raise CallError(f"no edition describes the model {printable(name)!r}", advice=advice)
    chosen = next((one for one in by if one.name == index().models.get(name)), by[0])
    _print_one(name, chosen, [one for one in by if one is not chosen], shown)


def _print_all(profiles: list[Profile], shown: TextOrJson) -> None:
    by_name = {profile.name: profile for profile in profiles}
    rows = [(model, by_name[edition]) for model, edition in index().models.items()]
    if shown.is_json:
        _print_json({"schema": MODELS_SCHEMA, "models": [_row_json(model, profile) for model, profile in rows]})
        return
    width = max(len(model) for model, _ in rows)
    text.write(
        (
            (f"{model:<{width}}", "bold"),
            (f"  {_taken(profile)}{_cost(model, profile)}", ""),
            (f"  {profile.name}", "dim"),
        )
        for model, profile in rows
    )


def _row_json(model: str, profile: Profile) -> dict[str, object]:
    from preflight.request.price import usd_per_s

    usd = usd_per_s(model, profile)
    length, ratio = profile.request.duration_s, profile.request.aspect_ratio
    return {
        "model": model,
        "edition": profile.name,
        "title": profile.title,
        **{f"{kind}s": getattr(profile, kind).count.text() for kind in COUNTS},
        "duration": length.words() if length else None,
        "quality": list(profile.models[model].quality),
        "aspect_ratio": list(ratio.allowed) if ratio else [],
        "usd_per_s": None if usd is None else number(usd),
        "service": profile.service.check_only,
    }


def _taken(profile: Profile) -> str:
    counts = {kind: getattr(profile, kind).count for kind in COUNTS}
    parts = [f"{count.text()} {kind}s" for kind, count in counts.items() if count.max]
    single = {kind: ", ".join(profile.single(kind)) for kind in ("image", "video", "audio")}
    parts += [names for names in single.values() if names]
    length = profile.request.duration_s
    return f"{', '.join(parts) or 'no files'}; {f'{length.words()} s' if length else 'no length'}"


def _cost(model: str, profile: Profile) -> str:
    from preflight.request.price import usd_per_s

    usd = usd_per_s(model, profile)
    return "" if usd is None else f"; about {float(usd):.3g} USD/s"


def _print_one(model: str, profile: Profile, others: list[Profile], shown: TextOrJson) -> None:
    found = {place: entry for place, entry in entries(profile).items() if entry}
    if shown.is_json:
        limits = [
            {"place": place, "value": entry.words, "source": entry.source, "read": entry.read}
            for place, entry in found.items()
        ]
        changed = [{"edition": one.name, "differences": _change(profile, one)} for one in others]
        _print_json({"schema": MODEL_SCHEMA, **_row_json(model, profile), "limits": limits, "others": changed})
        return
    text.write([((printable(model), "bold"), (f": {printable(profile.title)}, edition {profile.name}", ""))])
    text.write(
        (
            (printable(place), "bold"),
            (f" = {printable(entry.words)}", ""),
            (f"  [{printable(entry.source or '')}]", "dim"),
        )
        for place, entry in found.items()
    )
    for other in others:
        text.write([((f"Changed in {other.name}:", "bold"),)])
        text.write([((f"  {words}", ""),) for words in _change(profile, other)] or [(("  nothing", ""),)])


def _limit_line(place: str, entry: Entry) -> text.Line:
    source = f"  [{printable(entry.source)}; read {entry.read}]" if entry.source else ""
    return (printable(place), "bold"), (f" = {printable(entry.words)}", ""), (source, "dim")


def _change(before: Profile, after: Profile) -> list[str]:
    """Format what differs between two editions."""
    return [
        f"{one.place}: {one.before.words if one.before else NOT_GIVEN} -> {one.after.words if one.after else NOT_GIVEN}"
        for one in differences(before, after)
    ]


def _print_json(value: dict[str, object]) -> None:
    from preflight.report.json import dump

    click.echo(dump(value), nl=False)
