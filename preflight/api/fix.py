"""A report → new files that are clean; sources are never written."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Unpack

import msgspec

from preflight.api.choices import FixChoices, options_from, spelled_out
from preflight.api.common import AnyPath, Progress, Teller, edition_behind, path_of, refuse_no_count
from preflight.api.remedies import said, to_a_program
from preflight.errors import CallError
from preflight.flow import fix as fixing
from preflight.plan import Plan
from preflight.plan.result import FixResult
from preflight.profiles import Profile
from preflight.request.file import RequestSpec
from preflight.values.findings import Report


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

    A source is never written, a clean file never touched, nothing in `output` overwritten; and what an earlier call
    made of the same content in the same way is not made again.

    Args:
        report: what `check` or `check_request` returned; of a request, seconds are shared where they are too many.
        output: the folder for new files; made if it is missing.
        allow: the most loss: "lossless", "lossy", or "creative", which changes what is shown.
        keep: which part stays of what is too long and has no `Asset.keep`: "start", "middle" or "end".
        extend: what is too short is repeated ("loop"), held ("freeze") or slowed ("slow"); None leaves it.
        fit: a refused shape is cropped ("crop"), padded ("pad"), or padded with a blurred copy ("blur"). Naming one
            allows it; None crops where `allow` is "creative".
        pad_color: black, white or #rrggbb.
        bits: a sound that is written as WAV has 16 bits a sample, or ("source") up to 24 where its source is deeper.
        share: who gives up seconds: "proportion", "longest" or "equal".
        also: names of warnings that are mended as well as errors: "location", "alpha", "hdr", "color", "bit-depth" and
            others, or "all". What transparency is put on is `pad_color`.
        crop: path of a picture or clip → the part of it that stays, as (x, y, width, height) in displayed pixels; or
            from where a part of an allowed shape is taken: "top", "bottom", "left", "right" or "center".
        agree: asked of each plan that has steps before anything is begun; `plan.loss` and `step.words()` tell what it
            would do. What it says no to is "declined", so `lambda plan: False` plans, and makes nothing.
        profile: needed where the report is by none of the shipped ones.
        jobs: how many files are made at once; as many as there are processors when None.
        progress: told the part of each new file that is done.

    Returns:
        One for each asset of the report, in order: its `outcome` ("untouched", "fixed", "unfixable", "declined" or
        "failed"), the `asset` to go on with, the `plan`, `before` and `after`, and in `message` why nothing came of it.

    Raises:
        CallError: a choice is none, `also` has a name of no warning, `crop` a path that is none of the report's; the
            profile is not the one that the report is by, or `Asset.keep` is on a picture.
    """
    from preflight.plan.marks import refuse_useless

    edition, teller = edition_behind(report, profile), Teller(progress)
    fix_options = options_from(choices, report)
    refuse_no_count(jobs, "jobs")
    folder = Path(path_of(output, "output"))
    refuse_useless((), report.assets)
    plans = fixing.plan_report(report, edition, fix_options)
    done = fixing.fix_all(
        plans, edition, folder, agree=agree, jobs=jobs, begin=lambda plan: teller.begin("fix", plan.asset.path)
    )
    return tuple(map(_told, done))


def with_results(request: RequestSpec, results: Sequence[FixResult]) -> RequestSpec:
    """Return a request with its assets as they are after `fix`: new files where there are some.

    Args:
        request: the request that was checked.
        results: what `fix` returned for the report on it.

    Raises:
        CallError: they are not the request's assets, in its order.
    """
    if tuple(one.before.asset for one in results) != request.assets:
        raise CallError("what was fixed is not what the request holds", advice="Hand `fix` the report on this request.")
    return fixing.with_results(request, results)


def _told(results: FixResult) -> FixResult:
    """Return what came of an asset, in the words of a program."""
    advice, why = said(results.plan.remedies), [results.message, said(results.remedies)]
    plan = msgspec.structs.replace(results.plan, remedies=(advice,) if advice else ())
    return msgspec.structs.replace(results, plan=plan, message=". ".join(filter(None, why)), remedies=())
