"""Make clean new files; sources are never written."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Unpack

import msgspec

from preflight.api.choices import BEST, FixChoices, options_from, spelled_out
from preflight.api.common import AnyPath, Move, Progress, Teller, edition_behind, path_of, refuse_no_count
from preflight.api.remedies import said, to_a_program
from preflight.errors import CallError
from preflight.flow import fix as fixing
from preflight.flow.choosing import Choice, ChoosingCallbacks, chosen_of
from preflight.plan import Plan
from preflight.plan.result import FixResult
from preflight.profiles import Profile
from preflight.request.file import RequestSpec
from preflight.values.findings import Judged, Report


@spelled_out
@to_a_program()
def fix(  # noqa: PLR0913 - what may be done, each by name
    report: Report,
    output: AnyPath,
    *,
    agree: Callable[[Plan], bool] | None = None,
    profile: Profile | AnyPath | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    **choices: Unpack[FixChoices],
) -> tuple[FixResult, ...]:
    """Make new files of what does not comply, with the least loss; each is measured before it takes its name.

    Sources are never written, clean files never touched, and nothing in `output` is overwritten. A result of an earlier
    call for the same content and plan is reused.

    Args:
        report: from `check` or `check_request`; for a request, seconds are shared where they are too many.
        output: folder for new files; made if it is missing.
        allow: the greatest loss: "lossless", "lossy", or "creative", which changes what is shown.
        keep: part kept of what is too long and has no `Asset.keep`: "start", "middle", "end", or "best", found by
            analysis; where that fails the start is kept, and `message` says so.
        extend: repeat ("loop"), hold ("freeze") or slow down ("slow") what is too short; None leaves it.
        fit: crop ("crop"), pad ("pad"), or pad with a blurred copy ("blur") a refused aspect ratio. Naming one allows
            it; None crops where `allow` is "creative".
        pad_color: black, white or #rrggbb.
        bits: bits a sample of WAV files: "16", or "source" for up to 24 where the source has more than 16.
        share: which assets give up seconds: "proportion", "longest" or "equal".
        also: names of warnings to fix too: "location", "alpha", "hdr", "color", "bit-depth" and others, or "all".
            `pad_color` is put behind transparent parts.
        crop: path of an image or clip → the part kept, as (x, y, width, height) in displayed pixels, or where a part
            of an allowed aspect ratio is taken: "top", "bottom", "left", "right" or "center".
        agree: asked of each plan with steps before any begins; `plan.loss` and `step.words()` describe it. Refused
            plans are "declined", so `lambda plan: False` only plans.
        profile: needed where the report's profile is not a shipped one.
        jobs: files made in parallel; one a processor when None.
        progress: called with the part of each file analysed ("look"), and of each new file done ("fix").

    Returns:
        One result for each asset of the report, in order: its `outcome` ("untouched", "fixed", "unfixable", "declined"
        or "failed"), the `asset` to go on with, the `plan`, `before` and `after`, and in `message` why there is no
        new file.

    Raises:
        CallError: an argument is invalid, `also` names no warning, `crop` names a path that is not in the report, the
            profile is not the report's, or `Asset.keep` is on an image.
    """
    edition, teller = edition_behind(report, profile), Teller(progress)
    choice = Choice(fix_options=options_from(choices, report), best=choices.get("keep") == BEST)
    refuse_no_count(jobs, "jobs")
    folder = Path(path_of(output, "output"))
    plans, faults = _planned(report, edition, choice, teller)
    done = fixing.fix_all(plans, edition, folder, agree=agree, jobs=jobs, begin=partial(_begin, teller))
    return tuple(_worded(one, faults.get(one.before.asset.path, "")) for one in done)


def _planned(
    report: Report, edition: Profile, choice: Choice, teller: Teller
) -> tuple[list[tuple[Judged, Plan]], dict[str, str]]:
    """Plan each asset's fix; beside them, by path, why an asset's best part was not found."""
    faults: dict[str, str] = {}
    options = chosen_of(report, (), choice, edition, _heard(teller, faults))
    return fixing.plan_report(report, edition, options), faults


def _begin(teller: Teller, plan: Plan) -> Move:
    return teller.begin("fix", plan.asset.path)


def _heard(teller: Teller, faults: dict[str, str]) -> ChoosingCallbacks:
    """Report the analysis as progress, and gather its faults by path; the rest stands in the results."""
    looking = partial(teller.begin, "look")
    return ChoosingCallbacks(
        tell=_unheard, note=_unheard, looking=lambda _: nullcontext(looking), faulty=faults.__setitem__
    )


def _unheard(_: str) -> None:
    """Leave a remark to the results."""


def with_results(request: RequestSpec, results: Sequence[FixResult]) -> RequestSpec:
    """Replace a request's assets by the new files of `fix`.

    Args:
        request: the request checked.
        results: from `fix`, for its report.

    Raises:
        CallError: they are not the request's assets, in its order.
    """
    if tuple(one.before.asset for one in results) != request.assets:
        raise CallError("what was fixed is not what the request holds", advice="Hand `fix` the report on this request.")
    return fixing.with_results(request, results)


def _worded(results: FixResult, fault: str) -> FixResult:
    """Word the remedies of a result for Python, and why its best part was not found."""
    blind = f"it could not be looked into, and its start is kept: {fault}" if fault else ""
    advice, why = said(results.plan.remedies), [results.message, said(results.remedies), blind]
    plan = msgspec.structs.replace(results.plan, remedies=(advice,) if advice else ())
    return msgspec.structs.replace(results, plan=plan, message=". ".join(filter(None, why)), remedies=())
