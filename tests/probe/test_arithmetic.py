"""Arithmetic-coded JPEGs: cut short they decode without a warning, and have to be seen through."""

import base64
import io
from pathlib import Path

import pytest

from fixtures.recipe_jpeg import ARITHMETIC
from preflight.probe.arithmetic import NOISE, ZEROS, with_noise
from tests.specimens import probed

WHOLE = base64.b64decode(ARITHMETIC)
END = b"\xff\xd9"
SCAN = WHOLE.index(b"\xff\xda")


def fault(content: bytes, tmp_path: Path) -> str | None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    found = probed(path).fault
    return found.message if found else None


def test_a_whole_one_is_no_damage_and_neither_are_bytes_behind_its_end(tmp_path: Path) -> None:
    assert fault(WHOLE, tmp_path) is None
    assert fault(WHOLE + bytes(500), tmp_path) is None


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.9])
def test_one_that_is_cut_and_closed_is_cut_short(share: float, tmp_path: Path) -> None:
    cut = WHOLE[: SCAN + int((len(WHOLE) - SCAN) * share)].rstrip(b"\xff")
    assert fault(cut + END, tmp_path) == "cut short: its arithmetic-coded data end early"


def test_one_that_says_it_is_larger_than_its_data_is_cut_short(tmp_path: Path) -> None:
    frame = WHOLE.index(b"\xff\xc9") + 5
    assert fault(WHOLE[:frame] + b"\x02\x2c" + WHOLE[frame + 2 :], tmp_path)


def test_noise_goes_behind_each_scan_and_nowhere_else() -> None:
    scan = b"\xff\xda\0\x08\1\1\0\0\x3f\0" + b"ab\xff\0cd\xff\xd0ef"
    assert with_noise(scan + scan + END) == (scan + ZEROS + NOISE) * 2 + END
    assert with_noise(b"") == b""
    assert with_noise(scan) == scan + ZEROS + NOISE


def test_the_specimen_is_what_it_is_called() -> None:
    assert io.BytesIO(WHOLE).read(2) == b"\xff\xd8"
    assert b"\xff\xc9" in WHOLE
