"""Every frame of an animated PNG is looked at: one that is damaged, cut short or missing is told."""

import io
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tests.specimens import probed

NOISE = [Image.effect_noise((64, 48), 40 + 10 * step).convert("RGB") for step in range(4)]


def animated() -> bytes:
    out = io.BytesIO()
    NOISE[0].save(out, "PNG", save_all=True, append_images=NOISE[1:], duration=100)
    return out.getvalue()


def chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    at, found = 8, []
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        found.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + size]))
        at += size + 12
    return found


def written(parts: list[tuple[bytes, bytes]]) -> bytes:
    """Write chunks with checksums that fit."""
    sealed = [name + data for name, data in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (len(one) - 4).to_bytes(4, "big") + one + zlib.crc32(one).to_bytes(4, "big") for one in sealed
    )


def message(content: bytes, folder: Path) -> str | None:
    (folder / "moving.png").write_bytes(content)
    fault = probed(folder / "moving.png").fault
    return fault.message if fault else None


def test_a_whole_animation_has_its_frames(tmp_path: Path) -> None:
    (tmp_path / "moving.png").write_bytes(animated())
    facts = probed(tmp_path / "moving.png").facts
    assert getattr(facts, "frames", None) == 4


def test_one_flipped_byte_of_a_later_frame_is_damage(tmp_path: Path) -> None:
    content = bytearray(animated())
    content[content.rindex(b"fdAT") + 40] ^= 1
    assert "is damaged" in str(message(bytes(content), tmp_path))


def test_rows_that_are_missing_are_told_though_every_checksum_fits(tmp_path: Path) -> None:
    parts = chunks(animated())
    last = max(place for place, (name, _) in enumerate(parts) if name == b"fdAT")
    data = parts[last][1]
    parts[last] = (b"fdAT", data[:4] + zlib.compress(zlib.decompress(data[4:])[: 20 * (64 * 3 + 1)]))
    assert message(written(parts), tmp_path)


@pytest.mark.parametrize(
    ("gone", "said"),
    [((b"fcTL", b"fdAT"), "of its 4 frames"), ((b"fcTL",), "has no size")],
    ids=["all of them", "their sizes"],
)
def test_frames_that_are_missing_are_told(gone: tuple[bytes, ...], said: str, tmp_path: Path) -> None:
    parts = [part for part in chunks(animated()) if part[0] not in gone]
    assert said in str(message(written(parts), tmp_path))


def test_a_size_that_is_cut_off_is_told(tmp_path: Path) -> None:
    parts = [(name, data[:6] if name == b"fcTL" else data) for name, data in chunks(animated())]
    assert "has no size" in str(message(written(parts), tmp_path))


@pytest.mark.parametrize("format_name", ["GIF", "WEBP"])
def test_later_frames_of_other_animations_are_decoded_too(format_name: str, tmp_path: Path) -> None:
    out = io.BytesIO()
    NOISE[0].save(out, format_name, save_all=True, append_images=NOISE[1:], duration=100)
    content = bytearray(out.getvalue())
    path = tmp_path / f"moving.{format_name.lower()}"
    path.write_bytes(content)
    assert probed(path).fault is None
    at = len(content) * 9 // 10 if format_name == "GIF" else content.rindex(b"VP8 ") + 8
    content[at : at + 60] = b"\xff" * 60
    path.write_bytes(content)
    fault = probed(path).fault
    assert fault
    assert fault.kind == "unreadable"
