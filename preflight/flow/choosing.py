"""What stays of what is too long: the parts that a person marked, or the best ones; and the plans that cut to them.

assets ── marked ──► judged ── best parts ──► FixOptions ──► plans
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.flow.check import Measuring, check_assets, check_request
from preflight.flow.fix import plan_fixes, plan_whole
from preflight.plan import FixOptions
from preflight.plan.marks import Mark, curtailed, overruled, refuse_useless, with_marks
from preflight.plan.request import RequestPlan
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.values.assets import Asset, printable
from preflight.values.findings import Judged

if TYPE_CHECKING:
    from preflight.media.windows import Candidate

Tell = Callable[[str], None]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What a person chooses before anything is planned."""

    fix_options: FixOptions = FixOptions()
    marks: tuple[Mark, ...] = ()
    """Parts to keep of single files."""
    best: bool = False
    """Whether the best part is looked for of what is too long and has no mark."""
    preview: Path | None = None
    """The folder for pictures of the parts among which would be chosen."""

    @property
    def looks(self) -> bool:
        """Whether files are looked into before they are planned."""
        return self.best or self.preview is not None


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a face of the program hears while parts are chosen, as sentences."""

    tell: Tell
    """Told what is to be known beside the plans."""
    note: Tell
    """Told what could not be looked into, and where pictures are."""


def plan_files(
    assets: Iterable[Asset], choice: Choice, profile: Profile, how: Measuring, heard: Heard | None = None
) -> RequestPlan:
    """Measure, judge and plan files one by one.

    Args:
        assets: the files; where nothing is marked or looked for they are planned as they come.
        choice: which parts stay, and how to fix.
        profile: the limits.
        how: how files are measured.
        heard: told of what is chosen.

    Raises:
        CallError: a mark names none of the files, or is on one that has no parts.
    """
    if not (choice.marks or choice.looks):
        judged = check_assets(assets, profile, how)
        return RequestPlan(plans=tuple(plan_fixes(judged, profile, choice.fix_options)))
    marked = with_marks(list(assets), choice.marks)
    kept = list(check_assets(marked, profile, how))
    return RequestPlan(plans=tuple(plan_fixes(kept, profile, chosen(marked, kept, choice, profile, heard))))


def plan_spec(
    spec: RequestSpec, choice: Choice, profile: Profile, how: Measuring, heard: Heard | None = None
) -> RequestPlan:
    """Measure, judge and plan a request as a whole; the arguments are as for `plan_files`."""
    spec = marked_spec(spec, choice, heard)
    report = check_request(spec, profile, how)
    return plan_whole(report, profile, chosen(spec.assets, report.assets, choice, profile, heard))


def marked_spec(spec: RequestSpec, choice: Choice, heard: Heard | None = None) -> RequestSpec:
    """Mark parts to keep in a request; they stand over those that it has, which is told.

    Raises:
        CallError: a mark names none of its assets.
    """
    if not choice.marks:
        return spec
    assets = tuple(with_marks(spec.assets, choice.marks))
    if heard:
        list(map(heard.tell, overruled(spec.assets, assets)))
    return msgspec.structs.replace(spec, assets=assets)


def chosen(
    marked: Sequence[Asset], judged: Sequence[Judged], choice: Choice, profile: Profile, heard: Heard | None = None
) -> FixOptions:
    """Hold marked parts against what was measured, and look for the best part of the rest, if that is asked.

    Raises:
        CallError: a mark is on a picture, or on no medium.
        NotDone: a picture of the parts cannot be written.
    """
    refuse_useless(marked, judged)
    if heard:
        list(map(heard.tell, curtailed(judged, profile)))
    if not choice.looks:
        return choice.fix_options
    parts = _candidates(judged, choice, profile, heard)
    if choice.preview:
        from preflight.media.preview import preview

        for path in preview(judged, parts, choice.preview):
            if heard:
                heard.note(f"preview written: {printable(str(path))}")
    if not choice.best:
        return choice.fix_options
    best = {path: found[0].window for path, found in parts.items() if found}
    return msgspec.structs.replace(choice.fix_options, keep_of=best)


def _candidates(
    judged: Sequence[Judged], choice: Choice, profile: Profile, heard: Heard | None
) -> "dict[str, tuple[Candidate, ...]]":
    """Look for the parts worth keeping; what cannot be looked into keeps its start, which is told."""
    from preflight.media.candidates import propose
    from preflight.probe.faults import Unmeasured, Unreadable

    found = {}
    for one in judged:
        try:
            found[one.asset.path] = propose(one, profile)
        except (Unmeasured, Unreadable) as fault:
            end = "; its start is kept" if choice.best else ""
            if heard:
                heard.note(f"{printable(one.asset.path)}: could not be looked into{end}: {fault}")
    return found
