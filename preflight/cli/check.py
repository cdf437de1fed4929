"""`preflight check`: paths, folders, a request.toml or a set by options in; verdicts out."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import click

from preflight.cli.lists import listed
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionsOptions, format_of
from preflight.cli.options.measuring import MeasuringOptions
from preflight.cli.options.option import Argument, Group, Option, options_of, stored
from preflight.cli.options.run import ListOptions, RequestParts, RunOptions
from preflight.cli.options.scale import EngineOptions
from preflight.cli.options.service import AgentOptions
from preflight.cli.progress import Waiting, told
from preflight.cli.run_context import opened
from preflight.errors import CallError
from preflight.flow.paths import nothing, refuse_absent, refuse_unfit
from preflight.report import FORMATS, Header, open_writer, write_report
from preflight.values.assets import Asset, collect, is_request, printable
from preflight.values.findings import EXIT_CODES
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from preflight.flow.planned import PlannedFixes
    from preflight.profiles import Profile
    from preflight.report import Writer
    from preflight.report.files import Output, PendingReport
    from preflight.report.html.previews import Thumbnails
    from preflight.request.file import RequestSpec
    from preflight.upload.fetcher import Fetcher
    from preflight.values.findings import Report, Verdict

__all__ = ["nothing"]
"""What stands in `call`, and goes with `require`."""


class CheckCall(Group, frozen=True, kw_only=True):
    """What a call of `check` asks."""

    paths: Annotated[tuple[str, ...], Argument("PATH...", stored)] = ()
    parts: RequestParts = RequestParts()
    lists: ListOptions = ListOptions()
    editions: EditionsOptions = EditionsOptions()
    measuring: MeasuringOptions = MeasuringOptions()
    asking: AgentOptions = AgentOptions()
    engine: EngineOptions = EngineOptions()
    run: RunOptions = RunOptions()
    format_name: Annotated[str, format_of(*FORMATS)] = "text"
    outputs: Annotated[
        tuple[str, ...],
        Option(
            "Write a report to a file as well, its format by its ending or as in junit:FILE; may be repeated. "
            "FOLDER/ or s3://BUCKET/PREFIX: a verdict store of Parquet files, for many assets.",
            flags=("--output",),
            metavar="FILE",
        ),
    ] = ()
    verbose: Annotated[
        bool,
        Option("Say of each finding how it was measured, and by which source.", flags=("--verbose", "-v")),
    ] = False

    def read(self, spec: "RequestSpec | None") -> list[str]:
        """List the files that are read, which no report may replace."""
        return [*self.paths, *(asset.path for asset in (spec.assets if spec else ()) if not asset.is_url)]


@click.command("check")
@options_of(CheckCall)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, call: CheckCall) -> None:
    """Judge each PATH; folders are walked.

    A request.toml, or --image, --video, --audio and --prompt, is judged as one request: the assets in their roles,
    the set, the prompt and the settings.

    With several --profile the same assets are judged by each edition, side by side, as text, JSON, CSV or Markdown; the
    exit status is that of the best: 0 when at least one edition takes everything as it is.

    With --output FOLDER/ the verdicts go into a store, which a second run goes on from; `preflight report` sums it up.

    What counts, and how much, can be said in the settings: `[severity]`, `[[override]]` and `[[ignore]]`.

    Exit status: 0 clean, 1 findings, 2 the call is wrong, 3 something could not be judged, which outranks 1.

    \b
    Example: preflight check footage/
    Example: preflight check footage/ --output report.xml --output report.md
    Example: preflight check footage/ --baseline known.json --fail-on warning
    Example: find footage/ -newer last -print0 | preflight check --from0 -
    Example: preflight check request.toml --format json
    Example: preflight check footage/ --profile seedance-2.0-2026-04 --profile seedance-2.0-2026-10
    Example: preflight check --image style.png --audio bgm.mp3 --prompt "Audio 1 sets the pace."
    """  # noqa: D301 - \b is click's mark for lines to keep
    spec = spec_of_parts(call.parts, beside=bool(call.paths)) or requested(call.paths, call.editions.named)
    assets = listed(call.lists, call.paths, request=spec is not None)
    if spec is None and (call.paths or assets is None):
        require(call.paths)
    if _is_for_store(call):
        ctx.exit(_into_store(call, spec, assets))
    if call.editions.are_several:
        from preflight.cli.compare import print_comparison

        ctx.exit(print_comparison(call, spec, assets or collect(call.paths)))
    verdict, passed_over = _judged(call, spec, assets)
    ctx.exit(EXIT_CODES[verdict] if verdict else nothing(passed_over))


def _is_for_store(call: CheckCall) -> bool:
    """Tell whether verdicts go into a store."""
    if not (call.engine.engine or call.engine.scheduler or call.outputs):
        return False
    from preflight.cli.scale import is_meant

    return is_meant(call)


def _into_store(call: CheckCall, spec: "RequestSpec | None", assets: Iterator[Asset] | None) -> int:
    """Judge many assets into a verdict store; return the exit status."""
    if spec or call.editions.are_several:
        raise CallError("a verdict store is of files, folders and buckets, judged by one edition")
    from preflight.cli.scale import judge_into_store

    return judge_into_store(call, assets)


def _judged(
    call: CheckCall, spec: "RequestSpec | None", assets: Iterator[Asset] | None
) -> "tuple[Verdict | None, int]":
    """Judge by one edition, write every report, and return the verdict and how many files were passed over.

    The verdict is None where no medium was found.
    """
    with (
        _fetching(call, spec, assets) as fetch,
        call.measuring.opened(fetch, several=_several(spec, call.paths)) as how,
    ):
        # While the children get ready, the rest of the program is loaded.
        from preflight.flow.check import check_assets, check_request

        profile = call.editions.one(spec.model if spec else None)
        outputs = _outputs(call, spec)
        planned_fixes = _planned_fixes(profile, [call.format_name, *(output.format_name for output in outputs)])
        header = Header(
            profile=profile.name,
            limits=profile,
            request=call.paths[0] if spec and call.paths else None,
            verbose=call.verbose,
            planned_fixes=planned_fixes,
            thumbnails=_thumbnails() if planned_fixes else None,
        )
        with opened(call.run, call.measuring.depth, profile.name) as run, _drafts(outputs, header) as files:
            run.listen(how)
            writers: list[Writer] = [*files, open_writer(call.format_name, header, sys.stdout)]
            if spec:
                with Waiting("measuring"):
                    measured = check_request(spec, profile, how)
                report = run.report(measured)
                if planned_fixes:
                    planned_fixes.expect(report)
                return write_report(writers, report.assets, report.findings, unused_ignores=run.unused_ignores), 0
            with run.counting(held=call.format_name == "text") as count:
                found, total = told(assets or collect(call.paths))
                judged = count.over(run.over(check_assets(found, profile, how)), total)
                over = how.passed.count
                verdict = write_report(
                    writers, judged, seen=sys.stdout, unused_ignores=run.unused_ignores, passed_over=over
                )
                return verdict, over()


def _fetching(
    call: CheckCall, spec: "RequestSpec | None", assets: Iterator[Asset] | None
) -> "AbstractContextManager[Fetcher | None]":
    """Open what fetches references, where some may be addresses."""
    if not (spec or assets):
        return nullcontext()
    from preflight.upload.fetcher import Fetcher

    return Fetcher(allow_private=False, agent=call.asking.agent)


def _outputs(call: CheckCall, spec: "RequestSpec | None") -> "list[Output]":
    """Read where reports are written besides."""
    if not call.outputs:
        return []
    from preflight.report.files import read_outputs

    return read_outputs(call.outputs, call.read(spec))


def _drafts(outputs: "list[Output]", header: Header) -> "AbstractContextManager[list[PendingReport]]":
    """Open a draft of each report that is written besides."""
    if not outputs:
        return nullcontext([])
    from preflight.report.files import drafts

    return drafts(outputs, header)


def _thumbnails() -> "Thumbnails":
    """Load the maker of thumbnails, for the reports that show them."""
    from preflight.media.thumbnails import thumbnails

    return thumbnails


def _planned_fixes(profile: "Profile", formats: Iterable[str]) -> "PlannedFixes | None":
    """Plan fixes for the reports that show them."""
    if "html" not in formats:
        return None
    from preflight.flow.planned import PlannedFixes

    return PlannedFixes(profile)


def _several(spec: "RequestSpec | None", paths: tuple[str, ...]) -> bool:
    """Tell whether there is more than one file to measure, as far as a glance tells."""
    if spec:
        return len(spec.assets) > 1
    return len(paths) != 1 or Asset(path=paths[0]).is_object or os.path.isdir(paths[0])  # noqa: PTH112 - any bytes may be a name


def spec_of_parts(parts: RequestParts, *, beside: bool, what: str = "PATHs") -> "RequestSpec | None":
    """Build the one request that --image, --video, --audio and --prompt mean; None where none of them was said.

    Args:
        parts: what was said.
        beside: whether files are given, too.
        what: what those are called.

    Raises:
        CallError: both are given, the prompt is no text, or a file does not exist.
    """
    if not parts:
        return None
    if beside:
        raise CallError(phrase("give either {what} or --image, --video, --audio and --prompt, not both", what=what))
    prompt = parts.prompt
    if prompt is not None and not prompt.isascii() and prompt != prompt.encode("utf-8", "replace").decode():
        raise CallError("--prompt: not UTF-8 text")
    for path in (*parts.images, *parts.videos, *parts.audios):
        if not Asset(path=path).is_url:
            refuse_absent(path, folder=True)
    from preflight.request.file import RequestSpec, with_roles

    sets = [with_roles("image", parts.images), with_roles("video", parts.videos), with_roles("audio", parts.audios)]
    return RequestSpec(assets=tuple(asset for assets in sets for asset in assets), prompt=prompt)


def requested(paths: tuple[str, ...], edition: "Profile | None" = None) -> "RequestSpec | None":
    """Find the one request that PATHs mean, or None where they mean files.

    It has the fields of the edition that is named, or else of that of its model.
    Beside others, a .toml is a mistake, and a .json a file like any other: it may lie beside footage.
    """
    files = [path for path in paths if is_request(path) and not Asset(path=path).is_url]
    beside = [path for path in files if path.lower().endswith(".toml")]
    if beside and len(paths) > 1:
        raise CallError(
            phrase("{q}: a request file is judged alone; give one request and nothing else", q=printable(beside[0]))
        )
    if not files or len(paths) > 1 or os.path.isdir(files[0]):  # noqa: PTH112 - any bytes may be a name
        return None
    from preflight.request.file import holds_json, load_spec

    if not beside and not holds_json(Path(files[0])):
        return None

    return load_spec(Path(files[0]), edition)


def require(paths: Iterable[str]) -> None:
    """Refuse the call when a path is not there, before any work is done.

    Raises:
        CallError: no path was given, or one does not exist or is neither a file nor a folder.
    """
    given = list(paths)
    if not given:
        name = click.get_current_context().info_name or "check"
        words = {"where": "ask about", "new": "write a request of"}.get(name, name)
        advice = phrase("Give files, folders or a request.toml; `preflight {w} --help`.", w=name)
        raise CallError(phrase("nothing to {what}", what=words), advice=advice)
    for path in given:
        refuse_unfit(path)


def print_report(report: "Report", format_name: str, stream: TextIO | None = None) -> None:
    """Print the verdict on one request, to `stream`, or standard output if none is named."""
    writer = open_writer(format_name, Header(profile=report.profile), stream or sys.stdout)
    write_report([writer], report.assets, report.findings)
