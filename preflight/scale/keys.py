"""Keys of verdicts: an asset and its content, the edition, this version, depth and policy in; a key out.

The first half of a key is of the asset and the edition, the second of everything that may change the verdict.
"""

import os
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from preflight.values.assets import Asset
from preflight.values.findings import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HALF_BYTES, KEY_BYTES = 8, 16
CODES: tuple[Verdict, ...] = ("pass", "fail", "unsure")


def mark_of(asset: Asset) -> str | None:
    """Mark an asset's content: an object's ETag, a file's size and time; None where nothing does."""
    if asset.is_object:
        return asset.stored.etag if asset.stored else None
    if asset.is_url or asset.unread:
        return None
    try:
        state = os.stat(asset.path)  # noqa: PTH116 - any bytes may be a name
    except (OSError, ValueError):
        return None
    return f"{state.st_size}-{state.st_mtime_ns}"


def key_of(asset: Asset, mark: str | None, edition: str, how: bytes) -> bytes:
    """Compute the key of a verdict; of content without a mark one that is never found again.

    Args:
        asset: what is judged.
        mark: its content's.
        edition: the name of the limits.
        how: a hash of all else that may change the verdict.
    """
    first = f"{asset.path}\0{edition}".encode("utf-8", "surrogatepass")
    content = os.urandom(HALF_BYTES) if mark is None else mark.encode("utf-8", "surrogatepass")
    return _half(first) + _half(content + b"\0" + how)


def _half(content: bytes) -> bytes:
    return blake2b(content, digest_size=HALF_BYTES).digest()


class KnownVerdicts:
    """The verdicts of a store by their keys; 17 bytes each.

    Args:
        keys: keys, one after another, oldest first.
        codes: their verdicts, as places in `CODES`.
    """

    def __init__(self, keys: bytes = b"", codes: bytes = b"") -> None:
        import numpy as np

        self._firsts: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._seconds: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._codes: NDArray[np.uint8] = np.empty(0, dtype=np.uint8)
        self.add(keys, codes)

    def add(self, keys: bytes, codes: bytes) -> None:
        """Add newer ones."""
        import numpy as np

        if not codes:
            return
        both = np.frombuffer(keys, dtype=">u8").reshape(-1, 2).astype(np.uint64)
        firsts = np.concatenate([self._firsts, both[:, 0]])
        order = np.argsort(firsts, kind="stable")
        self._firsts = firsts[order]
        self._seconds = np.concatenate([self._seconds, both[:, 1]])[order]
        self._codes = np.concatenate([self._codes, np.frombuffer(codes, dtype=np.uint8)])[order]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._codes)

    def find(self, keys: Sequence[bytes]) -> list[Verdict | None]:
        """Find the latest verdict of each key; None where it is not known."""
        import numpy as np

        asked = np.frombuffer(b"".join(keys), dtype=">u8").reshape(-1, 2).astype(np.uint64)
        left = np.searchsorted(self._firsts, asked[:, 0], "left")
        right = np.searchsorted(self._firsts, asked[:, 0], "right")
        return [self._among(int(a), int(b), second) for a, b, second in zip(left, right, asked[:, 1], strict=True)]

    def _among(self, left: int, right: int, second: "np.uint64") -> Verdict | None:
        """Find the latest verdict among the rows of one asset."""
        for place in range(right - 1, left - 1, -1):
            if self._seconds[place] == second:
                return CODES[int(self._codes[place])]
        return None


class Tally(msgspec.Struct):
    """How many assets there are of each verdict."""

    judged: dict[str, int] = msgspec.field(default_factory=lambda: dict.fromkeys(CODES, 0))
    known: dict[str, int] = msgspec.field(default_factory=lambda: dict.fromkeys(CODES, 0))
    """Skipped, since the store has them."""
    passed_over: int = 0
    """Files of folders and prefixes that are no media."""

    def add(self, other: "Tally") -> None:
        """Add what was counted elsewhere."""
        for mine, theirs in ((self.judged, other.judged), (self.known, other.known)):
            for verdict, count in theirs.items():
                mine[verdict] += count
        self.passed_over += other.passed_over

    @property
    def done(self) -> int:
        """Assets judged in this run."""
        return sum(self.judged.values())

    @property
    def skipped(self) -> int:
        """Assets known before."""
        return sum(self.known.values())

    def of(self, verdicts: Iterable[str]) -> int:
        """Count assets of some verdicts, known ones too."""
        return sum(self.judged[one] + self.known[one] for one in verdicts)
