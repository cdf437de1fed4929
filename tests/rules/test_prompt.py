"""Rules for the prompt: its length on each scale, and the references that it names."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from preflight.profiles import Profile, load
from preflight.profiles.settings import PromptLength, Tags
from preflight.rules import judge_request
from tests.rules.requests import FRAMES, NEWER, WORDS, messages, request, said, severities
from tests.specimens import PROFILE


@pytest.mark.parametrize(
    ("prompt", "broken"),
    [
        ("word " * 1000, False),
        ("word " * 1001, True),
        ("각" * 500, False),
        ("각" * 501, True),
        ("字" * 501, True),
        ("각" * 250 + " word" * 500, False),
        ("각" * 250 + " word" * 501, True),
        ("- . ! " * 9000, False),
        ("", True),
        ("   ", True),
        ("\u200b", True),
        ("dark,moody," * 500, False),
        ("dark,moody," * 501, True),
        ("ก" * 20_000, False),
        ("ก" * 20_001, True),
        (None, False),
    ],
)
def test_a_prompt_has_one_budget_on_two_scales(prompt: str | None, broken: bool) -> None:
    assert ("request/prompt-length" in said(request(images=1, prompt=prompt))) is broken


def test_a_prompt_that_is_too_long_is_told_by_how_much() -> None:
    (message,) = messages(request(images=1, prompt="image 1 " + "각" * 600), "request/prompt-length")
    assert message.startswith("the prompt has 600 Korean/Chinese characters and 2 words; up to 500 of the one or 1,000")
    assert message.endswith("(120.2% of the budget)")


def test_a_budget_that_is_barely_passed_is_not_called_full() -> None:
    (message,) = messages(request(images=1, prompt="image 1 " + "word " * 999), "request/prompt-length")
    assert "(100.0% of the budget)" not in message


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("use image 3", 'the prompt names "image 3", but 2 images sent'),
        ("use image 0", 'the prompt names "image 0", but 2 images sent'),
        ("이미지 3", 'the prompt names "image 3", but 2 images sent'),
        ("图片3", 'the prompt names "image 3", but 2 images sent'),
        ("images 1-3", 'the prompt names "image 3", but 2 images sent'),
        ("이미지 2~3", 'the prompt names "image 3", but 2 images sent'),
        ("图1至图3", 'the prompt names "image 3", but 2 images sent'),
        ("image 99999999999999999999", 'the prompt names "image 1000000000", but 2 images sent'),
        ("use video 2", 'the prompt names "video 2", but 1 video sent'),
        ("use audio 1", 'the prompt names "audio 1", but no audio is sent'),
        ("the third image", 'the prompt names "image 3", but 2 images sent'),
        ("第二段视频", 'the prompt names "video 2", but 1 video sent'),
        ("3번 이미지", 'the prompt names "image 3", but 2 images sent'),
        ("3枚目の画像", 'the prompt names "image 3", but 2 images sent'),
    ],
)
def test_a_reference_to_what_is_not_sent_is_an_error(prompt: str, message: str) -> None:
    found = said(request(images=2, videos=1, prompt=f"image 1, image 2, video 1; {prompt}"))["request/prompt-reference"]
    assert [(finding.severity, finding.message) for finding in found] == [("error", message)]


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (
            "Clip 2: the door opens",
            '"Clip 2" may name video 2, and then it is missing (1 video sent); or it is a heading, and nothing is',
        ),
        ("image 1 and 3 friends", "or it is a count of what follows, and nothing is missing"),
        ("图片1和3只猫", "or it is a count of what follows"),
        ("image 2024 style", "or it is a year"),
        ("as in image 3b", "or it is part of a name"),
    ],
)
def test_words_that_may_be_something_else_are_a_warning_that_says_how_each_reading_goes(
    prompt: str, message: str
) -> None:
    found = said(request(images=2, videos=1, prompt=f"image 1, image 2, video 1. {prompt}"))["request/prompt-reference"]
    assert [finding.severity for finding in found] == ["warning"]
    assert message in found[0].message


def test_an_uncertain_mention_within_its_array_names_its_asset() -> None:
    assert severities(request(images=1, videos=2, prompt="image 1. Clip 1: a door. Clip 2: a hall.")) == {}


def test_an_edition_with_a_hard_maximum_refuses_what_passes_it_by_every_count() -> None:
    newer = load("seedance-2.0-2026-10")
    found = said(request(images=1, prompt="image 1 " + "字" * 20_000), newer)["request/prompt-length"]
    assert [(one.severity, one.unit) for one in found] == [("warning", "characters"), ("error", "tokens")]
    found = said(request(images=1, prompt="image 1 " + "字" * 6_000), newer)["request/prompt-length"]
    assert [(one.severity, one.unit) for one in found] == [("warning", "characters"), ("warning", "tokens")]


def test_what_is_sent_and_never_mentioned_is_an_info() -> None:
    found = said(request(images=2, videos=1, prompt="image 1 walks"))["request/prompt-reference"]
    assert [(f.severity, f.message) for f in found] == [
        ("info", "the prompt never mentions image 2"),
        ("info", "the prompt never mentions video 1"),
    ]


def test_all_of_a_kind_mentions_each_of_it() -> None:
    assert severities(request(images=3, prompt="use all images")) == {}


def test_a_tag_is_a_warning_where_the_document_knows_none() -> None:
    whole = request(images=1, prompt="@image1 and @image1 walk")
    assert severities(whole) == {"request/prompt-tag": "warning"}
    assert messages(whole, "request/prompt-tag") == [
        "the prompt uses tags (@image1); this edition knows plain words only"
    ]
    assert severities(whole, NEWER) == {}


@pytest.mark.parametrize("profile", [FRAMES, WORDS], ids=["frames", "words"])
@pytest.mark.parametrize("prompt", ["word " * 1001, "Image 7 and @image9.", None])
def test_what_an_edition_does_not_say_of_the_prompt_is_not_judged(profile: Profile, prompt: str | None) -> None:
    images = profile.image.count.min
    assert severities(request(images=images, prompt=prompt), profile) == {}


@pytest.mark.parametrize("profile", [FRAMES, WORDS], ids=["frames", "words"])
@pytest.mark.parametrize("prompt", [" \n", "\u200b\u2060"])
def test_an_empty_prompt_is_refused_where_no_length_is_told_too(profile: Profile, prompt: str) -> None:
    whole = request(images=profile.image.count.min, prompt=prompt)
    assert severities(whole, profile) == {"request/prompt-length": "error"}


@given(st.text(max_size=120), st.integers(0, 3))
def test_any_prompt_is_judged_to_values(prompt: str, images: int) -> None:
    for finding in judge_request(request(images=images, prompt=prompt), PROFILE):
        assert finding.rule.startswith("request/")
        assert finding.message.isprintable()


# ---- editions made up for the prompt ---------------------------------------------------------------------------------

ABOUT: dict[str, Any] = {"source": "a page", "read": dt.date(2026, 11, 29)}


ELEVEN = "the prompt has 11 characters; at most 10 characters allowed"


def limited(prompt: PromptLength | None = None, tags: Tags | None = None) -> Profile:
    """Limit a prompt by these alone."""
    return replace(PROFILE, request=replace(PROFILE.request, prompt=prompt, tags=tags))


def lengths(prompt: str, **limit: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - any limit of a prompt
    found = said(request(images=1, prompt=prompt), limited(PromptLength(**ABOUT, **limit)))
    return [(one.severity, one.message) for one in found.get("request/prompt-length", [])]


@pytest.mark.parametrize(
    ("prompt", "limit", "found"),
    [
        ("a" * 10, {"max_characters": 10}, []),
        ("a" * 11, {"max_characters": 10}, [("error", ELEVEN)]),
        (
            "a" * 11,
            {"max_characters": 10, "cut": True},
            [("warning", f"{ELEVEN}: what is beyond is cut off without a word")],
        ),
        ("字" * 5, {"max_characters": 10, "max_wide_characters": 5}, []),
        (
            "字" * 6,
            {"max_characters": 10, "max_wide_characters": 5},
            [("error", "the prompt has 6 characters; at most 10 characters, or 5 Korean/Chinese ones, allowed")],
        ),
        ("字" * 3 + "a" * 4, {"max_characters": 10, "max_wide_characters": 5}, []),
        (
            "字" * 3 + "a" * 5,
            {"max_characters": 10, "max_wide_characters": 5},
            [("error", "the prompt has 8 characters; at most 10 characters, or 5 Korean/Chinese ones, allowed")],
        ),
        ("e\u0301" * 10, {"max_characters": 10}, []),
        ("anything", {}, []),
    ],
)
def test_characters_of_any_script_are_counted_as_they_are_composed(
    prompt: str, limit: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert lengths(prompt, **limit) == found


@given(st.integers(1, 400), st.integers(0, 450))
def test_a_budget_is_inclusive_and_what_is_beyond_is_told_by_more_than_the_whole(most: int, used: int) -> None:
    found = lengths("word " * used or "-", characters=most, words=most)
    assert bool(found) is (used > most)
    for _, message in found:
        share = message.partition("allowed (")[2].removesuffix("% of the budget)")
        assert float(share.replace(",", "")) > 100


def test_a_large_budget_that_is_barely_passed_is_told_with_the_digits_that_differ() -> None:
    ((_, message),) = lengths("word " * 10_001, characters=5_000, words=10_000)
    assert message.endswith("(100.01% of the budget)")


def test_a_budget_that_is_only_recommended_is_a_warning_in_other_words() -> None:
    found = lengths("word " * 11, characters=5, words=10, severity="warning")
    assert [severity for severity, _ in found] == ["warning"]
    assert "of the other recommended" in found[0][1]


def named(prompt: str, images: int = 2, **tags: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401 - any way of naming
    """Judge how a prompt writes its references."""
    found = said(request(images=images, prompt=prompt), limited(tags=Tags(**ABOUT, **tags)))
    styles = [*found.get("request/prompt-style", []), *found.get("request/prompt-tag", [])]
    return [(one.rule.rpartition("-")[2], one.severity, one.message) for one in styles]


MISSING = "the prompt has to name each image, and does not name "


@pytest.mark.parametrize(
    ("prompt", "severity", "missing"),
    [
        ("character1 meets character2", None, ""),
        ("CHARACTER1 meets Character2.", None, ""),
        ("character1 waits", "warning", "character2"),
        ("nobody", "error", "character1, character2"),
        ("character12 and mycharacter2", "error", "character1, character2"),
        ("(character1), character2!", None, ""),
        ("그는 character1과 character2를 본다", None, ""),
    ],
)
def test_each_image_is_named_by_its_mandatory_word_standing_by_itself(
    prompt: str, severity: str | None, missing: str
) -> None:
    found = named(prompt, understood=True, required="character{n}")
    assert found == ([("style", severity, MISSING + missing)] if severity else [])


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("image 1 and image 2", 'the prompt writes "image 1"; the documents of this model write "<<<image_1>>>"'),
        ("<<<image_1>>> and <<<image_2>>>", None),
        ("Clip 2: the door opens", None),
        ("nothing at all", None),
    ],
)
def test_a_reference_written_in_another_way_than_the_documents_is_an_info(prompt: str, told: str | None) -> None:
    found = named(prompt, understood=True, preferred="<<<{kind}_{n}>>>")
    assert found == ([("style", "info", told)] if told else [])


@pytest.mark.parametrize("understood", [True, False])
def test_a_tag_is_told_where_it_is_not_understood(understood: bool) -> None:
    found = named("@image1 and @image2, @image1", understood=understood)
    words = "the prompt uses tags (@image1, @image2); this edition knows plain words only"
    assert found == ([] if understood else [("tag", "error", words)])


@given(st.text(max_size=80), st.booleans(), st.sampled_from([None, "<<<{kind}_{n}>>>", "{Kind} {n}"]), st.booleans())
def test_any_prompt_is_judged_by_any_way_of_naming(
    prompt: str, understood: bool, preferred: str | None, required: bool
) -> None:
    tags = Tags(**ABOUT, understood=understood, preferred=preferred, required="character{n}" if required else None)
    for finding in judge_request(request(images=2, prompt=prompt), limited(tags=tags)):
        assert finding.message.isprintable()
