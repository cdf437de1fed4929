"""Profiles of format 2: what they may leave out, say once, and must not contradict."""

import datetime as dt
from pathlib import Path

import jsonschema
import msgspec

from preflight.profiles import json_schema, load, load_all, names
from preflight.profiles.entries import stale, stale_among
from preflight.profiles.loader import flatten, locate
from preflight.values.assets import Role
from tests.profiles.mine import MINE, written


def test_a_model_is_added_in_twenty_lines_and_every_limit_has_the_files_source(tmp_path: Path) -> None:
    mine = load(written(tmp_path, MINE))
    assert mine.image.count.source == "a contract of our own, page 3"
    assert mine.models["own-1"].read == mine.image.format.read
    assert mine.request.body_bytes
    assert mine.request.body_bytes.source.startswith("provider's API manual")
    assert (mine.image.side_px.is_open, mine.takes("image"), mine.takes("video")) == (True, True, False)


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


def test_an_edition_older_than_a_year_is_said_to_be() -> None:
    profile = load()
    read = max(one.read for one in (profile.image.count, profile.audio.codec or profile.image.count))
    assert stale(profile, read.replace(year=read.year + 1)) == ""
    assert "more than a year ago" in stale(profile, read.replace(year=read.year + 2))


def test_of_many_old_editions_it_is_said_once() -> None:
    profiles = load_all(names())
    assert stale_among(profiles, dt.date(2026, 12, 1)) == ""
    said = stale_among(profiles, dt.date(2029, 1, 1))
    assert said.startswith(f"{len(profiles)} editions were last read more than a year ago, the oldest 2026-")
    assert stale_among(profiles[:1], dt.date(2029, 1, 1)).startswith(f"{profiles[0].name} was last read")


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
