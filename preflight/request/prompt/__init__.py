"""The prompt as the service reads it: which references it mentions, and how long it is.

In: the prompt's text. Out: `Mention` values in the order of the text, each certain or with what else it may be, and a
`Length`; with the assets, each one beside the places that name it, and the documented words that would. The text is
never changed.

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
