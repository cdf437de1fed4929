"""H.264 as the standard draws it, written field by field: parameter sets (7.3.2) and the heads of slices (7.3.3)."""

from typing import NamedTuple

from tests.probe.bit_writer import Writer

SLICE, PART_A, PART_B, PART_C, IDR, SEI, SPS, PPS, DELIMITER = 1, 2, 3, 4, 5, 6, 7, 8, 9
"""nal_unit_type: table 7-1."""
START = b"\0\0\1"
HIGH, HIGH_444, BASELINE = 100, 244, 66


class Sps(NamedTuple):
    """The choices of a sequence parameter set on which the place of a later field hangs."""

    number: int = 0
    profile: int = HIGH
    chroma: int = 1
    planes: bool = False
    depth: int = 8
    lists: tuple[tuple[int, ...], ...] = ()
    """The steps of each scaling list; an empty one is absent."""
    frame_num_bits: int = 4
    order: int = 0
    """pic_order_cnt_type"""
    cycle: tuple[int, ...] = ()
    macroblocks: tuple[int, int] = (20, 12)
    """In width, and in height of a frame: of a field where there are fields."""
    fields: bool = False
    adaptive: bool = False
    crop: tuple[int, int, int, int] | None = None
    """Left, right, top and bottom, in the units of table 6-1."""
    vui: str = ""
    """The bits of vui_parameters(); none without it."""

    def written(self) -> bytes:
        """Return the NAL unit with emulation prevention."""
        to = Writer()
        to.u((8, self.profile), (8, 0), (8, 40))
        to.ue(self.number)
        if self.profile in {HIGH, HIGH_444}:
            self._high(to)
        to.ue(self.frame_num_bits - 4, self.order)
        if self.order == 0:
            to.ue(2)
        elif self.order == 1:
            to.u((1, 1))
            to.se(-3, 4)
            to.ue(len(self.cycle))
            to.se(*self.cycle)
        to.ue(4)
        to.u((1, 0))
        to.ue(self.macroblocks[0] - 1, self.macroblocks[1] - 1)
        to.u((1, not self.fields), *([(1, self.adaptive)] if self.fields else []), (1, 1), (1, self.crop is not None))
        if self.crop:
            to.ue(*self.crop)
        to.u((1, bool(self.vui)))
        to.text += self.vui
        return bytes([0x60 | SPS]) + to.payload()

    def _high(self, to: Writer) -> None:
        to.ue(self.chroma)
        if self.chroma == 3:
            to.u((1, self.planes))
        to.ue(self.depth - 8, 0)
        to.u((1, 0), (1, bool(self.lists)))
        for steps in self.lists:
            to.u((1, bool(steps)))
            to.se(*steps)


def pps(number: int, sequence: int) -> bytes:
    """Return pic_parameter_set_rbsp(), 7.3.2.2, up to what is read of it."""
    to = Writer()
    to.ue(number, sequence)
    to.u((2, 0))
    to.ue(0, 0, 0)
    return bytes([0x60 | PPS]) + to.payload()


def slice_of(
    picture_set: int,
    kind: int = SLICE,
    *,
    field: str = "",
    first: int = 0,
    sps: Sps = Sps(),  # noqa: B008 - a frozen value
    frame_num: int = 0,
) -> bytes:
    """Return a slice's head, 7.3.3: `field` is `top`, `bottom`, or empty for a frame of a sequence with fields."""
    to = Writer()
    to.ue(first, 7, picture_set)
    to.u(*([(2, 1)] if sps.planes else []), (sps.frame_num_bits, frame_num))
    if sps.fields:
        to.u((1, bool(field)), *([(1, field == "bottom")] if field else []))
    to.ue(3, 2, 1)
    return bytes([0x60 | kind]) + to.payload()


def started(*units: bytes, code: bytes = START) -> bytes:
    """Put units behind start codes: annex B."""
    return b"".join(code + one for one in units)


def measured(*units: bytes, width: int = 4) -> bytes:
    """Put units behind lengths: ISO 14496-15, 5.3.2."""
    return b"".join(len(one).to_bytes(width, "big") + one for one in units)


def avcc(sequences: tuple[bytes, ...], pictures: tuple[bytes, ...] = (), width: int = 4) -> bytes:
    """Return AVCDecoderConfigurationRecord: ISO 14496-15, 5.3.3.1.2."""
    head = bytes([1, HIGH, 0, 40, 0xFC | width - 1, 0xE0 | len(sequences)])
    return head + measured(*sequences, width=2) + bytes([len(pictures)]) + measured(*pictures, width=2)
