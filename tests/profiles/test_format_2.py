"""Profiles of format 2: what they may leave out, say once, and must not contradict."""

from pathlib import Path

import jsonschema
import msgspec
import pytest

from preflight.errors import CallError, ProfileError
from preflight.files.toml import TableError
from preflight.profiles import edition_for, json_schema, load, names
from preflight.profiles.entries import stale
from preflight.profiles.loader import flatten, locate
from preflight.rules.fields import words
from preflight.values.assets import Role

MINE = """
format = 2
extends = "evolink"
name = "mine"
title = "A model of our own"
default_model = "own-1"
source = "a contract of our own, page 3"
read = 2026-11-29

[image]
count = { max = 2 }
format = { allowed = ["png"] }

[request.duration_s]
allowed = [4, 8]
default = 4

[request.fields]
image_start = { kind = "image" }
style = { allowed = ["dry", "wet"], default = "dry" }

[models.own-1]
quality = ["720p"]
"""


def written(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        load(written(folder, text))
    return caught.value.message


def test_a_model_is_added_in_twenty_lines_and_every_limit_has_the_files_source(tmp_path: Path) -> None:
    mine = load(written(tmp_path, MINE))
    assert mine.image.count.source == "a contract of our own, page 3"
    assert mine.models["own-1"].read == mine.image.format.read
    assert mine.request.body_bytes
    assert mine.request.body_bytes.source.startswith("provider's API manual")
    assert (mine.image.side_px.is_open, mine.takes("image"), mine.takes("video")) == (True, True, False)


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


def test_limits_by_place_are_laid_over_those_of_their_kind(tmp_path: Path) -> None:
    text = f"{MINE}\n[at.image_start.image]\nside_px = {{ min = 500 }}\n[at.'image 1'.image]\nbytes = {{ max = 3 }}\n"
    mine = load(written(tmp_path, text))
    start = mine.seen_from(Role("image", 0, "image_start"))
    assert start.image.side_px.min == 500
    assert start.image.format == mine.image.format
    assert mine.seen_from(Role("image", 1)).image.bytes.max == 3
    assert mine.seen_from(Role("image", 2)) is mine
    assert mine.seen_from(None) is mine


def test_every_shipped_edition_keeps_to_the_published_schema() -> None:
    schema = json_schema()
    validator = jsonschema.Draft202012Validator(schema)
    for name in names():
        table = flatten(locate(name, Path("/nowhere")))
        plain = msgspec.json.decode(msgspec.json.encode(table, enc_hook=str))
        assert [error.message for error in validator.iter_errors(plain)] == [], name


def test_a_model_chooses_its_edition_and_none_the_default() -> None:
    assert edition_for(None) == edition_for("seedance-2.0-reference-to-video") == "seedance-2.0-2026-04"
    assert edition_for("seedance-2.0-mini-reference-to-video") == "seedance-2.0-2026-10"
    assert edition_for("kling-v2.6-motion-control") == "kling-motion-control-2026-10"


def test_a_model_with_a_typo_is_told_with_the_nearest_three() -> None:
    with pytest.raises(CallError, match="no edition describes 'seedance-2-5-reference-to-video'") as caught:
        edition_for("seedance-2-5-reference-to-video")
    assert caught.value.advice.startswith("Nearest: seedance-2.5-reference-to-video, ")
    assert caught.value.advice.count(",") == 2


def test_an_edition_older_than_a_year_is_said_to_be() -> None:
    profile = load()
    read = max(one.read for one in (profile.image.count, profile.audio.codec or profile.image.count))
    assert stale(profile, read.replace(year=read.year + 1)) == ""
    assert "more than a year ago" in stale(profile, read.replace(year=read.year + 2))


def test_conditions_have_words() -> None:
    wan = load("wan2.7-image-to-video-2026-10").request.cases
    assert words(wan["first-frame"].when) == "with generation_mode first_frame"
    grok = load("grok-imagine-video-1.5-preview-2026-10").request.cases
    assert words(grok["no-hd-of-references"].when) == "with at least 2 image_urls"


def test_a_strict_bound_has_words_and_a_short_form() -> None:
    edge = load("minimax-hailuo-02-2026-10").image.short_edge_px
    assert edge
    assert (edge.text(), edge.words("px")) == (">300..", "more than 300 px")
    assert edge.broken_by(300) == edge.above == 300
    assert edge.broken_by(301) is None
    assert edge.least == 301


def test_places_with_dots_in_their_names_can_be_left_out(tmp_path: Path) -> None:
    text = (
        'extends = "wan3.0-reference-video-2026-10"\nname = "mine"\n'
        'without = ["request.fields.model_params.file_url", "request.cases"]\n'
    )
    mine = load(written(tmp_path, text))
    assert "model_params.file_url" not in mine.request.fields
    assert "model_params.link_url" in mine.request.fields


def test_a_table_error_is_what_the_checks_raise() -> None:
    from preflight.profiles.consistency import refuse_inconsistent

    profile = load("kling-o1-image-to-video-2026-10")
    with pytest.raises(TableError, match=r"^default_model: "):
        refuse_inconsistent(msgspec.structs.replace(profile, default_model="nobody"))
