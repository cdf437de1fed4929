"""Rules for a request as a whole: the set, the prompt and the settings."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import Profile
from preflight.rules import WholeRequest, judge_request
from tests.made import AUDIO, IMAGE, VIDEO
from tests.rules.requests import FRAMES, NEWER, WORDS, clips, messages, request, said, severities, sounds
from tests.specimens import PROFILE

SEEN = "(the service has been seen to accept it, the document does not)"
NAMED = "image 1 to image 9, images 1, 2, 3, 4, 5, 6, 7, 8 and 9, videos 1, 2, 3 and audios 1, 2, 3"


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


def test_the_body_has_no_limit_where_none_is_given() -> None:
    whole = msgspec.structs.replace(request(), body_bytes=10**12)
    assert severities(whole, WORDS) == {}


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


def test_a_good_request_of_everything_has_no_findings() -> None:
    assert severities(request(images=9, videos=3, audios=3, prompt=NAMED)) == {}
    assert VIDEO.duration_s == 5
