"""Structure of a profile: all limits of an edition, each with its source.

Key names carry the unit (`duration_s`, `side_px`, `frame_rate_hz`); they are the names of the facts that they limit.
Of a kind whose count may be at most 0 nothing is taken in its array, and where no other field takes it, no other limit
of that kind means anything. A range without bounds is a limit that the documents do not give.
"""

import datetime as dt
from fractions import Fraction
from typing import Literal

import msgspec

from preflight.profiles.settings import RequestLimits, Table
from preflight.values.assets import Kind, Role
from preflight.values.limits import Count, OneOf, Range, Sourced
from preflight.values.phrase import phrase

FORMATS = (1, 2)
"""The formats of a profile that are read."""
ARRAYS: dict[Kind, str] = {"image": "image_urls", "video": "video_urls", "audio": "audio_urls"}
"""The service's names of the arrays."""
SETTINGS = ("duration", "quality", "aspect_ratio", "callback_url")
"""Fields of the request that stand in the profile by names of their own."""
FIRST_FIELDS = ("generate_audio", "content_filter")
"""Fields that every edition of format 1 takes without saying so."""
UNSAID = {"source": "not given by the documents", "read": dt.date(2026, 11, 29)}
OPEN = Range(**UNSAID)  # type: ignore[arg-type]  # a table of both
ANYTHING = OneOf(allowed=("anything",), **UNSAID)  # type: ignore[arg-type]  # the same
NOTHING = Count(max=0, **UNSAID)  # type: ignore[arg-type]  # the same


class ImageLimits(Table, frozen=True, kw_only=True):
    """What one picture must be, and how many there may be."""

    count: Count = NOTHING
    format: OneOf = ANYTHING
    side_px: Range = OPEN
    aspect_ratio: Range = OPEN
    bytes: Range = OPEN
    short_edge_px: Range | None = None
    long_edge_px: Range | None = None
    dimensions: OneOf | None = None
    """Sizes such as "1280x720" of which it has to be one, to the pixel."""
    opaque: OneOf | None = None
    """Formats in which it may have no transparency."""


class VideoLimits(Table, frozen=True, kw_only=True):
    """What one clip must be, how many there may be, and how long together."""

    count: Count = NOTHING
    format: OneOf = ANYTHING
    duration_s: Range = OPEN
    total_duration_s: Range = OPEN
    pixels: Range = OPEN
    side_px: Range = OPEN
    aspect_ratio: Range = OPEN
    frame_rate_hz: Range = OPEN
    bytes: Range = OPEN
    codec: OneOf = ANYTHING
    sound_codec: OneOf = ANYTHING
    total_bytes: Range | None = None
    short_edge_px: Range | None = None
    long_edge_px: Range | None = None


class AudioLimits(Table, frozen=True, kw_only=True):
    """What one sound must be, how many there may be, and how long together."""

    count: Count = NOTHING
    format: OneOf = ANYTHING
    codec: OneOf | None = None
    """What a WAV may hold without a word; None where nobody says."""
    duration_s: Range = OPEN
    total_duration_s: Range = OPEN
    bytes: Range = OPEN


class Place(Table, frozen=True, kw_only=True):
    """The limits on what stands at one place of the request, where they are others than those of its kind."""

    image: ImageLimits | None = None
    video: VideoLimits | None = None
    audio: AudioLimits | None = None


