"""Structure of a profile: all limits of an edition, each with its source.

Key names include the unit (`duration_s`, `side_px`, `frame_rate_hz`), and equal the facts they limit. A kind with a
count of at most 0 is not accepted, and its other limits do not apply. Parts of the request are None where an edition's
documents set no limit.
"""

from fractions import Fraction

import msgspec

from preflight.values.assets import Kind
from preflight.values.limits import Count, OneOf, Range, Sourced


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that refuses unknown keys."""


class ImageLimits(_Table, frozen=True, kw_only=True):
    """Limits for one image, and the number of images."""

    count: Count
    format: OneOf
    side_px: Range
    aspect_ratio: Range
    bytes: Range


class VideoLimits(_Table, frozen=True, kw_only=True):
    """Limits for one clip, and the number and total duration of clips."""

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
    """Limits for one audio file, and the number and total duration of them."""

    count: Count
    format: OneOf
    codec: OneOf | None = None
    """Codecs of a WAV; None if undocumented."""
    duration_s: Range
    total_duration_s: Range
    bytes: Range


class Alone(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Kinds that cannot be the only references."""

    refused: tuple[Kind, ...]


class References(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Meaning of a request without references."""

    cheaper: str
    """The cheaper model for such requests."""


class PromptLength(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Longest prompt: in characters for some scripts, in words for others."""

    characters: int
    words: int
    max_tokens: int | None = None
    """Token limit of the service, if documented; its tokenizer is not."""


class Tags(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the model understands `@image1`."""

    understood: bool


class TaskType(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conditions for a request whose prompt makes it an edit or extension of a clip."""

    aspect_ratio: str
    edit_duration: int
    """In seconds; -1 lets the model decide."""


class OutputLength(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Duration of the requested video, in whole seconds."""

    min: int
    max: int
    default: int


class Quality(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The default quality; each model lists its own."""

    default: str


class AspectRatio(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The available aspect ratios."""

    allowed: tuple[str, ...]
    default: str


class CallbackUrl(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conditions for a callback address."""

    scheme: str
    max_characters: int | None = None
    private_addresses: bool = True


class RequestLimits(_Table, frozen=True, kw_only=True):
    """Limits for the whole request."""

    alone: Alone | None = None
    references: References | None = None
    prompt: PromptLength | None = None
    tags: Tags | None = None
    """None where the prompt is not documented to assign assets."""
    task_type: TaskType | None = None
    """None where the wording is not documented to select the task."""
    duration_s: OutputLength
    quality: Quality | None = None
    aspect_ratio: AspectRatio
    callback_url: CallbackUrl
    body_bytes: Range | None = None


class Model(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model id and its own limits."""

    quality: tuple[str, ...]


class ModelPrice(_Table, frozen=True, kw_only=True):
    """Prices of one model; factors by quality."""

    credits_per_s: Fraction
    minimum_credits: Fraction
    without_video: dict[str, Fraction]
    with_video: dict[str, Fraction]


class Price(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices of the edition, with the date they were read, since they change often."""

    credits_per_usd: Fraction
    unfiltered: Fraction | None = None
    """Price factor of `content_filter = false`; None if undocumented."""
    models: dict[str, ModelPrice]


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
            msg = f"expected {NUMBER} where the asset's number stands, got {self.words!r}"
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
        """Tell whether assets of a kind are accepted."""
        counts = {"image": self.image.count, "video": self.video.count, "audio": self.audio.count}
        return kind not in counts or counts[kind].max > 0
