"""Several editions side by side: a table for people, `preflight.comparison/1` for programs.

In: rows, one by one, each an asset as the editions judge it; then their `Standing`. Out: characters. Of either nothing
can be written before the last row: the columns of a table are as wide as the widest cell, and in JSON the verdict
stands above the rows, and the rows above the reports. So what was written of a row waits on the disk, and a run over a
hundred thousand files needs no memory for it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TextIO
from unicodedata import east_asian_width
from weakref import finalize

import msgspec

from preflight.policy.policy import UnusedIgnore
from preflight.report import Header, ReportFormat, Summary
from preflight.report.comparison_rows import Markdown, Rows, broken
from preflight.report.files import Output, PendingFile
from preflight.report.json import Json, line, tool_json, unused_ignores_json
from preflight.report.json import Writer as ReportSheet
from preflight.report.spool import pour, spool
from preflight.report.text import STYLES, Line, finding_lines, name_of, passed_words, path_of, write
from preflight.values.assets import printable
from preflight.values.findings import Finding, Judged, Report, Verdict, verdict_of
from preflight.values.standing import Row, Standing

COMPARISON_SCHEMA = "preflight.comparison/1"
REQUEST = "the request"


class Writer(Protocol):
    """A comparison that is being written."""

    def row(self, row: Row) -> None:
        """Write one asset aside."""

    def end(self, standing: Standing, unused_ignores: Sequence[UnusedIgnore] = ()) -> None:
        """Write everything."""


# ---- text -----------------------------------------------------------------------------------------------------------


class Waiting(msgspec.Struct, frozen=True):
    """A row of a table that waits for the widths of its columns."""

    cells: tuple[str, ...]
    beneath: tuple[Line, ...] = ()
    """What each edition found, where that is asked for."""


READER = msgspec.json.Decoder(Waiting)


class Table:
    """A row an asset, a column an edition; a cell says pass, or which rules the asset fails.

    Args:
        editions: their names.
        out: where to write.
        verbose: whether each row is followed by what each edition found, and how it was measured.
    """

    def __init__(self, editions: Sequence[str], out: TextIO, *, verbose: bool = False) -> None:
        self._editions, self._out, self._verbose = tuple(map(printable, editions)), out, verbose
        self._head = ("asset", *self._editions)
        self._widths = list(map(_width, self._head))
        self._room = spool()
        finalize(self, self._room.close)

    def row(self, row: Row) -> None:
        """Write one asset aside."""
        cells = (_cell(one.verdict, _rules(one)) for one in row)
        self._keep((name_of(row[0].asset), *cells), [one.findings for one in row])

    def end(self, standing: Standing, unused_ignores: Sequence[UnusedIgnore] = ()) -> None:  # noqa: ARG002 - said in words elsewhere
        """Write the table and who takes what."""
        if standing.reports is not None:
            cells = (_cell(_set_verdict(one), _set_rules(one)) for one in standing.reports)
            self._keep((REQUEST, *cells), [report.findings for report in standing.reports])
        write(self._lines(standing), self._out)
        self._room.close()

    def _keep(self, cells: tuple[str, ...], said: Iterable[Sequence[Finding]]) -> None:
        self._widths = [max(width, _width(cell)) for width, cell in zip(self._widths, cells, strict=True)]
        beneath = tuple(self._found(said)) if self._verbose else ()
        self._room.write(msgspec.json.encode(Waiting(cells, beneath)).decode() + "\n")

    def _found(self, said: Iterable[Sequence[Finding]]) -> Iterator[Line]:
        """Yield what each edition found; a name that would be an order to GitHub's runners stands in quotes."""
        for edition, found in zip(self._editions, said, strict=True):
            name = repr(edition) if edition.lstrip().startswith("::") else edition
            yield from finding_lines(f"  {name}", found, verbose=True)

    def _lines(self, standing: Standing) -> Iterator[Line]:
        yield _row(self._head, self._widths)
        self._room.seek(0)
        for kept in self._room:
            waiting = READER.decode(kept)
            yield _row(waiting.cells, self._widths)
            yield from waiting.beneath
        yield _closing(standing)


def _row(columns: tuple[str, ...], widths: Sequence[int]) -> Line:
    """Return one row, its columns wide enough for the widest; the last one has nothing behind it."""
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
    """Return the last line: which editions take everything as it is, or of how many files each does."""
    whole = "everything" if standing.reports is None else REQUEST
    taking = " and ".join(map(printable, standing.taking))
    words = f"{taking} {'take' if len(standing.taking) > 1 else 'takes'} {whole} as it is."
    if not taking:
        each = (f"{printable(name)} takes {n} of {standing.files} files" for name, n in standing.passing.items())
        words = f"No edition takes {whole} as it is; {', '.join(each)}."
    words += f" {passed_words(standing.passed_over)}." if standing.passed_over else ""
    return (standing.verdict.upper(), STYLES[standing.verdict]), (f" {words}", "")


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes: those of Korean and Chinese are two."""
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
    """The comparison as one object: side by side in short, and each edition's report whole.

    Args:
        editions: their names.
        out: where to write.
    """

    def __init__(self, editions: Sequence[str], out: TextIO) -> None:
        self._editions, self._out = tuple(map(printable, editions)), out
        self._rows, self._between = spool(), "\n    "
        self._rooms = [spool() for _ in editions]
        self._reports = [
            ReportSheet(Header(profile=name), spooled) for name, spooled in zip(editions, self._rooms, strict=True)
        ]
        for report in self._reports:
            report.begin()
        for spooled in (self._rows, *self._rooms):
            finalize(self, spooled.close)

    def row(self, row: Row) -> None:
        """Write one asset aside."""
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
        for number, (report, spooled) in enumerate(zip(self._reports, self._rooms, strict=True)):
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
"""Name → dress; the first one is what is printed where none is named."""


def open_comparison(format_name: str, editions: Sequence[str], out: TextIO, *, verbose: bool = False) -> Writer:
    """Return an empty comparison in one of `FORMATS`."""
    if format_name == "text":
        return Table(editions, out, verbose=verbose)
    makes: dict[str, Callable[[Sequence[str], TextIO], Writer]] = {"json": Document, "csv": Rows, "markdown": Markdown}
    return makes[format_name](editions, out)


class Filed(PendingFile):
    """A comparison on its way to a file; when it cannot be written any more, the run goes on without it."""

    def __init__(self, output: Output, editions: Sequence[str], stream: TextIO) -> None:
        super().__init__(output, stream)
        self._writer = open_comparison(output.format_name, editions, stream)

    def row(self, row: Row) -> None:
        """Write one asset aside."""
        if not self.fault:
            with self._kept():
                self._writer.row(row)

    def end(self, standing: Standing, unused_ignores: Sequence[UnusedIgnore] = ()) -> None:
        """Write everything, and put it on the disk."""
        if not self.fault:
            with self._kept():
                self._writer.end(standing, unused_ignores)
                self._finish()
