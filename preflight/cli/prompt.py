"""`preflight prompt`: a request.toml in; which asset the prompt names where, and the documented words for each, out."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionOptions, TextOrJson
from preflight.cli.options.option import FILE, options_of
from preflight.locale import localized
from preflight.profiles import Profile
from preflight.report import text
from preflight.request.file import RequestSpec, load_spec
from preflight.request.prompt import Offer, Placed, offers, offers_for_any, placed, strays
from preflight.values.assets import printable, shown
from preflight.values.phrase import phrase

SCHEMA = "preflight.prompt/1"
SHOWN_AT_MOST = 3
"""How many places of one asset a line names."""
QUOTES = "'{}'"


@click.command("prompt")
@click.argument("request", required=False, type=FILE, metavar="[REQUEST.TOML]")
@options_of(TextOrJson)
@options_of(EditionOptions)
@settings_file
def command(*, request: Path | None, shown_as: TextOrJson, edition: EditionOptions) -> None:
    """List the documented phrasings, with the numbers of REQUEST.TOML where one is given.

    Each asset stands beside the places where the prompt names it. Nothing is measured, and the prompt is not changed.

    \b
    Example: preflight prompt
    Example: preflight prompt request.toml
    """  # noqa: D301 - \b is click's mark for lines to keep
    spec = load_spec(request, edition.named) if request else None
    profile = edition.load(spec.model if spec else None)
    if shown_as.is_json:
        from preflight.report.json import dump

        click.echo(dump(_json(spec, profile)), nl=False)
    elif spec is None:
        text.write(map(_offer_line, offers_for_any(profile.phrasings.values())))
    else:
        text.write(placed_lines(spec, profile, everywhere=True))


def placed_lines(spec: RequestSpec, profile: Profile, *, everywhere: bool) -> Iterator[text.Line]:
    """Yield a line for each asset as the model counts it, and the phrasings on offer for it.

    Args:
        spec: the request.
        profile: the edition whose phrasings are offered.
        everywhere: whether they are offered for assets that the prompt names already.
    """
    prompt = spec.prompt or ""
    for one in placed(prompt, spec.assets):
        yield _placed_line(one)
        if everywhere or not one.excerpts:
            yield from map(_offer_line, offers(profile.phrasings.values(), one.role))
    for stray in dict.fromkeys((one.text, one.kind, one.number, one.is_certain) for one in strays(prompt, spec.assets)):
        words, kind, number, certain = stray
        template = "names {what}, which is not sent" if certain else "may name {what}, which is not sent"
        yield (printable(words), "bold"), (f": {localized(phrase(template, what=f'{kind} {number}'))}", "yellow")


def _placed_line(one: Placed) -> text.Line:
    name = (str(one.role), "bold"), (f" <- {shown(one.path)}", "")
    if not one.excerpts:
        return *name, (f": {localized('not mentioned')}", "yellow")
    places = [QUOTES.format(printable(excerpt)) for excerpt in one.excerpts[:SHOWN_AT_MOST]]
    more = len(one.excerpts) - len(places)
    return *name, (
        f", {localized('mentioned at')} {', '.join(places)}"
        + (f" {localized(phrase('and {n} more', n=more))}" if more else ""),
        "",
    )


def _offer_line(offer: Offer) -> text.Line:
    return ("  ", ""), (localized(offer.words), "cyan"), (f"  ({localized(offer.purpose)})", "dim")


def _json(spec: RequestSpec | None, profile: Profile) -> dict[str, object]:
    found = placed(spec.prompt or "", spec.assets) if spec else []
    on_offer = _all_offers(found, profile) if spec else offers_for_any(profile.phrasings.values())
    return {
        "schema": SCHEMA,
        "profile": profile.name,
        "assets": [
            {"role": str(one.role), "path": shown(one.path), "mentioned_at": list(map(printable, one.excerpts))}
            for one in found
        ],
        "phrasings": [
            {
                "role": str(offer.role) if offer.role else None,
                "purpose": offer.purpose,
                "words": offer.words,
                "source": offer.source,
            }
            for offer in on_offer
        ],
    }


def _all_offers(found: Iterable[Placed], profile: Profile) -> list[Offer]:
    return [offer for one in found for offer in offers(profile.phrasings.values(), one.role)]
