"""Reset the matrices of a new MP4 or MOV whose frames the encoder rotated already.

ffmpeg copies the source's matrix unless it rotated the frames itself; which rotations it knows depends on its version.
"""

import struct
from pathlib import Path

from preflight.probe.boxes import MOVIE_MATRIX_AT, TRACK_MATRIX_AT, boxes_of

UPRIGHT = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
"""ISO 14496-12, 6.2.2: the identity matrix."""
HEADERS = {b"moov/mvhd": MOVIE_MATRIX_AT, b"moov/trak/tkhd": TRACK_MATRIX_AT}


def set_upright(path: Path) -> None:
    """Write the identity matrix into the movie header and all track headers."""
    with path.open("r+b") as stream:
        headers = [box for box in boxes_of(stream, path.stat().st_size) if box.path in HEADERS]
        for box in headers:
            stream.seek(box.start)
            short, long = HEADERS[box.path]
            at = box.start + (long if stream.read(1) == b"\1" else short)
            if at + len(UPRIGHT) <= box.end:
                stream.seek(at)
                stream.write(UPRIGHT)
