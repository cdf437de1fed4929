"""Tools that plan fixes, and apply a plan: new files in the output folder, sources never written."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from preflight.errors import CallError
from preflight.flow.choosing import Choice, ChoosingCallbacks, plan_files, plan_spec
from preflight.flow.fix import Written, fingerprinted, fix_all, plans_of, write_request
from preflight.flow.paths import nothing
from preflight.flow.submit import before_upload
from preflight.mcp.arguments import ApplyFix, PlanFix
from preflight.mcp.calls import Call, Json, ToolResult, one_of, plain, unwrapped
from preflight.mcp.remedies import worded_plan, worded_result
from preflight.mcp.words import DATA, brief, sentence
from preflight.plan import FixOptions, Plan
from preflight.plan.also import read_also
from preflight.plan.file import PlanFile, Planned, parse_plans
from preflight.plan.marks import Mark
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.profiles import Profile
from preflight.report.json import dump, fix_report, line, plan_report
from preflight.report.text import share_lines, summary
from preflight.request.file import RequestSpec, table_of
from preflight.values.assets import Asset
from preflight.values.choices import Keep

NAMED = Path("plan")
"""What a plan is called in messages."""
WORDS: tuple[Keep, ...] = ("start", "middle", "end")
BEST = "best"


def plan_fix(call: Call, asked: PlanFix) -> ToolResult:
    """Plan fixes of files, or of a request."""
    one_of(asked.paths, asked.request)
    choice, notes = _choice(asked), list[str]()
    heard = ChoosingCallbacks(tell=notes.append, note=notes.append)
    spec: RequestSpec | None = None
    if asked.request is not None:
        spec = call.spec(asked.request, asked.profile)
        profile = call.edition(asked.profile, spec.model)
        choice = msgspec.structs.replace(choice, fix_options=before_upload(choice.fix_options))
        with call.measuring(expected=len(spec.assets)) as how:
            planned = plan_spec(spec, choice, profile, how, heard)
    else:
        profile, assets = call.edition(asked.profile), list(call.shared.roots.media(asked.paths or ()))
        with call.measuring(expected=len(assets)) as how:
            planned = plan_files(assets, choice, profile, how, heard)
        if not planned.plans:
            nothing(how.passed.files)
    found = _plan_json(profile, planned, spec)
    call.shared.plans.keep(found["plan_id"], found)
    return ToolResult(json=found, text=_plan_text(call, found["plan_id"], planned, notes, verbose=asked.verbose))


def _choice(asked: PlanFix) -> Choice:
    """Read how to fix.

    Raises:
        CallError: something that was chosen is none.
    """
    marks = [keep for keep in asked.keep if "=" in keep or any(one.isdigit() for one in keep)]
    words = [keep for keep in asked.keep if keep not in marks]
    if strange := next((word for word in words if word not in (*WORDS, BEST)), None):
        advice = "start, middle, end, best, or FILE=START-END."
        raise CallError(f"keep: expected something else than {sentence(strange)!r}", advice=advice)
    try:
        options = FixOptions(
            allow=asked.allow,
            keep=next((word for word in WORDS if words and word == words[-1]), "start"),
            keep_named=bool(asked.keep),
            fit=asked.fit or "crop",
            fit_named=asked.fit is not None,
            pad_color=asked.pad_color,
            extend=asked.extend,
            bits=asked.bits,
            share=asked.share,
            also=read_also(asked.also),
        )
        parsed = tuple(map(Mark.parse, marks))
    except ValueError as error:
        raise CallError(sentence(str(error))) from None
    return Choice(fix_options=options, marks=parsed, best=BEST in words, crops=tuple(asked.crop))


def _plan_json(profile: Profile, planned: RequestPlan, spec: RequestSpec | None) -> Json:
    """Convert plans, with what is needed to apply them later: an id, and the request that they are of."""
    worded = [(judged, worded_plan(plan)) for judged, plan in planned.plans]
    found = plain(plan_report(profile.name, fingerprinted(worded), planned))
    if spec is not None:
        found["request"] = table_of(spec)
    return found | {"plan_id": f"plan-{hashlib.sha256(line(found).encode()).hexdigest()[:16]}"}


def _plan_text(call: Call, plan_id: str, planned: RequestPlan, notes: list[str], *, verbose: bool) -> str:
    todo = [plan for _, plan in planned.plans if plan.steps]
    hopeless = [plan for _, plan in planned.plans if plan.beyond_mending]
    counts = f"{len(todo)} of {len(planned.plans)} files are made anew, {len(hopeless)} cannot be mended"
    head = [f"{counts}. {DATA}"]
    if todo:
        head.append(f"apply_fix with plan {plan_id} does it; the sources stay as they are.")
    head += ["".join(words for words, _ in one) for one in share_lines(planned)]
    head += [sentence(note) for note in notes]
    plans = sorted(planned.plans, key=lambda one: (not one[1].beyond_mending, not one[1].steps))
    return brief(head[:8], (row for _, plan in plans for row in _plan_rows(call, worded_plan(plan))), verbose=verbose)


def _plan_rows(call: Call, plan: Plan) -> Iterator[str]:
    name = call.shared.roots.shown(plan.asset.path)
    for finding in plan.beyond_mending:
        yield f"{name}: cannot be mended: {finding.rule}: {sentence(finding.message)}"
    if plan.beyond_mending:
        yield from (f"{name}: {sentence(str(words))}" for words in plan.remedies)
    for step in plan.steps:
        reason = f" for {', '.join(step.clears)}" if step.clears else ""
        yield f"{name}: {step.loss}: {sentence(step.words())}{reason}"


# ---- carrying out ----------------------------------------------------------------------------------------------------


def apply_fix(call: Call, asked: ApplyFix) -> ToolResult:
    """Apply a plan."""
    given = unwrapped(asked.plan)
    given = call.shared.plans.find(given) if isinstance(given, str) else given
    profile, found = _read(call, given)
    folder = call.shared.roots.writable()
    with call.measuring(expected=len(found.assets)) as how:
        planned = plans_of(found, NAMED, profile, how)
    call.run.meter.expect(2 * len(planned.plans), "fixing")
    results = [worded_result(one) for one in _applied(call, planned, profile, folder)]
    call.run.refuse_stopped()
    written = _new_request(call, given, found, results, folder)
    report = fix_report(profile.name, results, planned, str(written.path) if written else None)
    is_error = any(one.outcome != "fixed" for one in results)
    return ToolResult(
        json=plain(report), text=_result_text(call, results, written, verbose=asked.verbose), is_error=is_error
    )


def _read(call: Call, given: Json) -> tuple[Profile, PlanFile]:
    """Read a plan; its sources have to lie below the roots.

    Raises:
        CallError: it is none, does nothing, or names a file elsewhere or an edition that is none.
    """
    found = parse_plans(dump(given).encode("utf-8", "surrogateescape"), NAMED)
    if not any(one.steps for one in found.assets):
        raise CallError("the plan has no steps, so there is nothing to do")
    assets = tuple(_admitted(call, one) for one in found.assets)
    return call.edition(found.profile), msgspec.structs.replace(found, assets=assets)


def _admitted(call: Call, planned: Planned) -> Planned:
    if planned.source is None:
        return planned
    source = msgspec.structs.replace(planned.source, path=call.shared.roots.admitted(planned.source.path))
    return msgspec.structs.replace(planned, source=source)


def _applied(call: Call, planned: RequestPlan, profile: Profile, folder: Path) -> list[FixResult]:
    return fix_all(planned.plans, profile, folder, begin=lambda plan: call.run.meter.begin(("fix", id(plan))))


def _new_request(call: Call, given: Json, found: PlanFile, results: list[FixResult], folder: Path) -> Written | None:
    """Write the request with the new files, where the plan is of a request, and all was made."""
    if not isinstance(given.get("request"), dict) or any(one.outcome != "fixed" for one in results):
        return None
    spec, done = call.spec(given["request"], found.profile), iter(results)
    if len(spec.assets) != len(found.assets):
        raise CallError("the plan is not one of its own request")
    both = zip(spec.assets, found.assets, strict=True)
    assets = tuple(_renewed(asset, next(done) if one.steps else None) for asset, one in both)
    return write_request(msgspec.structs.replace(spec, assets=assets), folder, folder / "request")


def _renewed(asset: Asset, result: FixResult | None) -> Asset:
    """Put the new file in the place of its source; a part to keep was cut."""
    return msgspec.structs.replace(asset, path=result.asset.path, keep=None) if result else asset


def _result_text(call: Call, results: list[FixResult], written: Written | None, *, verbose: bool) -> str:
    made = sum(one.outcome == "fixed" for one in results)
    head = [f"{made} of {len(results)} made. {DATA}"]
    if written:
        head.append(
            f"The request with the new files: {call.shared.roots.shown(str(written.path))}; check_request takes it."
        )
    rows = sorted(results, key=lambda one: one.outcome == "fixed")
    return brief(head, (_result_row(call, one) for one in rows), verbose=verbose)


def _result_row(call: Call, one: FixResult) -> str:
    name, why = call.shared.roots.shown(one.before.asset.path), f": {sentence(one.message)}" if one.message else ""
    if one.after is None:
        return f"{name}: {one.outcome}{why}"
    return f"{name} -> {call.shared.roots.shown(one.after.asset.path)}: {sentence(summary(one.after.facts))}{why}"
