"""Which models take files: the least loss first, each file judged once for each set of limits."""

from fractions import Fraction

import msgspec
import pytest

from preflight.flow.where import as_for, in_order, where_files, where_request
from preflight.profiles import load, load_all, names
from preflight.request.file import RequestSpec, with_roles
from preflight.values.assets import Asset
from preflight.values.facts import Facts
from preflight.values.places import WAYS, Answer, Place
from preflight.values.probed import Fault, Probed
from tests.made import AUDIO, IMAGE, VIDEO, image, measured, video

ALL = load_all(names())


def by_model(*facts: Facts) -> dict[str, Place]:
    places = where_files([measured(one, f"{n}.{one.format}") for n, one in enumerate(facts)], ALL)
    return {place.model: place for place in places}


def test_editions_that_are_loaded_together_are_those_that_are_loaded_alone() -> None:
    assert [load(name) for name in names()] == ALL


def test_every_model_is_told_once() -> None:
    places = where_files([measured(IMAGE)], ALL)
    assert len({place.model for place in places}) == len(places) >= 89


@pytest.mark.parametrize(
    ("facts", "model", "way"),
    [
        (IMAGE, "seedance-2.5-reference-to-video", "as it is"),
        (IMAGE, "seedance-2.5-text-to-video", "never"),
        (image(format="bmp"), "wan3.0-reference-video", "as it is"),
        (image(format="bmp"), "seedance-2.0-reference-to-video", "lossless"),
        (image(width_px=8000, height_px=8000), "wan3.0-reference-video", "as it is"),
        (image(width_px=8000, height_px=8000), "minimax-h3-reference-to-video", "lossy"),
        (image(width_px=8000, height_px=1000), "seedance-2.5-reference-to-video", "never"),
        (VIDEO, "kling-o3-reference-to-video", "as it is"),
        (video(format="matroska"), "seedance-2.5-reference-to-video", "lossless"),
        (video(frame_rate_hz=Fraction(24000, 1001)), "minimax-h3-reference-to-video", "as it is"),
        (video(frame_rate_hz=Fraction(24000, 1001)), "seedance-2.5-reference-to-video", "lossy"),
        (video(width_px=3840, height_px=2160), "seedance-2.0-reference-to-video", "lossy"),
        (video(width_px=3840, height_px=2160), "seedance-2.5-reference-to-video", "as it is"),
        (AUDIO, "minimax-h3-reference-to-video", "as it is"),
        (AUDIO, "wan2.6-image-to-video", "lossy"),
    ],
)
def test_a_file_is_taken_as_it_is_after_a_fix_or_never(facts: Facts, model: str, way: str) -> None:
    assert by_model(facts)[model].way == way


def test_what_could_not_be_measured_cannot_be_told() -> None:
    probed = Probed(asset=Asset(path="a.mp4"), fault=Fault("unmeasured", "took too long"), hint="video")
    place = {one.model: one for one in where_files([probed], ALL)}["seedance-2.5-reference-to-video"]
    assert (place.way, place.why[0].rule) == ("unsure", "video/unjudged")


def test_the_least_loss_comes_first_and_then_the_price() -> None:
    places = where_files([measured(image(format="bmp"))], ALL)
    assert places == in_order(reversed(places))
    ways = [place.way for place in places]
    assert ways == sorted(ways, key=WAYS.index)
    priced = [place.usd for place in places if place.way == "as it is" and place.usd is not None]
    assert priced == sorted(priced)


def test_what_breaks_only_limits_in_doubt_is_perhaps_as_it_is_behind_what_is_surely_so() -> None:
    places = where_files([measured(image(format="png")), measured(video(duration_s=Fraction(16)))], ALL)
    (doubtful,) = [one for one in places if one.model == "byteplus/seedance-2.0"]
    assert (doubtful.way, doubtful.doubts, doubtful.counts["as it is"]) == ("doubtful", 1, 1)
    assert [(one.rule, one.way) for one in doubtful.why] == [("video/duration", "doubtful")]
    sure = [at for at, one in enumerate(places) if one.way == "as it is"]
    assert sure
    assert max(sure) < places.index(doubtful) < min(at for at, one in enumerate(places) if one.way == "lossy")


@pytest.mark.parametrize(
    ("facts", "model"),
    [
        (video(codec="prores", format="mov"), "seedance-2.0-reference-to-video"),
        (video(sound_codec="pcm_s16le", format="mov"), "seedance-2.5-reference-to-video"),
        (video(bytes=210_000_000 - 1_000_000), "seedance-2.5-reference-to-video"),
        (image(bytes=30_500_000), "seedance-2.0-reference-to-video"),
        (image(alpha=True, mode="RGBA", format="webp", bytes=20_500_000), "wan3.0-reference-video"),
    ],
)
def test_what_is_only_seen_accepted_or_within_the_larger_reading_of_a_limit_is_in_doubt(
    facts: Facts, model: str
) -> None:
    assert by_model(facts)[model].way == "doubtful"


