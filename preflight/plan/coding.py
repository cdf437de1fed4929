"""The steps that encode a stream and write the file, in words: with what, at most how large, and at which loss."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from preflight.plan.step import BaseStep
from preflight.values.phrase import joined, phrase
from preflight.values.units import decimal


class Encode(BaseStep, frozen=True, kw_only=True, tag="encode"):
    """Encode video or audio."""

    codec: str
    """ffmpeg's encoder: libx264, aac, pcm_s24le, libmp3lame, ..."""
    max_bit_rate: int | None = None
    """Greatest bit rate in bit/s, so that the file fits."""
    dither: bool = False
    """Whether deeper samples are rounded with dither."""
    tracks: tuple[int, ...] = ()
    """Audio tracks of a clip, from 0; all kept ones when empty."""
    sample_rate_hz: int | None = None
    """New sample rate; None where it stays."""
    channels: int | None = None
    """Number of channels after mixing down; None where it stays."""
    bits_from: int | None = None
    rate_from_hz: int | None = None
    channels_from: int | None = None
    """Bits, rate and channels before, where reduced and known."""

    def words(self) -> str:
        """Say what is done."""
        said = phrase("encode with {w}", w=self.codec)
        more = list(self._losses())
        if self.max_bit_rate:
            more.insert(0, phrase("at most {n} Mbit/s", n=f"{self.max_bit_rate / 1_000_000:.1f}"))
        return joined([said, *more])

    def _losses(self) -> Iterator[str]:
        """Yield the reductions of audio in words."""
        if self.dither:
            deeper = phrase("{n}-bit samples rounded with dither", n=self.bits_from)
            yield deeper if self.bits_from else "deeper samples rounded with dither"
        if self.sample_rate_hz and self.rate_from_hz:
            before, after = (decimal(Fraction(rate, 1000)) for rate in (self.rate_from_hz, self.sample_rate_hz))
            yield phrase("{n1} kHz resampled to {n2} kHz", n1=before, n2=after)
        elif self.sample_rate_hz:
            yield phrase("{n} samples a second", n=decimal(Fraction(self.sample_rate_hz)))
        if self.channels:
            if self.channels_from:
                yield phrase("{n1} channels mixed down to {n2}", n1=self.channels_from, n2=self.channels)
            else:
                several = "mixed down to {n} channels"
                yield phrase("mixed down to {n} channel" if self.channels == 1 else several, n=self.channels)


LeftOut = Literal["depth", "ink", "frames", "raw"]
LEFT_OUT: dict[LeftOut, str] = {
    "depth": "rounded to 8 bits a sample",
    "ink": "its colors converted to RGB",
    "frames": "its first frame alone",
    "raw": "the camera's own picture of the raw photograph",
}


class Write(BaseStep, frozen=True, kw_only=True, tag="write"):
    """Write the file in a format, without metadata about place or device."""

    format: str
    max_bytes: int | None = None
    min_side_px: int = 1
    """Shortest side to which an image may be shrunk to fit."""
    left_out: tuple[LeftOut, ...] = ()
    """Parts of an image not written."""
    kept: bool = False
    """Whether the coded image is kept and only stripped."""
    lossless: bool = False
    """Whether WebP is coded losslessly."""

    def words(self) -> str:
        """Say what is done."""
        how = "write as {w} without loss" if self.lossless else "write as {w}"
        said = phrase("write as {w}, the coded picture as it is" if self.kept else how, w=self.format)
        if not self.left_out:
            return said
        return phrase("{step} ({what})", step=said, what=joined(LEFT_OUT[what] for what in self.left_out))
