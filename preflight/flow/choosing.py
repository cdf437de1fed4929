"""Choose the parts kept: marked ones, or the best; and plan the cuts.

assets ── marked ──► judged ── best parts ──► FixOptions ──► plans
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Literal

import msgspec

from preflight.flow.best import Analysis, Begin, keep_best, look
from preflight.flow.check import Measuring, check_assets, check_request
from preflight.flow.fix import plan_fixes, plan_whole
from preflight.plan import FixOptions
from preflight.plan.crops import crops_of
from preflight.plan.marks import Mark, curtailed, overruled, refuse_useless, with_marks
from preflight.plan.request import RequestPlan, shared_lengths
from preflight.plan.steps import Cut, find
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.values.assets import Asset, printable
from preflight.values.findings import Judged, Report
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy

Tell = Callable[[str], None]
Open = Literal["fit", "extend", "keep"]
"""What may have to be chosen, by the name of its option."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Choices made before planning."""

    fix_options: FixOptions = FixOptions()
    marks: tuple[Mark, ...] = ()
    """Parts to keep of single files."""
    best: bool = False
    """Whether to find the best part of what is too long and unmarked."""
    crops: tuple[str, ...] = ()
    """Crops of single files, as `plan.crops` reads them."""
    preview: Path | None = None
    """Folder for previews of the candidate parts."""

    @property
    def looks(self) -> bool:
        """Whether media analysis is needed before planning."""
        return self.best or self.preview is not None


def _nobody(_: int) -> AbstractContextManager[None]:
    return nullcontext()


class ChoosingCallbacks(msgspec.Struct, frozen=True, kw_only=True):
    """Callbacks of a face while parts are chosen; called with sentences."""

    tell: Tell
    """Called with remarks on the plans."""
    note: Tell
    """Called with files that could not be analysed, and with previews written."""
    looking: Callable[[int], AbstractContextManager[Begin | None]] = _nobody
    """Entered with the number of files during their analysis; returns the callback for each that begins."""
    faulty: Callable[[str, str], None] | None = None
    """Called with the path of a file that could not be analysed, and why, instead of a note."""


def plan_files(
    assets: Iterable[Asset], choice: Choice, profile: Profile, how: Measuring, heard: ChoosingCallbacks | None = None
) -> RequestPlan:
    """Measure, judge and plan files one by one.

    Args:
        assets: the files; planned one by one where nothing is marked or searched.
        choice: the parts kept, and the options.
        profile: the limits.
        how: how files are measured.
        heard: callbacks.

    Raises:
        CallError: a mark names none of the files, or is on one without parts.
    """
    if not (choice.marks or choice.looks or choice.crops):
        judged = check_assets(assets, profile, how)
        return RequestPlan(plans=tuple(plan_fixes(judged, profile, choice.fix_options)))
    marked = with_marks(list(assets), choice.marks)
    kept = list(check_assets(marked, profile, how))
    return RequestPlan(plans=tuple(plan_fixes(kept, profile, chosen(marked, kept, choice, profile, heard))))


def plan_spec(
    spec: RequestSpec, choice: Choice, profile: Profile, how: Measuring, heard: ChoosingCallbacks | None = None
) -> RequestPlan:
    """Measure, judge and plan a request; arguments as for `plan_files`."""
    spec = marked_spec(spec, choice, heard)
    report = check_request(spec, profile, how)
    return plan_whole(report, profile, chosen_of(report, spec.assets, choice, profile, heard))


def open_choices(planned: RequestPlan, choice: Choice) -> tuple[Open, ...]:
    """List what a person has yet to choose: a shape to fit, a length to reach, or which part stays."""
    plans = [plan for _, plan in planned.plans]
    wanted = {one.kind for plan in plans for one in plan.remedies if isinstance(one, Remedy)}
    options = choice.fix_options
    cuts = any(find(plan.steps, Cut) and not plan.cut_asked for plan in plans)
    found: dict[Open, bool] = {
        "fit": not options.fit_named and not wanted.isdisjoint({"fit", "allow-creative"}),
        "extend": options.extend is None and "lengthen" in wanted,
        "keep": cuts and not (options.keep_named or choice.best),
    }
    return tuple(name for name, is_open in found.items() if is_open)


def chosen_of(
    report: Report, marked: Sequence[Asset], choice: Choice, profile: Profile, heard: ChoosingCallbacks | None = None
) -> FixOptions:
    """Choose parts of the assets of a request, each within its share of the seconds; as `chosen` does."""
    longest_s = shared_lengths(report, profile, choice.fix_options) if choice.looks else {}
    return chosen(marked, report.assets, choice, profile, heard, longest_s=longest_s)


def marked_spec(spec: RequestSpec, choice: Choice, heard: ChoosingCallbacks | None = None) -> RequestSpec:
    """Mark parts of a request, replacing its own marks with a remark.

    Raises:
        CallError: a mark names none of its assets.
    """
    if not choice.marks:
        return spec
    assets = tuple(with_marks(spec.assets, choice.marks))
    if heard:
        list(map(heard.tell, overruled(spec.assets, assets)))
    return msgspec.structs.replace(spec, assets=assets)


def chosen(  # noqa: PLR0913 - what was asked and found, who hears of it, and what each may keep
    marked: Sequence[Asset],
    judged: Sequence[Judged],
    choice: Choice,
    profile: Profile,
    heard: ChoosingCallbacks | None = None,
    *,
    longest_s: Mapping[str, Fraction] | None = None,
) -> FixOptions:
    """Check the marked parts, and find the best part of the rest if asked.

    Raises:
        CallError: a mark is on an image, or on no medium; a crop is none, or names none of the files.
        NotDone: a preview cannot be written.
    """
    refuse_useless(marked, judged)
    if heard:
        list(map(heard.tell, curtailed(judged, profile)))
    crops = {**choice.fix_options.crop_of, **crops_of(choice.crops, marked)}
    fix_options = msgspec.structs.replace(choice.fix_options, crop_of=crops)
    if not choice.looks:
        return fix_options
    looked = _looked(judged, choice, profile, heard, longest_s or {})
    if choice.preview:
        for path in previews(judged, looked, profile, fix_options, choice.preview):
            if heard:
                heard.note(phrase("preview written: {q}", q=printable(str(path))))
    return keep_best(looked, fix_options) if choice.best else fix_options


def previews(
    judged: Sequence[Judged], looked: Analysis, profile: Profile, fix_options: FixOptions, folder: Path
) -> list[Path]:
    """Draw what there is to choose from for each asset: parts to keep, and ways to fit a refused shape.

    Raises:
        NotDone: a picture cannot be written.
    """
    from preflight.flow.fitting import fittings
    from preflight.media.preview import Offer, preview

    offers = {
        one.asset.path: Offer(looked.proposals.get(one.asset.path, ()), fittings(one, profile, fix_options))
        for one in judged
    }
    return preview(judged, offers, folder)


def _looked(
    judged: Sequence[Judged],
    choice: Choice,
    profile: Profile,
    heard: ChoosingCallbacks | None,
    longest_s: Mapping[str, Fraction],
) -> Analysis:
    """Look for the parts worth keeping; what cannot be looked into keeps its start, which is told."""
    with heard.looking(len(judged)) if heard else nullcontext() as begin:
        looked = look(judged, profile, longest_s, begin)
    for path, fault in looked.faults.items():
        if heard and heard.faulty:
            heard.faulty(path, fault)
        elif heard:
            kept = "{q}: could not be looked into; its start is kept: {why}"
            heard.note(
                phrase(kept if choice.best else "{q}: could not be looked into: {why}", q=printable(path), why=fault)
            )
    return looked