class Model(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model id and its own limits."""

    quality: tuple[str, ...] = ()
    """What may be asked for; nothing where the model has no such field."""


class ModelPrice(Table, frozen=True, kw_only=True):
    """Price data of one model; factors by quality."""

    credits_per_s: Fraction
    minimum_credits: Fraction
    without_video: dict[str, Fraction]
    with_video: dict[str, Fraction]


class Rate(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model costs by another rule than a rate a second with factors, as far as it is told."""

    per: Literal["second", "video", "input second", "sound second", "token"]
    usd: dict[str, Fraction]
    """By quality; "any" where it is the same for each, "from" for the least of them."""
    input_counts: bool = False
    """Whether the seconds of the clips that are sent are billed as well, at the same rate."""
    free_images: int | None = None
    """How many images cost nothing; each further one costs."""
    input_cap_s: Fraction | None = None
    """The most seconds of clips that are billed."""
    note: str | None = None


class Price(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices of the edition, with the date they were read, since they change often."""

    credits_per_usd: Fraction
    unfiltered: Fraction | None = None
    """What `content_filter = false` multiplies the price by; None where no source says."""
    models: dict[str, ModelPrice] = msgspec.field(default_factory=dict)
    rates: dict[str, Rate] = msgspec.field(default_factory=dict)


NUMBER = "{n}"
"""Placeholder in a phrasing for the asset's position."""


class Phrasing(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Documented wording that assigns a role to an asset."""

    kind: Kind
    purpose: str
    """The role, as in a list: "first frame"."""
    words: str

    def __post_init__(self) -> None:
        """Refuse wording without a place for the position."""
        if NUMBER not in self.words:
            msg = phrase("expected {q1} where the asset's number stands, got {q2}", q1=NUMBER, q2=repr(self.words))
            raise ValueError(msg)


class Service(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Address and timing of the service."""

    base_url: str
    files_url: str
    poll_s: int
    """Interval between two requests for a task's state."""
    wait_s: int
    """Longest wait for a task, which then continues."""
    result_life_s: int
    upload_life_s: int
    upload_max_bytes: int
    check_only: str | None = None
    """Whose service it is where this program sends nothing to it; None where it does."""


class Output(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes out, as far as the documents say."""

    sizes: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    """Quality → aspect ratio → size, such as "854x480"."""
    says: tuple[str, ...] = ()
    """What else a person should know: codec, tolerance of the length."""


class Profile(Table, frozen=True, kw_only=True):
    """One edition of the documented limits."""

    format: int = 1
    name: str
    title: str
    default_model: str
    service: Service
    image: ImageLimits = ImageLimits()
    video: VideoLimits = VideoLimits()
    audio: AudioLimits = AudioLimits()
    at: dict[str, Place] = msgspec.field(default_factory=dict)
    """Limits by place: "video 1" for the first of the array, or a field such as "image_start"."""
    request: RequestLimits = RequestLimits()
    models: dict[str, Model]
    price: Price
    output: Output | None = None
    phrasings: dict[str, Phrasing] = msgspec.field(default_factory=dict)

    def takes(self, kind: Kind) -> bool:
        """Tell whether any asset of a kind may be sent, in its array or in a field of its own."""
        counts = {"image": self.image.count, "video": self.video.count, "audio": self.audio.count}
        return kind not in counts or counts[kind].max > 0 or bool(self.single(kind))

    def single(self, kind: Kind) -> tuple[str, ...]:
        """Return the fields that hold the address of one asset of a kind."""
        found = self.request.fields.items()
        return tuple(name for name, field in found if field.kind == kind and not field.refused)

    def knows(self, name: str) -> bool:
        """Tell whether the documents name a field of the request, be it to refuse it."""
        request = self.request
        if name in ("duration", "aspect_ratio", "callback_url"):
            return getattr(request, "duration_s" if name == "duration" else name) is not None
        if name == "quality":
            return any(model.quality for model in self.models.values())
        first = self.format == 1 and name in FIRST_FIELDS
        return first or name in ("model", "prompt", *ARRAYS.values()) or name in request.fields

    def fields(self) -> tuple[str, ...]:
        """Return every field of the request that the documents name, those that are refused left out."""
        names = ("model", "prompt", *ARRAYS.values(), *SETTINGS, *FIRST_FIELDS)
        refused = {name for name, field in self.request.fields.items() if field.refused}
        empty = {ARRAYS[k] for k in ARRAYS if not getattr(self, k).count.max}
        found = dict.fromkeys([*names, *self.request.fields])
        return tuple(name for name in found if self.knows(name) and name not in refused | empty)

    def seen_from(self, role: Role | None) -> "Profile":
        """Return the profile with the limits that hold at a place of the request."""
        place = self.at.get(str(role)) if role and self.at else None
        if place is None or role is None:
            return self
        limits = {kind: one for kind in ARRAYS if (one := getattr(place, kind)) is not None}
        return msgspec.structs.replace(self, **limits)
