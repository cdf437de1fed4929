"""What a reader sees in the header of an image is what decoding it shows: every reader keeps this one promise."""

import pytest

from preflight.probe.image_header import HDR_TRANSFERS, Seen
from preflight.values.facts import ImageFacts
from tests.specimens import MEDIA, probed

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".heic", ".hif", ".avif", ".psd", ".psb", ".jp2"}
SMALL_BYTES = 60_000
IMAGES = sorted(
    path.name
    for path in MEDIA.glob("image-*")
    if path.suffix.lower() in SUFFIXES and path.stat().st_size < SMALL_BYTES and "bomb" not in path.name
)


def image(name: str, depth: str) -> ImageFacts | None:
    found = probed(name, depth).facts  # type: ignore[arg-type] # of a table
    return found if isinstance(found, ImageFacts) else None


@pytest.mark.parametrize("name", IMAGES[::5])
def test_a_header_tells_the_size_and_format_that_decoding_shows(name: str) -> None:
    header, decoded = image(name, "header"), image(name, "exact")
    if header is None or decoded is None:
        return
    assert (header.width_px, header.height_px, header.format) == (decoded.width_px, decoded.height_px, decoded.format)


def test_the_transfers_of_high_range_are_those_of_h_273() -> None:
    assert HDR_TRANSFERS == {16: "smpte2084", 18: "arib-std-b67"}


def test_what_a_reader_does_not_say_is_plain() -> None:
    plain = Seen(width_px=1, height_px=2, mode="RGB", how="x")
    assert (plain.bit_depth, plain.frames, plain.alpha, plain.decoded) == (8, 1, False, False)
    assert (plain.coding, plain.transfer, plain.obstacle, plain.preview, plain.own_bytes) == (None,) * 5
