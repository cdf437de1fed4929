"""Frames of an MPEG sound are found whatever stands around them; what stands there is neither sound nor damage."""

import io
import random
import subprocess
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_junk import RECIPES
from fixtures.recipe_sound import APE, HTML, ID3V1, LYRICS
from preflight.probe.mpeg_audio import Frames, frames_in, only_frames
from preflight.probe.sniff import sniff
from tests.specimens import MEDIA, audio, probed

FRAME = b"\xff\xfb\x90\x00" + bytes(413)
OTHER = b"\xff\xf3\x80\x00" + bytes(204)
PLAYED = Fraction(3)
TAILS = ["html", "newline", "tags", "zeros"]


def found(content: bytes) -> Frames | None:
    return frames_in(io.BytesIO(content), len(content))


@given(st.integers(0, 70_000), st.integers(8, 400), st.sampled_from([b"", b"\n", HTML, APE, LYRICS, ID3V1, bytes(999)]))
def test_frames_are_found_between_what_is_none(before: int, count: int, behind: bytes) -> None:
    noise = random.Random(before).randbytes(before)  # noqa: S311 - noise, no secret
    assert found(noise + FRAME * count + behind) == Frames(((before, before + count * len(FRAME)),))


def test_frames_go_on_behind_a_hole() -> None:
    hole = HTML * 3
    five, behind = 5 * len(FRAME), 5 * len(FRAME) + len(hole)
    assert found(FRAME * 5 + hole + FRAME * 5) == Frames(((0, five), (behind, behind + five)), junk=True)
    other = (behind, behind + 5 * len(OTHER))
    assert found(FRAME * 5 + hole + OTHER * 5 + b".") == Frames(((0, five), other), alike=False, junk=True)
    assert found(FRAME * 5 + hole + OTHER * 2 + b".") == Frames(((0, five),))


def test_a_last_frame_that_is_cut_short_ends_with_the_file() -> None:
    assert found(FRAME * 5 + FRAME[:100]) == Frames(((0, 5 * len(FRAME) + 100),))


@given(st.binary(max_size=3000))
def test_noise_and_two_frames_in_it_are_no_sound(noise: bytes) -> None:
    assert found(noise) is None
    assert found(noise + FRAME * 2 + b"." + noise) is None


def test_a_file_full_of_sync_bytes_is_passed_in_a_moment() -> None:
    assert found(b"\xff" * 3_000_000) is None


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("depth", ["exact", "full"])
def test_what_lies_behind_the_last_frame_changes_nothing(tail: str, depth: str) -> None:
    facts = audio(f"sound-{tail}-behind.mp3", depth)  # type: ignore[arg-type] # one of the words
    assert (facts.duration_s, facts.codec) == (PLAYED, "mp3")


@pytest.mark.parametrize("name", ["sound-zeros-before.mp3", "sound-id3-too-long.mp3"])
@pytest.mark.parametrize("depth", ["exact", "full"])
def test_what_stands_before_the_first_frame_is_no_damage(name: str, depth: str) -> None:
    facts = audio(name, depth)  # type: ignore[arg-type] # one of the words
    assert facts.duration_s
    assert 0 <= facts.duration_s - PLAYED < Fraction(1, 20)


def test_damage_between_frames_is_damage_still(tmp_path: Path) -> None:
    whole = bytearray((MEDIA / "audio-5s.mp3").read_bytes())
    whole[9_000:9_400] = bytes(range(100, 200)) * 4
    (tmp_path / "a.mp3").write_bytes(whole)
    fault = probed(tmp_path / "a.mp3", "full").fault
    assert fault
    assert "damaged" in fault.message


def test_other_formats_are_handed_on_as_they_are() -> None:
    with (MEDIA / "audio-5s.wav").open("rb") as stream:
        sniffed = sniff(stream)
        assert sniffed
        assert only_frames(stream, 40_044, sniffed) is stream
        assert stream.tell() == 0


@given(st.integers(0, 2**64))
def test_noise_is_no_mpeg_sound(seed: int) -> None:
    noise = random.Random(seed)  # noqa: S311 - noise, no secret
    at, size = noise.randrange(20_000), 417
    content = bytearray(noise.randbytes(40_000))
    content[0] = 1
    content[at : at + 4] = content[at + size : at + size + 4] = FRAME[:4]
    assert sniff(io.BytesIO(bytes(content))) is None


def played_s(path: Path) -> Fraction:
    """Return how long an ffmpeg of its own plays a sound."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "quiet", "-i", str(path), "-map", "0:a", "-f", "framecrc", "-"]
    rows = subprocess.run(command, capture_output=True, check=False).stdout.decode().splitlines()
    base = next(Fraction(row.split()[-1]) for row in rows if row.startswith("#tb"))
    return sum(int(row.split(",")[3]) for row in rows if not row.startswith("#")) * base


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_sound_lasts_as_long_as_ffmpeg_plays_it_whatever_stands_among_and_behind_its_frames(name: str) -> None:
    facts = audio(name)
    assert facts.duration_s
    assert abs(facts.duration_s - played_s(MEDIA / name)) <= Fraction(1, 30)


@pytest.mark.parametrize("name", ["sound-joined.mp3", "sound-tags-within.mp3", "sound-half-rate-behind.mp3"])
def test_sounds_joined_with_their_tags_are_no_damage(name: str) -> None:
    assert probed(name, "full").fault is None


def test_a_file_of_a_thousand_rows_and_more_is_walked_in_a_moment() -> None:
    frames = found((FRAME * 3 + bytes(50)) * 2_000)
    assert frames
    assert frames.junk
