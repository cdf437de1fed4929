"""The same values in each dress: text for people, the others for programs, spreadsheets and build servers.

    Judged, one by one, then an Summary ──► Writer.begin, .asset ..., .end ──► characters

A dress is a module of this package with a class `Writer`, which takes a `Header` and a stream, and a row of `FORMATS`.
"""

import importlib
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Protocol, TextIO, TypeVar

import msgspec

from preflight._version import __version__
from preflight.errors import PreflightError
from preflight.policy.policy import UnusedIgnore
from preflight.profiles.schema import Profile
from preflight.values.assets import printable
from preflight.values.findings import Finding, Judged, Verdict, verdict_of, worst
from preflight.values.unforeseen import unforeseen

if TYPE_CHECKING:
    from preflight.plan import Plan
    from preflight.plan.request import RequestPlan
    from preflight.report.html.pictures import Thumbnails

Value = TypeVar("Value")
Made = TypeVar("Made")


class PlansFixes(Protocol):
    """What tells what `fix` would do."""

    def plan(self, judged: Judged) -> "Plan | None":
        """Return what would be done to an asset; None where nothing would be."""

    def whole(self) -> "RequestPlan | None":
        """Return what would be done to the request; None where there is none."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is known by before the first verdict."""

    profile: str
    limits: Profile | None = None
    """What judged, for reports that draw it; None where it is not at hand."""
    version: str = __version__
    """The version of the program."""
    request: str | None = None
    """The file that the request was read from; None where there is none."""
    verbose: bool = False
    """Whether the text says of each finding how it was measured."""
    planned_fixes: PlansFixes | None = None
    """What tells, for reports that show it, what `fix` would do; None where that is not to be said."""
    thumbnails: "Thumbnails | None" = None
    """What looks into files, for reports that show pictures of them; None where none are to be shown."""

    @property
    def edition(self) -> str:
        """The profile's name as it may be shown: one's own profile may be called anything."""
        return printable(self.profile)


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What is known after the last verdict."""

    verdict: Verdict
    findings: tuple[Finding, ...] | None = None
    """What is said of the request as a whole; None where files were judged, and no request."""
    interrupted: bool = False
    """Whether a person stopped the run; what was not reached was not judged."""
    unused_ignores: tuple[UnusedIgnore, ...] = ()
    """What of a policy did nothing in this run."""
    passed_over: int = 0
    """How many files of a folder were no media."""

    @property
    def request_verdict(self) -> Verdict:
        """What is said of the request without its assets."""
        return verdict_of(self.findings or ())


class Writer(Protocol):
    """One report that is being written."""

    def begin(self) -> None:
        """Write what stands before the first asset."""

    def asset(self, judged: Judged) -> None:
        """Write one asset, or keep what the end needs of it."""

    def end(self, summary: Summary) -> None:
        """Write the rest."""


class ReportFormat(msgspec.Struct, frozen=True):
    """A way to write reports down."""

    endings: tuple[str, ...]
    """Endings of the names of its files, in small letters, without the dot."""
    begins: bytes
    """Pattern of how each of its files begins: only such a file of an earlier run may be replaced."""


FORMATS: dict[str, ReportFormat] = {
    "text": ReportFormat(
        ("txt",), rb"[^\n]+(: pass: \w+, \d|: (error|warning|info) [a-z-]+/[a-z-]+: | \d+ files?: \d+ )"
    ),
    "json": ReportFormat(("json",), rb'\{\s*"schema": "preflight\.report/'),
    "jsonl": ReportFormat(("jsonl",), rb'\{"line":"'),
    "junit": ReportFormat(("xml",), rb'<\?xml [^>]*>\s*<testsuites name="preflight '),
    "sarif": ReportFormat(
        ("sarif",), rb'\{\s*"\$schema": "[^"]*sarif[^"]*",\s*"version": "2.1.0",.{0,99}"name":"preflight"'
    ),
    "github": ReportFormat((), rb"::(error|warning|notice) [^\n]*title="),
    "csv": ReportFormat(("csv",), rb"path,role,kind,verdict,rule,"),
    "markdown": ReportFormat(("md",), rb"<!-- preflight report -->"),
    "html": ReportFormat(("html",), rb"<!DOCTYPE html>\s*<!-- preflight report -->"),
}
"""Name → dress; the first one is what is printed where none is named."""


def made_once(make: Callable[[Value], Made]) -> Callable[[Value], Made]:
    """Keep what was made of the latest value alone: several reports ask for the same, one after the other."""
    kept: tuple[Value, Made] | None = None

    @wraps(make)
    def made(value: Value) -> Made:
        nonlocal kept
        held = kept
        if held is None or held[0] is not value:
            held = kept = (value, make(value))
        return held[1]

    return made


def open_writer(format_name: str, header: Header, out: TextIO) -> Writer:
    """Return an empty report; its module is loaded now, and not sooner."""
    writer: Writer = importlib.import_module(f"preflight.report.{format_name}").Writer(header, out)
    return writer


def write_report(  # noqa: PLR0913 - what is known before the first asset, and what only after the last
    writers: Sequence[Writer],
    assets: Iterable[Judged],
    findings: tuple[Finding, ...] | None = None,
    *,
    seen: TextIO | None = None,
    unused_ignores: Callable[[], Iterable[UnusedIgnore]] = tuple,
    passed_over: Callable[[], int] = int,
) -> Verdict | None:
    """Write each verdict to every sheet as it comes, so that none has to be kept; return the verdict on all.

    Nothing is written, and None returned, where nothing was judged. Ctrl-C ends each sheet with what is known by then,
    verdict unsure and marked as interrupted, and is raised again.

    Args:
        writers: where to write.
        assets: verdicts.
        findings: what is said of a request as a whole; None where there is no request.
        seen: the stream that somebody may be watching: it is flushed after each asset.
        unused_ignores: tells, after the last verdict, what of a policy did nothing.
        passed_over: tells then how many files of a folder were no media.
    """
    verdicts, begun = set[Verdict](), list[Writer]()
    try:
        for judged in assets:
            _begin(writers, begun)
            verdicts.add(judged.verdict)
            verdicts.update(_write(writer, judged) for writer in writers)
            if seen is not None:
                seen.flush()
    except KeyboardInterrupt:
        summary = Summary(verdict="unsure", findings=findings, interrupted=True, passed_over=passed_over())
        _end(writers, begun, summary)
        raise
    if not verdicts and findings is None:
        return None
    verdict = worst([*verdicts, verdict_of(findings or ())])
    summary = Summary(
        verdict=verdict, findings=findings, unused_ignores=tuple(unused_ignores()), passed_over=passed_over()
    )
    _end(writers, begun, summary)
    return verdict


def _write(writer: Writer, judged: Judged) -> Verdict:
    """Write one asset; where an error is met that nobody foresaw, write that in its place. Return what was written."""
    try:
        writer.asset(judged)
    except (OSError, PreflightError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of this asset
        said = Finding(rule=f"{judged.kind}/unjudged", severity="error", message=f"the report {unforeseen(error)}")
        instead = Judged(asset=judged.asset, kind=judged.kind, findings=(said,))
        writer.asset(instead)
        return instead.verdict
    return judged.verdict


def _begin(writers: Sequence[Writer], begun: list[Writer]) -> None:
    """Begin what is not begun; Ctrl-C may come anywhere in between, and nothing is begun twice."""
    for writer in writers[len(begun) :]:
        begun.append(writer)
        writer.begin()


def _end(writers: Sequence[Writer], begun: list[Writer], summary: Summary) -> None:
    _begin(writers, begun)
    for writer in writers:
        writer.end(summary)
