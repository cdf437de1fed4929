import io
from typing import Any

import pytest
from PIL import Image, ImageDraw

from preflight.probe.jpeg import rows_there, with_noise

SIDE = 320
END = b"\xff\xd9"


def picture(options: dict[str, Any] | None = None, *, gray_end: bool = False) -> bytes:
    image = Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB")
    ImageDraw.Draw(image).ellipse((40, 40, 280, 200), fill=(200, 30, 60))
    if gray_end:
        ImageDraw.Draw(image).rectangle((0, 240, SIDE, SIDE), fill=(128, 128, 128))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **(options or {}))
    return buffer.getvalue()


def rows(content: bytes) -> int:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return rows_there(image, io.BytesIO(content))


@pytest.mark.parametrize("gray_end", [False, True])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 95, "subsampling": 0}])
def test_of_a_whole_picture_all_rows_are_there_even_when_it_ends_in_gray(
    gray_end: bool, options: dict[str, Any]
) -> None:
    assert rows(picture(options, gray_end=gray_end)) == SIDE


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.8])
def test_of_a_picture_cut_short_and_closed_only_the_rows_before_the_cut_are_there(kept: float) -> None:
    content = picture({"quality": 95})
    cut = content[: int(len(content) * kept)].rstrip(b"\xff") + END
    assert rows(cut) < SIDE * (kept + 0.25)


def test_noise_goes_behind_the_scan_and_nowhere_else() -> None:
    content = picture()
    noisy = with_noise(content)
    assert noisy.endswith(END)
    assert noisy.startswith(content[:-2])
    assert len(noisy) > len(content)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xff\xff", b"\xff\xd8\xff\xda\x00\x02abc", b"no JPEG"]
)
def test_what_is_no_jpeg_goes_through_unharmed(content: bytes) -> None:
    assert with_noise(content).startswith(content[:2])
