"""Match the prompt with the assets: mentions of each, and documented phrasings."""

import re
from collections.abc import Iterable

import msgspec

from preflight.profiles.schema import NUMBER, Phrasing
from preflight.request.prompt.grammar import mentions
from preflight.request.prompt.mention import Mention
from preflight.request.prompt.text import composed
from preflight.values.assets import Asset, Role
from preflight.values.phrase import phrase

_STOPS = r"\s.,;:!?\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f"
_REST = rf"[^{_STOPS}]{{0,16}}(?:[ \t]+[^{_STOPS}]{{1,24}})?"
"""Rest of the word behind a mention, and the next word of the sentence."""


BRACES = re.compile(r"\{[^{}]*\}?|\}")


class Placed(msgspec.Struct, frozen=True):
    """An asset with the excerpts that mention it."""

    role: Role
    path: str
    excerpts: tuple[str, ...]
    """In text order; empty where the prompt never mentions it."""


class Offer(msgspec.Struct, frozen=True):
    """A documented phrasing with a number."""

    role: Role | None
    """None where N stands for the number."""
    purpose: str
    words: str
    source: str


def placed(prompt: str, assets: Iterable[Asset]) -> list[Placed]:
    """List the assets of a request with the excerpts that mention them."""
    text, found = composed(prompt), mentions(prompt)
    roles = [(asset.role, asset.path) for asset in assets if asset.role]
    return [Placed(role, path, tuple(excerpt(text, one) for one in found if _names(one, role))) for role, path in roles]


def strays(prompt: str, assets: Iterable[Asset]) -> list[Mention]:
    """List the mentions of positions without an asset."""
    roles = {(asset.role.kind, asset.role.number) for asset in assets if asset.role}
    return [one for one in mentions(prompt) if one.number is not None and (one.kind, one.number) not in roles]


def offers(phrasings: Iterable[Phrasing], role: Role) -> list[Offer]:
    """List the documented phrasings for a role, numbered."""
    fit = [one for one in phrasings if one.kind == role.kind]
    return [Offer(role, one.purpose, _numbered(one.words, str(role.number)), one.source) for one in fit]


def offers_for_any(phrasings: Iterable[Phrasing]) -> list[Offer]:
    """List the documented phrasings with N for the number."""
    return [Offer(None, one.purpose, _numbered(one.words, "N"), one.source) for one in phrasings]


def _numbered(words: str, number: str) -> str:
    """Put a number into a phrasing, as a message where it holds no other braces."""
    if set(BRACES.findall(words)) <= {NUMBER}:
        return phrase(words, n=number)
    return words.replace(NUMBER, number)


def _names(mention: Mention, role: Role) -> bool:
    return mention.kind == role.kind and mention.number in (None, role.number)


def excerpt(text: str, mention: Mention) -> str:
    """Quote a mention with the next word of its sentence; `text` is the composed prompt."""
    end = mention.start + len(mention.text)
    rest = re.compile(_REST).match(text, end)
    return " ".join((mention.text + (rest[0] if rest else "")).split())
