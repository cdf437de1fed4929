"""`preflight models --refresh-prices`: models in; what their prices are now, and where that is kept, out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from preflight.locale import localized
from preflight.profiles import Profile
from preflight.report import text
from preflight.values.assets import printable
from preflight.values.phrase import phrase
from preflight.values.units import decimal, number

if TYPE_CHECKING:
    from preflight.flow.prices import PriceChange, Refreshed

PRICES_SCHEMA = "preflight.refreshed-prices/1"
PLACES = 4


def refresh_prices(models: list[tuple[str, Profile]], base_url: str | None, agent: str | None, *, as_json: bool) -> int:
    """Read the public rules of models, print what moved, and return the exit status."""
    from preflight.flow.prices import refresh
    from preflight.service.http import origin_of

    asked = [(model, profile) for model, profile in models if profile.service.check_only is None]
    if not asked:
        from preflight.service.addresses import refuse_check_only

        refuse_check_only(models[0][1])
    address = origin_of(base_url or asked[0][1].service.base_url)
    found = refresh(asked, address, agent=agent)
    if as_json:
        _print_json(found)
    else:
        text.write(_lines(found))
    return 3 if found.faults or found.path is None else 0


def _lines(found: "Refreshed") -> Iterator[text.Line]:
    for moved in found.models:
        if not moved.absent:
            yield from _model_lines(moved)
    absent = [moved.model for moved in found.models if moved.absent]
    if absent:
        words = phrase("No rules are given for {n} models; the editions' prices count for them.", n=len(absent))
        yield ((localized(words), "dim"),)
    if found.path is None:
        yield ((localized("Nothing was changed."), "yellow"),)
        return
    kept = printable(str(found.path))
    words = phrase(
        "Prices of {w} from {q1} count from now on; they are kept in {q2}.", w=found.read, q1=found.source, q2=kept
    )
    yield ((localized(words), "bold"),)
    yield ((localized("Without that file the editions' own prices count again."), "dim"),)


def _model_lines(moved: "PriceChange") -> Iterator[text.Line]:
    model = printable(moved.model)
    if moved.fault:
        yield (model, "bold"), (f": {localized(phrase('left as it was: {why}', why=printable(moved.fault)))}", "red")
        return
    if not moved.places:
        yield (model, "bold"), (f": {localized('as before')}", "dim")
        return
    said = "credits a second" if moved.before else "credits a second, not known before"
    yield ((model, "bold"), (f": {localized(said)}", ""))
    for place in moved.places:
        before, after = moved.before.get(place), moved.after[place]
        known = "" if before is None else f"{decimal(before, PLACES)} -> "
        yield ((f"  {printable(place)}: {known}{decimal(after, PLACES)}", ""),)


def _print_json(found: "Refreshed") -> None:
    from preflight.report.json import dump

    value: dict[str, Any] = {
        "schema": PRICES_SCHEMA,
        "read": found.read.isoformat(),
        "source": found.source,
        "path": None if found.path is None else printable(str(found.path)),
        "models": [_model_json(moved) for moved in found.models],
    }
    click.echo(dump(value), nl=False)


def _model_json(moved: "PriceChange") -> dict[str, Any]:
    return {
        "model": moved.model,
        "moved": list(moved.places),
        "fault": moved.fault or None,
        "before": {place: number(value) for place, value in moved.before.items()},
        "after": {place: number(value) for place, value in moved.after.items()},
    }
