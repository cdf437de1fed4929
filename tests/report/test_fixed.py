"""Reports of a fix: the new file beside its original, in three formats, and quiet whatever is in them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.flow.fix import fix_one, graded, order_of, plan_fixes
from preflight.media.thumbnails import thumbnails
from preflight.plan import FixOptions, Plan
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.report import FORMATS as OF_CHECKS
from preflight.report import Header
from preflight.report.fixed import FORMATS, fix_pieces
from preflight.report.fixes import Fixed
from preflight.report.html import LINKS
from preflight.values.assets import Asset
from preflight.values.quality import Quality
from tests import made, specimens
from tests.report.fixed import ASSETS, REQUEST, written
from tests.report.test_html import Page, Strict, classes, read, words
from tests.specimens import PROFILE, copied

HEADING = Header(profile=PROFILE.name, limits=PROFILE, version="1.2.3", thumbnails=thumbnails)
NAMES = ("video-1920x1080.mp4", "image-ok.jpeg", "video-1.8s.mp4", "audio-20s.wav")


def report(format_name: str, *results: FixResult, planned: RequestPlan | None = None) -> str:
    return "".join(fix_pieces(format_name, Fixed(HEADING, results, planned or RequestPlan(plans=()))))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[FixResult]:
    """Mend a clip and a sound, leave a picture, and fail with a clip that is too short."""
    folder = tmp_path_factory.mktemp("fixed")
    plans = plan_fixes([specimens.judged(copied(name, folder)) for name in NAMES], PROFILE, FixOptions())
    return [fix_one(judged, plan, order_of(PROFILE, folder / "ready")) for judged, plan in plans]


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
    many = read(report("html", *[results[2]] * (LINKS + 3)))
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


def hostile() -> Iterator[FixResult]:
    for judged in ASSETS:
        plan = Plan(asset=judged.asset, kind=judged.kind, beyond_mending=judged.findings, remedies=("<b>`x`</b>",))
        yield FixResult(plan=plan, outcome="unfixable", before=judged, message="<script>alert(1)</script>\x1b[31m")
    name = "</style></article><img src=x onerror=alert(1)>.png"
    before, after = made.judged(made.IMAGE, path=name), made.judged(made.IMAGE, path=f"ready/{name}")
    yield FixResult(plan=Plan(asset=Asset(path=name), kind="image"), outcome="fixed", before=before, after=after)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_report_is_text_that_acts_upon_nothing_whatever_it_names(format_name: str) -> None:
    text = report(format_name, *hostile())
    assert text.replace("\n", "").isprintable()
    assert "secret" not in text
    if format_name == "html":
        seen = Strict(text)
        assert not seen.seen & {"script", "link", "iframe", "object", "form"}
        assert all(one.startswith("#") for one in seen.followed)
        assert len(read(text).articles()) == len(ASSETS) + 1


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_report_begins_as_no_report_of_a_check_does_nor_a_check_as_this(
    format_name: str, results: list[FixResult]
) -> None:
    head = report(format_name, *results).encode()
    assert [name for name, one in FORMATS.items() if re.match(one.begins, head, re.DOTALL)] == [format_name]
    assert not any(re.match(one.begins, head, re.DOTALL) for one in OF_CHECKS.values())
    assert not any(re.match(FORMATS[format_name].begins, written(one, ASSETS).encode(), re.DOTALL) for one in OF_CHECKS)


def test_json_is_what_the_command_prints_as_json(results: list[FixResult]) -> None:
    found = json.loads(report("json", *results))
    assert (found["schema"], found["profile"]) == ("preflight.fix/1", PROFILE.name)
    assert [one["outcome"] for one in found["assets"]] == ["fixed", "untouched", "unfixable", "fixed"]


def test_in_markdown_there_is_a_row_an_asset(results: list[FixResult]) -> None:
    rows = [line for line in report("markdown", *results).splitlines() if line.startswith("| <code>")]
    assert len(rows) == len(results)
    assert "scale to 1280 x 720 px (lossy)" in rows[0]
    assert Path(NAMES[0]).name in rows[0]
