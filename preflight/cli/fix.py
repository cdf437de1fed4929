"""`preflight fix`: files in; a plan shown, a question asked, new files out; sources are never written."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
from click.core import ParameterSource

from preflight.cli.agree import apply_agreed
from preflight.cli.check import requested, require
from preflight.cli.options import (
    asked,
    format_option,
    load_profile,
    measuring,
    measuring_options,
    output_option,
    profile_option,
    settings_file,
)
from preflight.cli.streams import whoever_reads
from preflight.errors import CallError, NotDone
from preflight.flow.check import check_assets, check_request
from preflight.flow.fix import (
    fingerprinted,
    graded,
    plan_fixes,
    plan_whole,
    plans_from,
    with_results,
    write_request,
)
from preflight.flow.paths import nothing
from preflight.plan import FixOptions
from preflight.plan.marks import Mark, curtailed, overruled, refuse_useless, with_marks
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.profiles import Profile
from preflight.report import Header, text
from preflight.report.files import pending_files, read_outputs
from preflight.report.fixed import FORMATS, fix_pieces
from preflight.report.fixes import Fixed
from preflight.report.remedies import in_full
from preflight.values.assets import collect, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from preflight.flow.check import Measuring
    from preflight.flow.fix import Written
    from preflight.plan.options import Bits, Fit, Lengthen
    from preflight.plan.share import Strategy
    from preflight.report.files import Output, PendingFile
    from preflight.request.file import RequestSpec
    from preflight.values.assets import Asset
    from preflight.values.findings import Judged, Loss

EXITS = {"untouched": 0, "fixed": 0, "unfixable": 1, "declined": 1, "failed": 3}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a call of `fix` asks; how it measures is beside it."""

    paths: tuple[str, ...]
    yes: bool
    dry_run: bool
    allow: "Loss"
    keeps: tuple[str, ...]
    preview: Path | None
    plan_file: Path | None
    fit: "Fit"
    pad_color: str | None
    extend: "Lengthen | None"
    bits: "Bits"
    share: "Strategy"
    measure_quality: bool
    reports: tuple[str, ...]
    output: Path
    profile_name: str
    format_name: str
    jobs: int | None


@click.command("fix")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--yes", is_flag=True, help="Do what the plan says without asking.")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option(
    "--allow",
    type=click.Choice(["lossless", "lossy", "creative"]),
    default="lossy",
    show_default=True,
    envvar="PREFLIGHT_ALLOW",
    help="The most loss that is allowed; creative changes what is shown.",
)
@click.option(
    "--keep",
    "keeps",
    multiple=True,
    metavar="WHERE",
    help="What stays of what is too long: start, middle, end, best (whole shots, or between quiet moments), or "
    "FILE=3.0-9.5; repeatable.",
)
@click.option(
    "--preview",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a picture for each file into DIR: the parts that --keep best would choose among.",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Carry out a plan that --dry-run --format json wrote; refused where a file has changed since.",
)
@click.option(
    "--fit",
    type=click.Choice(["crop", "pad", "blur"]),
    default="crop",
    show_default=True,
    envvar="PREFLIGHT_FIT",
    help="How a refused shape is made to fit: blur pads with a blurred copy of the picture. Needs --allow creative, "
    "unless it stands here.",
)
@click.option(
    "--pad-color",
    metavar="COLOR",
    help="Pad with black, white or #rrggbb; black if not said.  [implies --fit pad]",
)
@click.option(
    "--extend",
    type=click.Choice(["loop", "freeze", "slow"]),
    help="Make what is too short long enough: repeat it, hold its last frame (add silence), or slow it down.",
)
@click.option(
    "--bits",
    type=click.Choice(["16", "source"]),
    default="16",
    show_default=True,
    envvar="PREFLIGHT_BITS",
    help="How deep a sound that is written as WAV is: 16 bits, which every reader plays, or up to 24 where its source "
    "is deeper.",
)
@click.option(
    "--share",
    type=click.Choice(["proportion", "longest", "equal"]),
    default="proportion",
    show_default=True,
    help="Who gives up seconds where a request's clips, or its sounds, are together too long.",
)
@click.option(
    "--measure-quality",
    is_flag=True,
    help="Say how near each new clip that was encoded comes to its source: VMAF, with an ffmpeg that has libvmaf.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FILE",
    help="Write what came of it to a file: .html has the new files beside the originals, .md and .json; repeatable.",
)
@output_option
@profile_option
@measuring_options
@format_option("text", "json")
@settings_file
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - what the options add
    """Show what would mend each PATH, ask, do it, and measure again.

    New files go to --output; a source is never written, a passing file never touched. Of a request.toml the assets
    are mended, also where they are only together too long, and a new request.toml beside the new files names them.

    \b
    Example: preflight fix clip.mov --keep 'clip.mov=3.0-9.5'
    Example: preflight fix footage/ --yes --output ready/ --report fixed.html
    Example: preflight fix short.mp4 wide.png --extend loop --fit blur
    Example: preflight fix footage/ --dry-run --format json > plan.json, and later: preflight fix --plan plan.json
    """  # noqa: D301 - \b is click's mark for lines to keep
    call = asked(Asked, given)
    fix_options = fix_options_of(call, fit_named=ctx.get_parameter_source("fit") is ParameterSource.COMMANDLINE)
    if call.plan_file and call.paths:
        raise CallError("--plan names its files itself: give no PATHs", advice="Or plan anew, without --plan.")
    if call.plan_file and ctx.get_parameter_source("keeps") is ParameterSource.COMMANDLINE:
        raise CallError("--plan says itself what is kept: give no --keep", advice="Or plan anew, without --plan.")
    spec = requested(call.paths)
    outputs = _outputs(call, spec)
    with nullcontext() if call.dry_run else whoever_reads():
        with measuring(given) as how:
            profile, planned = (
                plans_from(call.plan_file, how) if call.plan_file else _planned(call, spec, fix_options, how)
            )
            planned = msgspec.structs.replace(planned, passed_over=how.passed.files)
        if not planned.plans:
            nothing(planned.passed_over)
        if planned.passed_over:
            _tell(call, [f"{text.passed_words(planned.passed_over)}."])
        if call.dry_run:
            show(planned, profile, call.format_name)
            return
        with pending_files(outputs) as files:
            status = _mended(call, spec, planned, profile, files)
    ctx.exit(status)


