"""What an edition takes and knows: by its arrays, its fields, and the places of the request."""

from pathlib import Path
from typing import get_args

import pytest

from preflight.profiles.loader import DEFAULT, load, names
from preflight.profiles.schema import ARRAYS, Phrasing, Profile
from preflight.values.assets import Kind, Role
from tests.profiles.mine import MINE, written

FRAMES, WORDS = load("seedance-2.0-image-to-video-2026-10"), load("seedance-2.0-text-to-video-2026-10")


def mine(folder: Path, added: str = "") -> Profile:
    return load(written(folder, f"{MINE}\n{added}\n"))


@pytest.mark.parametrize(
    ("profile", "kinds"), [(load(DEFAULT), {"image", "video", "audio"}), (FRAMES, {"image"}), (WORDS, set())]
)
def test_a_kind_is_taken_where_its_array_may_hold_any(profile: Profile, kinds: set[Kind]) -> None:
    assert {kind for kind in ARRAYS if profile.takes(kind)} == kinds


def test_what_cannot_be_told_is_taken_until_it_can() -> None:
    assert "unknown" in get_args(Kind)
    assert WORDS.takes("unknown")


def test_a_field_of_its_own_takes_a_kind_whose_array_takes_none(tmp_path: Path) -> None:
    without = mine(tmp_path)
    assert not without.takes("video")
    clip = (
        '[request.fields.clip]\nkind = "video"\n[video]\nformat = {allowed = ["mp4"]}\ncodec = {allowed = ["h264"]}\n'
    )
    added = mine(tmp_path, clip + 'sound_codec = {allowed = ["aac"]}')
    assert (added.takes("video"), added.single("video")) == (True, ("clip",))


def test_a_field_that_is_refused_takes_nothing_but_is_known(tmp_path: Path) -> None:
    found = mine(tmp_path, '[request.fields.image_end]\nkind = "image"\nrefused = true')
    assert found.single("image") == ("image_start",)
    assert found.knows("image_end")
    assert "image_end" not in found.fields()


def test_fields_that_every_edition_of_format_1_has_are_not_known_to_others(tmp_path: Path) -> None:
    assert load(DEFAULT).knows("generate_audio")
    assert not mine(tmp_path).knows("generate_audio")
    assert not load(DEFAULT).knows("seed")


def test_every_field_that_is_listed_is_known_and_no_empty_array_is_listed() -> None:
    for profile in map(load, names()):
        listed = profile.fields()
        assert [field for field in listed if not profile.knows(field)] == [], profile.name
        assert len(set(listed)) == len(listed), profile.name
        taken = {array for kind, array in ARRAYS.items() if getattr(profile, kind).count.max}
        assert set(listed) & set(ARRAYS.values()) == taken, profile.name


@pytest.mark.parametrize("role", [None, Role("image", 99), Role("video", 0, "nobody")])
def test_a_place_without_limits_of_its_own_is_seen_as_any_other(role: Role | None) -> None:
    for profile in map(load, (DEFAULT, "kling-o1-image-to-video-2026-10")):
        assert profile.seen_from(role) is profile


def test_wording_needs_a_place_for_the_number() -> None:
    one = next(iter(load(DEFAULT).phrasings.values()))
    with pytest.raises(ValueError, match=r"expected \{n\} where the asset's number stands"):
        Phrasing(kind="image", purpose="look", words="as in the image", source=one.source, read=one.read)
