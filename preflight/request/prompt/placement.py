"""The prompt beside the assets: which place names which, and the documented words that would."""

import re
from collections.abc import Iterable

import msgspec

from preflight.profiles.schema import NUMBER, Phrasing
from preflight.request.prompt.grammar import mentions
from preflight.request.prompt.mention import Mention
from preflight.request.prompt.text import composed
from preflight.values.assets import Asset, Role

_STOPS = r"\s.,;:!?\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f"
_REST = rf"[^{_STOPS}]{{0,16}}(?:[ \t]+[^{_STOPS}]{{1,24}})?"
"""What shows where a mention stands: the rest of its word and the next one, as long as the sentence lasts."""


class Placed(msgspec.Struct, frozen=True):
    """An asset as the model will count it, beside the places of the prompt that name it."""

    role: Role
    path: str
    excerpts: tuple[str, ...]
    """The words of each place, in order; none where the prompt never mentions it."""


class Offer(msgspec.Struct, frozen=True):
    """A documented phrasing with a number put in."""

    role: Role | None
    """None where N stands for the number."""
    purpose: str
    words: str
    source: str


def placed(prompt: str, assets: Iterable[Asset]) -> list[Placed]:
    """Return the assets of a request in their order, each with the places where the prompt names it."""
    text, found = composed(prompt), mentions(prompt)
    roles = [(asset.role, asset.path) for asset in assets if asset.role]
    return [Placed(role, path, tuple(excerpt(text, one) for one in found if _names(one, role))) for role, path in roles]


def strays(prompt: str, assets: Iterable[Asset]) -> list[Mention]:
    """Return the mentions of positions that no asset has."""
    roles = {(asset.role.kind, asset.role.number) for asset in assets if asset.role}
    return [one for one in mentions(prompt) if one.number is not None and (one.kind, one.number) not in roles]


def offers(phrasings: Iterable[Phrasing], role: Role) -> list[Offer]:
    """Return the documented phrasings for the asset of a role, with its number."""
    fit = [one for one in phrasings if one.kind == role.kind]
    return [Offer(role, one.purpose, one.words.replace(NUMBER, str(role.number)), one.source) for one in fit]


def offers_for_any(phrasings: Iterable[Phrasing]) -> list[Offer]:
    """Return the documented phrasings with N in the place of a number."""
    return [Offer(None, one.purpose, one.words.replace(NUMBER, "N"), one.source) for one in phrasings]


def _names(mention: Mention, role: Role) -> bool:
    return mention.kind == role.kind and mention.number in (None, role.number)


def excerpt(text: str, mention: Mention) -> str:
    """Return a mention with the next word, as long as the sentence lasts; `text` is the composed prompt."""
    end = mention.start + len(mention.text)
    rest = re.compile(_REST).match(text, end)
    return " ".join((mention.text + (rest[0] if rest else "")).split())
