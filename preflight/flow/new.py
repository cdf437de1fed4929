"""Draft a request from files: measure, give each its role, share the seconds, write a request.toml.

    files ── measure ──► roles, and what is left out ── plan ──► parts to keep ──► Draft ── write ──► request.toml

Nothing is encoded, and no file is replaced.
"""

import math
import os
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import msgspec

from preflight.errors import CallError
from preflight.files.atomic import commit, written
from preflight.flow.check import Measuring, judge_whole, media
from preflight.flow.choosing import Choice, ChoosingCallbacks, chosen_of
from preflight.flow.fix import plan_whole
from preflight.plan.marks import with_marks
from preflight.plan.request import RequestPlan
from preflight.plan.steps import Cut, Plan, find
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.request.template import KEYS, stub_prompt, template
from preflight.rules.common import TAKES_NONE
from preflight.values.assets import Asset, Kind, Role, Window, printable
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts
from preflight.values.findings import Judged, Report
from preflight.values.phrase import phrase
from preflight.values.probed import Probed
from preflight.values.units import decimal

MILLISECONDS = 1000

FULL: dict[Kind, str] = {
    "image": "{q} takes at most {n} images",
    "video": "{q} takes at most {n} clips",
    "audio": "{q} takes at most {n} sounds",
}
"""Kind → words for one more than an edition takes."""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not in the request, and why."""

    path: str
    why: str
    unmeasured: bool = False
    """Whether it could not be read, rather than is not allowed."""

    def __str__(self) -> str:
        """Format it for display."""
        return phrase("{q}: {fault}", q=printable(self.path), fault=printable(self.why))


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A request made from files."""

    spec: RequestSpec
    """Assets by kind, in the order given; parts to keep are marked where seconds are given up."""
    report: Report
    """What was found of the files as they are."""
    planned: RequestPlan
    """What would be fixed, and how seconds are shared."""
    left_out: tuple[LeftOut, ...] = ()
    notes: dict[Asset, str] = {}
    """Asset → its size or duration, and how much of it is kept."""


def draft_request(
    assets: Iterable[Asset], choice: Choice, profile: Profile, how: Measuring, heard: ChoosingCallbacks | None = None
) -> Draft:
    """Measure files and draft a request of them.

    Args:
        assets: the files; those of folders that are no media are skipped.
        choice: which parts stay, and who gives up seconds.
        profile: the edition of the limits.
        how: how files are measured.
        heard: told of what is chosen.

    Raises:
        CallError: none of them can be in a request, or a mark names none of them.
    """
    once = {os.path.realpath(asset.path): asset for asset in reversed(list(assets))}
    measured = list(media(with_marks(list(reversed(once.values())), choice.marks), how))
    placed, left_out = _placed(measured, profile)
    if measured and not placed:
        raise CallError(phrase("nothing is left to make a request of: {why}", why=str(left_out[0])))
    kept = tuple(one.asset for one in placed)
    spec = RequestSpec(assets=kept, prompt=stub_prompt(kept, profile))
    report = judge_whole(spec, tuple(placed), profile)
    planned = plan_whole(report, profile, chosen_of(report, kept, choice, profile, heard))
    marked = [(_with_part(judged, plan), judged) for judged, plan in planned.plans]
    return Draft(
        spec=msgspec.structs.replace(spec, assets=tuple(asset for asset, _ in marked)),
        report=report,
        planned=planned,
        left_out=tuple(left_out),
        notes={asset: _measure_words(asset, judged) for asset, judged in marked},
    )


def _placed(measured: Sequence[Probed], profile: Profile) -> tuple[list[Probed], list[LeftOut]]:
    """Give each file its role, kind by kind; what cannot have one is left out."""
    arrays: dict[Kind, list[Probed]] = {kind: [] for kind in KEYS}
    left_out = []
    for one in measured:
        if why := _refused(one, arrays, profile):
            left_out.append(LeftOut(path=one.asset.path, why=why, unmeasured=one.fault is not None))
            continue
        array = arrays[one.kind]
        role = Role(one.kind, len(array) + 1)
        array.append(msgspec.structs.replace(one, asset=msgspec.structs.replace(one.asset, role=role, walked=False)))
    return [one for array in arrays.values() for one in array], left_out


def _refused(one: Probed, arrays: dict[Kind, list[Probed]], profile: Profile) -> str:
    """Say why a file cannot be in the request; "" where it can."""
    if one.fault:
        return one.fault.message
    if not _is_text(one.asset.path):
        return "its name is not UTF-8, and cannot stand in a request file"
    most = {"image": profile.image.count, "video": profile.video.count, "audio": profile.audio.count}[one.kind].max
    if len(arrays[one.kind]) >= most:
        return phrase(FULL[one.kind] if most else TAKES_NONE[one.kind], q=profile.name, n=most)
    return ""


def _is_text(path: str) -> bool:
    return path == path.encode("utf-8", "replace").decode()


def _with_part(judged: Judged, plan: Plan) -> Asset:
    """Mark the part that its plan keeps, in whole milliseconds; never longer than planned.

    A plan without steps, whose shape has yet to be chosen, has its share of the seconds all the same.
    """
    cut = find(plan.steps, Cut)
    part = Window(cut.start_s, cut.start_s + cut.length_s) if cut else plan.asset.keep
    if part is None:
        return judged.asset
    start_s = Fraction(math.floor(part.start_s * MILLISECONDS), MILLISECONDS)
    length_s = Fraction(math.floor((part.end_s - part.start_s) * MILLISECONDS), MILLISECONDS)
    return msgspec.structs.replace(judged.asset, keep=Window(start_s, start_s + length_s))


def _measure_words(asset: Asset, judged: Judged) -> str:
    facts = judged.facts
    if isinstance(facts, ImageFacts):
        return phrase("{n1} x {n2} px", n1=facts.width_px, n2=facts.height_px)
    if not isinstance(facts, VideoFacts | AudioFacts) or facts.duration_s is None:
        return ""
    kept = f"{decimal(asset.keep.end_s - asset.keep.start_s)} of " if asset.keep else ""
    return f"{kept}{decimal(facts.duration_s)} s"


def write_draft(draft: Draft, profile: Profile, wanted: Path, lead: Sequence[str] = ()) -> Path:
    """Write a draft under a name, or the next free one.

    Args:
        draft: the request.
        profile: the edition whose limits are told in comments.
        wanted: the name.
        lead: sentences at its head.

    Raises:
        NotDone: it cannot be written.
    """
    words = template(
        draft.spec,
        profile,
        wanted.parent,
        lead=lead,
        notes=draft.notes,
        left_out=[str(one) for one in draft.left_out],
    )
    with written(wanted.parent, "toml", words.encode()) as whole:
        return commit(whole, wanted)
