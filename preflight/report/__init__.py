"""The same values in each dress: text for people, the others for programs, spreadsheets and build servers.

    Judged, one by one, then an Ending ──► Sheet.begin, .asset ..., .end ──► characters

A dress is a module of this package with a class `Sheet`, which takes a `Heading` and a stream, and a row of `DRESSES`.
"""

import importlib
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Protocol, TextIO, TypeVar

import msgspec

from preflight._version import __version__
from preflight.errors import PreflightError
from preflight.policy.policy import Remark
from preflight.profiles.schema import Profile
from preflight.values.assets import printable
from preflight.values.findings import Finding, Judged, Verdict, verdict_of, worst
from preflight.values.unforeseen import unforeseen

if TYPE_CHECKING:
    from preflight.plan import Plan
    from preflight.plan.request import RequestPlan
    from preflight.report.html.pictures import Glance

Value = TypeVar("Value")
Made = TypeVar("Made")


class Foresees(Protocol):
    """What tells what `fix` would do."""

    def plan(self, judged: Judged) -> "Plan | None":
        """Return what would be done to an asset; None where nothing would be."""

    def whole(self) -> "RequestPlan | None":
        """Return what would be done to the request; None where there is none."""


class Heading(msgspec.Struct, frozen=True, kw_only=True):
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
    foresight: Foresees | None = None
    """What tells, for reports that show it, what `fix` would do; None where that is not to be said."""
    glance: "Glance | None" = None
    """What looks into files, for reports that show pictures of them; None where none are to be shown."""

    @property
    def edition(self) -> str:
        """The profile's name as it may be shown: one's own profile may be called anything."""
        return printable(self.profile)


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """What is known after the last verdict."""

    verdict: Verdict
    findings: tuple[Finding, ...] | None = None
    """What is said of the request as a whole; None where files were judged, and no request."""
    interrupted: bool = False
    """Whether a person stopped the run; what was not reached was not judged."""
    remarks: tuple[Remark, ...] = ()
    """What of a policy did nothing in this run."""
    passed_over: int = 0
    """How many files of a folder were no media."""

    @property
    def request_verdict(self) -> Verdict:
        """What is said of the request without its assets."""
        return verdict_of(self.findings or ())


class Sheet(Protocol):
    """One report that is being written."""

    def begin(self) -> None:
        """Write what stands before the first asset."""

    def asset(self, judged: Judged) -> None:
        """Write one asset, or keep what the end needs of it."""

    def end(self, ending: Ending) -> None:
        """Write the rest."""


class Dress(msgspec.Struct, frozen=True):
    """A way to write reports down."""

    endings: tuple[str, ...]
    """Endings of the names of its files, in small letters, without the dot."""
    begins: bytes
    """Pattern of how each of its files begins: only such a file of an earlier run may be replaced."""


DRESSES: dict[str, Dress] = {
    "text": Dress(("txt",), rb"[^\n]+(: pass: \w+, \d|: (error|warning|info) [a-z-]+/[a-z-]+: | \d+ files?: \d+ )"),
    "json": Dress(("json",), rb'\{\s*"schema": "preflight\.report/'),
    "jsonl": Dress(("jsonl",), rb'\{"line":"'),
    "junit": Dress(("xml",), rb'<\?xml [^>]*>\s*<testsuites name="preflight '),
    "sarif": Dress(("sarif",), rb'\{\s*"\$schema": "[^"]*sarif[^"]*",\s*"version": "2.1.0",.{0,99}"name":"preflight"'),
    "github": Dress((), rb"::(error|warning|notice) [^\n]*title="),
    "csv": Dress(("csv",), rb"path,role,kind,verdict,rule,"),
    "markdown": Dress(("md",), rb"<!-- preflight report -->"),
    "html": Dress(("html",), rb"<!DOCTYPE html>\s*<!-- preflight report -->"),
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


def open_sheet(dress: str, heading: Heading, out: TextIO) -> Sheet:
    """Return an empty report; its module is loaded now, and not sooner."""
    sheet: Sheet = importlib.import_module(f"preflight.report.{dress}").Sheet(heading, out)
    return sheet


def write_report(  # noqa: PLR0913 - what is known before the first asset, and what only after the last
    sheets: Sequence[Sheet],
    assets: Iterable[Judged],
    findings: tuple[Finding, ...] | None = None,
    *,
    seen: TextIO | None = None,
    remarks: Callable[[], Iterable[Remark]] = tuple,
    passed_over: Callable[[], int] = int,
) -> Verdict | None:
    """Write each verdict to every sheet as it comes, so that none has to be kept; return the verdict on all.

    Nothing is written, and None returned, where nothing was judged. Ctrl-C ends each sheet with what is known by then,
    verdict unsure and marked as interrupted, and is raised again.

    Args:
        sheets: where to write.
        assets: verdicts.
        findings: what is said of a request as a whole; None where there is no request.
        seen: the stream that somebody may be watching: it is flushed after each asset.
        remarks: tells, after the last verdict, what of a policy did nothing.
        passed_over: tells then how many files of a folder were no media.
    """
    verdicts, begun = set[Verdict](), list[Sheet]()
    try:
        for judged in assets:
            _begin(sheets, begun)
            verdicts.add(judged.verdict)
            verdicts.update(_write(sheet, judged) for sheet in sheets)
            if seen is not None:
                seen.flush()
    except KeyboardInterrupt:
        ending = Ending(verdict="unsure", findings=findings, interrupted=True, passed_over=passed_over())
        _end(sheets, begun, ending)
        raise
    if not verdicts and findings is None:
        return None
    verdict = worst([*verdicts, verdict_of(findings or ())])
    ending = Ending(verdict=verdict, findings=findings, remarks=tuple(remarks()), passed_over=passed_over())
    _end(sheets, begun, ending)
    return verdict


def _write(sheet: Sheet, judged: Judged) -> Verdict:
    """Write one asset; where an error is met that nobody foresaw, write that in its place. Return what was written."""
    try:
        sheet.asset(judged)
    except (OSError, PreflightError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of this asset
        said = Finding(rule=f"{judged.kind}/unjudged", severity="error", message=f"the report {unforeseen(error)}")
        instead = Judged(asset=judged.asset, kind=judged.kind, findings=(said,))
        sheet.asset(instead)
        return instead.verdict
    return judged.verdict


def _begin(sheets: Sequence[Sheet], begun: list[Sheet]) -> None:
    """Begin what is not begun; Ctrl-C may come anywhere in between, and nothing is begun twice."""
    for sheet in sheets[len(begun) :]:
        begun.append(sheet)
        sheet.begin()


def _end(sheets: Sequence[Sheet], begun: list[Sheet], ending: Ending) -> None:
    _begin(sheets, begun)
    for sheet in sheets:
        sheet.end(ending)
