"""The shape of what a profile says of the request itself: its prompt, its fields, and how they depend on each other.

A part that may be None is one that not every edition's documents limit. Fields go by the service's own names; one of
`model_params` by `model_params.NAME`.
"""

from fractions import Fraction
from typing import Literal

import msgspec

from preflight.values.assets import Kind
from preflight.values.limits import Range, Sourced
from preflight.values.phrase import phrase

Scalar = bool | int | str
FieldType = Literal["text", "integer", "number", "boolean", "list", "map"]
Task = Literal["edit", "extend"]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that refuses keys it does not know."""


# ---- the prompt ----------------------------------------------------------------------------------------------------


class PromptLength(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the prompt may be, on each scale that the documents give.

    `characters` and `words` are one budget: so many characters of one kind of script, or so many words of the other.
    """

    characters: int | None = None
    words: int | None = None
    max_tokens: int | None = None
    """What the service refuses beyond, where that is told; how it counts tokens is not."""
    max_characters: int | None = None
    """Characters of any script."""
    max_wide_characters: int | None = None
    """Where each Chinese, Korean or Japanese character takes more of `max_characters`: as many of them alone."""
    cut: bool = False
    """Whether what is beyond `max_characters` is left out without a word, instead of refused."""

    def __post_init__(self) -> None:
        """Refuse half a budget."""
        if (self.characters is None) != (self.words is None):
            msg = "expected characters and words, the two scales of one budget, got one of them"
            raise ValueError(msg)
        if self.max_wide_characters is not None and self.max_characters is None:
            msg = "expected max_characters beside max_wide_characters, got none"
            raise ValueError(msg)


