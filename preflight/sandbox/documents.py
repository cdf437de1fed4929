"""What the documents say, as frozen values: `documents.toml` in, editions, limits, prices and frame sizes out.

The sandbox reads the provider's documents by itself, apart from the rest of the package, so that the two readings
can be held against each other.
"""

from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar, cast

import msgspec

EditionName = Literal["2026-04", "2026-10"]
"""Which reading of the documents is in force."""

Ratio = tuple[Fraction, Fraction]
"""Smallest and largest value, both allowed."""

_T = TypeVar("_T")


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one edition of the documents says differently from another; a maximum of 0 means that there is none."""

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
    """What all editions say alike. Pairs are smallest and largest, both allowed."""

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
    """How long reference clips may be, in seconds: each, and all of one kind together."""

    clip_s: Ratio
    total_s: Fraction


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one kind of model takes: of each array the fewest and the most items."""

    image_urls: tuple[int, int]
    video_urls: tuple[int, int]
    audio_urls: tuple[int, int]
    prompt_limited: bool
    """Whether the edition's limits on the prompt are said of it."""
    web_search: tuple[str, ...] = ()
    """Tiers that take `model_params.web_search`."""


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one tier costs, in credits; a quality without a factor is not offered."""

    rate: Fraction
    minimum: Fraction
    factor_alone: dict[str, Fraction]
    factor_with_video: dict[str, Fraction]


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model: its kind, its tier, and the first edition that describes it."""

    kind: str
    tier: str
    since: EditionName


class Documents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the sandbox has read."""

    editions: dict[str, Edition]
    limits: Limits
    lengths: dict[str, Lengths]
    kinds: dict[str, Kind]
    tiers: dict[str, Tier]
    models: dict[str, Model]
    frames: dict[str, dict[str, tuple[int, int]]]

    def kind_of(self, model: str) -> Kind:
        """Look up what a model takes."""
        return self.kinds[self.models[model].kind]

    def tier_of(self, model: str) -> Tier:
        """Look up what a model costs."""
        return self.tiers[self.models[model].tier]

    def edition_for(self, model: str, chosen: EditionName) -> Edition:
        """Pick the edition that a model is judged by: the chosen one, or the first that describes the model."""
        return self.editions[max(chosen, self.models[model].since)]


def _fraction(wanted: type[_T], value: object) -> _T:
    """Read a decimal number written as text, exactly."""
    if wanted is Fraction:
        return cast("_T", Fraction(str(value)))
    raise NotImplementedError(f"{wanted} is not a type that the documents use")


@cache
def documents() -> Documents:
    """Read `documents.toml`, once."""
    text = files(__package__).joinpath("documents.toml").read_bytes()
    return msgspec.toml.decode(text, type=Documents, dec_hook=_fraction)