def _outputs(call: Asked, spec: "RequestSpec | None") -> "list[Output]":
    """Read which reports are to be written.

    Raises:
        CallError: one must not or cannot be, or nothing is done that it could tell of.
    """
    if call.reports and call.dry_run:
        advice = "What would be done is in the page of `preflight check --output page.html`."
        raise CallError("--report: nothing is done with --dry-run that it could tell of", advice=advice)
    read = [*call.paths, *([str(call.plan_file)] if call.plan_file else [])]
    read += [asset.path for asset in (spec.assets if spec else ()) if not asset.is_url]
    return read_outputs(call.reports, read, option="--report", formats=FORMATS)


def _header(profile: Profile, *, seen: bool) -> Header:
    if not seen:
        return Header(profile=profile.name, limits=profile)
    from preflight.media.thumbnails import thumbnails

    return Header(profile=profile.name, limits=profile, thumbnails=thumbnails)


def _mended(
    call: Asked, spec: "RequestSpec | None", planned: RequestPlan, profile: Profile, files: "Sequence[PendingFile]"
) -> int:
    """Show the plans, carry out what is agreed to, say what came of it, and return the exit status."""
    beside = call.format_name == "json"
    text.write(text.share_lines(planned), sys.stderr if beside else sys.stdout)
    results = apply_agreed(list(planned.plans), profile, call.output, quiet=beside, agreed=call.yes, jobs=call.jobs)
    unmeasured: list[str] = []
    if call.measure_quality:
        results = [_graded(one, unmeasured) for one in results]
    report(results, planned, profile, call.format_name)
    fixed = Fixed(_header(profile, seen=bool(files)), results, planned)
    for file in files:
        file.fill(fix_pieces(file.output.format_name, fixed))
    for words in unmeasured:
        click.echo(words, err=True)
    if spec and not planned.beyond_mending and all(one.outcome in ("untouched", "fixed") for one in results):
        written = write_request(with_results(spec, results), call.output, Path(call.paths[0]))
        click.echo(_written_words(written), err=beside)
    worst = max(bool(planned.beyond_mending), *(EXITS[one.outcome] for one in results))
    return EXITS["failed"] if unmeasured else worst


def _written_words(written: "Written") -> str:
    """Say where the request is that names the new files, and which one to submit where there are two."""
    name = printable(str(written.path))
    said = {
        "new": f"request written: {name}",
        "same": f"request as before: {name} says the same already",
        "replaced": f"request written: {name}, in the place of what an earlier run wrote there",
    }[written.how]
    other = f". Submit this one: {printable(str(written.other))} is another" if written.other else ""
    return said + other


def _planned(
    call: Asked, spec: "RequestSpec | None", fix_options: FixOptions, how: "Measuring"
) -> "tuple[Profile, RequestPlan]":
    """Plan a request as a whole, or files one by one."""
    require(call.paths)
    profile, marks = load_profile(call.profile_name), marks_of(call.keeps)
    if spec:
        assets = with_marks(spec.assets, marks)
        _tell(call, overruled(spec.assets, assets))
        report = check_request(msgspec.structs.replace(spec, assets=tuple(assets)), profile, how)
        fix_options = _seen(call, assets, report.assets, profile, fix_options)
        return profile, plan_whole(report, profile, fix_options)
    if not (marks or call.preview or "best" in call.keeps):
        judged = check_assets(collect(call.paths), profile, how)
        return profile, RequestPlan(plans=tuple(plan_fixes(judged, profile, fix_options)))
    assets = with_marks(list(collect(call.paths)), marks)
    kept = list(check_assets(assets, profile, how))
    fix_options = _seen(call, assets, kept, profile, fix_options)
    return profile, RequestPlan(plans=tuple(plan_fixes(kept, profile, fix_options)))


