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


REFUSED = load("wan3.0-reference-video-2026-10")


@pytest.mark.parametrize(
    ("facts", "severity", "message"),
    [
        (image(format="png", mode="RGBA", alpha=True), "error", "png with transparency; none is allowed"),
        (image(format="png", mode="P", alpha=True), "error", "png with transparency; none is allowed"),
        (
            image(format="webp", mode="RGBA", alpha=True),
            "warning",
            "has transparency; what is put behind it is not documented",
        ),
        (image(format="webp", mode="RGBA"), None, None),
        (image(format="png", mode="P"), None, None),
        (image(format="png", mode="LA"), "warning", None),
    ],
)
def test_transparency_is_an_error_where_the_format_may_have_none(
    facts: ImageFacts, severity: str | None, message: str | None
) -> None:
    found = findings(facts, profile=REFUSED).get("image/alpha")
    assert (found.severity if found else None) == severity
    assert message is None or (found is not None and found.message == message)


@pytest.mark.parametrize(
    ("facts", "rule", "severity", "fix"),
    [
        (image(obstacle="has EXIF data that newer readers refuse"), "image/coding", "error", "lossless"),
        (image(format="psd", obstacle="layers alone"), "image/format", "error", "lossy"),
        (image(transfer="smpte2084"), "image/hdr", "warning", "lossy"),
        (image(transfer="arib-std-b67"), "image/hdr", "warning", "lossy"),
        (image(mode="CMYK", bit_depth=16), "image/color", "warning", "lossy"),
    ],
)
def test_what_stands_in_a_reader_s_way_is_told_with_what_clears_it(
    facts: ImageFacts, rule: str, severity: str, fix: str
) -> None:
    found = findings(facts)[rule]
    assert (found.severity, found.fix) == (severity, fix)
    assert facts.obstacle is None or facts.obstacle in found.message


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_an_image_turned_by_a_quarter_breaks_the_same_rules(width: int, height: int) -> None:
    """The range of width over height is the same both ways: 0.4 is 1 over 2.5."""
    upright, turned = image(width_px=width, height_px=height), image(width_px=height, height_px=width)
    assert severities(upright) == severities(turned)


def test_a_model_that_takes_exact_sizes_refuses_the_next_pixel() -> None:
    profile = load("sora-2-pro-preview-2026-10")
    assert profile.image.dimensions is not None
    for size in profile.image.dimensions.allowed:
        width, height = map(int, size.split("x"))
        assert "image/dimensions" not in findings(image(width_px=width, height_px=height), profile=profile)
        found = findings(image(width_px=width + 1, height_px=height), profile=profile)["image/dimensions"]
        assert (found.measured, found.fix) == (f"{width + 1}x{height}", "none")
