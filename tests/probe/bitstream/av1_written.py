"""AV1 as the specification draws it, written field by field: the sequence header (5.5), and units around it (5.3)."""

from typing import NamedTuple

from hypothesis import strategies as st

from tests.probe.bit_writer import Writer

SEQUENCE_HEADER, TEMPORAL_DELIMITER, METADATA, PADDING = 1, 2, 5, 15
"""obu_type: table in 6.2.2."""


class OperatingPoint(NamedTuple):
    """What a sequence header says of one choice of layers."""

    level: int = 8
    decoder_model: bool = False
    delay: bool = False


class Sequence(NamedTuple):
    """The choices of a sequence header on which the place of a later field hangs."""

    size_px: tuple[int, int] = (640, 360)
    spare_bits: int = 0
    """Bits by which a side is written longer than it has to be."""
    profile: int = 0
    reduced: bool = False
    timing: bool = False
    equal_interval: bool = False
    delay_bits: int | None = None
    """The bits of a decoder model's delays; None without a model."""
    delays: bool = False
    points: tuple[OperatingPoint, ...] = (OperatingPoint(),)
    frame_ids: bool = False
    order_hint: bool = True
    screen: int | None = None
    """seq_force_screen_content_tools; None where each frame chooses."""
    integer_vectors: int | None = None
    high_depth: bool = False
    mono: bool = False
    colors: tuple[int, int, int] | None = None

    def written(self) -> bytes:
        """Return sequence_header_obu(), 5.5.1, up to color_range."""
        to = Writer()
        to.u((3, self.profile), (1, 1 if self.reduced else 0), (1, self.reduced))
        if self.reduced:
            to.u((5, 8))
        else:
            self._operating_points(to)
        self._size(to)
        if not self.reduced:
            to.u((1, self.frame_ids), *([(4, 9), (3, 5)] if self.frame_ids else []))
        to.u((3, 0b101))
        if not self.reduced:
            self._tools(to)
        to.u((3, 0b010))
        self._color_config(to)
        return to.whole()

    def _operating_points(self, to: Writer) -> None:
        to.u((1, self.timing))
        if self.timing:
            to.u((32, 1001), (32, 30_000), (1, self.equal_interval))
            if self.equal_interval:
                to.ue(4)
            to.u((1, self.delay_bits is not None))
            if self.delay_bits is not None:
                to.u((5, self.delay_bits - 1), (32, 90_000), (5, 9), (5, 9))
        to.u((1, self.delays), (5, len(self.points) - 1))
        for at, point in enumerate(self.points):
            to.u((12, 1 << at % 12), (5, point.level), *([(1, 1)] if point.level > 7 else []))
            if self.timing and self.delay_bits is not None:
                to.u((1, point.decoder_model))
                if point.decoder_model:
                    to.u((self.delay_bits, 1), (self.delay_bits, 1), (1, 1))
            if self.delays:
                to.u((1, point.delay), *([(4, 7)] if point.delay else []))

    def _size(self, to: Writer) -> None:
        bits = [min(16, max(1, (side - 1).bit_length()) + self.spare_bits) for side in self.size_px]
        to.u(*((4, count - 1) for count in bits))
        to.u(*((count, side - 1) for count, side in zip(bits, self.size_px, strict=True)))

    def _tools(self, to: Writer) -> None:
        to.u((4, 0b1001), (1, self.order_hint), *([(2, 0b10)] if self.order_hint else []))
        to.u((1, self.screen is None), *([(1, self.screen)] if self.screen is not None else []))
        if self.screen != 0:
            to.u((1, self.integer_vectors is None))
            if self.integer_vectors is not None:
                to.u((1, self.integer_vectors))
        if self.order_hint:
            to.u((3, 6))

    def _color_config(self, to: Writer) -> None:
        """Write color_config(), 5.5.2; profile 1 is never monochrome, and only profile 2 has twelve bits."""
        to.u((1, self.high_depth))
        if self.profile == 2 and self.high_depth:
            to.u((1, 1))
        if self.profile != 1:
            to.u((1, self.mono))
        to.u((1, self.colors is not None))
        if self.colors is not None:
            to.u(*((8, code) for code in self.colors))


def leb128(value: int, length: int = 0) -> bytes:
    """Write a number in groups of seven bits, 4.10.5, in at least `length` bytes: it may be longer than it has to."""
    groups = [value >> 7 * at & 0x7F for at in range(max(length, 1, -(-value.bit_length() // 7)))]
    return bytes(group | (0x80 if at < len(groups) - 1 else 0) for at, group in enumerate(groups))


def unit(kind: int, content: bytes, *, extended: bool = False, sized: bool = True, length: int = 0) -> bytes:
    """Write a unit: its header, 5.3.2, its size where it has one, and its content."""
    head = bytes([kind << 3 | extended << 2 | sized << 1]) + (b"\x28" if extended else b"")
    return head + (leb128(len(content), length) if sized else b"") + content


codes = st.tuples(*[st.integers(0, 255)] * 3)
points = st.builds(OperatingPoint, level=st.integers(0, 31), decoder_model=st.booleans(), delay=st.booleans())
sides = st.integers(1, 1 << 16)
sequences = st.builds(
    Sequence,
    size_px=st.tuples(sides, sides),
    spare_bits=st.integers(0, 3),
    profile=st.integers(0, 2),
    reduced=st.booleans(),
    timing=st.booleans(),
    equal_interval=st.booleans(),
    delay_bits=st.none() | st.integers(1, 32),
    delays=st.booleans(),
    points=st.lists(points, min_size=1, max_size=32).map(tuple),
    frame_ids=st.booleans(),
    order_hint=st.booleans(),
    screen=st.none() | st.integers(0, 1),
    integer_vectors=st.none() | st.integers(0, 1),
    high_depth=st.booleans(),
    mono=st.booleans(),
    colors=st.none() | codes,
)
"""Any sequence header that the specification knows."""
