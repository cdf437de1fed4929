"""The shape of a profile: every limit of one edition of the documents, each with its source.

Key names carry the unit (`duration_s`, `side_px`, `frame_rate_hz`); they are the names of the facts that they limit.
Of a kind whose count may be at most 0 nothing is taken, and no other limit of that kind means anything. A part of the
request that may be None is one that not every edition's documents limit.
"""

from fractions import Fraction

import msgspec

from preflight.values.assets import Kind
from preflight.values.limits import Count, OneOf, Range, Sourced


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that refuses keys it does not know."""


class ImageLimits(_Table, frozen=True, kw_only=True):
    """What one picture must be, and how many there may be."""

    count: Count
    format: OneOf
    side_px: Range
    aspect_ratio: Range
    bytes: Range


class VideoLimits(_Table, frozen=True, kw_only=True):
    """What one clip must be, how many there may be, and how long together."""

    count: Count
    format: OneOf
    duration_s: Range
    total_duration_s: Range
    pixels: Range
    side_px: Range
    aspect_ratio: Range
    frame_rate_hz: Range
    bytes: Range
    codec: OneOf
    sound_codec: OneOf


class AudioLimits(_Table, frozen=True, kw_only=True):
    """What one sound must be, how many there may be, and how long together."""

    count: Count
    format: OneOf
    codec: OneOf | None = None
    """What a WAV may hold without a word; None where nobody says."""
    duration_s: Range
    total_duration_s: Range
    bytes: Range


class Alone(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Kinds that may not be the only references."""

    refused: tuple[Kind, ...]


class References(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a request without any reference amounts to."""

    cheaper: str
    """The sister model that does the same for less."""


class PromptLength(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The prompt's budget: so many characters of one kind of script, or so many words of the other."""

    characters: int
    words: int
    max_tokens: int | None = None
    """What the service refuses beyond, where that is told; how it counts tokens is not."""


class Tags(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the model understands `@image1`."""

    understood: bool


class TaskType(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the service demands of a request that its prompt makes an edit or an extension of a clip."""

    aspect_ratio: str
    edit_duration: int
    """In seconds; -1 leaves it to the model."""


class OutputLength(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Length of the video that is asked for, in whole seconds."""

    min: int
    max: int
    default: int


class Quality(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The quality asked for when none is named; what a model allows stands with the model."""

    default: str


class AspectRatio(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shapes that may be asked for."""

    allowed: tuple[str, ...]
    default: str


class CallbackUrl(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a callback address must be."""

    scheme: str
    max_characters: int | None = None
    private_addresses: bool = True


class RequestLimits(_Table, frozen=True, kw_only=True):
    """What the request as a whole must be."""

    alone: Alone | None = None
    references: References | None = None
    prompt: PromptLength | None = None
    tags: Tags | None = None
    """None where the prompt is not said to give the assets their parts."""
    task_type: TaskType | None = None
    """None where the wording is not said to choose the task."""
    duration_s: OutputLength
    quality: Quality | None = None
    aspect_ratio: AspectRatio
    callback_url: CallbackUrl
    body_bytes: Range | None = None


class Model(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model id and what it alone decides."""

    quality: tuple[str, ...]


class ModelPrice(_Table, frozen=True, kw_only=True):
    """Price data of one model; factors by quality."""

    credits_per_s: Fraction
    minimum_credits: Fraction
    without_video: dict[str, Fraction]
    with_video: dict[str, Fraction]


class Price(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Price data of the edition; moves often, so it carries the day it was read."""

    credits_per_usd: Fraction
    unfiltered: Fraction | None = None
    """What `content_filter = false` multiplies the price by; None where no source says."""
    models: dict[str, ModelPrice]


NUMBER = "{n}"
"""Stands in a phrasing for the position of the asset it speaks of."""


class Phrasing(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that give one asset its part, as the document recommends them."""

    kind: Kind
    purpose: str
    """What the asset is for, as it is said in a list: "first frame"."""
    words: str

    def __post_init__(self) -> None:
        """Refuse words in which no position can be put."""
        if NUMBER not in self.words:
            msg = f"expected {NUMBER} where the asset's number stands, got {self.words!r}"
            raise ValueError(msg)


class Service(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the service is, and its clock."""

    base_url: str
    files_url: str
    poll_s: int
    """How long to wait between two questions."""
    wait_s: int
    """How long to wait for a task before leaving it to run."""
    result_life_s: int
    upload_life_s: int
    upload_max_bytes: int


class Profile(_Table, frozen=True, kw_only=True):
    """One edition of the documented limits."""

    name: str
    title: str
    default_model: str
    service: Service
    image: ImageLimits
    video: VideoLimits
    audio: AudioLimits
    request: RequestLimits
    models: dict[str, Model]
    price: Price
    phrasings: dict[str, Phrasing] = {}

    def takes(self, kind: Kind) -> bool:
        """Tell whether any asset of a kind may be sent."""
        counts = {"image": self.image.count, "video": self.video.count, "audio": self.audio.count}
        return kind not in counts or counts[kind].max > 0
