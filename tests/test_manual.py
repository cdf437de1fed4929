"""What the README and the manual show: commands run and print what stands below them, and links lead somewhere.

A block marked `console` is a session: each `$ preflight ...` runs, in one folder a page, and prints to stdout what
stands below it; a line `...` stands for any number of lines. A comment `<!-- folder: take.mp4=video-20s.mp4 -->` says
which specimens lie in the folder, and under which names; `<!-- file: NAME -->` puts the block below it there. Of the
commands in `sh` blocks, which need a key or a server or never end, names and options are looked up.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from preflight.cli.commands import root
from preflight.profiles import load, names
from tests.cli import conftest
from tests.cli.conftest import Program
from tests.specimens import FIXTURES, MEDIA

program = conftest.program
"""The program as a person runs it; in this process, which has loaded what each new one would load again."""
ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "SECURITY.md"])
FENCE = re.compile(r"^```(console|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^<!-- file: (\S+) -->\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")


class Shown(NamedTuple):
    """A command, and what the page says that it prints."""

    command: str
    printed: str


def sessions(page: Path) -> list[Shown]:
    """Return the commands of a page that run, in order."""
    shown: list[Shown] = []
    for kind, body in FENCE.findall(page.read_text(encoding="utf-8")):
        if kind == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, printed = part.partition("\n")
                shown.append(Shown(command, printed))
    return shown


def typed(page: Path) -> Iterator[list[str]]:
    """Yield the words of each `preflight` command in a page's blocks, what is piped or chained apart."""
    for kind, body in FENCE.findall(page.read_text(encoding="utf-8")):
        lines = body.replace("\\\n", " ").splitlines()
        for line in (line for line in lines if kind == "sh" or line.startswith("$ ")):
            for part in re.split(r"\s(?:\||&&|;)\s", line.removeprefix("$ ").split(" # ")[0]):
                words = shlex.split(part.split(" #")[0])
                while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                    del words[0]
                if words[:1] == ["preflight"]:
                    yield words[1:]


def folder_of(page: Path, place: Path) -> Path:
    """Make the folder in which a page's commands run: the shipped fixtures, and the specimens that it names."""
    (place / "fixtures").symlink_to(FIXTURES)
    for said in re.findall(r"<!-- folder: (.*?) -->", page.read_text(encoding="utf-8"), re.DOTALL):
        for pair in said.split():
            name, _, specimen = pair.partition("=")
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((MEDIA / specimen).read_bytes())
    for name, text in FILE.findall(page.read_text(encoding="utf-8")):
        (place / name).write_text(text, encoding="utf-8")
    return place


def pattern(printed: str) -> str:
    """Write what a page shows as a pattern; a line of three dots stands for any lines."""
    return "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in printed.splitlines())


def language_of(page: Path) -> str:
    """Tell the language of a page by its name."""
    return next((one for one in ("ko", "zh") if page.name.endswith(f".{one}.md")), "en")


def is_within(few: list[Shown], many: list[Shown]) -> bool:
    """Tell whether commands stand among others in the same order."""
    rest = iter(many)
    return all(any(one.command == other.command for other in rest) for one in few)


def alike() -> list[list[Path]]:
    """Return the pages that run commands, those of one language together whose commands are among the first's."""
    groups: list[list[Path]] = []
    for page in sorted(filter(sessions, PAGES), key=lambda page: -len(sessions(page))):
        of = [one for one in groups if language_of(one[0]) == language_of(page)]
        group = next((one for one in of if is_within(sessions(page), sessions(one[0]))), None)
        if group is None:
            groups.append([page])
        else:
            group.append(page)
    return groups


@pytest.mark.parametrize("pages", alike(), ids=lambda pages: pages[0].name)
def test_the_commands_of_a_page_print_what_stands_below_them(
    pages: list[Path], program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFLIGHT_LANG", language_of(pages[0]))
    place = folder_of(pages[0], tmp_path)
    left = [sessions(page) for page in pages]
    for command, _ in sessions(pages[0]):
        words = shlex.split(command)
        assert words[0] == "preflight", command
        ended = program(*words[1:])
        assert ended.status in (0, 1), ended.err
        for shown in [session.pop(0) for session in left if session and session[0].command == command]:
            assert set(shown.printed.splitlines()) != {"..."}, f"$ {command}: three dots alone say nothing"
            assert re.fullmatch(pattern(shown.printed), ended.out), f"$ {command}\n{ended.out}"
    named = {word for page in pages for words in typed(page) for word in words if word.endswith("request.toml")}
    if any(each.command.startswith("preflight new") for each in sessions(pages[0])):
        assert [word for word in named if not (place / word).exists()] == [], "submitted, and not written"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_and_options_of_a_page_are_there(page: Path) -> None:
    unknown = []
    for words in typed(page):
        command: click.Command | None = root
        rest = list(words)
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            command = command.get_command(click.Context(command), rest.pop(0))
        if command is None:
            unknown.append(" ".join(words))
            continue
        names = {"--help", *(name for param in command.params for name in (*param.opts, *param.secondary_opts))}
        unknown += [
            f"{' '.join(words)}: {word}" for word in rest if _is_option(word) and word.split("=")[0] not in names
        ]
    assert unknown == []


@pytest.mark.parametrize("name", ["README.md", "README.ko.md", "README.zh.md", "docs/where.md"])
def test_the_number_of_models_is_that_of_the_editions(name: str) -> None:
    own = [model for edition in names() for model in load(edition).models if "/" not in model]
    told = re.findall(r"(\d+) (?:个视频模型|video models)|영상 모델 (\d+)개", (ROOT / name).read_text(encoding="utf-8"))
    assert {int(one or other) for one, other in told} == {len(set(own))}


def _is_option(word: str) -> bool:
    return re.fullmatch(r"--[a-z][a-z0-9-]*(=.*)?|-[a-zA-Z]", word) is not None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    dead = []
    for pair in LINK.findall(page.read_text(encoding="utf-8")):
        target = next(one for one in pair if one)
        if not re.match(r"[a-z]+:|#", target) and not (page.parent / target.partition("#")[0]).exists():
            dead.append(target)
    assert [one for one in dead if one not in MADE] == []


MADE = {"schemas.md"}
"""Pages that only the built manual has."""


def test_the_first_page_is_short_and_in_three_languages() -> None:
    for name in ("README.md", "README.ko.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 180, name
        others = {"README.md", "README.ko.md", "README.zh.md"} - {name}
        assert all(f"]({other})" in text for other in others), name


def test_every_page_of_the_manual_is_in_its_contents() -> None:
    contents = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").split()
    assert sorted(page.stem for page in (ROOT / "docs").glob("*.md") if page.stem not in {*contents, "index"}) == []


@pytest.mark.parametrize("name", ["README.md", "docs/building.md"])
def test_the_tree_that_is_drawn_is_the_tree(name: str) -> None:
    drawn = re.search(r"^preflight/\n((?:  .*\n)+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert drawn
    rooms = [room for line in drawn[1].splitlines() for room in re.findall(r"\b(\w+)/", line[:29])]
    there = [path.name for path in (ROOT / "preflight").iterdir() if (path / "__init__.py").exists()]
    assert sorted(rooms) == sorted(there)
