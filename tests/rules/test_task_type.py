"""Wording that makes the service take a request for an edit or an extension, and wording that does not."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.profiles import Profile, load, names
from preflight.request.file import RequestSpec, with_roles
from preflight.rules.orders import FOLDER, orders
from preflight.rules.task_type import task_type
from preflight.rules.whole import WholeRequest

TABLE = Path(__file__).with_name("orders.tsv")
EDIT, EXTEND = "Remove the logo from video 1.", "Extend video 1."


def table() -> Iterator[tuple[str, str]]:
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            task, text = line.split("\t")
            yield task, text


def test_a_prompt_is_taken_for_what_it_orders() -> None:
    taken = {text: {order.task for order in orders(text)} for _, text in table()}
    assert {text: taken[text] for task, text in table() if taken[text] != {task} - {"-"}} == {}


def test_the_table_has_each_language_and_each_kind() -> None:
    rows = [*table()]
    for letters in (r"a-z", r"\u4e00-\u9fff", r"\uac00-\ud7a3", r"\u3040-\u30ff"):
        import re

        found = [task for task, text in rows if re.search(f"[{letters}]", text)]
        assert min(found.count(task) for task in ("edit", "extend", "-")) >= 5
    assert {path.stem for path in FOLDER.glob("*.toml")} == {"en", "zh", "ko", "ja"}


def judged(prompt: str, profile: Profile, *, clips: int = 1, **settings: object) -> list[str]:
    spec = RequestSpec(prompt=prompt, assets=tuple(with_roles("video", ["a.mp4"] * clips)), **settings)  # type: ignore[arg-type] # fields by name
    whole = WholeRequest(spec=spec, probed=(), body_bytes=0)
    findings = [*task_type.check(whole, profile)]
    assert {finding.severity for finding in findings} <= {"warning"}
    return [finding.message for finding in findings]


@pytest.mark.parametrize("name", ["seedance-2.0-2026-04", "seedance-2.0-2026-10"])
def test_an_order_is_a_warning_that_quotes_it_and_says_what_it_demands(name: str) -> None:
    (said,) = judged(EDIT, load(name), aspect_ratio="16:9", duration=5)
    assert said.startswith('"Remove the logo from video 1" may be taken for the order of an edit')
    assert "the aspect ratio adaptive, not 16:9 and the duration -1, not 5" in said
    (said,) = judged(EXTEND, load(name), aspect_ratio="9:16", duration=5)
    assert "an extension, which demands the aspect ratio adaptive, not 9:16:" in said


def test_settings_that_are_demanded_are_no_finding() -> None:
    profile = load()
    assert judged(EXTEND, profile, aspect_ratio="adaptive", duration=8) == []
    assert judged(EDIT, profile, aspect_ratio="adaptive", duration=-1) == []
    (said,) = judged(EDIT, profile, aspect_ratio="adaptive", duration=5)
    assert "demands the duration -1, not 5" in said


def test_without_a_clip_or_a_prompt_nothing_is_asked() -> None:
    assert judged(EDIT, load(), clips=0) == []
    spec = RequestSpec(assets=tuple(with_roles("video", ["a.mp4"])))
    assert [*task_type.check(WholeRequest(spec=spec, probed=(), body_bytes=0), load())] == []


def test_no_phrasing_of_the_documents_is_an_order() -> None:
    for name in names():
        for phrasing in load(name).phrasings.values():
            assert orders(phrasing.words.replace("{n}", "1")) == []


def test_a_long_prompt_is_looked_through_soon() -> None:
    begun = time.process_time()
    for text in (
        "replace the " * 2000,
        "in video 1, " * 2000,
        "\u5c06\u89c6\u98911" * 4000,
        "\uc601\uc0c1 1\uc758 " * 4000,
    ):
        orders(text)
    assert time.process_time() - begun < 10
