"""Images decoded as a viewer sees them."""

import pytest
from PIL import Image, ImageOps

from preflight.media.image import WORDED, decode_image, decoding, oriented
from preflight.probe.faults import Unmeasured, Unreadable
from tests.made import image as made_up
from tests.specimens import image, media


def numbered() -> Image.Image:
    found = Image.new("RGB", (3, 2))
    found.putdata([(at * 40, 0, 0) for at in range(6)])
    return found


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_orientation_is_applied_as_exif_means_it(orientation: int) -> None:
    tagged = numbered()
    tagged.getexif()[0x0112] = orientation
    wanted = ImageOps.exif_transpose(tagged)
    found = oriented(numbered(), orientation)
    assert (found.size, found.tobytes()) == (wanted.size, wanted.tobytes())


@pytest.mark.parametrize("orientation", [0, 9, -1, 255])
def test_a_number_that_is_no_orientation_turns_nothing(orientation: int) -> None:
    upright = numbered()
    assert oriented(upright, orientation) is upright


def test_a_turned_image_keeps_its_profile() -> None:
    tagged = numbered()
    tagged.info["icc_profile"] = b"profile"
    assert oriented(tagged, 6).info["icc_profile"] == b"profile"


@pytest.mark.parametrize("name", ["image-ok.png", "image-ok.jpeg", "image-ok.webp", "image-gif.gif", "image-bmp.bmp"])
def test_an_image_comes_out_in_the_size_that_was_measured(name: str) -> None:
    facts = image(name)
    assert decode_image(media(name), facts).size == (facts.width_px, facts.height_px)


def test_a_jpeg_may_come_smaller_but_not_smaller_than_asked_for() -> None:
    facts = image("image-ok.jpeg")
    small = decode_image(media("image-ok.jpeg"), facts, least_px=100)
    assert min(small.size) >= 100
    assert small.width < facts.width_px
    assert small.width * facts.height_px == small.height * facts.width_px


def test_plain_colors_get_no_profile_of_our_own() -> None:
    assert WORDED not in decode_image(media("image-ok.png"), image("image-ok.png")).info


def test_an_image_that_changed_its_kind_or_is_none_is_not_decoded() -> None:
    with pytest.raises(Unmeasured, match="no longer the png"):
        decode_image(media("image-ok.jpeg"), made_up(format="png"))
    with pytest.raises(Unreadable, match="is no picture"):
        decode_image(media("video-5s.mp4"), made_up(format="mp4"))
    with pytest.raises(Unreadable):
        decode_image(media("image-truncated.png"), made_up(format="png"))


def test_want_of_memory_is_never_the_file_s_fault() -> None:
    with pytest.raises(MemoryError), decoding():
        raise MemoryError
    with pytest.raises(Unreadable, match="cannot be decoded to the end: broken"), decoding():
        raise OSError("broken")
