"""Load `tables.toml`: one table a model, for models whose parameters and files differ from the Seedance 2.0 family's.

As `documents.toml`, it is what the sandbox reads in the provider's documents on its own account.
"""

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from preflight.sandbox.documents import Tier, decimal_hook, documents
from preflight.sandbox.media import AudioRules, ImageRules, Rules, VideoRules

ARRAYS = ("image_urls", "video_urls", "audio_urls")
Scalar = bool | int | str


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A parameter that has no place of its own in a table."""

    type: Literal["string", "integer", "boolean", "array", "object"]
    min: int | None = None
    max: int | None = None
    allowed: tuple[str, ...] = ()


class Prompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of the prompt. What a model cuts off silently is no limit."""

    required: bool = True
    max_characters: int | None = None
    max_tokens: int | None = None


class Duration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole seconds that may be asked for, and what leaves the length to the model."""

    min: int
    max: int
    default: int
    special: tuple[int, ...] = ()


class Shared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters whose items are counted together, and the most of them."""

    of: tuple[str, ...]
    max: int


class TaskType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a prompt that edits or extends a video demands; what breaks it fails late."""

    aspect_ratio: str
    edit_duration: int


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one model takes."""

    source: str
    price: Tier
    prompt: Prompt
    duration: Duration
    quality_default: str
    aspect_ratios: tuple[str, ...]
    aspect_ratio_default: str
    image: ImageRules
    video: VideoRules
    audio: AudioRules
    counts: dict[str, int]
    """Array → the most items; what is not here is not limited."""
    single: dict[str, str] = {}
    """Kind → the parameter that holds the address of one file of it."""
    fields: dict[str, Field] = {}
    refused: tuple[str, ...] = ()
    """Parameters that the document names to refuse them."""
    strict: bool = False
    """Whether parameters that the document does not name are refused."""
    at_least_one: bool = False
    """Whether some image, video or audio file has to be sent."""
    audio_alone: bool = True
    together_max: int | None = None
    """The most files of all kinds."""
    with_video: Shared | None = None
    """What is limited together once a video is sent."""
    exclusive: tuple[tuple[str, str], ...] = ()
    draft_quality: str | None = None
    """The only quality of a draft, and its default."""
    clips_and_output_max_s: int | None = None
    task_type: TaskType | None = None
    frames: dict[str, dict[str, tuple[int, int]]] = {}
    """Quality → aspect ratio → size, where it differs from the family's."""

    @property
    def media(self) -> Rules:
        """The limits on its files."""
        return Rules(self.image, self.video, self.audio)

    @property
    def qualities(self) -> tuple[str, ...]:
        """What may be asked for."""
        return tuple(self.price.factor_alone)


@cache
def tables() -> dict[str, Table]:
    """Load all tables by model, cached."""
    read: dict[str, dict[str, Any]] = msgspec.toml.decode(files(__package__).joinpath("tables.toml").read_bytes())
    return {name: msgspec.convert(_whole(table, read), Table, dec_hook=decimal_hook) for name, table in read.items()}


def tier_of(model: str) -> Tier:
    """Look up the credits of a model."""
    return tables()[model].price if model in tables() else documents().tier_of(model)


def frames_of(model: str, quality: str) -> dict[str, tuple[int, int]]:
    """Look up the sizes that a model makes of a quality, by aspect ratio."""
    own = tables()[model].frames.get(quality) if model in tables() else None
    return own or documents().frames[quality]


def _whole(table: dict[str, Any], read: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Lay a table over the one that it is like; a part that it has replaces the other's."""
    own = {key: value for key, value in table.items() if key != "like"}
    return {**_whole(read[table["like"]], read), **own} if "like" in table else own
