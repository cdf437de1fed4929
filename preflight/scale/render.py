"""A summary in; its text, JSON (`preflight.summary/1`), CSV, Markdown or HTML out. Memory holds the summary alone."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence

import msgspec

from preflight._version import __version__
from preflight.locale import localized
from preflight.report.csv import text_cell
from preflight.report.json import SUMMARY_SCHEMA, dump
from preflight.report.markdown import escaped, table
from preflight.scale.summary import Row, Summary
from preflight.values.assets import printable
from preflight.values.phrase import phrase, plain
from preflight.values.units import file_size

SHOWN = 15
"""Rows of each table that text and Markdown show."""
PARTS = ("rule", "folder", "edition")
COUNTED = ("assets", "passed", "failed", "unsure")


def _rows(summary: Summary, part: str) -> tuple[Row, ...]:
    return {"rule": summary.rules, "folder": summary.folders, "edition": summary.editions}[part]


def _headline(summary: Summary) -> str:
    counted = "{n} asset: {n1} pass, {n2} fail, {n3} unsure; {size}. {q}, preflight {w}."
    if summary.assets != 1:
        counted = "{n} assets: {n1} pass, {n2} fail, {n3} unsure; {size}. {q}, preflight {w}."
    words = phrase(
        counted,
        n=f"{summary.assets:,}",
        n1=f"{summary.passed:,}",
        n2=f"{summary.failed:,}",
        n3=f"{summary.unsure:,}",
        size=file_size(summary.bytes),
        q=printable(", ".join(row.name for row in summary.editions)),
        w=__version__,
    )
    return localized(words)


def as_text(summary: Summary) -> str:
    """Format for a terminal."""
    return "".join(f"{line}\n" for line in _text_lines(summary))


def _text_lines(summary: Summary) -> Iterator[str]:
    yield f"{printable(summary.place)}: {localized(summary.verdict.upper())} {_headline(summary)}"
    for part in ("rule", "folder"):
        rows = [row for row in _rows(summary, part) if part == "rule" or row.failed or row.unsure]
        if rows:
            yield ""
            yield localized("by rule, worst first" if part == "rule" else "by folder, worst first")
            yield from (_line(row, part) for row in rows[:SHOWN])
            if len(rows) > SHOWN:
                yield f"  {localized(phrase('and {n} more', n=f'{len(rows) - SHOWN:,}'))}"
    if summary.worst:
        yield ""
        yield localized("worst assets")
        for one in summary.worst[:SHOWN]:
            yield f"  {printable(one.url)}: {localized(one.verdict)}: {', '.join(one.rules)}"


def _line(row: Row, part: str) -> str:
    if part == "rule":
        return f"  {row.assets:>10,}  {localized(row.severity):<8} {row.name}"
    words = phrase(
        "{n1} of {n2} fail, {n3} unsure", n1=f"{row.failed:>10,}", n2=f"{row.assets:,}", n3=f"{row.unsure:,}"
    )
    return f"  {localized(words)}  {printable(row.name) or '.'}"


def as_json(summary: Summary) -> str:
    """Format for programs."""
    found = msgspec.to_builtins(summary, enc_hook=plain)
    tool = {"name": "preflight", "version": __version__}
    return dump({"schema": SUMMARY_SCHEMA, "tool": tool, "verdict": summary.verdict, **found})


def as_csv(summary: Summary) -> str:
    """Format as a table: one row a rule, folder and edition, each worst first."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("by", "name", "severity", *COUNTED))
    rows.writerow(("all", "", "", summary.assets, summary.passed, summary.failed, summary.unsure))
    for part in PARTS:
        for row in _rows(summary, part):
            rows.writerow((part, text_cell(row.name), row.severity, *(getattr(row, name) for name in COUNTED)))
    return out.getvalue()


def as_markdown(summary: Summary) -> str:
    """Format as GitHub Markdown."""
    lines = [f"**preflight: {summary.verdict}**: {escaped(_headline(summary))}\n"]
    heads = ("| {} | assets | pass | fail | unsure |", "|---|---:|---:|---:|---:|")
    for part in ("rule", "folder"):
        rows = [
            f"| {escaped(row.name) or '.'} | {' | '.join(f'{getattr(row, name):,}' for name in COUNTED)} |\n"
            for row in _rows(summary, part)[:SHOWN]
        ]
        lines += table((heads[0].format(part), heads[1]), rows)
    worst = [
        f"| <code>{escaped(one.url)}</code> | {one.verdict} | {escaped(', '.join(one.rules))} |\n"
        for one in summary.worst[:SHOWN]
    ]
    return "".join([*lines, *table(("| asset | verdict | rules |", "|---|---|---|"), worst)])


def as_html(summary: Summary) -> str:
    """Format as a page that stands alone."""
    from preflight.report.html.render import page_begin, render

    title = f"{printable(summary.place)}: {summary.verdict}"
    tables: Sequence[tuple[str, tuple[Row, ...]]] = [
        ("Rule", summary.rules),
        ("Folder", summary.folders),
        ("Edition", summary.editions),
    ]
    body = render("summary", title=title, headline=_headline(summary), tables=tables, worst=summary.worst)
    return f"{page_begin('<!DOCTYPE html>' + chr(10), title)}<main>\n{body}{render('end')}"


RENDERED: dict[str, Callable[[Summary], str]] = {
    "text": as_text,
    "json": as_json,
    "csv": as_csv,
    "markdown": as_markdown,
    "html": as_html,
}