def test_a_limit_that_is_only_advised_leaves_nothing_in_doubt() -> None:
    tall = by_model(image(width_px=1000, height_px=3000))["happyhorse-1.1-reference-to-video"]
    assert (tall.way, tall.doubts) == ("as it is", 0)


def test_a_limit_in_doubt_that_a_fix_leaves_broken_is_told_beside_it() -> None:
    place = by_model(video(frame_rate_hz=Fraction(24000, 1001)), image(format="heic"))["byteplus/seedance-2.5"]
    assert (place.way, place.doubts) == ("lossy", 1)
    assert [one.way for one in place.why] == ["lossy", "doubtful"]
    big = by_model(image(width_px=7000, bytes=31_000_000))["byteplus/seedance-2.0"]
    assert (big.way, big.doubts) == ("doubtful", 1)


def test_of_two_that_need_the_same_fix_the_one_without_doubts_comes_first() -> None:
    def place(model: str, doubts: int) -> Place:
        answer = Answer(way="lossless", why="x", rule="video/format")
        counts = {way: int(way == "lossless") for way in WAYS}
        return Place(model=model, edition="e", way="lossless", counts=counts, doubts=doubts, why=(answer,))

    assert [one.model for one in in_order([place("a", 1), place("b", 0)])] == ["b", "a"]


def test_a_request_that_breaks_only_limits_in_doubt_is_perhaps_taken() -> None:
    place = request("byteplus/seedance-2.0", *["image"] * 10)["byteplus/seedance-2.0"]
    assert (place.way, [one.rule for one in place.why]) == ("doubtful", ["request/image-count"])


def test_limits_that_no_document_gives_are_named() -> None:
    of = by_model(IMAGE)
    assert of["fal/seedance-2.5"].unsaid == ("image.side_px", "image.aspect_ratio", "image.bytes")
    assert of["seedance-2.5-reference-to-video"].unsaid == ()
    assert "video.frame_rate_hz" in by_model(VIDEO)["wan3.0-reference-video"].unsaid


def test_reasons_say_the_rule_the_words_and_the_document() -> None:
    (why,) = by_model(image(width_px=8000, height_px=8000))["minimax-h3-reference-to-video"].why
    assert (why.rule, why.way) == ("image/side", "lossy")
    assert "256 to 5,760 px allowed" in why.why
    assert "minimax-h3-reference-to-video" in why.source


def request(model: str, *kinds: str, **settings: int | str) -> dict[str, Place]:
    assets = [*with_roles("image", [f"{n}.png" for n, kind in enumerate(kinds) if kind == "image"])]
    assets += with_roles("video", [f"{n}.mp4" for n, kind in enumerate(kinds) if kind == "video"])
    spec = RequestSpec(assets=tuple(assets), prompt="A street.", model=model)
    spec = msgspec.structs.replace(spec, **settings)
    facts = [IMAGE if one.role and one.role.kind == "image" else VIDEO for one in assets]
    probed = tuple(Probed(asset=asset, facts=one) for asset, one in zip(assets, facts, strict=True))
    return {place.model: place for place in where_request(spec, probed, ALL)}


def test_a_request_is_asked_of_every_model_with_its_assets_where_that_has_them() -> None:
    places = request("seedance-2.0-reference-to-video", "image", "video", duration=8)
    assert places["seedance-2.0-reference-to-video"].way == "as it is"
    assert places["kling-o3-reference-to-video"].way == "as it is"
    assert places["seedance-2.5-video-edit"].why[0].rule == "request/duration"
    assert places["wan3.0-image-to-video"].way == "never"


def test_a_single_image_stands_in_the_field_of_the_first_frame() -> None:
    spec = RequestSpec(assets=tuple(with_roles("image", ["a.png", "b.png"])), prompt="A street.")
    placed = as_for(spec, load("wan3.0-image-to-video-2026-10"))
    assert [str(one.role) for one in placed.assets] == ["image_start", "image_end"]
    assert as_for(spec, load("seedance-2.5-reference-to-video-2026-10")) == spec


def test_a_price_of_a_request_is_that_of_its_length() -> None:
    places = request("seedance-2.0-reference-to-video", "image", duration=10, quality="720p")
    usd = places["seedance-2.0-reference-to-video"].usd
    assert usd is not None
    assert abs(float(usd) - 135 / 68) < 0.001
