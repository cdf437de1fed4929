"""A picture of gradients, and what would be wrong with a new one."""

from collections.abc import Callable

from PIL import Image, ImageOps

Change = Callable[[Image.Image], Image.Image]


def gradients() -> Image.Image:
    down = Image.linear_gradient("L").resize((320, 240))
    across = Image.linear_gradient("L").rotate(90).resize((320, 240))
    return Image.merge("RGB", (down, across, ImageOps.flip(down)))


WRONG: dict[str, Change] = {
    "upside down": ImageOps.flip,
    "mirrored": ImageOps.mirror,
    "turned": lambda opened: opened.rotate(180),
    "black": lambda opened: Image.new("RGB", opened.size),
    "inverted": ImageOps.invert,
    "red for blue": lambda opened: Image.merge("RGB", opened.split()[::-1]),
    "gray": lambda opened: opened.convert("L").convert("RGB"),
    "brighter": lambda opened: opened.point([min(255, value + 25) for value in range(256)] * 3),
    "squashed": lambda opened: ImageOps.pad(opened.resize((320, 180)), (320, 240)),
    "cropped": lambda opened: opened.crop((32, 0, 320, 240)).resize((320, 240)),
    "half of it gray": lambda opened: ImageOps.pad(
        opened.crop((0, 0, 320, 180)), (320, 240), color="gray", centering=(0, 0)
    ),
}
