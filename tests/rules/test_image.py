"""Rules for pictures: one thing is broken, one rule says so."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import edition_for, load
from preflight.values.facts import ImageFacts
from tests import made
from tests.made import findings, image, severities
from tests.specimens import PROFILE


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (image(), {}),
        (image(format="gif"), {"image/format": "error"}),
        (image(format="heic"), {"image/format": "error"}),
        (image(width_px=299, height_px=300), {"image/side": "error"}),
        (image(width_px=300, height_px=300), {}),
        (image(width_px=6000, height_px=6000), {}),
        (image(width_px=6001, height_px=6000), {"image/side": "error"}),
        (image(width_px=1000, height_px=400), {}),
        (image(width_px=1001, height_px=400), {"image/aspect-ratio": "error"}),
        (image(width_px=400, height_px=1000), {}),
        (image(width_px=400, height_px=1001), {"image/aspect-ratio": "error"}),
        (image(bytes=30_000_000), {}),
        (image(bytes=30_000_001), {"image/size": "warning"}),
        (image(bytes=31_457_280), {"image/size": "warning"}),
        (image(bytes=31_457_281), {"image/size": "error"}),
        (image(frames=2), {"image/animation": "warning"}),
        (image(alpha=True), {"image/alpha": "warning"}),
        (image(mode="CMYK"), {"image/color": "warning"}),
        (image(bit_depth=16), {"image/color": "warning"}),
        (image(bit_depth=1), {}),
        (image(location=True), {"image/location": "warning"}),
        (image(coding="lossless"), {"image/coding": "warning"}),
    ],
)
def test_exactly_the_broken_thing_is_reported(facts: ImageFacts, expected: dict[str, str]) -> None:
    assert severities(facts) == expected


@pytest.mark.parametrize(
    ("facts", "rule", "message"),
    [
        (image(format="gif"), "image/format", "gif content; jpeg, png or webp allowed"),
        (image(width_px=299), "image/side", "299 px wide; 300 to 6,000 px allowed"),
        (image(height_px=6001, width_px=5000), "image/side", "6,001 px high; 300 to 6,000 px allowed"),
        (
            image(width_px=1001, height_px=400),
            "image/aspect-ratio",
            "1001 x 400 px is a width/height of 2.502; 0.4 to 2.5 allowed",
        ),
        (
            image(width_px=2401, height_px=6000, bytes=1),
            "image/aspect-ratio",
            "",
        ),
        (image(bytes=40_000_000), "image/size", "40,000,000 bytes (40.0 MB); at most 31,457,280 bytes allowed"),
        (
            image(bytes=31_000_000),
            "image/size",
            "31,000,000 bytes (31.0 MB): above 30,000,000 bytes, the stricter reading of the limit",
        ),
        (image(frames=7), "image/animation", "animated, 7 frames; which one is used is not documented"),
        (image(mode="CMYK"), "image/color", "has CMYK colors, which decoders read differently"),
        (image(bit_depth=16), "image/color", "has 16 bits a sample, which decoders read differently"),
    ],
)
def test_a_message_names_what_was_measured_and_what_is_allowed(facts: ImageFacts, rule: str, message: str) -> None:
    found = findings(facts).get(rule)
    assert (found.message if found else "") == message


def test_both_sides_are_judged_and_each_gets_a_finding() -> None:
    found = made.judged(image(width_px=200, height_px=201)).findings
    assert [f.message for f in found] == [
        "200 px wide; 300 to 6,000 px allowed",
        "201 px high; 300 to 6,000 px allowed",
    ]


@given(st.integers(1, 8000), st.integers(1, 8000), st.fractions(0, 300), st.fractions(0, 1000), st.fractions(0, 1))
def test_a_wider_limit_never_adds_a_finding(
    width: int, height: int, below: Fraction, above: Fraction, ratio: Fraction
) -> None:
    side, shape = PROFILE.image.side_px, PROFILE.image.aspect_ratio
    assert side.min
    assert side.max
    assert shape.max
    wider = msgspec.structs.replace(
        PROFILE,
        image=msgspec.structs.replace(
            PROFILE.image,
            side_px=msgspec.structs.replace(side, min=side.min - below, max=side.max + above),
            aspect_ratio=msgspec.structs.replace(shape, max=shape.max + ratio),
        ),
    )
    facts = image(width_px=width, height_px=height)
    assert set(findings(facts, profile=wider)) <= set(findings(facts))


def test_an_alpha_channel_that_hides_nothing_is_in_doubt_where_transparency_is_refused() -> None:
    profile = load(edition_for("wan3.0-reference-video"))
    opaque = image(format="png", mode="RGBA", alpha=False)
    found = findings(opaque, profile=profile)["image/alpha"]
    assert (found.severity, found.doubtful) == ("warning", True)
    assert "image/alpha" not in findings(opaque)
    assert "image/alpha" not in findings(image(format="png", mode="RGB"), profile=profile)
