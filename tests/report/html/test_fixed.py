"""The page of a fix: each original beside its new file, with what was wrong and what was done."""

import pytest
from msgspec import structs

from preflight.flow.fix import graded
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.report.html import LINKS
from preflight.values.assets import Asset
from preflight.values.quality import Quality
from tests.report.fixed import REQUEST
from tests.report.mended import NAMES, report
from tests.report.test_html import Page, classes, read, words


@pytest.fixture(scope="module")
def page(results: list[FixResult]) -> Page:
    return read(report("html", *results))


def article(page: Page, name: str) -> str:
    return words(next(one for path, one in page.articles().items() if path.endswith(name)))


def cells(page: Page, name: str, title: str) -> list[tuple[str, str]]:
    """Return value and standing of a quantity, before and after."""
    found = next(one for path, one in page.articles().items() if path.endswith(name))
    rows = [row for row in classes(found, "both")[0] if words(row.find("span/strong")) == title]
    return [(words(classes(cell, "value")[0]), words(classes(cell, "said")[0])) for cell in classes(rows[0], "cell")]


def test_each_original_stands_beside_its_new_file_with_pictures_of_both(page: Page, results: list[FixResult]) -> None:
    sides = [list(classes(one, "sides")[0]) for one in page.root.iter("article")]
    assert [len(side) for side in sides] == [2, 1, 1, 2]
    clip, picture, short, sound = sides
    assert [words(side.find("h3")) for side in clip] == ["Original", "New file"]
    assert [words(classes(side, "file")[0]) for side in clip] == [
        results[0].before.asset.path,
        results[0].after.asset.path if results[0].after else "",
    ]
    assert [len(list(side.iter("img"))) for side in (*clip, *picture, *short)] == [6, 6, 1, 6]
    assert [len(classes(side, "wave")) for side in sound] == [1, 1]


def test_each_measure_stands_before_and_after_on_bars_that_reach_as_far(page: Page) -> None:
    assert cells(page, NAMES[0], "Width times height") == [
        ("2,073,600 pixels", "✗ 1,146,192 pixels over"),
        ("921,600 pixels", "✓ within"),
    ]
    assert cells(page, NAMES[3], "Duration") == [("20 s", "✗ 5 s over"), ("15 s", "✓ within")]
    assert cells(page, NAMES[1], "Width") == [("640 px", "✓ within")]
    bars = classes(next(page.root.iter("article")), "bar")
    ranges = [[(one.get("x"), one.get("width")) for one in classes(bar, "allowed")] for bar in bars]
    assert ranges[::2] == ranges[1::2]


def test_what_was_wrong_and_what_was_done_with_its_loss_is_said(page: Page) -> None:
    said = article(page, NAMES[0])
    assert "What was wrong✗ error video/pixels 1920 x 1080" in said
    assert "scale to 1280 x 720 px lossy for video/pixels" in said
    assert "It passes, and was not touched." in article(page, NAMES[1])
    assert "Why it was not mendedIt cannot mend video/duration. Too short" in article(page, NAMES[2])


def test_what_is_not_ready_is_named_at_the_top(page: Page) -> None:
    head = page.root.find("body/header")
    assert head is not None
    assert words(head[0]) == f"✗ not ready: {NAMES[2]}"
    assert words(page.root.find("head/title")) == words(head[0])
    assert "4 files: 2 fixed, 1 untouched, 1 unfixable." in words(head)
    (link,) = head.iter("a")
    assert words(link).endswith(NAMES[2])
    assert link.get("href") == "#asset-3"


def test_where_all_is_clean_by_now_it_says_ready(results: list[FixResult]) -> None:
    assert "✓ ready" in report("html", *results[:2])
    assert "**preflight fix: ready**: 2 files: 1 fixed, 1 untouched." in report("markdown", *results[:2])
    beyond = RequestPlan(plans=(), beyond_mending=REQUEST, advice="Leave one out.")
    for format_name in ("html", "markdown"):
        said = report(format_name, *results[:2], planned=beyond)
        assert "not all ready" in said
        assert "Leave one out." in said


def test_of_very_many_that_were_not_made_ready_only_some_are_named_at_the_top(results: list[FixResult]) -> None:
    gone = structs.replace(results[2].before, asset=Asset(path="gone.mp4"))  # of what is not there no picture is made
    many = read(report("html", *[structs.replace(results[2], before=gone)] * (LINKS + 3)))
    head = many.root.find("body/header")
    assert head is not None
    assert len(list(head.iter("a"))) == LINKS
    assert "and 3 more" in words(head)


def test_vmaf_is_said_where_it_was_measured(results: list[FixResult]) -> None:
    quality = Quality(vmaf_mean=97.54, vmaf_min=91.26, vmaf_harmonic_mean=97.5, frames=1200)
    one = FixResult(
        plan=results[0].plan, outcome="fixed", before=results[0].before, after=results[0].after, quality=quality
    )
    for format_name in ("html", "markdown"):
        assert "VMAF 97.5 of 100, worst frame 91.3, over 1,200 frames" in report(format_name, one)
        assert "VMAF" not in report(format_name, *results)
    assert graded(results[1]) == results[1]


@pytest.mark.parametrize(("outcome", "said"), [("declined", "it was declined"), ("failed", "What was tried")])
def test_what_was_declined_or_failed_is_there_with_its_reason(
    outcome: str, said: str, results: list[FixResult]
) -> None:
    one = FixResult(plan=results[0].plan, outcome=outcome, before=results[0].before, message="no room. Free some")  # type: ignore[arg-type] # one of them
    text = words(read(report("html", one)).root)
    assert said in text
    assert "No room. Free some." in text
    assert "no room" in report("markdown", one)
