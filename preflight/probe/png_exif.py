"""Whether a PNG's EXIF data block newer readers: an eXIf chunk in, the obstacle out.

ffmpeg refuses the whole image for a tag of unknown type or out of range; with JPEG and WebP it only warns. So its
decoder is tried on an image of one pixel with the same data.
"""

import zlib

from preflight.probe.container import NO_PROTOCOLS

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ONE_PIXEL = b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"
"""IHDR: one by one pixel, gray, 8 bits."""
OBSTACLE = "its EXIF data are damaged: newer readers refuse the whole picture for that"


def exif_obstacle(exif: bytes) -> str | None:
    """Explain how an eXIf chunk blocks readers, or return None."""
    import io

    import av

    av.logging.set_level(None)
    parts = ((b"IHDR", ONE_PIXEL), (b"eXIf", exif), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""))
    image = io.BytesIO(SIGNATURE + b"".join(_chunk(*part) for part in parts))
    try:
        with av.open(image, "r", format="png_pipe", options=NO_PROTOCOLS) as container:
            return None if next(container.decode(video=0), None) else OBSTACLE
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError, OSError):
        return OBSTACLE


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return len(content).to_bytes(4, "big") + name + content + checksum.to_bytes(4, "big")
