"""What a fix did, as a page: treated assets in; each original beside its new file, what was wrong and what was done."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from preflight.flow.fix import Outcome, Treated
from preflight.profiles.schema import Profile
from preflight.report.fixes import MARK, Fixed, quality_words
from preflight.report.html.articles import SIGNS, gauge, short_finding
from preflight.report.html.markup import Markup, block, joined, prose, tag
from preflight.report.html.measures import Measure, measures_of
from preflight.report.html.page import PAGE_END, page_begin
from preflight.report.html.pictures import pictures
from preflight.report.html.plans import hopeless, shares, steps_list
from preflight.report.text import signature, summary
from preflight.values.assets import shown
from preflight.values.findings import Finding, Judged

LOOKS: dict[Outcome, tuple[str, str]] = {
    "fixed": ("✓", "pass"),
    "untouched": ("✓", "pass"),
    "unfixable": ("✗", "fail"),
    "declined": ("–", "unsure"),  # noqa: RUF001 - a dash, as a sign
    "failed": ("✗", "fail"),
}
"""Outcome → its sign, and the verdict whose colour it has."""
LINKS = 20
"""How many of those that were not made ready are named at the top."""
PICTURES = 200
"""Of how many assets there is something to see: of each two pictures are taken, and each takes up to a second."""
GOOD = "93 and more is hardly told from the source."


def fix_page(fixed: Fixed) -> Iterator[str]:
    """Yield the page, an asset at a time."""
    yield page_begin(f"<!DOCTYPE html>\n{MARK}\n", f"{signature(fixed.heading)}: what was fixed")
    yield f"{_top(fixed)}<main>\n"
    for number, one in enumerate(fixed.treated, 1):
        yield _article(one, number, fixed.heading.limits)
    if found := shares(fixed.planned):
        yield block("article", block("h2", tag("span", "The request", class_="name")), found, id="request")
    yield PAGE_END


def _top(fixed: Fixed) -> Markup:
    """Return what came of all, and the way to what needs a person."""
    sign, verdict, words = ("✓", "pass", "ready") if fixed.is_ready else ("✗", "fail", "not all ready")
    parts = [block("h1", f"{sign} {words}", class_=verdict), block("p", f"{fixed.words()}.")]
    parts.append(block("p", f"{signature(fixed.heading)}. The originals are as they were.", class_="summary"))
    rest = [(n, one) for n, one in enumerate(fixed.treated, 1) if one.outcome not in ("fixed", "untouched")]
    links = [
        block("li", _badge(one.outcome), Markup(" "), tag("a", shown(one.before.asset.path), href=f"#asset-{number}"))
        for number, one in rest[:LINKS]
    ]
    links += [block("li", f"and {len(rest) - LINKS} more")] if len(rest) > LINKS else []
    if links:
        parts.append(block("nav", block("ul", *links), aria_label="What is not ready"))
    return block("header", *parts)


def _badge(outcome: Outcome) -> Markup:
    sign, verdict = LOOKS[outcome]
    return tag("span", f"{sign} {outcome}", class_=f"badge {verdict}")


def _article(one: Treated, number: int, limits: Profile | None) -> Markup:
    """Return the article of one asset."""
    asset = one.before.asset
    role = tag("span", f" ({asset.role})", class_="role") if asset.role else Markup()
    head = block("h2", _badge(one.outcome), Markup(" "), tag("span", shown(asset.path), class_="name"), role)
    parts = [head, _sides(one, seen=number <= PICTURES), *_came_of_it(one), _measures(one, limits)]
    return block("article", *parts, id=f"asset-{number}", class_=f"treated {LOOKS[one.outcome][1]}")


def _sides(one: Treated, *, seen: bool) -> Markup:
    """Return the original, and beside it the new file where there is one."""
    sides = [_side("Original", one.before, seen=seen)]
    sides += [_side("New file", one.after, seen=seen)] if one.after else []
    return block("div", *sides, class_="sides" if one.after else "sides alone")


def _side(title: str, judged: Judged, *, seen: bool) -> Markup:
    name = tag("p", shown(judged.asset.path), class_="file")
    there = pictures(judged) if seen else Markup()
    return block("section", tag("h3", title), name, block("p", summary(judged.facts), class_="summary"), there)


# ---- what came of it ------------------------------------------------------------------------------------------------


def _came_of_it(one: Treated) -> Iterator[Markup]:
    """Yield what was wrong, what was done about it, how near the new file comes, and what is left."""
    yield _found("What was wrong", one.before.findings)
    if one.outcome == "untouched":
        yield block("p", "It passes, and was not touched.", class_="advice")
    elif one.plan.beyond_mending:
        yield joined(tag("h3", "Why it was not mended"), hopeless(one.plan))
    else:
        yield _done(one)
    if one.quality:
        yield joined(tag("h3", "How near it comes"), block("p", f"{quality_words(one)}; {GOOD}", class_="quality"))
    if one.after:
        yield _found("What is left to know", one.after.findings)


def _done(one: Treated) -> Markup:
    title = {"fixed": "What was done", "declined": "What would be done; it was declined"}.get(
        one.outcome, "What was tried"
    )
    words = f"{one.message[:1].upper()}{one.message[1:].rstrip('.')}."
    said = [block("p", prose(words), class_="advice")] if one.message else []
    return joined(tag("h3", title), steps_list(one.plan), *said)


def _found(title: str, findings: Iterable[Finding]) -> Markup:
    rows = list(map(short_finding, findings))
    return joined(tag("h3", title), block("ul", *rows, class_="findings short")) if rows else Markup()


# ---- measures of both -----------------------------------------------------------------------------------------------


def _measures(one: Treated, limits: Profile | None) -> Markup:
    """Return each quantity of the original beside that of the new file."""
    before, after = measures_of(one.before, limits), measures_of(one.after, limits) if one.after else []
    titles = list(dict.fromkeys(row.title for row in [*before, *after]))
    rows = [row for title in titles for row in _rows(title, before, after, several=bool(one.after))]
    if not rows:
        return Markup()
    named = "Measured before and after, and what is allowed" if one.after else "Measured, and what is allowed"
    return joined(tag("h3", named), block("ul", *rows, class_="both" if one.after else "both alone"))


def _rows(title: str, before: list[Measure], after: list[Measure], *, several: bool) -> Iterator[Markup]:
    """Yield the rows of a quantity: one, unless it was read in several ways."""
    sides = [[row for row in side if row.title == title] for side in (before, after)]
    for old, new in zip_longest(*sides):
        bounds = (old or new).allowed
        name = tag(
            "span", tag("strong", title), Markup(" "), tag("small", f"{bounds} allowed", class_="limit"), class_="title"
        )
        cells = [_cell("before", old, new), _cell("after", new, old)] if several else [_cell("", old, None)]
        yield block("li", name, *cells)


def _cell(when: str, measure: Measure | None, beside: Measure | None) -> Markup:
    if measure is None:
        return tag("span", class_="cell")
    sign = SIGNS[measure.state or "pass"]
    parts = [tag("span", when, class_="when")] if when else []
    parts.append(tag("strong", measure.value, class_="value"))
    parts.append(tag("span", f"{sign} {measure.said}".strip(), class_=f"said {measure.state or 'within'}"))
    return tag("span", *parts, gauge(measure, beside), class_="cell")
