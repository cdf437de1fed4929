"""Names and messages made to act: read back by each format's own reader, they are only names and messages."""

import csv
import io
import json
import os
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from preflight.report import FORMATS, Header
from preflight.values.assets import Asset, printable
from preflight.values.findings import Finding, Judged
from tests import made
from tests.report.fixed import written
from tests.report.test_github import commands

NAMES = (
    "a\nb: pass.png",
    "a\r\n::error::x.png",
    "::error::x.png",
    "::add-mask::x.png",
    " ::stop-commands::x.png",
    "\"quoted' .png",
    "\x1b[31mred\x1b[0m.png",
    "<script>alert(1)</script>.png",
    "]]>.png",
    "&amp;&#60;.png",
    "=cmd|' /C calc'!A0.png",
    "+1.png",
    "-1.png",
    "@SUM(A1).png",
    "\t=1.png",
    "＝1.png",  # noqa: RUF001 - the wide sign is the point
    "a|b|c.png",
    "a\\|b\\.png",
    "`tick` ``two`` .png",
    "[click](https://example.com).png",
    "![x](y.png).png",
    "@somebody #1 www.example.com https://example.com :tada: $x$.png",
    "**bold** __under__ ~~gone~~ <!-- .png",
    "a,b;c\"d'.png",
    "100%25 %0A.png",
    "{0} {{1}}.png",
    "\u202egpj.png",
    "\u2028\u2029\x85\x00\ufffe.png",
    os.fsdecode(b"\xff\xfe.png"),
    "\ud800.png",
    "n" * 4000,
    "파일 😀.png",
    "- item",
    "# title",
    " spaces ",
)
INERT = {"html", "head", "meta", "title", "style", "body", "header", "main", "article", "figure", "figcaption", "nav"}
INERT |= {"h1", "h2", "h3", "p", "ul", "li", "dl", "dt", "dd", "div", "span", "strong", "small", "code", "a", "img"}
INERT |= {"svg", "rect", "line", "path"}
"""Every element of a page."""


def hostile(name: str) -> Judged:
    """Return a verdict that has a name in every place where words of others can stand."""
    found = Finding(rule="image/side", severity="error", message=f"is {name}", measured=name, how=name, source=name)
    more = Finding(rule="image/name", severity="warning", message=name, limit=name)
    return Judged(asset=Asset(path=name), kind="image", facts=made.IMAGE, findings=(found, more))


def clean(name: str) -> Judged:
    return Judged(asset=Asset(path=name), kind="image", facts=made.IMAGE)


def read_json(text: str) -> tuple[list[str], list[str]]:
    report = json.loads(text)
    found = [finding["message"] for one in report["assets"] for finding in one["findings"]]
    return [one["path"] for one in report["assets"]], found


def read_jsonl(text: str) -> tuple[list[str], list[str]]:
    rows = [json.loads(line) for line in text.splitlines()]
    assets = [row for row in rows if row["line"] == "asset"]
    assert [row["line"] for row in rows] == ["asset"] * len(assets) + ["request", "summary"]
    return [row["path"] for row in assets], [one["message"] for row in assets for one in row["findings"]]


def read_junit(text: str) -> tuple[list[str], list[str]]:
    root = ET.fromstring(text)  # noqa: S314 - our own report
    said = [case.find(tag) for case in root.iter("testcase") for tag in ("failure", "system-out")]
    words = [(one.text or "").partition(": ")[2] for one in said if one is not None]
    return [suite.get("name", "") for suite in root], words


def read_csv(text: str) -> tuple[list[str], list[str]]:
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert all(None not in row and None not in row.values() for row in rows)
    names = list(dict.fromkeys(row["path"] for row in rows))
    return names, [row["message"] for row in rows if row["message"]]


def read_github(text: str) -> tuple[list[str], list[str]]:
    found = list(commands(text))
    assert len(found) == len(text.splitlines())
    *annotations, (last, _, _) = found
    assert last == "notice"
    names = list(dict.fromkeys(properties["file"] for _, properties, _ in annotations))
    return names, [data.removeprefix(f"{named(names[0])}: ") for _, _, data in annotations]


def read_markdown(text: str) -> tuple[list[str], list[str]]:
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    cells = [tokens[at + 1] for at, token in enumerate(tokens) if token.type == "td_open"]
    for cell in cells:
        kinds = {(child.type, child.content if child.type == "html_inline" else "") for child in cell.children or ()}
        inert = {("html_inline", one) for one in ("<code>", "</code>", "<br>", "<!-- -->")}
        assert kinds <= inert | {("text", ""), ("code_inline", "")}
    words = ["".join(c.content for c in cell.children or () if c.type != "html_inline") for cell in cells]
    names = [words[at] for at in range(0, len(words), 3)]
    found = [line for cell in cells[2::3] for line in _lines(cell.children or [])]
    return names, found


def _lines(children: Sequence[object]) -> list[str]:
    lines = [""]
    for child in children:
        kind, content = getattr(child, "type", ""), getattr(child, "content", "")
        if content == "<br>":
            lines.append("")
        elif kind != "html_inline":
            lines[-1] += content
    return [line.partition(": ")[2].strip() for line in lines]


