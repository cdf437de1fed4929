"""Write reports in several formats: text for people, others for programs, spreadsheets and build servers.

    Judged, one by one, then a Summary ──► Writer.begin, .asset ..., .end ──► characters

A format is a module of this package with a class `Writer`, which takes a `Header` and a stream, and a row of `FORMATS`.
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
from preflight.values.phrase import phrase
from preflight.values.unforeseen import unforeseen

if TYPE_CHECKING:
    from preflight.plan import Plan
    from preflight.plan.request import RequestPlan
    from preflight.report.html.previews import Thumbnails

Value = TypeVar("Value")
Made = TypeVar("Made")


class PlansFixes(Protocol):
    """Plans what `fix` would do."""

    def plan(self, judged: Judged) -> "Plan | None":
        """Plan an asset; None where nothing would be done."""

    def whole(self) -> "RequestPlan | None":
        """Plan the request; None where there is none."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Known before the first verdict."""

    profile: str
    limits: Profile | None = None
    """Profile that judged, for reports that draw it; None where missing."""
    version: str = __version__
    """Version of preflight."""
    request: str | None = None
    """File of the request; None where there is none."""
    verbose: bool = False
    """Whether text reports say how each finding was measured."""
    planned_fixes: PlansFixes | None = None
    """Plans fixes to show; None for none."""
    thumbnails: "Thumbnails | None" = None
    """Makes thumbnails; None for none."""

    @property
    def edition(self) -> str:
        """Printable name of the profile; a user's own may hold anything."""
        return printable(self.profile)


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Known after the last verdict."""

    verdict: Verdict
    findings: tuple[Finding, ...] | None = None
    """Findings on the request; None where files were judged."""
    interrupted: bool = False
    """Whether the user stopped the run; the rest was not judged."""
    unused_ignores: tuple[UnusedIgnore, ...] = ()
    """Ignores of the policy without effect in this run."""
    passed_over: int = 0
    """Files of folders that were no media."""

    @property
    def request_verdict(self) -> Verdict:
        """Verdict on the request without its assets."""
        return verdict_of(self.findings or ())


class Writer(Protocol):
    """Writes one report."""

    def begin(self) -> None:
        """Write what precedes the first asset."""

    def asset(self, judged: Judged) -> None:
        """Write one asset, or keep it for the end."""

    def end(self, summary: Summary) -> None:
        """Write the rest."""


class ReportFormat(msgspec.Struct, frozen=True):
    """A report format."""

    endings: tuple[str, ...]
    """File extensions, lower case, without the dot."""
    begins: bytes
    """Pattern of the first bytes: only such files of an earlier run may be replaced."""


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
"""Name → format; the first is the default on stdout."""


def keep_latest(make: Callable[[Value], Made]) -> Callable[[Value], Made]:
    """Cache the result for the latest argument: several reports ask for the same one after another."""
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
    """Create a writer; its module is imported here."""
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
    """Write each verdict to every writer as it comes; return the overall verdict, None where nothing was judged.

    Ctrl-C ends each report with what is known, verdict unsure and marked as interrupted, and is raised again.

    Args:
        writers: one a report.
        assets: verdicts.
        findings: findings on the request; None where there is none.
        seen: a watched stream, flushed after each asset.
        unused_ignores: called at the end for ignores without effect.
        passed_over: called at the end for the number of files that were no media.
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
    """Write one asset, or an unexpected error in its place; return the verdict written."""
    try:
        writer.asset(judged)
    except (OSError, PreflightError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of this asset
        said = Finding(
            rule=f"{judged.kind}/unjudged",
            severity="error",
            message=phrase("the report {rest}", rest=unforeseen(error)),
        )
        instead = Judged(asset=judged.asset, kind=judged.kind, findings=(said,))
        writer.asset(instead)
        return instead.verdict
    return judged.verdict


def _begin(writers: Sequence[Writer], begun: list[Writer]) -> None:
    """Begin each writer once, even where Ctrl-C comes in between."""
    for writer in writers[len(begun) :]:
        begun.append(writer)
        writer.begin()


def _end(writers: Sequence[Writer], begun: list[Writer], summary: Summary) -> None:
    _begin(writers, begun)
    for writer in writers:
        writer.end(summary)
