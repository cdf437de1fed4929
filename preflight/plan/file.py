"""Read plan files.

A file may be edited or written by anybody: every step is validated, and a plan applies only to the content it was made
for.
"""

from pathlib import Path
from typing import Literal

import msgspec

from preflight.errors import CallError
from preflight.files.names import can_be_a_path
from preflight.files.text import bytes_of, json_of
from preflight.plan.edited import exactly, mark_of
from preflight.plan.options import COLOR
from preflight.plan.steps import (
    BLUR,
    Aperture,
    Crop,
    Cut,
    DropAudio,
    Encode,
    Extend,
    Flatten,
    JoinAudio,
    Lead,
    Pad,
    Resize,
    Retime,
    Step,
    Turn,
    Write,
)
from preflight.profiles.schema import Profile
from preflight.values.assets import printable
from preflight.values.phrase import error_words, phrase
from preflight.values.ready import ready
from preflight.values.remedy import Remedy

SCHEMA: Literal["preflight.fix/1"] = "preflight.fix/1"
MAX_FILE_BYTES = 64 << 20
MOST_PX = 100_000
MOST_PIXELS = 1 << 29
MOST_S = 86_400
MOST_HZ = 1_000
ENCODERS = {"libx264", "aac", "libmp3lame", "pcm_u8", "pcm_alaw", "pcm_mulaw"}
ENCODERS |= {"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"}
FORMATS = {"video": {"mp4", "mov"}, "audio": {"wav", "mp3"}, "image": {"png", "jpeg", "webp", "bmp", "tiff", "gif"}}
HOW = Remedy("make-plan")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a plan is for."""

    path: str
    bytes: int
    sha256: str


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One asset of a plan file; other keys are for people."""

    path: str
    steps: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] = ()
    mark: str = ""
    """Hash of the printed steps."""
    source: Source | None = None
    also: tuple[str, ...] = ()
    """Ids of rules whose warnings are cleared, too."""

    @property
    def is_edited(self) -> bool:
        """Whether the steps differ from the printed ones."""
        return self.mark != mark_of(self.steps)


class PlanFile(msgspec.Struct, frozen=True, kw_only=True):
    """A plan file."""

    schema: Literal["preflight.fix/1"]
    profile: str
    assets: tuple[Planned, ...]


def read_plans(path: Path) -> PlanFile:
    """Read a plan file.

    Raises:
        CallError: it cannot be read, is no plan, or has an invalid step.
    """
    try:
        content = bytes_of(path, MAX_FILE_BYTES, plain=False)
    except OSError as error:
        raise CallError(phrase("{q}: cannot be read: {why}", q=path, why=error.strerror or error)) from None
    return parse_plans(content, path)


def parse_plans(content: bytes, path: Path) -> PlanFile:
    """Parse the content of a plan file; `path` names it in messages.

    Raises:
        CallError: it is no plan, or has an invalid step.
    """
    try:
        if len(content) > MAX_FILE_BYTES:
            raise CallError(phrase("{q}: is larger than any plan", q=path), advice=HOW)
        found = msgspec.convert(json_of(content), type=ready(PlanFile), dec_hook=exactly)
    except (ValueError, ArithmeticError) as error:
        raise CallError(phrase("{q}: is no plan: {why}", q=path, why=error_words(error)), advice=HOW) from None
    for asset in found.assets:
        _refuse_unsound(path, asset)
    return found


def _refuse_unsound(path: Path, asset: Planned) -> None:
    steps = (*asset.steps, *asset.otherwise)
    if not asset.steps:
        return
    if asset.source is None:
        raise CallError(
            phrase("{q1}: {q2}: the plan does not say which content it is for (`source`)", q1=path, q2=asset.path)
        )
    if not can_be_a_path(asset.source.path):
        raise CallError(
            phrase("{q1}: {q2}: no file can have the path of the plan's `source`", q1=path, q2=printable(asset.path)),
            advice=HOW,
        )
    if sum(isinstance(step, Write) for step in asset.steps) != 1:
        raise CallError(phrase("{q1}: {q2}: a plan writes one file: one step with do = write", q1=path, q2=asset.path))
    for step in steps:
        if not _is_possible(step):
            raise CallError(
                phrase("{q1}: {q2}: this cannot be done: {step}", q1=path, q2=asset.path, step=step.words())
            )


