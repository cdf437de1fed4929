"""GitHub's workflow commands, read as the documentation of the runner says that it reads them."""

from collections.abc import Iterator

import pytest

from preflight.report.github import annotation
from preflight.values.assets import Asset
from preflight.values.findings import Finding
from tests import made
from tests.report.fixed import ASSETS, DURATION, REQUEST, asset, written

KNOWN = {"error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "stop-commands", "set-output"}
ESCAPES = {"%0D": "\r", "%0A": "\n"}
Command = tuple[str, dict[str, str], str]


def commands(text: str) -> Iterator[Command]:
    """Yield name, properties and data of each command in a log.

    A command begins its line, spaces aside. Up to the next `::` stand its name and, behind a space, properties
    `name=value` between commas. Escapes are undone last, `%25` after the others.
    """
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        said = line.lstrip()
        head, closed, data = said[2:].partition("::")
        name, _, rest = head.partition(" ")
        if said.startswith("::") and closed and name in KNOWN:
            pairs = [one.partition("=") for one in rest.strip().split(",") if one]
            properties = {key: undone(value, {**ESCAPES, "%3A": ":", "%2C": ","}) for key, _, value in pairs if value}
            yield name, properties, undone(data, ESCAPES)


def undone(value: str, escapes: dict[str, str]) -> str:
    for escape, sign in {**escapes, "%25": "%"}.items():
        value = value.replace(escape, sign)
    return value


def test_each_finding_is_an_annotation_of_its_file() -> None:
    found = list(commands(written("github", ASSETS, REQUEST)))
    assert [(name, properties.get("file"), properties["title"]) for name, properties, _ in found] == [
        ("warning", "stills/rider.jpg", "image/name"),
        ("error", "pov.mov", "video/duration"),
        ("error", "pov.mov", "video/pixels"),
        ("error", "locked.png", "image/unjudged"),
        ("error", "theme.mp3", "audio/readable"),
        ("notice", "logo.png", "image/alpha"),
        ("error", None, "request/prompt-reference"),
        ("notice", None, "request/prompt-reference"),
        ("notice", None, "preflight"),
    ]


def test_an_annotation_can_be_understood_in_the_log_alone() -> None:
    name, _, data = next(commands(written("github", [asset("pov.mov", made.VIDEO, DURATION)])))
    assert (name, data) == ("error", "pov.mov: 16.016 s long; 2 to 15 s allowed")


def test_the_last_line_is_the_verdict() -> None:
    *_, (name, _, data) = commands(written("github", ASSETS[:1]))
    assert name == "notice"
    assert data.startswith("PASS 1 file: 1 pass, 0 fail, 0 unsure; no findings. Profile house-2026")


@pytest.mark.parametrize("path", ["a:b,c=d::e.mov", "100%.mov", "%0A%2C%25.mov", "a=b.mov", "x::y,z"])
def test_a_name_comes_through_the_runner_as_it_is(path: str) -> None:
    line = annotation(DURATION, path, Asset(path=path))
    assert list(commands(line)) == [("error", {"file": path, "title": "video/duration"}, f"{path}: {DURATION.message}")]


def test_a_url_is_no_file_of_the_repository() -> None:
    line = annotation(DURATION, "x", Asset(path="https://example.com/a.mov"))
    assert [properties for _, properties, _ in commands(line)] == [{"title": "video/duration"}]


def test_a_message_of_several_lines_stays_one_annotation() -> None:
    found = Finding(rule="image/name", severity="info", message="one\n::error::two\r\nthree %0A")
    assert list(commands(annotation(found, "a.png"))) == [
        ("notice", {"title": "image/name"}, "a.png: one\\n::error::two\\r\\nthree %0A")
    ]
