"""The prompt beside its assets: the places that name each, what names none, and the documented words for each."""

from pathlib import Path

import pytest

from preflight.errors import ProfileError
from preflight.profiles import load
from preflight.request.file import with_roles
from preflight.request.prompt import mentions, offers, offers_for_any, placed, strays
from preflight.values.assets import Asset
from tests.specimens import PROFILE


def named(prompt: str) -> list[tuple[str, int | None]]:
    return [(mention.kind, mention.number) for mention in mentions(prompt)]


# ---- beside the assets -----------------------------------------------------------------------------------------------

ASSETS = [*with_roles("image", ["a.png", "b.png"]), *with_roles("video", ["c.mov"]), *with_roles("audio", ["d.mp3"])]


def excerpts(prompt: str) -> dict[str, tuple[str, ...]]:
    return {str(one.role): one.excerpts for one in placed(prompt, ASSETS)}


def test_assets_stand_in_their_order_with_every_place_that_names_them() -> None:
    prompt = "Image 2 sets the palette. Use audio 1 throughout. Keep image 2's texture; follow all images."
    assert excerpts(prompt) == {
        "image 1": ("all images",),
        "image 2": ("Image 2 sets", "image 2's texture", "all images"),
        "video 1": (),
        "audio 1": ("audio 1 throughout",),
    }


@pytest.mark.parametrize(
    ("prompt", "excerpt"),
    [
        ("image 1", "image 1"),
        ("image 1. Then", "image 1"),
        ("image 1\uff0c然后", "image 1"),
        ("이미지 1의 색감을 따라", "이미지 1의 색감을"),
        ("图片1的风格\u3002", "图片1的风格"),
        ("images 1, 2 and 9 blend", "images 1, 2 and 9 blend"),
        ("image 1   sets\n it", "image 1 sets"),
        ("image 1의" + "x" * 100, "image 1의" + "x" * 15),
    ],
)
def test_an_excerpt_ends_with_the_next_word_or_the_sentence(prompt: str, excerpt: str) -> None:
    assert excerpts(prompt)["image 1"] == (excerpt,)


def test_what_names_no_asset_is_a_stray() -> None:
    assert [(one.kind, one.number) for one in strays("Image 3, image 0, video 1 and all sounds", ASSETS)] == [
        ("image", 3),
        ("image", 0),
    ]


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: str(asset.role))
def test_what_is_offered_names_the_asset_and_nothing_else(asset: Asset) -> None:
    assert asset.role is not None
    found = offers(PROFILE.phrasings.values(), asset.role)
    assert found
    for offer in found:
        assert named(offer.words) == [(asset.role.kind, asset.role.number)]


def test_without_a_request_every_documented_phrasing_is_offered_with_n() -> None:
    found = offers_for_any(PROFILE.phrasings.values())
    assert [offer.purpose for offer in found][:2] == ["first frame", "a character's appearance"]
    assert all("N" in offer.words and "{" not in offer.words for offer in found)


def test_a_phrasing_in_which_no_number_fits_is_refused_with_its_place(tmp_path: Path) -> None:
    text = 'extends = "seedance-2.0-2026-04"\n[phrasings.style]\nwords = "Make it look like the picture"\n'
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ProfileError, match=r"phrasings\.style.*expected \{n\}"):
        load(str(tmp_path / "mine.toml"))


def test_a_profile_may_bring_a_phrasing_of_its_own(tmp_path: Path) -> None:
    own = '[phrasings.cut]\nkind = "video"\npurpose = "cut"\nwords = "Cut as video {n}"\nsource = "our own trials"\n'
    (tmp_path / "mine.toml").write_text(f'extends = "seedance-2.0-2026-04"\n{own}read = 2026-11-22\n')
    found = load(str(tmp_path / "mine.toml")).phrasings
    assert [one.words for one in found.values()][-1] == "Cut as video {n}"
    assert len(found) == 6
