"""What a file holds, told by its size and its hash."""

import hashlib
from pathlib import Path

import pytest

from preflight.files.content import content_of


@pytest.mark.parametrize("method", ["sha256", "blake2b"])
@pytest.mark.parametrize("size", [0, 1, (1 << 20) + 1])
def test_a_file_is_read_whole_and_hashed(size: int, method: str, tmp_path: Path) -> None:
    held = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    (tmp_path / "a").write_bytes(held)
    with (tmp_path / "a").open("rb") as stream:
        assert content_of(stream, method) == (size, hashlib.new(method, held).digest())
