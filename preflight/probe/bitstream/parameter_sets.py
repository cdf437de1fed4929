"""Active parameter sets of H.264 and HEVC: samples in, the `CodecHeader` of their pictures out.

A record may list several sets, and samples replace them. A slice names its picture parameter set, and that its sequence
parameter set.

Sources: ITU-T H.264, 7.3.2.1.1, 7.3.2.2 and 7.3.3; ITU-T H.265, 7.3.2.2, 7.3.2.3 and 7.3.6.1; ISO 14496-15, 5.3.2.
"""

from collections.abc import Iterator
from functools import lru_cache

from preflight.probe.bitstream.bits import Bits, Malformed
from preflight.probe.bitstream.codec_header import CodecHeader
from preflight.probe.bitstream.hevc import sequence_set_number
from preflight.probe.bitstream.sps import START_CODES, plain, read_set, units_of

H264_WIDTH_AT, HEVC_WIDTH_AT = 4, 21
"""Offset in avcC and hvcC of the two bits with the width of NAL unit lengths, less one byte."""
MOST_UNITS = 64
"""Most NAL units before the first slice."""
LARGEST_PICTURE_SET, LARGEST_SEQUENCE_SET = 255, 31
"""Largest numbers of picture and sequence parameter sets: H.264, 7.4.2.2 and 7.4.2.1.1; HEVC has fewer of both."""
SLICE_HEAD_BYTES = 32
H264_SPS, H264_PPS, H264_IDR, H264_SLICES = 7, 8, 5, range(1, 6)
HEVC_SPS, HEVC_PPS, HEVC_SLICES, HEVC_IRAP = 33, 34, range(32), range(16, 24)
"""nal_unit_type: H.264, table 7-1; H.265, table 7-1."""


class Shown:
    """Properties by a sample's first slice.

    Args:
        header: its sequence parameter set; None if missing.
        random_access: whether decoding can begin there.
    """

    def __init__(self, header: CodecHeader | None, *, random_access: bool) -> None:
        self.header = header
        self.random_access = random_access


class ParameterSets:
    """Parameter sets known to a decoder at a point of a stream.

    Args:
        codec: `h264` or `hevc`.
        record: its configuration: avcC, hvcC, or NAL units after start codes.
    """

    def __init__(self, codec: str, record: bytes) -> None:
        self._hevc = codec == "hevc"
        self._codec = codec
        at = HEVC_WIDTH_AT if self._hevc else H264_WIDTH_AT
        framed = len(record) > at and record[0] == 1 and not record.startswith(START_CODES)
        self._width = 1 + (record[at] & 3) if framed else 0
        self._sequences: dict[int, bytes] = {}
        self._pictures: dict[int, int] = {}
        for unit in units_of(codec, record):
            self._learn(unit)

    @property
    def count(self) -> int:
        """The number of sequence parameter sets."""
        return len(self._sequences)

    def read(self, sample: bytes) -> Shown | None:
        """Add a sample's sets, up to its first slice, and return that slice's properties; None without a slice."""
        for unit in self._units(sample):
            kind = self._kind(unit)
            if kind in (HEVC_SLICES if self._hevc else H264_SLICES):
                begins = kind in HEVC_IRAP if self._hevc else kind == H264_IDR
                return Shown(self._used(unit), random_access=begins)
            self._learn(unit)
        return None

    def _kind(self, unit: bytes) -> int:
        """Return nal_unit_type; -1 for layers that only some decoders show."""
        if not self._hevc:
            return unit[0] & 31
        return unit[0] >> 1 & 63 if len(unit) > 2 and not unit[0] & 1 and unit[1] >> 3 == 0 else -1  # noqa: PLR2004

    def _learn(self, unit: bytes) -> None:
        kind, head = self._kind(unit), 2 if self._hevc else 1
        try:
            if kind == (HEVC_SPS if self._hevc else H264_SPS):
                self._sequences[self._sequence_number(plain(unit[head:]))] = unit
            elif kind == (HEVC_PPS if self._hevc else H264_PPS):
                bits = Bits(plain(unit[head : head + SLICE_HEAD_BYTES]))
                number = bits.ue(LARGEST_PICTURE_SET)
                self._pictures[number] = bits.ue(LARGEST_SEQUENCE_SET)
        except Malformed:
            return

    def _sequence_number(self, payload: bytes) -> int:
        if self._hevc:
            return sequence_set_number(payload)
        bits = Bits(payload)
        bits.skip(24)  # profile_idc, constraints, level_idc
        return bits.ue(LARGEST_SEQUENCE_SET)

    def _used(self, unit: bytes) -> CodecHeader | None:
        """Return a slice's sequence parameter set."""
        try:
            number = self._picture_set(unit)
        except Malformed:
            return None
        sequence = self._sequences.get(self._pictures.get(number, -1))
        return read_set(self._codec, sequence) if sequence else None

    def _picture_set(self, unit: bytes) -> int:
        if not self._hevc:
            bits = Bits(plain(unit[1:SLICE_HEAD_BYTES]))
            bits.ue()  # first_mb_in_slice
            bits.ue()  # slice_type
            return bits.ue()
        bits = Bits(plain(unit[2:SLICE_HEAD_BYTES]))
        bits.skip(2 if self._kind(unit) in HEVC_IRAP else 1)  # first_slice_segment_in_pic_flag, no_output_of_prior_pics
        return bits.ue()

    def _units(self, sample: bytes) -> Iterator[bytes]:
        if self._width:
            yield from _measured(sample, self._width)
        else:
            yield from (unit for unit in sample.split(START_CODES[0], MOST_UNITS)[1:] if unit)


@lru_cache(maxsize=64)
def sets_listed(codec: str, record: bytes) -> int:
    """Count the sequence parameter sets in a record."""
    return ParameterSets(codec, record).count


def _measured(sample: bytes, width: int) -> Iterator[bytes]:
    """Yield NAL units after lengths; the last may be truncated."""
    at = 0
    for _ in range(MOST_UNITS):
        length = int.from_bytes(sample[at : at + width], "big")
        unit = sample[at + width : at + width + length]
        if not unit:
            return
        yield unit
        at += width + length
