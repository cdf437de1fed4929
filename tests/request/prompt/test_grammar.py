"""The prompt as the service reads it: references in three languages, and a length on two scales."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from preflight.request.prompt import length, mentions
from preflight.request.prompt.grammar import MOST_SPREAD, UNREADABLE, kinds


def named(prompt: str) -> list[tuple[str, int | None]]:
    return [(mention.kind, mention.number) for mention in mentions(prompt)]


@pytest.mark.parametrize(
    "prompt",
    [
        "image 1",
        "Image1",
        "IMAGE 1",
        "@image1",
        "@Image 1",
        "[Image 1]",
        "[@image1]",
        "@[Image 1]",
        "image_1",
        "image-1",
        "image #1",
        "picture 1",
        "이미지 1",
        "이미지1",
        "사진 1",
        "图片1",
        "图片 1",
        "圖片1",
        "use image 1's palette",
        "image 1, then",
        "(image 1)",
        "**image 1**",
        "이미지 1의 색감",
        "参考图片1的风格",
        "参考图1的风格",
        "Image No. 1",
        "image number 1",
        "image \u2116 1",
        "Image (1)",
        "图片\uff081\uff09",
    ],
)
def test_image_1_is_understood_however_it_is_written(prompt: str) -> None:
    assert named(prompt) == [("image", 1)]


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("video 2", "video"),
        ("clip 2", "video"),
        ("비디오 2", "video"),
        ("영상 2", "video"),
        ("동영상 2", "video"),
        ("视频2", "video"),
        ("視頻2", "video"),
        ("audio 2", "audio"),
        ("sound 2", "audio"),
        ("오디오 2", "audio"),
        ("音频2", "audio"),
        ("@Video2", "video"),
        ("@audio2", "audio"),
    ],
)
def test_clips_and_sounds_are_understood_in_three_languages(prompt: str, kind: str) -> None:
    assert named(prompt) == [(kind, 2)]


@pytest.mark.parametrize("word", list(kinds()))
def test_every_known_word_names_a_reference(word: str) -> None:
    assert named(f"{word} 3") == [(kinds()[word], 3)]
    assert named(f"{word}3") == [(kinds()[word], 3)]


@pytest.mark.parametrize(
    ("prompt", "numbers"),
    [
        ("images 1 and 2", [1, 2]),
        ("images 1, 2 and 3", [1, 2, 3]),
        ("images 1, 2, and 3", [1, 2, 3]),
        ("images 1 & 2", [1, 2]),
        ("이미지 1와 2", [1, 2]),
        ("이미지 1, 2", [1, 2]),
        ("图片1和2", [1, 2]),
        ("图片1、2", [1, 2]),
        ("image 1 and image 2", [1, 2]),
    ],
)
def test_a_list_of_numbers_names_each(prompt: str, numbers: list[int]) -> None:
    assert named(prompt) == [("image", number) for number in numbers]


@pytest.mark.parametrize(
    "prompt",
    [
        *("images 1-3", "images 1\u20133", "images 1~3", "images 1 - 3", "images 1 to 3"),
        *("images 1 through 3", "images 1-to-3", "images #1-#3", "images (1-3)", "images 3-1"),
        *("image 1-3", "image 1 through image 3", "image1-image3", "@image1-3", "이미지 1~3"),
        *("이미지 1 ~ 3", "이미지 1부터 3까지", "이미지 1번부터 3번까지", "이미지 1에서 3까지", "图片1-3"),
        *("图片1到3", "图1至图3", "images 1-2, 3", "images 1 and 2-3"),
    ],
)
def test_a_range_names_each_of_its_numbers(prompt: str) -> None:
    assert named(prompt) == [("image", 1), ("image", 2), ("image", 3)]


def test_a_range_of_more_than_a_hundred_counts_as_its_ends() -> None:
    assert len(named("images 1-100")) == 100
    assert named("images 1-101") == [("image", 1), ("image", 101)]


@pytest.mark.parametrize("prompt", ["images 1-100, " * 20_000, "image 1-100. " * 20_000])
def test_ranges_are_spread_up_to_a_bound(prompt: str) -> None:
    assert len(mentions(prompt)) <= MOST_SPREAD + 2 * 20_000


@pytest.mark.parametrize(
    ("prompt", "number"),
    [
        ("image 1 - 3 dogs run", 1),
        ("video 1 to 5 seconds", 1),
        ("video 1, 2-3 seconds in", 1),
        ("upscale video 1 to 1080p", 1),
        ("speed video 1 up, then video 1 to 2x", 1),
        ("이미지 1에서 3명이 걷는다", 1),
        ("图片1人物", 1),
        ("morph image 1 to image 1", 1),
    ],
)
def test_a_number_beside_a_reference_makes_no_range(prompt: str, number: int) -> None:
    assert {one for _, one in named(prompt)} == {number}


@pytest.mark.parametrize("digits", ["12345", "999999999"])
def test_a_long_number_is_read_as_it_stands(digits: str) -> None:
    assert named(f"image {digits}") == [("image", int(digits))]


@pytest.mark.parametrize("digits", ["99999999999999999999", "9" * 100_000])
def test_a_number_too_long_to_read_is_one_that_nothing_has(digits: str) -> None:
    assert named(f"image {digits}") == [("image", UNREADABLE)]
    assert named(f"image 1-{digits}") == [("image", 1), ("image", UNREADABLE)]


def test_kinds_may_be_mixed_and_stay_in_the_order_of_the_text() -> None:
    prompt = "Replicate video 1's camera pacing. Use audio 1 as the soundtrack. Image 2 sets the palette."
    assert named(prompt) == [("video", 1), ("audio", 1), ("image", 2)]


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "a rider on a hill",
        "video 16:9",
        "video 1920x1080",
        "video 24fps",
        "video 24 fps",
        "a video 10 seconds long",
        "video 10s",
        "video 5.5",
        "image 100%",
        "video 4k",
        "영상 3개",
        "영상 10초",
        "视频 10秒",
        "imagery 1",
        "reimage1",
        "preimage 1",
        "imagine 1 horse",
        "1 image",
        "show the images 2-3 seconds later",
        "clip 10-15s",
        "turn the image 90 degrees",
        "the video 2x faster",
        "a video (2019)",
        "a video (24 fps)",
        "the image (2 people)",
        "地图2",
        "所有镜头的构图",
    ],
)
def test_sizes_rates_shapes_counts_and_other_words_are_no_references(prompt: str) -> None:
    assert named(prompt) == []


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("use all images", "image"),
        ("every clip", "video"),
        ("the provided audio", "audio"),
        ("both videos", "video"),
        ("모든 이미지", "image"),
        ("모든 이미지를 따라", "image"),
        ("所有视频的风格", "video"),
        ("모든 참고 이미지를", "image"),
        ("各画像の色", "image"),
        ("all of the images", "image"),
        ("follow the clips", "video"),
        ("the texture of the 3 provided images", "image"),
    ],
)
def test_all_of_a_kind_can_be_meant(prompt: str, kind: str) -> None:
    assert named(prompt) == [(kind, None)]


@pytest.mark.parametrize(
    "prompt",
    [
        "the first frame of the video",
        "throughout the entire video",
        "the whole video",
        "each frame of the video",
        "all the colours of the picture",
        "각 포즈마다 다른 옷을 입는 이미지",
        "各シーンの光は柔らかく、静かな画像",
        "the figures walk into the fog",
    ],
)
def test_the_video_that_is_to_be_made_is_no_reference(prompt: str) -> None:
    assert named(prompt) == []


def test_zero_and_numbers_beyond_all_arrays_are_reported_as_they_stand() -> None:
    assert named("image 0 and video 12") == [("image", 0), ("video", 12)]


@pytest.mark.parametrize(
    ("prompt", "tag"),
    [("@image1", True), ("[@image1]", True), ("@Image 1", True), ("image 1", False), ("[Image 1]", False)],
)
def test_a_tag_is_told_from_plain_words(prompt: str, tag: bool) -> None:
    assert [mention.tag for mention in mentions(prompt)] == [tag]


def test_a_mention_knows_its_words_and_where_they_stand() -> None:
    (mention,) = mentions("Use [Image 1] here")
    assert mention.text.startswith("[Image 1")
    assert "Use [Image 1] here"[mention.start :].startswith(mention.text)


def test_a_decomposed_word_names_a_reference_like_a_composed_one() -> None:
    assert named(unicodedata.normalize("NFD", "이미지 1")) == [("image", 1)]


@given(st.text(max_size=200))
def test_any_text_can_be_measured_and_no_mention_lies_outside_it(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    counted = length(text)
    assert 0 <= counted.characters <= len(text)
    assert 0 <= counted.words <= len(text)
    for mention in mentions(text):
        assert text[mention.start :].startswith(mention.text)


@given(st.integers(1, 9), st.sampled_from(sorted(kinds())), st.sampled_from(["", " ", " #", "_"]))
def test_a_reference_is_found_wherever_it_stands(number: int, word: str, between: str) -> None:
    assume((word, number) != ("figure", 8))  # a shape
    prompt = f"Begin. {word}{between}{number}. End."
    assert (kinds()[word], number) in named(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        *("image " * 20_000, "all " * 20_000, "1, " * 50_000, "image 1, " * 20_000, "@[" * 50_000, "image (" * 20_000),
        *("image " + "1" * 100_000 + "px", "image 1" + " -" * 50_000 + "to 3", "images 1" + " " * 90_000),
    ],
)
def test_a_long_prompt_is_read_in_a_moment(prompt: str) -> None:
    assert len(mentions(prompt)) <= 20_000


@pytest.mark.parametrize(
    ("prompt", "numbers"),
    [
        ("the eleventh image", [11]),
        ("image twelve", [12]),
        ("images ten to twelve", [10, 11, 12]),
        ("the 22nd image", [22]),
        ("열두 번째 이미지", [12]),
        ("the twenty-first and twenty-third images", [21, 23]),
    ],
)
def test_positions_beyond_ten_are_read_in_letters_too(prompt: str, numbers: list[int]) -> None:
    assert [number for _, number in named(prompt) if number] == numbers


@pytest.mark.parametrize("prompt", ["the second and third images", "the 2nd to 4th images", "the first two clips"])
def test_some_that_are_counted_are_not_all(prompt: str) -> None:
    assert None not in [number for _, number in named(prompt)]


@pytest.mark.parametrize("prompt", ["the first images", "all of the first two images", "the images of the first clip"])
def test_all_stay_meant_where_no_list_stands_in_their_place(prompt: str) -> None:
    assert None in [number for _, number in named(prompt)]
