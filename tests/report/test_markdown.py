"""Markdown, read by a parser that others wrote."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from preflight.report.markdown import ACTIVE, MARK, OPEN_ROWS, escaped, name_cell
from preflight.values.assets import Asset
from preflight.values.findings import Finding
from tests import made
from tests.report.fixed import ASSETS, DURATION, PIXELS, REQUEST, asset, written


def rendered(text: str) -> str:
    return str(MarkdownIt("commonmark").enable("table").render(text))


def inline(words: str) -> str:
    return str(MarkdownIt("commonmark").renderInline(words))


def cells(text: str) -> list[list[str]]:
    """Return the rows of all tables, as they are shown."""
    rows = re.findall(r"<tr>(.*?)</tr>", rendered(text), re.DOTALL)
    return [re.findall(r"<td>(.*?)</td>", one, re.DOTALL) for one in rows if "<td>" in one]


def test_the_sum_stands_at_the_top() -> None:
    mark, line, *_ = written("markdown", ASSETS).splitlines()
    assert mark == MARK
    assert line.startswith("**preflight: unsure**: 8 files: 5 pass, 2 fail, 1 unsure; 4 errors, 1 info, 1 warning.")
    assert "<strong>preflight: unsure</strong>: 8 files" in rendered(written("markdown", ASSETS))


def test_what_was_found_is_a_table_of_asset_verdict_and_findings() -> None:
    found = cells(written("markdown", ASSETS, REQUEST))
    assert found[1] == [
        "<code>pov.mov</code>",
        "fail",
        f"error <code>video/duration</code>: {DURATION.message}<br>error <code>video/pixels</code>: {PIXELS.message}",
    ]
    assert found[0][0] == "<code>stills/rider.jpg</code> (image 2)"
    assert found[5][:2] == ["the request", "fail"]


def test_what_is_clean_is_folded() -> None:
    text = written("markdown", ASSETS)
    opened, folded = text.split("<details>")
    assert "style.png" not in opened
    assert "<summary>3 without findings</summary>" in folded
    assert cells(folded.replace("<summary>", "\n"))[0][1] == "png, 640 x 480 px, 10,000 bytes"


def test_a_long_list_is_folded_and_every_asset_is_in_it_once() -> None:
    names = [f"clip-{number}.mov" for number in range(OPEN_ROWS + 5)]
    text = written("markdown", [asset(name, made.VIDEO, DURATION) for name in names])
    opened, folded = text.split("<details>")
    assert len(cells(opened)) == OPEN_ROWS
    assert "<summary>5 more</summary>" in folded
    assert [row[0] for row in cells(text)] == [f"<code>{name}</code>" for name in names]
    assert text.count("<details>") == text.count("</details>") == 1


@pytest.mark.parametrize("count", [1, OPEN_ROWS])
def test_a_short_list_is_not_folded(count: int) -> None:
    assert "<details>" not in written("markdown", [asset("a.mov", made.VIDEO, DURATION)] * count)


def test_a_clean_run_has_no_table_of_findings() -> None:
    text = written("markdown", ASSETS[:1])
    assert "| asset | verdict |" not in text
    assert "**preflight: pass**: 1 file: 1 pass" in text


@pytest.mark.parametrize(
    "words",
    [
        "a|b",
        "a\\|b",
        "`a` ``b",
        "*a* **b** _c_ __d__ ~~e~~",
        "[a](b) ![c](d) [e]: f",
        "<b>a</b> <!-- b --> &lt; &#60;",
        "https://example.com www.example.com a@example.com",
        "@somebody #12 :tada: $x$",
        "\\*a\\*",
    ],
)
def test_no_sign_acts(words: str) -> None:
    shown = inline(f"x {escaped(words)} x").replace("<!-- -->", "")
    assert not re.search(r"<[a-z/]", shown)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        shown = shown.replace(entity, sign)
    assert shown == f"x {words} x"


@given(st.text(alphabet="aw.W_&<>|`*[]\\~$@#: ", max_size=30))
def test_words_that_are_left_alone_hold_nothing_that_acts(words: str) -> None:
    acting = ACTIVE.search(words)
    assert (escaped(words) == words) == (acting is None)


@pytest.mark.parametrize(("words", "sign"), [("@somebody", "@"), ("see #12", "#"), (":tada:", ":")])
def test_what_github_would_link_after_rendering_is_kept_apart(words: str, sign: str) -> None:
    assert f"{sign}<!-- -->" in inline(f"x {escaped(words)}")


@pytest.mark.parametrize("words", ["16.016 s long; 2 to 15 s allowed", "img_001.png", "a-b/c d.mov", "Profile: x"])
def test_plain_words_can_be_read_as_they_are(words: str) -> None:
    assert escaped(words) == words


def test_a_name_stays_in_its_cell() -> None:
    name = "a|b\n|c|`d`.mov"
    found = Finding(rule="video/name", severity="error", message=name)
    (row,) = cells(written("markdown", [asset(name, made.VIDEO, found)]))
    assert row == [
        "<code>a|b\\n|c|`d`.mov</code>",
        "fail",
        "error <code>video/name</code>: a|b\\n|c|`d`.mov",
    ]
    assert name_cell(Asset(path="https://example.com/a.png?key=secret")).count("secret") == 0
    assert written("markdown", ASSETS[:1], REQUEST).count("the request") == 1