def read_html(text: str) -> tuple[list[str], list[str]]:
    root = ET.fromstring(text)  # noqa: S314 - our own report
    assert {one.tag for one in root.iter()} <= INERT
    assert not any(key.startswith("on") for one in root.iter() for key in one.attrib)
    names = [one.text or "" for one in root.iterfind(".//article/h2/span[@class='name']")]
    return names, [one.text or "" for one in root.iterfind(".//span[@class='message']")]


def read_text(text: str) -> tuple[list[str], list[str]]:
    *lines, _ = text.splitlines()
    assert len(lines) == 2
    name, _, first = lines[0].partition(": error image/side: ")
    return [name], [first, lines[1].removeprefix(f"{name}: warning image/name: ")]


def read_sarif(text: str) -> tuple[list[str], list[str]]:
    from urllib.parse import unquote

    results = json.loads(text)["runs"][0]["results"]
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results]
    assert all(place.isascii() and not set(place) & set('"<>\\^`{|} ?#') for place in places)
    names = list(dict.fromkeys(unquote(place, errors="surrogateescape") for place in places))
    words = [one["message"]["text"].replace("\\[", "[").replace("{{", "{").replace("}}", "}") for one in results]
    return names, [said.removesuffix(".") for said in words]


READERS = {
    "json": read_json,
    "jsonl": read_jsonl,
    "junit": read_junit,
    "csv": read_csv,
    "github": read_github,
    "markdown": read_markdown,
    "text": read_text,
    "sarif": read_sarif,
    "html": read_html,
}


def named(name: str) -> str:
    """Return how a line begins that stands for a file."""
    return f"./{printable(name)}" if printable(name).lstrip().startswith("::") else printable(name)


def expected(format_name: str, name: str) -> tuple[str, list[str]]:
    """Return the name and the messages that a reader should find."""
    messages = [f"is {printable(name)}", printable(name)]
    if format_name == "sarif":
        return name, messages
    if format_name == "markdown":
        return printable(name), [message.strip() for message in messages]
    if format_name == "csv":
        return _cell(name), [messages[0], _cell(messages[1])]
    return (named(name) if format_name in ("text", "junit") else printable(name)), messages


def _cell(name: str) -> str:
    begins = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - the wide signs too
    return f"'{printable(name)}" if printable(name).startswith(begins) else printable(name)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_profile_whose_name_is_made_to_act_is_only_named(format_name: str) -> None:
    for name in NAMES:
        assert_profile_is_only_named(format_name, name)


def assert_profile_is_only_named(format_name: str, name: str) -> None:
    text = written(format_name, [hostile("a.png")], header=Header(profile=name, version="1.2.3"))
    plain = written(format_name, [hostile("a.png")], header=Header(profile="p", version="1.2.3"))
    assert text.encode()
    assert text.replace("\n", "").isprintable()
    assert text.count("\n") == plain.count("\n")
    assert len(list(commands(text))) == len(list(commands(plain)))
    assert READERS[format_name](text) == READERS[format_name](plain)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_tag_of_a_file_is_only_words_whatever_it_says(format_name: str) -> None:
    for name in NAMES:
        assert_tag_is_only_words(format_name, name)


def assert_tag_is_only_words(format_name: str, name: str) -> None:
    name = name.encode("utf-8", "backslashreplace").decode()
    facts = made.video(format=name, codec=name, transfer=name, sound_codec=name, measured_by={"codec": name})
    found = Finding(rule="video/codec", severity="error", message=f"is {name}", measured=name, limit="h264", how=name)
    judged = Judged(asset=Asset(path="a.mov"), kind="video", facts=facts, findings=(found,))
    text = written(format_name, [judged, Judged(asset=judged.asset, kind="video", facts=facts)])
    assert text.replace("\n", "").isprintable()
    if format_name == "json":
        assert [one["facts"]["codec"] for one in json.loads(text)["assets"]] == [name, name]
    elif format_name == "html":
        read_html(text)


def told(format_name: str, name: str) -> None:
    """Assert that a dress tells a name, and the messages that hold it, and nothing besides."""
    names, messages = READERS[format_name](written(format_name, [hostile(name)]))
    path, words = expected(format_name, name)
    if format_name == "sarif" and "\ud800" in name:
        names, path = [], ""
    assert names in ([path], [])
    assert messages == words


@pytest.mark.parametrize("format_name", READERS)
def test_a_name_made_to_act_is_only_a_name(format_name: str) -> None:
    for name in NAMES:
        told(format_name, name)


def is_relative(name: str) -> bool:
    """Tell whether it is no URL, begins here, and holds no dots for folders, which places are written without."""
    return not (Asset(path=name).is_url or name[0] == "/" or {".", ".."} & set(name.split("/")))


@pytest.mark.parametrize("format_name", READERS)
@given(name=st.text(min_size=1, max_size=40).filter(is_relative))
def test_any_name_is_only_a_name(format_name: str, name: str) -> None:
    told(format_name, name)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_report_is_utf_8_and_its_lines_are_ours(format_name: str) -> None:
    plain = written(format_name, [hostile("a.png"), clean("a.png")])
    for name in NAMES:
        text = written(format_name, [hostile(name), clean(name)])
        assert text.encode()
        assert (name, text.count("\n")) == (name, plain.count("\n"))
        assert text.replace("\n", "").isprintable()
