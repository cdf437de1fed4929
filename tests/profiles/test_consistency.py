"""A profile that contradicts itself is refused with the place, and what was expected there."""

from pathlib import Path

import msgspec
import pytest

from preflight.errors import ProfileError
from preflight.files.toml import TableError
from preflight.profiles import load
from tests.profiles.mine import MINE, written


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        load(written(folder, text))
    return caught.value.message


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("[image.side_px]\nmin = 9\nmax = 8", "image.side_px: expected min to be at most max, got 9 and 8"),
        ("[image.side_px]\nmin = 9\nabove = 8", "image.side_px: expected above or min, got both"),
        ("[image.side_px]\nabove = 9\nbelow = 9", "image.side_px: expected the lower bound to be below the upper one"),
        (
            "[image.side_px]\nmax = 9\nnote_above = 10\nnote = 'cuts'",
            "image.side_px: expected note_above to be",
        ),
        (
            "[request.quality]\ndefault = '8k'",
            "request.quality.default: expected one of 1 that are known",
        ),
        ("[request.aspect_ratio]\nallowed = ['1:1']\ndefault = '2:1'", "request.aspect_ratio.default: expected one of"),
        ("[request.fields.tone]\nallowed = ['a']\ndefault = 'b'", "request.fields.tone.default: expected one of"),
        ("[request.fields.tone]\nmin = 3\nmax = 2", "request.fields.tone: expected min to be at most max, got 3 and 2"),
        ("[request.fields.tone]\nrequired = true\nrefused = true", "request.fields.tone: expected required or refused"),
        (
            "[request.cases.a]\nwhen = { stile = 'dry' }\nfield = 'duration'\nallowed = [4]",
            "request.cases.a.when: expected one of",
        ),
        ("[request.cases.a]\nfield = 'durations'\nallowed = [4]", "request.cases.a.field: expected one of"),
        (
            "[request.cases.a]\nfield = 'duration'\nallowed = [5]",
            "request.cases.a.allowed: expected what duration may",
        ),
        ("[request.cases.a]\nfield = 'duration'\nmin = 8\nmax = 4", "request.cases.a: expected min to be at most max"),
        ("[request.cases.a]\nfield = 'duration'", "request.cases.a: expected allowed, min, max, required, refused or"),
        ("[request.together.a]\nof = ['image_urls', 'clips']\nmax = 2", "request.together.a.of.1: expected one of"),
        (
            "[request.together.a]\nof = ['image_urls']\nmin = 3\nmax = 2",
            "request.together.a: expected min to be at",
        ),
        ("[at.'image 0'.image]\nbytes = { max = 3 }", "at.image 0: expected one of"),
        ("[at.style.image]\nbytes = { max = 3 }", "at.style: expected one of"),
        ("[request.prompt]\ncharacters = 5", "request.prompt: expected characters and words, the two scales"),
        ("[video.count]\nmax = 1", "video.format: missing"),
    ],
)
def test_a_contradiction_names_its_place_and_what_was_expected(added: str, said: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, f"{MINE}\n{added}\n").startswith(f"mine.toml: {said}")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format = 2", "format = 3", "format: expected 1 or 2, got 3"),
        ("default = 4", "default = 5", "request.duration_s.default: expected a length that may be asked for, got 5"),
        ('default_model = "own-1"', 'default_model = "own-2"', "default_model: expected one of 1 that are known"),
        ("read = 2026-11-29", "", "read: missing; it stands beside source"),
        (
            "count = { max = 2 }",
            "count = { min = 3, max = 2 }",
            "image.count: expected min to be 0 or more and at most",
        ),
        ("count = { max = 2 }", "count = { most = 2 }", "image.count.most: unknown key"),
    ],
)
def test_what_is_changed_into_a_contradiction_is_told(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, MINE.replace(old, new)).startswith(f"mine.toml: {said}")


def test_a_table_error_is_what_the_checks_raise() -> None:
    from preflight.profiles.consistency import refuse_inconsistent

    profile = load("kling-o1-image-to-video-2026-10")
    with pytest.raises(TableError, match=r"^default_model: "):
        refuse_inconsistent(msgspec.structs.replace(profile, default_model="nobody"))
