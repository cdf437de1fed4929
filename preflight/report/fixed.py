"""Reports of what a fix did: treated assets in, a page, Markdown or JSON out, in pieces."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from preflight.assets import shown
from preflight.mending import Outcome, Treated
from preflight.plan.request import RequestPlan
from preflight.report import Dress, Heading
from preflight.report.markdown import escaped, name_cell, table
from preflight.report.text import passed_words, share_lines, signature, summary

MARK = "<!-- preflight fix report -->"
DRESSES: dict[str, Dress] = {
    "html": Dress(("html",), rb"<!DOCTYPE html>\s*<!-- preflight fix report -->"),
    "markdown": Dress(("md",), rb"<!-- preflight fix report -->"),
    "json": Dress(("json",), rb'\{\s*"schema": "preflight\.fix/.{0,65000}?"facts_after":'),
}
"""Name → dress; a plan of `--dry-run --format json` is none of them, and is not replaced."""
OUTCOMES: tuple[Outcome, ...] = ("fixed", "untouched", "unfixable", "declined", "failed")
ROWS = ("| asset | outcome | what was wrong | what was done | now |", "|---|---|---|---|---|")


class Fixed(NamedTuple):
    """What a fix came to."""

    heading: Heading
    treated: Sequence[Treated]
    planned: RequestPlan

    @property
    def is_ready(self) -> bool:
        """Whether everything is clean by now."""
        done = all(one.outcome in ("fixed", "untouched") for one in self.treated)
        return done and not self.planned.beyond_mending

    def words(self) -> str:
        """Return the counts: "4 files: 3 fixed, 1 untouched"."""
        counts = {outcome: sum(one.outcome == outcome for one in self.treated) for outcome in OUTCOMES}
        files = f"{len(self.treated)} {'file' if len(self.treated) == 1 else 'files'}"
        words = f"{files}: {', '.join(f'{count} {outcome}' for outcome, count in counts.items() if count)}"
        passed = self.planned.passed_over
        return f"{words}; {passed_words(passed)}" if passed else words


def fix_pieces(dress: str, fixed: Fixed) -> Iterator[str]:
    """Yield the pieces of a report in one of `DRESSES`."""
    makes: dict[str, Callable[[Fixed], Iterator[str]]] = {"html": _html, "markdown": _markdown, "json": _json}
    return makes[dress](fixed)


def _html(fixed: Fixed) -> Iterator[str]:
    from preflight.report.html.fixed import fix_page

    return fix_page(fixed)


def _json(fixed: Fixed) -> Iterator[str]:
    from preflight.report.json import dump, fix_report

    yield dump(fix_report(fixed.heading.profile, fixed.treated, fixed.planned))


def _markdown(fixed: Fixed) -> Iterator[str]:
    """Yield the sum, and a row an asset."""
    state = "ready" if fixed.is_ready else "not all ready"
    yield f"{MARK}\n**preflight fix: {state}**: {escaped(f'{fixed.words()}. {signature(fixed.heading)}.')}\n"
    for line in share_lines(fixed.planned):
        yield f"\n{escaped(''.join(words for words, _ in line).strip())}\n"
    yield from table(ROWS, list(map(_row, fixed.treated)))


def _row(one: Treated) -> str:
    wrong = [f"{found.severity} `{found.rule}`: {escaped(found.message)}" for found in one.before.findings]
    done = [f"{escaped(step.words())} ({step.loss})" for step in one.plan.steps] if one.outcome == "fixed" else []
    done += [escaped(one.message)] if one.message else []
    done += [escaped(quality_words(one))] if one.quality else []
    now = (
        f"<code>{escaped(shown(one.after.asset.path))}</code><br>{escaped(summary(one.after.facts))}"
        if one.after
        else ""
    )
    cells = (name_cell(one.before.asset), one.outcome, "<br>".join(wrong), "<br>".join(done), now)
    return f"| {' | '.join(cells)} |\n"


def quality_words(one: Treated) -> str:
    """Return how near a new file comes to its source, or nothing where that was not measured."""
    if one.quality is None:
        return ""
    found = one.quality
    return f"VMAF {found.vmaf_mean:.1f} of 100, worst frame {found.vmaf_min:.1f}, over {found.frames:,} frames"
