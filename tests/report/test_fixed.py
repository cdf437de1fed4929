"""Reports of a fix: the new file beside its original, in three formats, and quiet whatever is in them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.plan import Plan
from preflight.plan.result import FixResult
from preflight.report import FORMATS as OF_CHECKS
from preflight.report.fixed import FORMATS
from preflight.values.assets import Asset
from tests import made
from tests.report.fixed import ASSETS, written
from tests.report.mended import NAMES, report
from tests.report.test_html import Strict, read
from tests.specimens import PROFILE


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
