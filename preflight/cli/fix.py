"""`preflight fix`: files in; a plan shown, a question asked, new files out; sources are never written."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click
import msgspec

from preflight.cli.agree import apply_agreed
from preflight.cli.check import requested, require
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.choices import FixChoices
from preflight.cli.options.common import EditionOptions, OutputOptions, TextOrJson
from preflight.cli.options.measuring import MeasuringOptions
from preflight.cli.options.option import FILE, FOLDER, Argument, Group, Option, options_of, stored
from preflight.cli.options.scale import EngineOptions
from preflight.cli.progress import Waiting, looking
from preflight.cli.scale import fix_into_store, is_of_buckets
from preflight.cli.streams import whoever_reads
from preflight.errors import CallError, NotDone
from preflight.flow.choosing import Choice, ChoosingCallbacks, plan_files, plan_spec
from preflight.flow.fix import fingerprinted, graded, plans_from, with_passing, with_results, write_request
from preflight.flow.paths import nothing
from preflight.locale import localized, sentence
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.profiles import Profile, edition_for, load, names
from preflight.profiles.common import JOINED
from preflight.report import Header, text
from preflight.report.files import pending_files, read_outputs
from preflight.report.fixed import FORMATS, fix_pieces
from preflight.report.fixes import Fixed
from preflight.report.remedies import in_full
from preflight.values.assets import collect, printable
from preflight.values.phrase import joined, phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from preflight.flow.check import Measuring
    from preflight.flow.fix import Written
    from preflight.report.files import Output, PendingFile
    from preflight.request.file import RequestSpec

PLACED = {"fixed": "{n} new", "untouched": "{n} that passed"}
"""Outcome → how many files of it are in the folder."""
EXITS = {"untouched": 0, "fixed": 0, "unfixable": 1, "declined": 1, "failed": 3}


class FixCall(Group, frozen=True, kw_only=True):
    """What a call of `fix` asks."""

    paths: Annotated[tuple[str, ...], Argument("PATH...", stored)] = ()
    yes: Annotated[bool, Option("Do what the plan says without asking.")] = False
    dry_run: Annotated[bool, Option("Show the plan and stop.")] = False
    choices: FixChoices = FixChoices()
    preview: Annotated[
        Path | None,
        Option(
            "Write a picture for each file into DIR: the parts that --keep best would choose among, and what --fit "
            "crop, pad and blur, or --crop, would make of a refused shape.",
            kind=FOLDER,
            metavar="DIR",
        ),
    ] = None
    plan_file: Annotated[
        Path | None,
        Option(
            "Carry out a plan that --dry-run --format json wrote; refused where a file has changed since.",
            flags=("--plan",),
            kind=FILE,
            metavar="FILE",
        ),
    ] = None
    everything: Annotated[
        bool,
        Option(
            "Put the files that pass into the folder of the new ones too, by hard links or copies: it holds the set.",
            flags=("--all",),
        ),
    ] = False
    measure_quality: Annotated[
        bool,
        Option(
            "Say how near each new clip that was encoded comes to its source: VMAF, with an ffmpeg that has libvmaf."
        ),
    ] = False
    reports: Annotated[
        tuple[str, ...],
        Option(
            "Write what came of it to a file: .html has the new files beside the originals, .md and .json; repeatable.",
            flags=("--report",),
            metavar="FILE",
        ),
    ] = ()
    targets: Annotated[
        tuple[str, ...],
        Option(
            "The model or edition that new files are for; repeated: files that all of them take, if there are.",
            flags=("--for",),
            metavar="MODEL",
        ),
    ] = ()
    out: OutputOptions = OutputOptions()
    edition: EditionOptions = EditionOptions()
    measuring: MeasuringOptions = MeasuringOptions()
    engine: EngineOptions = EngineOptions()
    shown: TextOrJson = TextOrJson()

    def profile(self, spec: "RequestSpec | None") -> Profile:
        """Load the limits that new files are to keep.

        Raises:
            CallError: a model is known to no edition, of some limit those named have nothing in common, or more is said
                than goes together.
        """
        if not self.targets:
            return self.edition.load(spec.model if spec else None)
        if self.edition.profile_name is not None:
            raise CallError("--for and --profile both say which limits count: give one of them")
        if spec is not None and len(self.targets) > 1:
            raise CallError("--for several models is for files: a request has one model")
        shipped = names()
        chosen = dict.fromkeys(one if one in shipped else edition_for(one) for one in self.targets)
        return load(JOINED.join(chosen))


@click.command("fix")
@options_of(FixCall)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, call: FixCall) -> None:
    """Show what would mend each PATH, ask, do it, and measure again.

    New files go to --output; a source is never written, a passing file never touched. Of a request.toml the assets
    are mended, also where they are only together too long, and a new request.toml beside the new files names them.
    What fails in a bucket is downloaded for it, one by one; new files get its keys below --output, a folder or bucket.

    \b
    Example: preflight fix clip.mov --keep 'clip.mov=3.0-9.5'
    Example: preflight fix footage/ --yes --output ready/ --report fixed.html
    Example: preflight fix wide.png --crop wide.png=top --also location
    Example: preflight fix short.mp4 wide.png --extend loop --fit blur
    Example: preflight fix footage/ --for seedance-2.5-reference-to-video --for wan3.0-reference-video
    Example: preflight fix s3://bucket/footage --yes --output s3://bucket/ready
    Example: preflight fix footage/ --dry-run --format json > plan.json, and later: preflight fix --plan plan.json
    """  # noqa: D301 - \b is click's mark for lines to keep
    choice = _with_offered(call, call.choices.choice(call.preview))
    if is_of_buckets(call):
        ctx.exit(fix_into_store(call, choice))
    if call.plan_file and call.paths:
        raise CallError("--plan names its files itself: give no PATHs", advice="Or plan anew, without --plan.")
    if call.plan_file and call.choices.keeps:
        raise CallError("--plan says itself what is kept: give no --keep", advice="Or plan anew, without --plan.")
    spec = requested(call.paths, call.edition.named)
    outputs = _outputs(call, spec)
    with nullcontext() if call.dry_run else whoever_reads():
        with call.measuring.opened() as how:
            profile, planned = plans_from(call.plan_file, how) if call.plan_file else _planned(call, spec, choice, how)
            planned = msgspec.structs.replace(planned, passed_over=how.passed.files)
        if not planned.plans:
            nothing(planned.passed_over)
        if planned.passed_over:
            _tell(call, [sentence(text.passed_words(planned.passed_over))])
        if call.dry_run:
            show(planned, profile, call.shown.format_name)
            return
        with pending_files(outputs) as files:
            status = _fixed_and_shown(call, spec, planned, profile, files, choice)
    ctx.exit(status)


def _with_offered(call: FixCall, choice: "Choice") -> "Choice":
    """Offer to take places out of metadata, where a person is asked and did not say which warnings are mended."""
    if not sys.stdin.isatty() or call.yes or call.dry_run or call.choices.also:
        return choice
    offered = msgspec.structs.replace(choice.fix_options, also=("location",))
    return msgspec.structs.replace(choice, fix_options=offered)


def _outputs(call: FixCall, spec: "RequestSpec | None") -> "list[Output]":
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


def _applied(call: FixCall, planned: RequestPlan, profile: Profile, choice: Choice) -> list[FixResult]:
    """Show the plans, and carry out what is agreed to."""
    from preflight.flow.turns import Turns

    text.write(text.share_lines(planned), sys.stderr if call.shown.is_json else sys.stdout)
    assets = [judged.asset for judged, _ in planned.plans]
    return apply_agreed(
        list(planned.plans),
        profile,
        call.out.output,
        quiet=call.shown.is_json,
        agreed=call.yes,
        jobs=call.measuring.jobs,
        turns=None if call.plan_file else Turns(choice, profile, assets),
    )


def _fixed_and_shown(  # noqa: PLR0917 - what is asked, planned and chosen, and where it is told
    call: FixCall,
    spec: "RequestSpec | None",
    planned: RequestPlan,
    profile: Profile,
    files: "Sequence[PendingFile]",
    choice: Choice,
) -> int:
    """Show the plans, carry out what is agreed to, say what came of it, and return the exit status."""
    beside = call.shown.is_json
    results = _applied(call, planned, profile, choice)
    unmeasured: list[str] = []
    if call.measure_quality:
        results = [_graded(one, unmeasured) for one in results]
    if call.everything:
        results = with_passing(results, call.out.output)
    written, fault = _with_request(call, spec, results, planned)
    path = str(written.path) if written else None
    report(results, planned, profile, call.shown.format_name, path)
    fixed = Fixed(_header(profile, seen=bool(files)), results, planned, path)
    for file in files:
        file.fill(fix_pieces(file.output.format_name, fixed))
    for words in unmeasured:
        click.echo(localized(words), err=True)
    if fault:
        raise fault
    for words in _places(call, results, files):
        click.echo(localized(words), err=beside)
    if written:
        click.echo(localized(_written_words(written)), err=beside)
    worst = max(bool(planned.beyond_mending or planned.left), *(EXITS[one.outcome] for one in results))
    return EXITS["failed"] if unmeasured else worst


def _places(call: FixCall, results: "Sequence[FixResult]", files: "Sequence[PendingFile]") -> "Iterator[str]":
    """Say where the new files, those that pass, and the reports are."""
    there = [one.outcome for one in results if one.after]
    words = [phrase(said, n=there.count(outcome)) for outcome, said in PLACED.items() if outcome in there]
    if words:
        yield phrase("in {q}: {there}", q=printable(str(call.out.output)), there=joined(words))
    for file in files:
        yield phrase("report written: {q}", q=printable(str(file.output.path)))


def _with_request(
    call: FixCall, spec: "RequestSpec | None", results: "Sequence[FixResult]", planned: RequestPlan
) -> "tuple[Written | None, NotDone | None]":
    """Write the request that names the new files, where all are ready; return what kept it from being written."""
    if spec is None or planned.beyond_mending or any(one.outcome not in ("untouched", "fixed") for one in results):
        return None, None
    try:
        return write_request(with_results(spec, results), call.out.output, Path(call.paths[0])), None
    except NotDone as error:
        return None, error


def _written_words(written: "Written") -> str:
    """Say where the request is that names the new files, and which one to submit where there are two."""
    name = printable(str(written.path))
    said = {
        "new": phrase("request written: {q}", q=name),
        "same": phrase("request as before: {q} says the same already", q=name),
        "replaced": phrase("request written: {q}, in the place of what an earlier run wrote there", q=name),
    }[written.how]
    if not written.other:
        return said
    return phrase("{said}. Submit this one: {q} is another", said=said, q=printable(str(written.other)))


def _planned(
    call: FixCall, spec: "RequestSpec | None", choice: Choice, how: "Measuring"
) -> "tuple[Profile, RequestPlan]":
    """Plan a request as a whole, or files one by one."""
    require(call.paths)
    profile = call.profile(spec)
    with Waiting("measuring and planning") as wait:
        heard = ChoosingCallbacks(
            tell=wait.around(lambda line: _tell(call, [line])),
            note=wait.around(lambda line: click.echo(line, err=True)),
            looking=wait.pausing(looking),
        )
        if spec:
            return profile, plan_spec(spec, choice, profile, how, heard)
        return profile, plan_files(collect(call.paths), choice, profile, how, heard)


def _tell(call: FixCall, lines: "Iterable[str]") -> None:
    """Print what is to be known beside the plan."""
    for line in lines:
        click.echo(localized(line), err=call.shown.is_json)


def _graded(one: FixResult, unmeasured: list[str]) -> FixResult:
    """Measure how near a new file comes to its source; add a line to the others where that could not be done."""
    try:
        return graded(one)
    except NotDone as error:
        said = printable(in_full(error))
        unmeasured.append(
            phrase("{q1}: its quality could not be measured: {q2}", q1=printable(one.asset.path), q2=said)
        )
        return one


def report(
    results: list[FixResult], planned: RequestPlan, profile: Profile, format_name: str, path: str | None = None
) -> None:
    """Print what came of each asset; JSON names the path of the request that was written, too."""
    if format_name == "json":
        from preflight.report.json import dump, fix_report

        click.echo(dump(fix_report(profile.name, results, planned, path)), nl=False)
    else:
        text.write(map(text.result_line, results))


def show(planned: RequestPlan, profile: Profile, format_name: str) -> None:
    """Print the plans and nothing else."""
    if format_name == "json":
        from preflight.report.json import dump, plan_report

        click.echo(dump(plan_report(profile.name, fingerprinted(planned.plans), planned)), nl=False)
        return
    text.write(text.share_lines(planned))
    for _, plan in planned.plans:
        text.write(text.plan_lines(plan))
