"""Render the results of a fix: each original beside its new file, with findings and steps."""

from collections.abc import Iterator
from itertools import zip_longest

from preflight.locale import localized, sentence
from preflight.plan.result import FixResult, Outcome
from preflight.profiles.schema import Profile
from preflight.report import Header
from preflight.report.fixes import MARK, Fixed, quality_words
from preflight.report.html import LINKS, Line, Link, headline
from preflight.report.html.articles import request_article, shares
from preflight.report.html.measures import Measure, measures_of
from preflight.report.html.previews import preview
from preflight.report.html.render import page_begin, render
from preflight.report.remedies import came_of
from preflight.report.text import signature
from preflight.values.assets import shown

LOOKS: dict[Outcome, tuple[str, str]] = {
    "fixed": ("✓", "pass"),
    "untouched": ("✓", "pass"),
    "unfixable": ("✗", "fail"),
    "declined": ("–", "unsure"),  # noqa: RUF001 - a dash, as a sign
    "failed": ("✗", "fail"),
}
"""Outcome → sign, and the verdict whose colour it has."""
PREVIEWS = 200
"""Assets with previews: each takes two, and each up to a second."""


def fix_page(fixed: Fixed) -> Iterator[str]:
    """Yield the page, asset by asset."""
    sign, _, words = _headline(fixed)
    yield page_begin(f"<!DOCTYPE html>\n{MARK}\n", f"{sign} {words}")
    yield f"{_top(fixed)}<main>\n"
    for number, one in enumerate(fixed.results, 1):
        yield _article(one, number, fixed.header)
    if shares(fixed.planned):
        yield request_article((), None, fixed.planned)
    yield render("end")


def _headline(fixed: Fixed) -> tuple[str, str, str]:
    """Word whether all is ready, with the names of what is not, or of all; as sign, verdict and words."""
    rest = [one for one in fixed.results if one.outcome not in ("fixed", "untouched")]
    names = [shown(one.before.asset.path) for one in rest or fixed.results]
    if fixed.is_ready:
        return "✓", "pass", headline("ready", names, len(names))
    return "✗", "fail", headline("not ready", names, len(names)) if rest else localized("not all ready")


def _top(fixed: Fixed) -> str:
    """Render the summary, and links to what needs a person."""
    sign, verdict, word = _headline(fixed)
    lines = [
        Line(sentence(fixed.words())),
        Line(f"{signature(fixed.header)}. {localized('The originals are as they were.')}", "summary"),
    ]
    rest = [(n, one) for n, one in enumerate(fixed.results, 1) if one.outcome not in ("fixed", "untouched")]
    links = [
        Link(LOOKS[one.outcome][0], one.outcome, LOOKS[one.outcome][1], shown(one.before.asset.path), f"asset-{number}")
        for number, one in rest[:LINKS]
    ]
    more, label = max(len(rest) - LINKS, 0), "What is not ready"
    return render("top", sign=sign, word=word, verdict=verdict, lines=lines, links=links, more=more, label=label)


def _article(one: FixResult, number: int, header: Header) -> str:
    """Render one asset."""
    sign, verdict = LOOKS[one.outcome]
    seen, why = number <= PREVIEWS, came_of(one)
    return render(
        "fixed",
        one=one,
        number=number,
        sign=sign,
        verdict=verdict,
        preview_before=preview(one.before, header.thumbnails) if seen else None,
        preview_after=preview(one.after, header.thumbnails) if seen and one.after else None,
        said=f"{why[:1].upper()}{why[1:].rstrip('.')}." if why else "",
        quality=quality_words(one),
        measures=list(_both(one, header.limits)),
    )


def _both(one: FixResult, limits: Profile | None) -> Iterator[tuple[str, Measure | None, Measure | None]]:
    """Yield each quantity of original and new file side by side."""
    sides = measures_of(one.before, limits), measures_of(one.after, limits) if one.after else []
    for title in dict.fromkeys(row.title for side in sides for row in side):
        before, after = ([row for row in side if row.title == title] for side in sides)
        yield from ((title, old, new) for old, new in zip_longest(before, after))