def refuse_beyond(path: Path, found: PlanFile, profile: Profile) -> None:
    """Refuse a plan whose result exceeds its edition's sides.

    Raises:
        CallError: a side is longer than the edition allows.
    """
    for asset in found.assets:
        writes = {step.format for step in (*asset.steps, *asset.otherwise) if isinstance(step, Write)}
        side_px = profile.image.side_px if writes & FORMATS["image"] else profile.video.side_px
        for step in (*asset.steps, *asset.otherwise):
            if isinstance(step, Resize) and side_px.max and max(step.width_px, step.height_px) > side_px.max:
                raise CallError(
                    phrase(
                        "{q1}: {q2}: to {n1} x {n2} px is asked for, and {q3} takes sides of {limit}",
                        q1=path,
                        q2=printable(asset.path),
                        n1=step.width_px,
                        n2=step.height_px,
                        q3=profile.name,
                        limit=side_px.words("px"),
                    ),
                    advice="Edit the plan's resize, or plan anew.",
                )


def _is_possible(step: Step) -> bool:
    """Tell whether a step's values are possible."""
    match step:
        case Turn() | Aperture() | Resize() | Crop() | Pad() | Flatten():
            return _drawn(step)
        case Cut() | Extend() | Lead() | Retime():
            return _timed(step)
        case Encode() | DropAudio() | JoinAudio():
            return _coded(step)
        case Write():
            known = any(step.format in formats for formats in FORMATS.values())
            return known and (step.max_bytes is None or step.max_bytes > 0) and 0 < step.min_side_px <= MOST_PX
        case _:
            return True


def _drawn(step: Turn | Aperture | Resize | Crop | Pad | Flatten) -> bool:
    if isinstance(step, Turn):
        return step.degrees in range(0, 360, 90)
    if isinstance(step, Aperture):
        return _within(step)
    if isinstance(step, Flatten):
        return COLOR.fullmatch(step.color) is not None
    filled = not isinstance(step, Pad) or step.fill == BLUR or COLOR.fullmatch(step.fill)
    placed = not isinstance(step, Crop) or min(step.left_px or 0, step.top_px or 0) >= 0
    sides = 0 < step.width_px <= MOST_PX and 0 < step.height_px <= MOST_PX
    return sides and step.width_px * step.height_px <= MOST_PIXELS and bool(filled) and placed


def _within(step: Aperture) -> bool:
    """Tell whether the displayed area lies in the stored frame."""
    area = step.area
    sides = area.width_px > 0 and area.height_px > 0 and min(area.left_px, area.top_px) >= 0
    across = area.left_px + area.width_px <= step.stored_width_px <= MOST_PX
    return sides and across and area.top_px + area.height_px <= step.stored_height_px <= MOST_PX


def _timed(step: Cut | Extend | Lead | Retime) -> bool:
    if isinstance(step, Lead):
        return 0 < step.length_s <= MOST_S
    if isinstance(step, Retime):
        return 0 < step.frame_rate_hz <= MOST_HZ
    if isinstance(step, Extend):
        rated = step.frame_rate_hz is None or 0 < step.frame_rate_hz <= MOST_HZ
        return 0 < step.from_s <= step.length_s <= MOST_S and rated
    counted = step.packets is None or (step.packets.first >= 0 and step.packets.count > 0)
    return step.start_s >= 0 and 0 < step.length_s <= MOST_S and counted


def _coded(step: Encode | DropAudio | JoinAudio) -> bool:
    if isinstance(step, DropAudio):
        return min(step.places, default=-1) >= 0
    if isinstance(step, JoinAudio):
        return step.left != step.right and min(step.left, step.right) >= 0
    counts = (step.max_bit_rate, step.sample_rate_hz, step.channels)
    positive = all(count is None or count > 0 for count in counts)
    return step.codec in ENCODERS and positive and min(step.tracks, default=0) >= 0
