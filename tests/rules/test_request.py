"""Rules for a request as a whole: the set, the prompt and the settings."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import Profile, load
from preflight.request.body import planned_bytes
from preflight.request.file import RequestSpec
from preflight.rules import WholeRequest, judge_request
from preflight.values.assets import Asset, Kind, Role
from preflight.values.facts import Facts
from preflight.values.findings import Finding
from preflight.values.probed import Probed
from tests.made import AUDIO, IMAGE, VIDEO, audio, video
from tests.specimens import PROFILE

NEWER = load("seedance-2.0-2026-10")
FRAMES, WORDS = load("seedance-2.0-image-to-video-2026-10"), load("seedance-2.0-text-to-video-2026-10")
SEEN = "(the service has been seen to accept it, the document does not)"
NAMED = "image 1 to image 9, images 1, 2, 3, 4, 5, 6, 7, 8 and 9, videos 1, 2, 3 and audios 1, 2, 3"


def request(
    images: int | Sequence[Facts] = 0,
    videos: int | Sequence[Facts] = 0,
    audios: int | Sequence[Facts] = 0,
    **settings: Any,  # noqa: ANN401 - any setting of a request
) -> WholeRequest:
    """Make up a request of so many good assets, or of assets with these facts."""
    probed: list[Probed] = []
    kinds: tuple[tuple[Kind, int | Sequence[Facts], Facts], ...]
    short = video(duration_s=Fraction(2), header_duration_s=Fraction(2))
    brief = audio(duration_s=Fraction(2), stored_duration_s=Fraction(2), header_duration_s=Fraction(2))
    kinds = (("image", images, IMAGE), ("video", videos, short), ("audio", audios, brief))
    for kind, wanted, usual in kinds:
        facts = [usual] * wanted if isinstance(wanted, int) else list(wanted)
        probed += [Probed(asset=Asset(path=f"{kind}{n}", role=Role(kind, n)), facts=f) for n, f in enumerate(facts, 1)]
    spec = RequestSpec(assets=tuple(one.asset for one in probed), **settings)
    return WholeRequest(spec=spec, probed=tuple(probed), body_bytes=planned_bytes(spec, PROFILE))


def said(whole: WholeRequest, profile: Profile = PROFILE) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in judge_request(whole, profile):
        found.setdefault(finding.rule, []).append(finding)
    return found


def severities(whole: WholeRequest, profile: Profile = PROFILE) -> dict[str, str]:
    return {rule: findings[0].severity for rule, findings in said(whole, profile).items()}


def messages(whole: WholeRequest, rule: str, profile: Profile = PROFILE) -> list[str]:
    return [finding.message for finding in said(whole, profile).get(rule, [])]


def clips(*seconds: str) -> list[Facts]:
    return [video(duration_s=Fraction(s), header_duration_s=Fraction(s)) for s in seconds]


def sounds(*seconds: str) -> list[Facts]:
    return [
        audio(duration_s=Fraction(s), stored_duration_s=Fraction(s), header_duration_s=Fraction(s)) for s in seconds
    ]


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        (request(images=1), {}),
        (request(images=9), {}),
        (request(images=10), {"request/image-count": "error"}),
        (request(videos=3), {}),
        (request(videos=4), {"request/video-count": "error"}),
        (request(images=1, audios=3), {}),
        (request(images=1, audios=4), {"request/audio-count": "error"}),
        (request(audios=1), {"request/audio-alone": "error"}),
        (request(videos=1, audios=1), {}),
        (request(), {"request/no-references": "warning"}),
        (request(videos=clips("5", "5", "5")), {}),
        (request(videos=clips("5", "5", "5.001")), {"request/video-total-duration": "error"}),
        (request(videos=1, audios=sounds("7.5", "7.5")), {}),
        (request(videos=1, audios=sounds("7.5", "7.501")), {"request/audio-total-duration": "error"}),
        (request(images=1, duration=4), {}),
        (request(images=1, duration=3), {"request/duration": "error"}),
        (request(images=1, duration=15), {}),
        (request(images=1, duration=16), {"request/duration": "error"}),
        (request(images=1, quality="480p"), {}),
        (request(images=1, quality="1080p"), {"request/quality": "error"}),
        (request(images=1, quality="720P"), {"request/quality": "error"}),
        (request(images=1, aspect_ratio="21:9"), {}),
        (request(images=1, aspect_ratio="2:1"), {"request/aspect-ratio": "error"}),
        (request(images=1, callback_url="https://example.com/hook"), {}),
        (request(images=1, callback_url="http://example.com/hook"), {"request/callback-url": "error"}),
        (request(images=1, callback_url="https://"), {"request/callback-url": "error"}),
        (request(images=1, callback_url="https://[::1"), {"request/callback-url": "error"}),
        (request(images=1, callback_url="https://10.0.0.1/"), {}),
    ],
)
def test_exactly_the_broken_thing_is_reported(whole: WholeRequest, expected: dict[str, str]) -> None:
    assert severities(whole) == expected


def test_an_empty_callback_is_not_an_address() -> None:
    assert severities(request(images=1, callback_url="")) == {"request/callback-url": "error"}


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://example.com/", None),
        ("https://10.0.0.1/", "is a private address"),
        ("https://127.0.0.1/", "is a private address"),
        ("https://[::1]/", "is a private address"),
        ("https://localhost:8000/", "is a private address"),
        ("https://nas.local/", "is a private address"),
        ("https://localhost./", "is a private address"),
        (f"https://example.com/{'x' * 2029}", "is 2,049 characters long; at most 2,048 allowed"),
        (f"https://example.com/{'x' * 2028}", None),
        ("https://127.1/x", "is a private address"),
        ("https://0x7f000001/", "is a private address"),
        ("https://2130706433/", "is a private address"),
        ("https://017700000001/", "is a private address"),
        ("https://0/", "is a private address"),
        ("https://1.2.3.4.5/", "is a private address"),
        ("https://\uff11\uff12\uff17.0.0.1/", "is a private address"),
        ("https://127\u30020\u30020\u30021/", "is a private address"),
        ("https://%31%32%37.0.0.1/", "is a private address"),
        ("https://224.0.0.1/", "is a private address"),
        ("https://[64:ff9b::a00:1]/", "is a private address"),
        ("https://[64:ff9b:1::808:808]/", "is a private address"),
        ("https://[::ffff:10.0.0.1]/", "is a private address"),
        ("https://[::127.0.0.1]/", "is a private address"),
        ("https://[2002:a00:1::]/", "is a private address"),
        ("https://[fec0::1]/", "is a private address"),
        ("https://[fe80::1%25eth0]/", "is a private address"),
        ("https://8.8/", None),
        ("https://134744072/", None),
        ("https://[64:ff9b::808:808]/", None),
        ("https://[2002:808:808::]/", None),
        ("https://[2606:4700::1111]/", None),
        ("https://b\u00fccher.example:443/", None),
        ("https://0x.example/", None),
        ("https://1and1.example/?to=a#b", None),
    ],
)
def test_the_newer_edition_calls_no_private_and_no_endless_address(url: str, fault: str | None) -> None:
    expected = [f"callback_url {fault}"] if fault else []
    assert messages(request(images=1, callback_url=url), "request/callback-url", NEWER) == expected


@pytest.mark.parametrize("profile", [PROFILE, NEWER], ids=["older", "newer"])
@pytest.mark.parametrize(
    ("url", "sound"),
    [
        ("https://a b.com:99999/x", False),
        ("https://a.com:99999/x", False),
        ("https://a.com:65536/x", False),
        ("https://a.com:65535/x", True),
        ("https://a.com:0/x", False),
        ("https://a.com:port/x", False),
        ("https://a b.com/", False),
        ("https://a%20b.com/", False),
        ("https://a\tb.com/", False),
        ("https://a\x7fb.com/", False),
        ("https://a\u200bb.com/", False),
        ("https://127.0.0.1\\@a.com/", False),
        (" https://a.com/", False),
        ("https://a.com//b c", True),
    ],
)
def test_a_server_has_a_sound_name_and_port(url: str, sound: bool, profile: Profile) -> None:
    expected = [] if sound else ["callback_url is not an address"]
    assert messages(request(images=1, callback_url=url), "request/callback-url", profile) == expected


def test_counts_name_both_numbers() -> None:
    assert messages(request(images=10), "request/image-count") == ["10 images; 0 to 9 files allowed"]


def test_lengths_together_name_the_sum_and_its_parts() -> None:
    assert messages(request(videos=clips("8", "7.0004")), "request/video-total-duration") == [
        f"15.0004 s of clips together (8 + 7); at most 15 s allowed {SEEN}"
    ]


def test_the_longest_reading_of_each_sound_counts_for_the_sum() -> None:
    stored = [msgspec.structs.replace(AUDIO, duration_s=Fraction("7.49"), stored_duration_s=Fraction("7.54"))] * 2
    assert "request/audio-total-duration" in said(request(images=1, audios=stored))


def test_an_asset_in_the_wrong_array_counts_for_none_of_the_sums() -> None:
    assert severities(request(images=1, videos=[IMAGE])) == {}


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
    found = said(request(images=1, prompt="image 1 " + "图" * 20_000), newer)["request/prompt-length"]
    assert [(one.severity, one.unit) for one in found] == [("warning", "characters"), ("error", "tokens")]
    found = said(request(images=1, prompt="image 1 " + "图" * 6_000), newer)["request/prompt-length"]
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


def test_the_newer_edition_makes_more_qualities_with_the_standard_model_only() -> None:
    assert severities(request(images=1, quality="4k"), NEWER) == {}
    fast = request(images=1, quality="4k", model="seedance-2.0-fast-reference-to-video")
    assert messages(fast, "request/quality", NEWER) == [
        "quality '4k' asked for; seedance-2.0-fast-reference-to-video makes 480p or 720p"
    ]


@pytest.mark.parametrize(
    ("whole", "profile", "expected"),
    [
        (request(images=1), FRAMES, []),
        (request(images=2), FRAMES, []),
        (request(), FRAMES, ["0 images; 1 to 2 files allowed"]),
        (request(images=3), FRAMES, ["3 images; 1 to 2 files allowed"]),
        (request(images=1, videos=1), FRAMES, ["1 clip; 0 files allowed"]),
        (request(images=1, videos=clips("9", "9")), FRAMES, ["2 clips; 0 files allowed"]),
        (request(images=1, audios=sounds("20")), FRAMES, ["1 sound; 0 files allowed"]),
        (request(), WORDS, []),
        (request(images=1), WORDS, ["1 image; 0 files allowed"]),
        (request(audios=1), WORDS, ["1 sound; 0 files allowed"]),
        (request(), NEWER, ["no image, clip or sound is sent; text-to-video does the same for less"]),
    ],
)
def test_what_may_be_sent_with_a_request_follows_the_editions_counts(
    whole: WholeRequest, profile: Profile, expected: list[str]
) -> None:
    assert [finding.message for finding in judge_request(whole, profile)] == expected


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


def test_the_body_has_no_limit_where_none_is_given() -> None:
    whole = msgspec.structs.replace(request(), body_bytes=10**12)
    assert severities(whole, WORDS) == {}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"quality": "4k"}, {}),
        ({"quality": "8k"}, {"request/quality": "error"}),
        ({"quality": "1080p", "model": "seedance-2.0-mini-text-to-video"}, {"request/quality": "error"}),
        ({"quality": "720p", "model": "seedance-2.0-mini-text-to-video"}, {}),
        ({"duration": 3}, {"request/duration": "error"}),
        ({"duration": 15, "aspect_ratio": "adaptive"}, {}),
        ({"aspect_ratio": "2:1"}, {"request/aspect-ratio": "error"}),
        ({"callback_url": "https://10.0.0.1/"}, {"request/callback-url": "error"}),
    ],
)
def test_the_settings_of_a_sister_model_are_judged_by_its_own_edition(
    settings: dict[str, Any], expected: dict[str, str]
) -> None:
    assert severities(request(**settings), WORDS) == expected


def test_a_model_that_the_edition_does_not_describe_is_named_with_those_that_it_does() -> None:
    whole = request(model="seedance-2.0-text-to-video")
    assert severities(whole, WORDS) == {}
    (finding,) = said(whole, FRAMES)["request/model"]
    assert finding.message == (
        "model 'seedance-2.0-text-to-video' asked for; seedance-2.0-image-to-video-2026-10 describes "
        "seedance-2.0-image-to-video, seedance-2.0-fast-image-to-video, seedance-2.0-mini-image-to-video"
    )
    assert finding.source
    assert finding.source.startswith("provider's family pages (newer): quality of the standard model; ")


@pytest.mark.parametrize(("size", "severity"), [(64_000_000, None), (64_000_001, "warning"), (67_108_865, "error")])
def test_the_body_has_a_limit_with_two_readings(size: int, severity: str | None) -> None:
    whole = msgspec.structs.replace(request(images=1), body_bytes=size)
    assert severities(whole) == ({"request/body-size": severity} if severity else {})


def test_what_a_person_typed_cannot_act_upon_a_terminal() -> None:
    whole = request(
        images=1, quality="\x1b[2J", aspect_ratio="\x1b[2J", callback_url="http://\x1b[2J", prompt="\x1b[2J"
    )
    for finding in judge_request(whole, PROFILE):
        assert finding.message.isprintable()


@given(st.integers(0, 12), st.integers(0, 5), st.integers(0, 5), st.integers(-5, 40), st.integers(0, 10))
def test_a_wider_limit_never_adds_a_finding(images: int, videos: int, audios: int, duration: int, more: int) -> None:
    whole = request(images=images, videos=videos, audios=audios, duration=duration)
    limits = PROFILE.request.duration_s
    assert limits
    count = PROFILE.image.count
    wider = msgspec.structs.replace(
        PROFILE,
        image=msgspec.structs.replace(PROFILE.image, count=msgspec.structs.replace(count, max=count.max + more)),
        request=msgspec.structs.replace(
            PROFILE.request, duration_s=msgspec.structs.replace(limits, max=(limits.max or 0) + more)
        ),
    )
    assert set(said(whole, wider)) <= set(said(whole))


@given(st.text(max_size=120), st.integers(0, 3))
def test_any_prompt_is_judged_to_values(prompt: str, images: int) -> None:
    for finding in judge_request(request(images=images, prompt=prompt), PROFILE):
        assert finding.rule.startswith("request/")
        assert finding.message.isprintable()


def test_a_good_request_of_everything_has_no_findings() -> None:
    assert severities(request(images=9, videos=3, audios=3, prompt=NAMED)) == {}
    assert VIDEO.duration_s == 5
