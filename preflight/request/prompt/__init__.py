"""Read the prompt as the service does: the references it mentions, and its length.

In: the prompt. Out: `Mention` values in text order, certain or doubtful, and a `Length`; with the assets, the places
that mention each, and documented phrasings. The text is never changed.

    text ── folded ── nouns (words.py, *.toml) ── numbers beside them ── Mention, certain or doubtful
"""

from preflight.request.prompt.grammar import mentions
from preflight.request.prompt.length import Length, is_blank, length
from preflight.request.prompt.mention import Doubt, Mention
from preflight.request.prompt.placement import Offer, Placed, excerpt, offers, offers_for_any, placed, strays
from preflight.request.prompt.text import composed

__all__ = [
    "Doubt",
    "Length",
    "Mention",
    "Offer",
    "Placed",
    "composed",
    "excerpt",
    "is_blank",
    "length",
    "mentions",
    "offers",
    "offers_for_any",
    "placed",
    "strays",
]
