"""Photographs at depth exact, against Pillow's `load()` of each in as many processes."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from scripts.bench_pairs import PREFLIGHT, PYTHON, ROOT, Missed, Pair, compare

JPEGS, PNGS = 48, 12
SIZE = (4000, 3000)
LOADED = """
import sys
from multiprocessing import Pool
from pathlib import Path

from PIL import Image

def load(path):
    with Image.open(path) as picture:
        picture.load()

with Pool(int(sys.argv[1])) as pool:
    pool.map(load, sorted(Path().iterdir()), chunksize=1)
"""


@contextmanager
def photographs() -> Iterator[Path]:
    """Give a folder of pictures as cameras make them: large and soft, with some grain and many colors."""
    soft = [Image.effect_noise((80 + n * 20, 60 + n * 15), 90).resize(SIZE, Image.Resampling.BICUBIC) for n in range(3)]
    with tempfile.TemporaryDirectory(prefix="preflight-bench-", dir=ROOT) as name:
        for number in range(JPEGS + PNGS):
            grain = Image.effect_noise((SIZE[0] // 2, SIZE[1] // 2), 12 + number % 5).resize(SIZE)
            picture = Image.merge("RGB", [Image.blend(band, grain, 0.25) for band in soft])
            if number < JPEGS:
                picture.save(Path(name) / f"{number}.jpg", quality=90)
            else:
                picture.save(Path(name) / f"{number}.png", compress_level=3)
        time.sleep(2.1)  # what was written a moment ago is not remembered
        yield Path(name)


def pictures(missed: Missed) -> None:
    """Compare 60 photographs of 12 megapixels, 48 JPEG and 12 PNG."""
    ours = [PREFLIGHT, "check", "--no-cache", "."]
    theirs = [PYTHON, "-c", LOADED, str(os.cpu_count() or 1)]
    with photographs() as here:
        compare(
            Pair(name="60 photographs, exact / Pillow", ours=ours, theirs=theirs, at_most=1 / 3, rounds=5), missed, here
        )
