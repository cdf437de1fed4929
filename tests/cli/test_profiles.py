"""`preflight profiles`: the list, one edition, two side by side."""

import json
from pathlib import Path

import pytest

from preflight.profiles import DEFAULT, names
from tests.cli.conftest import Program
from tests.specimens import EDITIONS

OLDER, NEWER, FRAMES, WORDS = EDITIONS


def test_the_editions_are_listed_with_the_default_one_marked(program: Program) -> None:
    lines = program("profiles").out.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"{n} (default)" if n == DEFAULT else n for n in names()]
    told = json.loads(program("profiles", "--format", "json").out)
    assert told["schema"] == "preflight.editions/1"
    assert [(one["name"], one["default"]) for one in told["editions"]] == [(n, n == DEFAULT) for n in names()]


def test_what_the_documents_do_not_give_is_said_so(program: Program) -> None:
    lines = program("profiles", WORDS).out.splitlines()
    assert "request.prompt: not given" in lines
    assert "video.pixels: not given" in lines
    assert any(line.startswith("video.count = 0..0  [provider's family pages (newer): ") for line in lines)
    told = json.loads(program("profiles", WORDS, "--format", "json").out)
    assert (told["schema"], told["profile"]) == ("preflight.limits/1", WORDS)
    limits = {one["place"]: one for one in told["limits"]}
    assert limits["request.prompt"] == {"place": "request.prompt", "value": None, "source": None, "read": None}
    assert limits["image.count"]["value"] == "0..0"
    assert limits["image.count"]["read"] == "2026-11-22"


def test_a_difference_is_told_with_both_values_and_both_sources(program: Program) -> None:
    ended = program("profiles", "diff", OLDER, NEWER)
    lines = ended.out.splitlines()
    assert ended.status == 0
    at = lines.index("changed video.pixels")
    assert lines[at + 1].startswith(f"  {OLDER}: 409600..927408  [reference-to-video document, ")
    assert lines[at + 2].startswith(f"  {NEWER}: 409600..2086876  [provider's model page (newer): ")
    assert lines[-1] == f"{OLDER} -> {NEWER}: 7 changed, 2 added, 0 removed."


def test_what_one_of_them_lacks_is_added_or_removed(program: Program) -> None:
    lines = program("profiles", "diff", NEWER, WORDS).out.splitlines()
    at = lines.index("removed request.prompt")
    assert lines[at + 2] == f"  {WORDS}: not given"
    assert "added models.seedance-2.0-text-to-video" in lines


def test_an_edition_does_not_differ_from_itself(program: Program) -> None:
    assert program("profiles", "diff", WORDS, WORDS).out == f"{WORDS} -> {WORDS}: 0 changed, 0 added, 0 removed.\n"


def test_json_of_a_difference_has_both_sides(program: Program) -> None:
    told = json.loads(program("profiles", "diff", OLDER, NEWER, "--format", "json").out)
    assert (told["schema"], told["before"], told["after"]) == ("preflight.difference/1", OLDER, NEWER)
    changed = {one["place"]: one for one in told["differences"]}
    assert changed["video.pixels"]["after"]["value"] == "409600..2086876"
    added = changed["models.seedance-2.0-mini-reference-to-video"]
    assert (added["change"], added["before"], added["after"]["value"]) == ("added", None, "quality 480p|720p")
    assert added["after"]["source"] == "provider's parameter page (newer): mini only 480p and 720p"


def test_a_profile_of_ones_own_can_be_compared(program: Program, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(f'extends = "{OLDER}"\nname = "mine"\n[video.duration_s]\nmax = 30\n')
    last = program("profiles", "diff", OLDER, "mine.toml").out.splitlines()[-1]
    assert last == f"{OLDER} -> mine: 1 changed, 0 added, 0 removed."


@pytest.mark.parametrize("words", [["diff"], ["diff", OLDER], ["diff", OLDER, NEWER, WORDS], [OLDER, NEWER]])
def test_a_wrong_number_of_profiles_is_a_wrong_call(program: Program, words: list[str]) -> None:
    ended = program("profiles", *words)
    assert ended.status == 2
    assert "preflight profiles diff A B" in ended.err


def test_no_name_in_a_file_acts_upon_a_terminal(program: Program, tmp_path: Path) -> None:
    text = f'extends = "{OLDER}"\nname = "\\u001b[2J"\ntitle = "\\u001b[2J"\n[video.duration_s]\nmax = 30\n'
    text += 'source = "\\u001b[2J"\n[models."\\u001b[2J"]\nquality = ["\\u001b[2J"]\nsource = "x"\nread = 2026-11-22\n'
    (tmp_path / "mine.toml").write_text(text)
    for words in (["mine.toml"], ["diff", OLDER, "mine.toml"]):
        assert "\x1b" not in program("profiles", *words).out
