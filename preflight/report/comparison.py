"""Compare editions side by side: a table for people, `preflight.comparison/1` for programs.

In: rows, one by one, each an asset judged by all editions; then their `Standing`. Out: characters. Rows are spooled to
disk, because column widths and the verdict are known only after the last one; so a hundred thousand files need no
memory.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TextIO
from unicodedata import east_asian_width
from weakref import finalize

import msgspec

from preflight.locale import localized
from preflight.policy.policy import UnusedIgnore
from preflight.report import Header, ReportFormat, Summary
from preflight.report.comparison_rows import Markdown, Rows, broken
from preflight.report.files import Output, PendingFile
from preflight.report.json import Json, line, tool_json, unused_ignores_json
from preflight.report.json import Writer as ReportWriter
from preflight.report.spool import pour, spool
from preflight.report.text import STYLES, Line, finding_lines, name_of, passed_words, path_of, write
from preflight.values.assets import printable
from preflight.values.findings import Finding, Judged, Report, Verdict, verdict_of
from preflight.values.phrase import joined, phrase, plain
from preflight.values.ready import ready
from preflight.values.standing import Row, Standing

COMPARISON_SCHEMA = "preflight.comparison/1"
REQUEST = "the request"


class Writer(Protocol):
    """Writes a comparison."""

    def row(self, row: Row) -> None:
        """Spool one asset."""

    def end(self, standing: Standing, unused_ignores: Sequence[UnusedIgnore] = ()) -> None:
        """Write everything."""


# ---- text -----------------------------------------------------------------------------------------------------------


class PendingRow(msgspec.Struct, frozen=True):
    """A table row before column widths are known."""

    cells: tuple[str, ...]
    beneath: tuple[Line, ...] = ()
    """Findings of each edition, if verbose."""


READER = msgspec.json.Decoder(ready(PendingRow))


class Table:
    """A row an asset, a column an edition; cells hold pass or the rules broken.

    Args:
        editions: their names.
        out: where to write.
        verbose: whether each row is followed by each edition's findings, and how they were measured.
    """

    def __init__(self, editions: Sequence[str], out: TextIO, *, verbose: bool = False) -> None:
        self._editions, self._out, self._verbose = tuple(map(printable, editions)), out, verbose
        self._head = ("asset", *self._editions)
        self._widths = list(map(_width, self._head))
        self._spool = spool()
        finalize(self, self._spool.close)

    def row(self, row: Row) -> None:
        """Spool one asset."""
        cells = (_cell(one.verdict, _rules(one)) for one in row)
        self._keep((name_of(row[0].asset), *cells), [one.findings for one in row])

    def end(self, standing: Standing, unused_ignores: Sequence[UnusedIgnore] = ()) -> None:  # noqa: ARG002 - said in words elsewhere
        """Write the table and which editions take what."""
        if standing.reports is not None:
            cells = (_cell(_set_verdict(one), _set_rules(one)) for one in standing.reports)
            self._keep((REQUEST, *cells), [report.findings for report in standing.reports])
        write(self._lines(standing), self._out)
        self._spool.close()

    def _keep(self, cells: tuple[str, ...], said: Iterable[Sequence[Finding]]) -> None:
        self._widths = [max(width, _width(cell)) for width, cell in zip(self._widths, cells, strict=True)]
        beneath = tuple(self._found(said)) if self._verbose else ()
        self._spool.write(msgspec.json.encode(PendingRow(cells, beneath), enc_hook=plain).decode() + "\n")

    def _found(self, said: Iterable[Sequence[Finding]]) -> Iterator[Line]:
        """Yield each edition's findings; a name that GitHub would read as a command is quoted."""
        for edition, found in zip(self._editions, said, strict=True):
            name = repr(edition) if edition.lstrip().startswith("::") else edition
            yield from finding_lines(f"  {name}", found, verbose=True)

    def _lines(self, standing: Standing) -> Iterator[Line]:
        yield _row(self._head, self._widths)
        self._spool.seek(0)
        for kept in self._spool:
            waiting = READER.decode(kept)
            yield _row(waiting.cells, self._widths)
            yield from waiting.beneath
        yield _closing(standing)


def _row(columns: tuple[str, ...], widths: Sequence[int]) -> Line:
    """Format a row, padded to the column widths."""
    padded = [text + " " * (width - _width(text)) for text, width in zip(columns, widths, strict=True)]
    padded[-1] = columns[-1]
    styles = ["bold", *(STYLES.get(cell.split(" ", 1)[0], "bold") for cell in columns[1:])]
    return tuple(
        segment
        for at, (text, style) in enumerate(zip(padded, styles, strict=True))
        for segment in ((" | " if at else "", "dim"), (text, style))
        if segment[0]
    )


def _cell(verdict: Verdict, rules: Sequence[str]) -> str:
    return " ".join([verdict, ", ".join(rules)]) if rules else verdict


def _closing(standing: Standing) -> Line:
    """Format the last line: editions that take everything, else how many files each takes."""
    whole = "everything" if standing.reports is None else REQUEST
    taking = joined(map(printable, standing.taking), " and ")
    many = "{l} take {what} as it is." if len(standing.taking) > 1 else "{l} takes {what} as it is."
    said = phrase(many, l=taking, what=whole)
    if not taking:
        each = (
            phrase("{q} takes {n1} of {n2} files", q=printable(name), n1=n, n2=standing.files)
            for name, n in standing.passing.items()
        )
        said = phrase("No edition takes {what} as it is; {rest}.", what=whole, rest=joined(each))
    words = localized(said)
    words += f" {passed_words(standing.passed_over)}." if standing.passed_over else ""
    return (localized(standing.verdict.upper()), STYLES[standing.verdict]), (f" {words}", "")


