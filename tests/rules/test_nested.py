"""What stands inside a field: shots that make up a video, and voices bound to what is sent."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from preflight.profiles import load
from preflight.profiles.settings import OutputLength
from preflight.rules.nested import nested
from tests.rules.requests import request

SHOTS, FIELD = load("kling-o3-image-to-video-2026-10"), "model_params.multi_prompt"
LIMIT = SHOTS.request.shots[FIELD]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["1e400", "-1", "1/0"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["prompt", "duration", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def wrong(shots: Any, duration: int | None = None) -> list[str]:  # noqa: ANN401 - whatever a person sends
    whole = request(1, fields={FIELD: shots}, **({} if duration is None else {"duration": duration}))
    return [one.message for one in nested(whole, SHOTS)]


def shot(seconds: object = 5, prompt: object = "A street.") -> dict[str, object]:
    return {"prompt": prompt, "duration": seconds}


def test_shots_that_add_up_to_the_video_are_right() -> None:
    assert wrong([shot(2), shot("3")], 5) == []
    assert wrong([shot("2.5"), shot(2.5)], 5) == []
    assert wrong([shot(2)] * LIMIT.max, 2 * LIMIT.max) == []


def test_shots_that_are_together_longer_or_shorter_are_told_exactly() -> None:
    (told,) = wrong([shot(2), shot("2.9")], 5)
    assert told == f"{FIELD}: the shots are 4.9 s together; they have to be the 5 s of the video"
    (told,) = wrong([shot("1e400")], 5)
    assert "the shots are 1.000e+400 s together" in told


@pytest.mark.parametrize("count", [0, LIMIT.max + 1])
def test_too_many_shots_or_none_are_told(count: int) -> None:
    told = wrong([shot(1)] * count, count or 5)
    assert told == [f"{FIELD} has {count} shots; 1 to {LIMIT.max} allowed"]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (shot(prompt=""), "shot 1 has no prompt"),
        (shot(prompt=" \n"), "shot 1 has no prompt"),
        (shot(prompt=["A street."]), "shot 1 has no prompt"),
        (shot(0), "shot 1 has no duration in seconds"),
        (shot(-5), "shot 1 has no duration in seconds"),
        (shot(True), "shot 1 has no duration in seconds"),
        (shot("soon"), "shot 1 has no duration in seconds"),
        (shot("1/0"), "shot 1 has no duration in seconds"),
        (shot(None), "shot 1 has no duration in seconds"),
    ],
)
def test_a_shot_has_a_prompt_and_a_length(one: dict[str, object], said: str) -> None:
    assert f"{FIELD}: {said}" in wrong([one])


def test_what_is_no_shot_is_told_twice_over_and_the_sum_is_not_guessed() -> None:
    assert wrong(["A street."], 5) == [
        f"{FIELD}: shot 1 has no prompt",
        f"{FIELD}: shot 1 has no duration in seconds",
    ]


def test_a_prompt_may_be_as_long_as_documented() -> None:
    most = LIMIT.max_characters
    assert most
    assert wrong([shot(5, "a" * most)], 5) == []
    (told,) = wrong([shot(5, "a" * (most + 1))], 5)
    assert f"its prompt has {most + 1:,} characters; at most {most:,} allowed" in told


@given(st.lists(ANYTHING, max_size=4))
def test_whatever_stands_there_is_told_in_words(shots: list[Any]) -> None:
    for told in wrong(shots, 5):
        assert told.startswith(FIELD)


VOICES, VOICE = load("wan2.7-reference-video-2026-10"), "model_params.voice_bindings"


def unbound(images: int, videos: int, bindings: dict[str, str]) -> list[str]:
    whole = request(images, videos, fields={VOICE: bindings})
    return [one.message.removeprefix(f"{VOICE}: ") for one in nested(whole, VOICES)]


def test_each_reference_that_is_sent_may_have_a_voice() -> None:
    assert unbound(2, 1, {"image1": "https://a", "image2": "https://b", "video1": "https://c"}) == []


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("image3", "image3 is bound, but 2 images sent"),
        ("video2", "video2 is bound, but 1 video sent"),
        ("audio1", "'audio1' names no reference; image1 or video1 is how one is named"),
        ("image0", "'image0' names no reference; image1 or video1 is how one is named"),
        ("image01", "'image01' names no reference; image1 or video1 is how one is named"),
        ("image\u0661", "'image\u0661' names no reference; image1 or video1 is how one is named"),
        ("IMAGE1", "'IMAGE1' names no reference; image1 or video1 is how one is named"),
        ("", "'' names no reference; image1 or video1 is how one is named"),
    ],
)
def test_a_voice_of_nothing_that_is_sent_is_told(key: str, said: str) -> None:
    assert unbound(2, 1, {key: "https://a"}) == [said]


def test_too_many_voices_or_none_are_told() -> None:
    most = VOICES.request.bindings[VOICE].max
    assert unbound(0, 0, {}) == [f"{VOICE} has 0 entries; 1 to {most} allowed"]
    assert unbound(9, 0, {f"image{n}": "https://a" for n in range(1, most + 1)}) == []
    (told,) = unbound(9, 0, {f"image{n}": "https://a" for n in range(1, most + 2)})
    assert told == f"{VOICE} has {most + 1} entries; 1 to {most} allowed"


def test_shots_barely_off_the_video_are_told_with_the_digits_that_differ() -> None:
    (told,) = wrong([shot("5.0004")], 5)
    assert told == f"{FIELD}: the shots are 5.0004 s together; they have to be the 5 s of the video"


def test_shots_have_nothing_to_add_up_to_where_the_length_is_left_to_the_model() -> None:
    length = OutputLength(source="a page", read=dt.date(2026, 11, 29), min=3, max=15, special=(-1,))
    profile = replace(SHOTS, request=replace(SHOTS.request, duration_s=length))
    whole = request(1, fields={FIELD: [shot(2), shot(3)]}, duration=-1)
    assert list(nested(whole, profile)) == []
    assert [one.message for one in nested(replace(whole, spec=replace(whole.spec, duration=6)), profile)]
