"""`preflight models`: every model that is known, or one of them in full, with what changed between its editions."""

from collections.abc import Iterator
from typing import Annotated

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import TextOrJson, loaded_all
from preflight.cli.options.option import Argument, Group, Option, options_of
from preflight.cli.options.service import AgentOptions
from preflight.errors import CallError
from preflight.locale import localized
from preflight.profiles import Profile
from preflight.profiles.entries import NOT_GIVEN, differences, entries
from preflight.profiles.index import index, nearest_models
from preflight.profiles.prices import OwnPrices, by_quality, own_prices
from preflight.report import text
from preflight.report.citations import cited
from preflight.values.assets import Kind, printable
from preflight.values.phrase import joined, phrase
from preflight.values.units import decimal, number

MODELS_SCHEMA = "preflight.models/1"
MODEL_SCHEMA = "preflight.model/1"
COUNTS: dict[Kind, str] = {"image": "{w} images", "video": "{w} videos", "audio": "{w} audios"}
"""Kind → how many are taken."""


class ModelsCall(Group, frozen=True, kw_only=True):
    """What a call of `models` asks."""

    name: Annotated[str | None, Argument("[NAME]")] = None
    refresh_prices: Annotated[
        bool, Option("Read the provider's public price rules, show what moved, and use them from now on.")
    ] = False
    base_url: Annotated[
        str | None,
        Option("The service that is asked for prices; the provider if not said.", guarded=True, metavar="URL"),
    ] = None
    asking: AgentOptions = AgentOptions()
    shown: TextOrJson = TextOrJson()


@click.command("models")
@options_of(ModelsCall)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, call: ModelsCall) -> None:
    """List every model, or all that is known of NAME: its limits, sources, price and editions, and what changed.

    Prices that were refreshed are kept in the user's data folder, each with its date and where it is from, and count
    for every estimate; where there is none, the edition's counts. No key is sent to ask for them.

    \b
    Example: preflight models
    Example: preflight models seedance-2.5-reference-to-video
    Example: preflight models --refresh-prices
    """  # noqa: D301 - \b is click's mark for lines to keep
    profiles = loaded_all()
    if call.refresh_prices:
        ctx.exit(_refresh(call, profiles))
    if call.name is None:
        _print_all(profiles, call.shown)
        return
    chosen, others = _editions(call.name, profiles)
    _print_one(call.name, chosen, others, call.shown)


def _refresh(call: ModelsCall, profiles: list[Profile]) -> int:
    from preflight.cli.prices import refresh_prices

    by_name = {profile.name: profile for profile in profiles}
    models = [(model, by_name[edition]) for model, edition in index().models.items()]
    chosen = models if call.name is None else [(call.name, _editions(call.name, profiles)[0])]
    return refresh_prices(chosen, call.base_url, call.asking.agent, as_json=call.shown.is_json)


def _editions(name: str, profiles: list[Profile]) -> tuple[Profile, list[Profile]]:
    """Find the edition that a model chooses, and the others that describe it.

    Raises:
        CallError: none does.
    """
    by = [one for one in profiles if name in one.models]
    if not by:
        near = nearest_models(name)
        advice = phrase("Nearest: {l}.", l=joined(near)) if near else "`preflight models` lists them."
        raise CallError(phrase("no edition describes the model {q}", q=repr(printable(name))), advice=advice)
    chosen = next((one for one in by if one.name == index().models.get(name)), by[0])
    return chosen, [one for one in by if one is not chosen]


def _print_all(profiles: list[Profile], shown: TextOrJson) -> None:
    by_name, own = {profile.name: profile for profile in profiles}, own_prices()
    rows = [(model, by_name[edition]) for model, edition in index().models.items()]
    if shown.is_json:
        _print_json({"schema": MODELS_SCHEMA, "models": [_row_json(model, profile, own) for model, profile in rows]})
        return
    width = max(len(model) for model, _ in rows)
    text.write(
        (
            (f"{model:<{width}}", "bold"),
            (f"  {_taken(profile)}{_cost(model, profile, own)}", ""),
            (f"  {profile.name}", "dim"),
        )
        for model, profile in rows
    )


def _row_json(model: str, profile: Profile, own: OwnPrices) -> dict[str, object]:
    from preflight.request.price import usd_per_s

    usd = usd_per_s(model, profile, own)
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
        "price_read": own[model].read if model in own else profile.price.read,
        "price_source": own[model].source if model in own else profile.price.source,
        "service": profile.service.check_only,
    }


def _taken(profile: Profile) -> str:
    counts = {kind: getattr(profile, kind).count for kind in COUNTS}
    parts: list[str] = [phrase(COUNTS[kind], w=count.text()) for kind, count in counts.items() if count.max]
    parts += [name for kind in COUNTS for name in profile.single(kind)]
    length = profile.request.duration_s
    said = phrase("{length} s", length=length.words()) if length else "no length"
    return localized(joined([joined(parts) if parts else "no files", said], "; "))


def _cost(model: str, profile: Profile, own: OwnPrices) -> str:
    from preflight.request.price import usd_per_s

    usd = usd_per_s(model, profile, own)
    if usd is None:
        return ""
    cost = phrase("about {n} USD/s", n=f"{float(usd):.3g}")
    if model in own:
        cost = phrase("about {n} USD/s of {w}", n=f"{float(usd):.3g}", w=own[model].read)
    return f"; {localized(cost)}"


def _print_one(model: str, profile: Profile, others: list[Profile], shown: TextOrJson) -> None:
    found = {place: entry for place, entry in entries(profile).items() if entry}
    if shown.is_json:
        limits = [
            {"place": place, "value": entry.words, "source": entry.source, "read": entry.read}
            for place, entry in found.items()
        ]
        changed = [{"edition": one.name, "differences": _change(profile, one)} for one in others]
        _print_json(
            {"schema": MODEL_SCHEMA, **_row_json(model, profile, own_prices()), "limits": limits, "others": changed}
        )
        return
    said = phrase("{title}, edition {w}", title=cited(printable(profile.title)), w=profile.name)
    text.write([((printable(model), "bold"), (f": {localized(said)}", ""))])
    text.write(
        (
            (printable(place), "bold"),
            (f" = {printable(entry.words)}", ""),
            (f"  [{localized(cited(printable(entry.source or '')))}]", "dim"),
        )
        for place, entry in found.items()
    )
    text.write(_own_lines(model, profile))
    for other in others:
        text.write([((localized(phrase("Changed in {w}:", w=other.name)), "bold"),)])
        changes = [((f"  {words}", ""),) for words in _change(profile, other)]
        text.write(changes or [((f"  {localized('nothing')}", ""),)])


def _own_lines(model: str, profile: Profile) -> Iterator[text.Line]:
    """Yield the user's own price, which counts in place of the edition's."""
    own = own_prices()
    if model in own:
        costs = by_quality(model, profile, own)
        words = ", ".join(f"{place} {decimal(value, 4)}" for place, value in costs.items())
        source = localized(phrase("{q}; read {w}", q=printable(own[model].source), w=own[model].read))
        said = localized(phrase("credits a second: {q}", q=printable(words)))
        yield (localized("your price"), "bold"), (f" = {said}", ""), (f"  [{source}]", "dim")


def _change(before: Profile, after: Profile) -> list[str]:
    """Format what differs between two editions."""
    return [
        f"{one.place}: {one.before.words if one.before else NOT_GIVEN} -> {one.after.words if one.after else NOT_GIVEN}"
        for one in differences(before, after)
    ]


def _print_json(value: dict[str, object]) -> None:
    from preflight.report.json import dump

    click.echo(dump(value), nl=False)