class Tags(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the prompt names its references."""

    understood: bool
    """Whether the model understands `@image1`."""
    preferred: str | None = None
    """How the documents write a reference, `{kind}` and `{n}` standing for its kind and number: `<<<{kind}_{n}>>>`."""
    required: str | None = None
    """What has to stand in the prompt for each image, `{n}` standing for its number: `character{n}`."""


class TaskType(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the service demands of a request that its prompt makes an edit or an extension of a clip."""

    aspect_ratio: str
    edit_duration: int
    """In seconds; -1 leaves it to the model."""


class Order(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the prompt has to order, for the model does nothing else."""

    task: Task


# ---- the settings --------------------------------------------------------------------------------------------------


class OutputLength(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Length of the video that is asked for: within whole seconds, or out of a set; and what stands beside them."""

    min: int | None = None
    max: int | None = None
    allowed: tuple[int, ...] = ()
    special: tuple[int | str, ...] = ()
    """What is no length: -1 or "auto" leave it to the model, 0 keeps the clip's."""
    default: int | str | None = None
    counts: str | None = None
    """What the number means where it is not the whole video: "seconds added"."""

    def takes(self, value: int | str) -> bool:
        """Tell whether a value may be asked for."""
        if value in self.special:
            return True
        if not isinstance(value, int):
            return False
        if self.allowed:
            return value in self.allowed
        bounded = self.min is not None or self.max is not None
        return bounded and (self.min is None or value >= self.min) and (self.max is None or value <= self.max)

    def words(self) -> str:
        """Format what may be asked for: "4 to 15", "5 or 10", "2 to 30 or -1"."""
        bounds = [self._bounds()] if self.min is not None or self.max is not None else []
        return " or ".join([*bounds, *map(str, self.allowed), *map(str, self.special)])

    def _bounds(self) -> str:
        if self.min is None or self.max is None:
            return phrase("at most {n}", n=self.max) if self.min is None else phrase("at least {n}", n=self.min)
        return phrase("{n1} to {n2}", n1=self.min, n2=self.max)

    @property
    def longest(self) -> int | None:
        """The longest video that can be asked for, in seconds; None where that is not said."""
        return max(self.allowed, default=self.max)


class Quality(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The quality asked for when none is named; what a model allows stands with the model."""

    default: str


class AspectRatio(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shapes that may be asked for."""

    allowed: tuple[str, ...]
    default: str
    sent: bool = True
    """Whether the default is sent where none is asked for, for defaults change between editions."""


class CallbackUrl(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a callback address must be."""

    scheme: str
    max_characters: int | None = None
    private_addresses: bool = True


class Field(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field of the request beside those that stand elsewhere in the profile."""

    type: FieldType = "text"
    kind: Kind | None = None
    """What the file is whose address it holds; None where it holds none."""
    required: bool = False
    refused: bool = False
    """Whether the documents name it, and say that it is refused."""
    allowed: tuple[Scalar, ...] = ()
    min: Fraction | None = None
    max: Fraction | None = None
    max_characters: int | None = None
    default: Scalar | None = None


# ---- what depends on what ------------------------------------------------------------------------------------------


class Between(Table, frozen=True, kw_only=True):
    """A number, or how many are sent, within inclusive bounds."""

    min: int | None = None
    max: int | None = None


Condition = bool | int | str | tuple[Scalar, ...] | Between
"""What a field has to be: true for given (or on), false for absent (or off), a value, one of several, a number between.

Of an array, the number is that of its entries.
"""


class Case(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a field may be where others are such and such."""

    when: dict[str, Condition] = msgspec.field(default_factory=dict)
    field: str
    allowed: tuple[Scalar, ...] = ()
    min: int | None = None
    max: int | None = None
    required: bool = False
    refused: bool = False
    ignored: bool = False
    """Whether the service passes over it."""


class Together(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many of several fields may be sent together; of an array each entry counts."""

    of: tuple[str, ...]
    min: int = 0
    max: int | None = None
    when: dict[str, Condition] = msgspec.field(default_factory=dict)


class Shots(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list of shots, each with its prompt and its seconds, which add up to the length of the video."""

    max: int
    max_characters: int | None = None
    """Of the prompt of each shot."""


class Bindings(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A map from references, such as "image1", to addresses."""

    kinds: tuple[Kind, ...]
    max: int


class AgainstClips(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the length asked for stands to the length of the clips that are sent, in seconds."""

    together_max_s: Fraction | None = None
    """At most so much, clips and video together."""
    not_below: bool = False
    """Whether the video may not be shorter than the clip."""
    when: dict[str, Condition] = msgspec.field(default_factory=dict)


class ClipLength(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long each clip may be at most where other fields are such and such, in seconds."""

    max_s: Fraction
    when: dict[str, Condition] = msgspec.field(default_factory=dict)


class Alone(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Kinds that may not be the only references."""

    refused: tuple[Kind, ...]


class References(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a request without any reference amounts to."""

    cheaper: str
    """The sister model that does the same for less."""


class RequestLimits(Table, frozen=True, kw_only=True):
    """What the request as a whole must be."""

    alone: Alone | None = None
    references: References | None = None
    prompt: PromptLength | None = None
    tags: Tags | None = None
    """None where the prompt is not said to give the assets their parts."""
    task_type: TaskType | None = None
    """None where the wording is not said to choose the task."""
    order: Order | None = None
    duration_s: OutputLength | None = None
    quality: Quality | None = None
    aspect_ratio: AspectRatio | None = None
    callback_url: CallbackUrl | None = None
    body_bytes: Range | None = None
    against_clips: AgainstClips | None = None
    clip_lengths: dict[str, ClipLength] = msgspec.field(default_factory=dict)
    strict: Sourced | None = None
    """What says that fields which the documents do not name are refused; None where nothing does."""
    fields: dict[str, Field] = msgspec.field(default_factory=dict)
    shots: dict[str, Shots] = msgspec.field(default_factory=dict)
    bindings: dict[str, Bindings] = msgspec.field(default_factory=dict)
    cases: dict[str, Case] = msgspec.field(default_factory=dict)
    together: dict[str, Together] = msgspec.field(default_factory=dict)
