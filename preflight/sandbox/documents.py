"""Load `documents.toml`: editions, limits, prices and frame sizes.

The sandbox reads the provider's documents independently of the rest of the package, so that both readings can be
compared.
"""

from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar, cast

import msgspec

EditionName = Literal["2026-04", "2026-10"]
"""Edition of the documents in force."""

Ratio = tuple[Fraction, Fraction]
"""Smallest and largest value, inclusive."""

_T = TypeVar("_T")


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules that differ between editions; a maximum of 0 means none."""

    source: str
    qualities: tuple[str, ...]
    aspect_ratio_default: str
    callback_url_max_characters: int
    callback_url_public_only: bool
    video_max_pixels: int
    prompt_max_cjk_characters: int = 0
    prompt_max_words: int = 0
    prompt_max_tokens: int = 0


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules common to all editions. Pairs are smallest and largest, inclusive."""

    duration_s: tuple[int, int]
    duration_default_s: int
    quality_default: str
    image_side_px: tuple[int, int]
    image_ratio: Ratio
    image_max_bytes: int
    image_types: frozenset[str]
    video_min_pixels: int
    video_side_px: tuple[int, int]
    video_ratio: Ratio
    video_frame_rate_hz: tuple[int, int]
    video_max_bytes: int
    video_types: frozenset[str]
    video_codecs: frozenset[str]
    video_sound_codecs: frozenset[str]
    audio_max_bytes: int
    audio_types: frozenset[str]
    body_max_bytes: int
    upload_max_bytes: int
    idempotency_key_characters: tuple[int, int]


class Lengths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Durations of reference clips in seconds: each, and all of one kind."""

    clip_s: Ratio
    total_s: Fraction


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fewest and most items of each array, for one kind of model."""

    image_urls: tuple[int, int]
    video_urls: tuple[int, int]
    audio_urls: tuple[int, int]
    prompt_limited: bool
    """Whether the edition's prompt limits apply."""
    web_search: tuple[str, ...] = ()
    """Tiers that take `model_params.web_search`."""


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Credits of one tier; a quality without a factor is not offered."""

    rate: Fraction
    minimum: Fraction
    factor_alone: dict[str, Fraction]
    factor_with_video: dict[str, Fraction]


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Kind and tier of a model, and the first edition that describes it."""

    kind: str
    tier: str
    since: EditionName


class Documents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All documents."""

    editions: dict[str, Edition]
    limits: Limits
    lengths: dict[str, Lengths]
    kinds: dict[str, Kind]
    tiers: dict[str, Tier]
    models: dict[str, Model]
    frames: dict[str, dict[str, tuple[int, int]]]

    def kind_of(self, model: str) -> Kind:
        """Look up a model's kind."""
        return self.kinds[self.models[model].kind]

    def tier_of(self, model: str) -> Tier:
        """Look up a model's tier."""
        return self.tiers[self.models[model].tier]

    def edition_for(self, model: str, chosen: EditionName) -> Edition:
        """Choose a model's edition: the chosen one, or the first that describes it."""
        return self.editions[max(chosen, self.models[model].since)]


def decimal_hook(wanted: type[_T], value: object) -> _T:
    """Parse a decimal exactly."""
    if wanted is Fraction:
        return cast("_T", Fraction(str(value)))
    raise NotImplementedError(f"{wanted} is not a type that the documents use")


@cache
def documents() -> Documents:
    """Load the documents, cached."""
    text = files(__package__).joinpath("documents.toml").read_bytes()
    return msgspec.toml.decode(text, type=Documents, dec_hook=decimal_hook)
