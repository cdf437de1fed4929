"""The assets of a project as the page holds them: where each came from, what became of it, what a person chose."""

import math
import secrets
from fractions import Fraction
from pathlib import Path
from typing import Literal

import msgspec

from preflight.plan import FixOptions, Plan
from preflight.plan.also import also_names
from preflight.plan.result import FixResult
from preflight.plan.steps import Cut, find
from preflight.values.assets import Asset, Kind, Role, Window
from preflight.values.choices import Fit, Lengthen, Where
from preflight.values.facts import Area, VideoFacts
from preflight.values.findings import Judged
from preflight.values.phrase import phrase
from preflight.values.probed import Probed

NANOSECONDS = 1_000_000_000
ALSO = ("location",)
"""What is mended though it is but a warning, unless a person says otherwise: nobody means to send where they live."""
KINDS: tuple[Kind, ...] = ("image", "video", "audio")
"""The shelves, in the order of the service's arrays."""
Which = Literal["original", "fixed"]
State = Literal["waiting", "measuring", "judged"]


class Choices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person chose for one asset; None where nothing was said."""

    fit: Fit | None = None
    extend: Lengthen | None = None
    pad_color: str = "black"
    crop: Where | Area | None = None
    """Where a crop lies, or the part that was drawn; in the middle when None."""
    also: tuple[str, ...] | None = None
    """Warnings that are mended, too; the location alone when None."""

    def __post_init__(self) -> None:
        """Refuse a color that is none."""
        FixOptions(pad_color=self.pad_color)
        if unknown := sorted(set(self.also or ()) - set(also_names())):
            msg = phrase("no warning is called {q}", q=repr(unknown[0]))
            raise ValueError(msg)

    def options(self, path: str) -> FixOptions:
        """Build the options of a file's plan."""
        return FixOptions(
            fit=self.fit or "crop",
            fit_named=self.fit is not None,
            extend=self.extend,
            pad_color=self.pad_color,
            also=ALSO if self.also is None else self.also,
            crop_of={path: self.crop} if self.crop and self.fit == "crop" else {},
        )


class StoredItem(msgspec.Struct, kw_only=True):
    """What of an item is written down."""

    id: str = msgspec.field(default_factory=lambda: secrets.token_hex(6))
    name: str
    """As the person calls the file."""
    source: str
    """Path of the original, which is never written; or a URL."""
    kind: Kind = "unknown"
    keep: Window | None = None
    """The part of the original to keep."""
    field: str = ""
    """The field of the request that was chosen for it; its array when empty."""
    choices: Choices = Choices()
    fixed: str | None = None
    """Path of the new file, where one was made."""
    fixed_by: str = ""
    """The keep mark and choices that it was made by, as text."""
    fixed_part: Window | None = None
    """The part of the original that it holds, where that is not all."""
    taken: bool = False
    """Whether the new file is the one that is sent."""


class Item(StoredItem, kw_only=True):
    """An asset of a project, and what is known of it by now."""

    state: State = "waiting"
    probed: dict[Which, Probed] = {}
    judged: dict[Which, Judged] = {}
    plan: Plan | None = None
    result: FixResult | None = None
    """How the new file was made, where that was in this run."""
    message: str = ""
    """What came of the last fix, where that was not a new file."""
    version: int = 0
    """Goes up when what there is to see changes."""

    @property
    def which(self) -> Which:
        """Which file is the one that is sent."""
        return "fixed" if self.taken and self.fixed else "original"

    @property
    def path(self) -> str:
        """The file that is sent."""
        return self.path_of(self.which)

    def path_of(self, which: Which) -> str:
        """Choose a path; the original's where there is no new file."""
        return self.fixed if which == "fixed" and self.fixed else self.source

    @property
    def now(self) -> Judged | None:
        """The verdict on the file that is sent."""
        return self.judged.get(self.which)

    def asset(self, role: Role | None) -> Asset:
        """Make it an asset of a request."""
        keep = self.keep if self.which == "original" and self.kind in ("video", "audio") else None
        return Asset(path=self.path, role=role, keep=keep)

    @property
    def options(self) -> FixOptions:
        """How the plan of what is sent is made: what was chosen is done once, to the original."""
        chosen = self.choices.options(self.path)
        if self.which == "original":
            return chosen
        return msgspec.structs.replace(chosen, crop_of={}, fit="crop", fit_named=False, extend=None)

    @property
    def made_by(self) -> str:
        """What a new file would be made by now."""
        return msgspec.json.encode((str(self.keep) if self.keep else None, self.choices), order="sorted").decode()

    def kept(self) -> StoredItem:
        """Build the saved form of the item."""
        return StoredItem(**{name: getattr(self, name) for name in StoredItem.__struct_fields__})


def item_of(kept: StoredItem) -> Item:
    """Make an item of which nothing is measured yet."""
    known = {name: getattr(kept, name) for name in StoredItem.__struct_fields__}
    return Item(**known, probed={}, judged={})


def part_of(plan: Plan) -> Window | None:
    """Find the part that a plan keeps; None where it keeps all."""
    cut = find(plan.steps, Cut)
    return Window(cut.start_s, cut.start_s + cut.length_s) if cut else None


def on_frames(window: Window, item: Item) -> Window:
    """Move a part to where frames of the original begin and end, where those lie evenly."""
    judged = item.judged.get("original")
    facts = judged.facts if judged else None
    if not isinstance(facts, VideoFacts) or not facts.frame_rate_hz or not facts.frame_rate_constant:
        return window
    rate = facts.frame_rate_hz
    start, end = (Fraction(round(at * rate)) / rate for at in (window.start_s, window.end_s))
    return Window(_no_earlier(start), _no_earlier(max(end, start + 1 / rate)))


def _no_earlier(at_s: Fraction) -> Fraction:
    """Round a moment so that it can be written down: never before it, for there is another frame."""
    nanoseconds = math.ceil(at_s * NANOSECONDS)
    return Fraction(nanoseconds, NANOSECONDS)


def kind_by_name(path: str) -> Kind:
    """Guess the kind of a file by its name."""
    return Asset(path=path).expected_kind


def name_of(path: str) -> str:
    """Take the last part of a path."""
    return Path(path).name or path