def _width(text: str) -> int:
    """Count the terminal columns of a text; Korean and Chinese characters take two."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


# ---- what fails -----------------------------------------------------------------------------------------------------


def _rules(judged: Judged) -> list[str]:
    return broken(judged.findings, judged.fail_on)


def _set_rules(report: Report) -> list[str]:
    return broken(report.findings, report.fail_on)


def _set_verdict(report: Report) -> Verdict:
    return verdict_of(report.findings, report.fail_on)


# ---- JSON -----------------------------------------------------------------------------------------------------------


class Document:
    """The comparison as one JSON object: side by side in short, then each edition's full report.

    Args:
        editions: their names.
        out: where to write.
    """

    def __init__(self, editions: Sequence[str], out: TextIO) -> None:
        self._editions, self._out = tuple(map(printable, editions)), out
        self._rows, self._between = spool(), "\n    "
        self._spools = [spool() for _ in editions]
        self._reports = [
            ReportWriter(Header(profile=name), spooled) for name, spooled in zip(editions, self._spools, strict=True)
        ]
        for report in self._reports:
            report.begin()
        for spooled in (self._rows, *self._spools):
            finalize(self, spooled.close)

    def row(self, row: Row) -> None:
        """Spool one asset."""
        before, self._between = self._between, ",\n    "
        self._rows.write(before + line(_row_json(row, self._editions)))
        for report, judged in zip(self._reports, row, strict=True):
            report.asset(judged)

    def end(self, standing: Standing, unused_ignores: Sequence[UnusedIgnore] = ()) -> None:
        """Write the verdict, the rows and the reports."""
        of_set = None if standing.reports is None else [_set_json(one) for one in standing.reports]
        self._out.write("{\n")
        self._field("schema", COMPARISON_SCHEMA)
        self._field("tool", tool_json(Header(profile=" ".join(self._editions))))
        self._field("profiles", list(self._editions))
        self._field("verdict", standing.verdict)
        self._out.write(f'  "passed_over": {standing.passed_over},\n')
        self._field("taking", list(map(printable, standing.taking)))
        if unused_ignores:
            self._field("policy", unused_ignores_json(unused_ignores))
        self._out.write('  "assets": [')
        pour(self._rows, self._out)
        self._out.write("\n  ],\n")
        self._field("request", of_set)
        self._out.write('  "reports": [\n')
        self._pour_reports(standing)
        self._out.write("  ]\n}\n")

    def _field(self, name: str, value: Json | list[Json] | list[str] | str | None) -> None:
        self._out.write(f'  "{name}": {line(value)},\n')

    def _pour_reports(self, standing: Standing) -> None:
        for number, (report, spooled) in enumerate(zip(self._reports, self._spools, strict=True)):
            name = standing.editions[number]
            said = None if standing.reports is None else standing.reports[number].findings
            report.end(Summary(verdict=standing.verdicts[name], findings=said))
            self._out.write(",\n" if number else "")
            pour(spooled, self._out)


def _row_json(row: Row, editions: Sequence[str]) -> Json:
    first = row[0]
    return {
        "path": path_of(first.asset),
        "role": str(first.asset.role) if first.asset.role else None,
        "kind": first.kind,
        "by": [_by(name, one.verdict, _rules(one)) for name, one in zip(editions, row, strict=True)],
    }


def _set_json(report: Report) -> Json:
    return _by(printable(report.profile), _set_verdict(report), _set_rules(report))


def _by(profile: str, verdict: Verdict, rules: list[str]) -> Json:
    return {"profile": profile, "verdict": verdict, "rules": rules}


# ---- either ---------------------------------------------------------------------------------------------------------


FORMATS: dict[str, ReportFormat] = {
    "text": ReportFormat(("txt",), rb"asset +\| "),
    "json": ReportFormat(("json",), rb'\{\s*"schema": "preflight\.comparison/'),
    "csv": ReportFormat(("csv",), rb"path,role,kind,profile,verdict,rules\n"),
    "markdown": ReportFormat(("md",), rb"<!-- preflight comparison -->"),
}
"""Name → format; the first is the default on stdout."""


def open_comparison(format_name: str, editions: Sequence[str], out: TextIO, *, verbose: bool = False) -> Writer:
    """Create a comparison writer for one of `FORMATS`."""
    if format_name == "text":
        return Table(editions, out, verbose=verbose)
    makes: dict[str, Callable[[Sequence[str], TextIO], Writer]] = {"json": Document, "csv": Rows, "markdown": Markdown}
    return makes[format_name](editions, out)


class Filed(PendingFile):
    """A comparison to a file; on a write fault the run goes on without it."""

    def __init__(self, output: Output, editions: Sequence[str], stream: TextIO) -> None:
        super().__init__(output, stream)
        self._writer = open_comparison(output.format_name, editions, stream)

    def row(self, row: Row) -> None:
        """Spool one asset."""
        if not self.fault:
            with self._kept():
                self._writer.row(row)

    def end(self, standing: Standing, unused_ignores: Sequence[UnusedIgnore] = ()) -> None:
        """Write everything to disk."""
        if not self.fault:
            with self._kept():
                self._writer.end(standing, unused_ignores)
                self._finish()