def _seen(
    call: Asked, marked: "Sequence[Asset]", judged: "Sequence[Judged]", profile: Profile, fix_options: FixOptions
) -> FixOptions:
    """Hold marked parts against what was measured, and choose the best part of what has no mark, if that is asked."""
    refuse_useless(marked, judged)
    _tell(call, curtailed(judged, profile))
    return _looked(call, judged, profile, fix_options)


def _tell(call: Asked, lines: "Iterable[str]") -> None:
    """Print what is to be known beside the plan."""
    for line in lines:
        click.echo(line, err=call.format_name == "json")


def _looked(call: Asked, judged: "Sequence[Judged]", profile: Profile, fix_options: FixOptions) -> FixOptions:
    """Choose the best part of what is too long, and write pictures of the candidates where that is asked for."""
    from preflight.media.candidates import propose
    from preflight.media.preview import preview
    from preflight.probe.faults import Unmeasured, Unreadable

    best = "best" in call.keeps
    if not (best or call.preview):
        return fix_options
    proposals = {}
    for one in judged:
        try:
            proposals[one.asset.path] = propose(one, profile)
        except (Unmeasured, Unreadable) as fault:
            end = "; its start is kept" if best else ""
            click.echo(f"{printable(one.asset.path)}: could not be looked into{end}: {fault}", err=True)
    for path in preview(judged, proposals, call.preview) if call.preview else ():
        click.echo(f"preview written: {printable(str(path))}", err=True)
    if not best:
        return fix_options
    found = {path: parts[0].window for path, parts in proposals.items() if parts}
    return msgspec.structs.replace(fix_options, keep_of=found)


def _graded(one: FixResult, unmeasured: list[str]) -> FixResult:
    """Measure how near a new file comes to its source; add a line to the others where that could not be done."""
    try:
        return graded(one)
    except NotDone as error:
        said = printable(in_full(error))
        unmeasured.append(f"{printable(one.asset.path)}: its quality could not be measured: {said}")
        return one


def report(results: list[FixResult], planned: RequestPlan, profile: Profile, format_name: str) -> None:
    """Print what came of each asset."""
    if format_name == "json":
        from preflight.report.json import dump, fix_report

        click.echo(dump(fix_report(profile.name, results, planned)), nl=False)
    else:
        text.write(map(text.result_line, results))


def fix_options_of(call: Asked, *, fit_named: bool) -> FixOptions:
    """Read what a call says of how to mend.

    Args:
        call: the call; of its `keeps`, the word that is meant for all counts here.
        fit_named: whether `--fit` stands on the command line, not in a setting.

    Raises:
        CallError: that word is none, or a color is none, or nothing is padded with it.
    """
    fit, color = call.fit, call.pad_color
    words = [keep for keep in call.keeps if "=" not in keep]
    word = words[-1] if words else "start"
    if word not in ("start", "middle", "end", "best"):
        raise CallError(f"--keep: expected start, middle, end, best or FILE=START-END, got {word!r}")
    if color and fit_named and fit != "pad":
        raise CallError(f"--pad-color: --fit {fit} pads with no color", advice="Say --fit pad, or leave it out.")
    try:
        return FixOptions(
            allow=call.allow,
            fit="pad" if color else fit,
            fit_named=fit_named or color is not None,
            pad_color=color or "black",
            extend=call.extend,
            bits=call.bits,
            share=call.share,
            keep="start" if word == "best" else word,  # type: ignore[arg-type] # checked just above
        )
    except ValueError as error:
        raise CallError(f"--pad-color: {error}") from None


def marks_of(keeps: "Iterable[str]") -> list[Mark]:
    """Read what `--keep` says of single files.

    Raises:
        CallError: it says something else than FILE=START-END.
    """
    try:
        return [Mark.parse(keep) for keep in keeps if "=" in keep]
    except ValueError as error:
        raise CallError(f"--keep: {error}") from None


def show(planned: RequestPlan, profile: Profile, format_name: str) -> None:
    """Print the plans and nothing else."""
    if format_name == "json":
        from preflight.report.json import dump, plan_report

        click.echo(dump(plan_report(profile.name, fingerprinted(planned.plans), planned)), nl=False)
        return
    text.write(text.share_lines(planned))
    for _, plan in planned.plans:
        text.write(text.plan_lines(plan))
