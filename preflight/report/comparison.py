"""Several editions side by side: a table for people, `preflight.comparison/1` for programs.

In: a `Comparison`. Out: lines of text, or a value for `json.dump`.
"""

from collections.abc import Iterable, Iterator, Sequence
from unicodedata import east_asian_width

from preflight.assets import printable, shown
from preflight.comparison import Comparison
from preflight.findings import Finding, Judged, Report, Verdict, counts, verdict_of
from preflight.report import Heading
from preflight.report.json import Json, report_json, tool_json
from preflight.report.text import STYLES, Line, finding_lines, name_of

COMPARISON_SCHEMA = "preflight.comparison/1"
REQUEST = "the request"


# ---- text -----------------------------------------------------------------------------------------------------------


def comparison_lines(comparison: Comparison, *, verbose: bool = False) -> Iterator[Line]:
    """Yield a table: a row an asset, a column an edition; a cell says pass, or which rules the asset fails.

    Args:
        comparison: what the editions say.
        verbose: whether each row is followed by what each edition found, and how it was measured.
    """
    editions = [printable(report.profile) for report in comparison.reports]
    rows = [(name_of(row[0].asset), [_cell(one.verdict, _rules(one)) for one in row]) for row in comparison.rows()]
    rows += [(REQUEST, [_cell(_set_verdict(one), _set_rules(one)) for one in comparison.reports])] * comparison.request
    table = [("asset", editions), *rows]
    widths = [max(_width(name) for name, _ in table)]
    widths += [max(_width(cells[at]) for _, cells in table) for at in range(len(editions))]
    found = [[], *_found(comparison)] if verbose else [[] for _ in table]
    for (name, cells), beneath in zip(table, found, strict=True):
        yield _row(name, cells, widths)
        yield from beneath
    yield _closing(comparison)


def _row(name: str, cells: Sequence[str], widths: Sequence[int]) -> Line:
    """Return one row, its columns wide enough for the widest; the last one has nothing behind it."""
    columns = [name, *cells]
    padded = [text + " " * (width - _width(text)) for text, width in zip(columns, widths, strict=True)]
    padded[-1] = columns[-1]
    styles = ["bold", *(STYLES.get(cell.split(" ", 1)[0], "bold") for cell in cells)]
    return tuple(
        segment
        for at, (text, style) in enumerate(zip(padded, styles, strict=True))
        for segment in ((" | " if at else "", "dim"), (text, style))
        if segment[0]
    )


def _cell(verdict: Verdict, rules: Sequence[str]) -> str:
    return " ".join([verdict, ", ".join(rules)]) if rules else verdict


def _found(comparison: Comparison) -> Iterator[list[Line]]:
    """Yield, row by row, the lines that say what each edition found there."""
    for row in comparison.rows():
        said = [one.findings for one in row]
        yield _found_by(comparison, said)
    if comparison.request:
        yield _found_by(comparison, [report.findings for report in comparison.reports])


def _found_by(comparison: Comparison, said: Iterable[Iterable[Finding]]) -> list[Line]:
    names = [f"  {printable(report.profile)}" for report in comparison.reports]
    pairs = zip(names, said, strict=True)
    return [line for name, found in pairs for line in finding_lines(name, found, verbose=True)]


def _closing(comparison: Comparison) -> Line:
    """Return the last line: which editions take everything as it is, or of how many files each does."""
    whole = "the request" if comparison.request else "everything"
    taking = " and ".join(map(printable, comparison.taking))
    words = f"{taking} {'take' if len(comparison.taking) > 1 else 'takes'} {whole} as it is."
    if not taking:
        words = f"No edition takes {whole} as it is; {', '.join(map(_passing, comparison.reports))}."
    return (comparison.verdict.upper(), STYLES[comparison.verdict]), (f" {words}", "")


def _passing(report: Report) -> str:
    passing = sum(one.verdict == "pass" for one in report.assets)
    return f"{printable(report.profile)} takes {passing} of {len(report.assets)} files"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes: those of Korean and Chinese are two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


# ---- what fails -----------------------------------------------------------------------------------------------------


def _rules(judged: Judged) -> list[str]:
    return list(dict.fromkeys(one.rule for one in judged.findings if counts(one, judged.fail_on)))


def _set_rules(report: Report) -> list[str]:
    return list(dict.fromkeys(one.rule for one in report.findings if counts(one, report.fail_on)))


def _set_verdict(report: Report) -> Verdict:
    return verdict_of(report.findings, report.fail_on)


# ---- JSON -----------------------------------------------------------------------------------------------------------


def comparison_json(comparison: Comparison) -> Json:
    """Return the comparison: side by side in short, and each edition's report whole."""
    reports = comparison.reports
    editions = [report.profile for report in reports]
    of_set = [_by(one.profile, _set_verdict(one), _set_rules(one)) for one in reports]
    return {
        "schema": COMPARISON_SCHEMA,
        "tool": tool_json(Heading(profile=" ".join(editions))),
        "profiles": editions,
        "verdict": comparison.verdict,
        "taking": list(comparison.taking),
        "assets": [_row_json(row, editions) for row in comparison.rows()],
        "request": of_set if comparison.request else None,
        "reports": [report_json(report) for report in reports],
    }


def _row_json(row: Sequence[Judged], editions: Sequence[str]) -> Json:
    first = row[0]
    return {
        "path": shown(first.asset.path),
        "role": str(first.asset.role) if first.asset.role else None,
        "kind": first.kind,
        "by": [_by(name, one.verdict, _rules(one)) for name, one in zip(editions, row, strict=True)],
    }


def _by(profile: str, verdict: Verdict, rules: list[str]) -> Json:
    return {"profile": profile, "verdict": verdict, "rules": rules}
