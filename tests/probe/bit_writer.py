"""Writes the parameter sets that no encoder at hand writes, bit by bit."""


class Writer:
    """Writes what `Bits` reads."""

    def __init__(self) -> None:
        self.text = ""

    def u(self, *fields: tuple[int, int]) -> None:
        self.text += "".join(f"{value:0{count}b}" for count, value in fields if count)

    def ue(self, *values: int) -> None:
        self.text += "".join("0" * ((value + 1).bit_length() - 1) + f"{value + 1:b}" for value in values)

    def se(self, *values: int) -> None:
        self.ue(*(2 * value - 1 if value > 0 else -2 * value for value in values))

    def whole(self) -> bytes:
        """Return the bytes, the last filled up with zeros, as codecs without emulation prevention have them."""
        text = self.text + "0" * (-len(self.text) % 8)
        return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))

    def payload(self) -> bytes:
        """Return the bytes with stop bit and emulation prevention."""
        text = self.text + "1"
        text += "0" * (-len(text) % 8)
        escaped = bytearray()
        for byte in int(text, 2).to_bytes(len(text) // 8, "big"):
            if escaped[-2:] == b"\0\0" and byte <= 3:
                escaped.append(3)
            escaped.append(byte)
        return bytes(escaped)
