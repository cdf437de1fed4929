"""A profile as a list of places, and what differs between two."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import Profile, load, names
from preflight.profiles.entries import ATTRIBUTES, Difference, differences, entries

OLDER, NEWER = load("seedance-2.0-2026-04"), load("seedance-2.0-2026-10")
FRAMES, WORDS = load("seedance-2.0-image-to-video-2026-10"), load("seedance-2.0-text-to-video-2026-10")


FAST_PRICE = (
    "credits_per_s 8.2013; minimum_credits 15.1893; without_video 480p=0.465, 720p=1; with_video 480p=0.277, 720p=0.595"
)


def mine(folder: Path, text: str) -> Profile:
    path = folder / "mine.toml"
    path.write_text(f'extends = "seedance-2.0-2026-04"\n{text}\n')
    return load(str(path))


def words_at(profile: Profile, place: str) -> str | None:
    entry = entries(profile)[place]
    return entry.words if entry else None


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("default_model", "seedance-2.0-reference-to-video"),
        ("image.count", "0..9"),
        ("image.format", "jpeg|png|webp"),
        ("image.aspect_ratio", "0.4..2.5"),
        ("image.bytes", "..31457280; warn_above 30000000"),
        ("video.duration_s", "2..15; seen_min 1.8; seen_max 15.2"),
        ("video.codec", "h264|hevc; severity warning"),
        ("request.prompt", "characters 500; words 1000"),
        ("request.tags", "understood no; severity warning"),
        ("request.duration_s", "min 4; max 15; default 5"),
        ("models.seedance-2.0-reference-to-video", "quality 480p|720p"),
        ("price", "credits_per_usd 68; unfiltered 1.1"),
        (
            "price.models.seedance-2.0-fast-reference-to-video",
            FAST_PRICE,
        ),
    ],
)
def test_a_limit_says_all_that_it_holds(place: str, words: str) -> None:
    assert words_at(OLDER, place) == words


@pytest.mark.parametrize("name", names())
def test_every_limit_stands_in_the_list_with_where_it_is_from(name: str) -> None:
    profile = load(name)
    found = entries(profile)
    for family in ("image", "video", "audio", "request"):
        tables = {
            key
            for key in getattr(profile, family).__struct_fields__
            if key not in ("fields", "cases", "together", "clip_lengths", "shots", "bindings")
        }
        assert {f"{family}.{key}" for key in tables} <= set(found)
    assert {f"models.{model}" for model in profile.models} <= set(found)
    for place, entry in found.items():
        if entry and place != "default_model":
            assert entry.words, place
            assert entry.source, place
            assert entry.read, place


def test_of_what_is_not_taken_the_count_alone_is_given() -> None:
    assert words_at(FRAMES, "video.count") == "0..0"
    assert words_at(FRAMES, "video.pixels") is None
    assert words_at(FRAMES, "image.side_px") == "300..6000"
    assert words_at(WORDS, "image.side_px") is None


def test_a_limit_that_the_documents_do_not_give_is_absent() -> None:
    assert [words_at(WORDS, f"request.{key}") for key in ("prompt", "tags", "quality", "body_bytes")] == [None] * 4


@pytest.mark.parametrize("name", names())
def test_a_profile_does_not_differ_from_itself(name: str) -> None:
    assert differences(load(name), load(name)) == []


def test_between_the_two_editions_of_one_model_stands_what_the_newer_page_changed() -> None:
    found = {one.place: one.change for one in differences(OLDER, NEWER)}
    assert found == {
        "video.pixels": "changed",
        "request.prompt": "changed",
        "request.tags": "changed",
        "request.aspect_ratio": "changed",
        "request.callback_url": "changed",
        "models.seedance-2.0-reference-to-video": "changed",
        "price.models.seedance-2.0-reference-to-video": "changed",
        "models.seedance-2.0-mini-reference-to-video": "added",
        "price.models.seedance-2.0-mini-reference-to-video": "added",
    }


def test_a_difference_has_both_sides_with_their_sources() -> None:
    (pixels,) = [one for one in differences(OLDER, NEWER) if one.place == "video.pixels"]
    assert pixels.before
    assert pixels.after
    assert (pixels.before.words, pixels.after.words) == ("409600..927408", "409600..2086876")
    assert "480p-720p" in str(pixels.before.source)
    assert "newer" in str(pixels.after.source)


@pytest.mark.parametrize(("one", "other"), [(OLDER, NEWER), (NEWER, WORDS), (FRAMES, OLDER)])
def test_the_other_way_round_what_was_added_is_removed(one: Profile, other: Profile) -> None:
    def turned(found: Difference) -> tuple[str, str]:
        return found.place, {"added": "removed", "removed": "added"}.get(found.change, "changed")

    there, back = differences(one, other), differences(other, one)
    assert {turned(found) for found in there} == {(found.place, found.change) for found in back}


def test_another_source_alone_is_no_difference(tmp_path: Path) -> None:
    assert differences(OLDER, mine(tmp_path, '[image.side_px]\nsource = "a letter from the provider"')) == []


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('[image.side_px]\nseverity = "warning"', "image.side_px", "300..6000; severity warning"),
        ("[video.duration_s]\nseen_max = 15.3", "video.duration_s", "2..15; seen_min 1.8; seen_max 15.3"),
        ("[service]\npoll_s = 1", "service", None),
        ('without = ["request.prompt"]', "request.prompt", None),
    ],
)
def test_whatever_a_limit_says_is_compared(tmp_path: Path, text: str, place: str, words: str | None) -> None:
    (found,) = differences(OLDER, mine(tmp_path, text))
    assert found.place == place
    assert words is None or (found.after and found.after.words == words)


@given(st.decimals(min_value=0, max_value=14, places=9))
def test_no_two_limits_that_differ_read_alike(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    changed = mine(tmp_path_factory.mktemp("p"), f"[video.duration_s]\nmin = {float(str(value)):.9f}")
    same = changed.video.duration_s.min == OLDER.video.duration_s.min
    assert (differences(OLDER, changed) == []) is same


def test_what_every_limit_has_is_no_part_of_its_value() -> None:
    assert {"source", "read", "severity", "doubtful"} == ATTRIBUTES
