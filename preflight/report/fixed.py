"""Report the results of a fix as a page, Markdown or JSON, in pieces."""

from collections.abc import Callable, Iterator

from preflight.locale import localized
from preflight.plan.result import FixResult
from preflight.report import ReportFormat
from preflight.report.fixes import MARK, Fixed, quality_words
from preflight.report.markdown import escaped, name_cell, table
from preflight.report.remedies import came_of
from preflight.report.text import share_lines, signature, summary
from preflight.values.assets import shown

FORMATS: dict[str, ReportFormat] = {
    "html": ReportFormat(("html",), rb"<!DOCTYPE html>\s*<!-- preflight fix report -->"),
    "markdown": ReportFormat(("md",), rb"<!-- preflight fix report -->"),
    "json": ReportFormat(("json",), rb'\{\s*"schema": "preflight\.fix/.{0,65000}?"facts_after":'),
}
"""Name → format; the output of `--dry-run --format json` is none of them, and is not replaced."""
ROWS = ("| asset | outcome | what was wrong | what was done | now |", "|---|---|---|---|---|")


def fix_pieces(format_name: str, fixed: Fixed) -> Iterator[str]:
    """Yield a report in one of `FORMATS`, piece by piece."""
    makes: dict[str, Callable[[Fixed], Iterator[str]]] = {"html": _html, "markdown": _markdown, "json": _json}
    return makes[format_name](fixed)


def _html(fixed: Fixed) -> Iterator[str]:
    from preflight.report.html.fixed import fix_page

    return fix_page(fixed)


def _json(fixed: Fixed) -> Iterator[str]:
    from preflight.report.json import dump, fix_report

    yield dump(fix_report(fixed.header.profile, fixed.results, fixed.planned, fixed.request_path))


def _markdown(fixed: Fixed) -> Iterator[str]:
    """Yield the summary, then a row an asset."""
    state = localized("ready" if fixed.is_ready else "not all ready")
    yield f"{MARK}\n**preflight fix: {state}**: {escaped(f'{fixed.words()}. {signature(fixed.header)}.')}\n"
    for line in share_lines(fixed.planned):
        yield f"\n{escaped(''.join(words for words, _ in line).strip())}\n"
    yield from table(ROWS, list(map(_row, fixed.results)))


def _row(one: FixResult) -> str:
    wrong = [
        f"{localized(found.severity)} `{found.rule}`: {escaped(localized(found.message))}"
        for found in one.before.findings
    ]
    done = (
        [f"{escaped(localized(step.words()))} ({localized(step.loss)})" for step in one.plan.steps]
        if one.outcome == "fixed"
        else []
    )
    done += [escaped(why)] if (why := came_of(one)) else []
    done += [escaped(quality_words(one))] if one.quality else []
    now = (
        f"<code>{escaped(shown(one.after.asset.path))}</code><br>{escaped(summary(one.after.facts))}"
        if one.after
        else ""
    )
    cells = (name_cell(one.before.asset), localized(one.outcome), "<br>".join(wrong), "<br>".join(done), now)
    return f"| {' | '.join(cells)} |\n"
