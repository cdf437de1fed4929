"""Rows of a PNG: counted as they are unpacked, and their opacity seen through every filter."""

import io
import zlib

from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.png import refuse_damage
from tests.probe.png_by_hand import RGBA, chunk, fault, png, read, with_data


def test_rows_beyond_the_last_do_no_harm() -> None:
    assert fault(png(10, 4, bytes(11 * 9))) is None


def test_data_that_is_no_zlib_is_damage() -> None:
    broken = b"\xff" * 30
    content = png(10, 4, b"")
    at, end = content.index(b"IDAT") - 4, content.index(b"IEND") - 4
    assert fault(content[:at] + chunk(b"IDAT", broken) + content[end:])


def test_a_wrong_sum_behind_the_last_row_is_damage_and_a_missing_one_is_minded_by_no_reader() -> None:
    packed = zlib.compress(bytes(44))
    for sum_, damaged in ((packed[-4:], False), (b"", False), (packed[-4:-2], False), (bytes(4), True)):
        content = with_data(packed[:1], packed[1:-4] + sum_)
        assert (fault(content) is not None) == damaged, sum_


def test_data_behind_the_last_row_is_unpacked_no_further_than_somebody_might() -> None:
    bomb = zlib.compress(bytes(1 << 26))
    assert fault(with_data(bomb)) is None
    assert fault(with_data(bomb[:-1] + b"x")) is None


def test_a_filter_that_does_not_exist_is_damage() -> None:
    said = fault(png(10, 4, bytes(33) + b"\5" + bytes(10)))
    assert said
    assert "filter 5" in said


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32), st.booleans(), st.sampled_from([8, 16]))
def test_opacity_is_seen_through_every_filter(width: int, height: int, seed: int, hole: bool, depth: int) -> None:
    """Filter rows of random colors and of one alpha as the specification says, and see them judged."""
    import random

    chance, step = random.Random(seed), 4 * depth // 8  # noqa: S311 - colors, not secrets
    rows, above = b"", bytes(width * step)
    hidden = (chance.randrange(width), chance.randrange(height)) if hole else None
    for y in range(height):
        row = bytearray(chance.randrange(256) for _ in range(width * step))
        for x in range(width):
            row[x * step + step * 3 // 4 : (x + 1) * step] = b"\xff" * (step // 4)
        if hidden and hidden[1] == y:
            row[(hidden[0] + 1) * step - 1] = chance.randrange(255)
        filter_ = chance.randrange(5)
        rows += bytes((filter_,)) + filtered(filter_, bytes(row), above, step)
        above = bytes(row)
    content = png(width, height, rows, color=RGBA, depth=depth)
    assert refuse_damage(io.BytesIO(content), len(content), read(content).header) is not hole


def filtered(filter_: int, row: bytes, above: bytes, step: int) -> bytes:
    """Filter a row, by 9.2 of the specification."""
    found = bytearray()
    for at, value in enumerate(row):
        a, b = row[at - step] if at >= step else 0, above[at]
        c = above[at - step] if at >= step else 0
        nearest = min((a, b, c), key=lambda one: abs(a + b - c - one))
        found.append((value - (0, a, b, (a + b) // 2, nearest)[filter_]) & 255)
    return bytes(found)
