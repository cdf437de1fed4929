"""The prompt as the page shows it: where it names references, how much of each budget it uses, what it could say."""

from fractions import Fraction
from typing import Any

from preflight.locale import localized
from preflight.profiles.schema import Profile
from preflight.profiles.settings import PromptLength
from preflight.request.file import RequestSpec
from preflight.request.prompt import Length, composed, length, mentions, offers, placed
from preflight.server.ui.words import words_of


def prompt_view(spec: RequestSpec, profile: Profile) -> dict[str, Any]:
    """Describe the prompt: where it names references, and how much of its budget it uses."""
    text = composed(spec.prompt or "")
    used, limit = length(text), profile.request.prompt
    counts = {kind: len(spec.of_kind(kind)) for kind in ("image", "video", "audio")}
    there = [one for one in placed(text, spec.assets) if not one.role.field]
    return {
        "text": text,
        "counts": _counts(text, used, limit) if limit else [],
        "mentions": [
            {
                "start": one.start,
                "end": one.start + len(one.text),
                "kind": one.kind,
                "number": one.number,
                "there": one.number is None or 1 <= one.number <= counts[one.kind],
                "sure": one.is_certain,
            }
            for one in mentions(text)
        ],
        "unnamed": [str(one.role) for one in there if not one.excerpts],
        "offers": [
            {"role": str(one.role), "purpose": localized(offer.purpose), "words": localized(offer.words)}
            for one in there
            for offer in offers(profile.phrasings.values(), one.role)
        ],
    }


def _counts(text: str, used: Length, limit: PromptLength) -> list[dict[str, Any]]:
    """Say how much of each budget a prompt uses, by the scripts that the edition counts."""
    found = list[tuple[str, Fraction, dict[str, int]]]()
    if limit.characters is not None and limit.words is not None:
        part = Fraction(used.characters, limit.characters) + Fraction(used.words, limit.words)
        found.append(("budget", part, {"words": used.words, "characters": used.characters}))
    if limit.max_characters is not None:
        count, wide = len(text), limit.max_wide_characters
        part = Fraction(count, limit.max_characters)
        if wide is not None:
            part = Fraction(used.characters, wide) + Fraction(max(count - used.characters, 0), limit.max_characters)
        found.append(("characters", part, {"count": count, "most": limit.max_characters}))
    if limit.max_tokens is not None and not found:
        found.append(("tokens", Fraction(used.most_tokens, limit.max_tokens), {"most": limit.max_tokens}))
    return [
        {"words": words_of(f"prompt.count.{key}", part=round(float(part) * 100, 1), **said), "over": part > 1}
        for key, part, said in found
    ]
