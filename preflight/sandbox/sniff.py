"""Detect a file's media type by its first bytes, never by name."""

from typing import Final

HEAD_BYTES: Final = 64
"""Bytes that `media_type` needs."""

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
)
_RIFF = {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}
_BRANDS = {
    b"qt  ": "video/quicktime",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
}
# The atoms that an old QuickTime file, one without `ftyp`, may begin with.
_OLD_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip"})
_SYNC = 0x7FF
_NO_VERSION = 1
_LAYER_3 = 1
_NO_BIT_RATE = (0, 15)
_NO_SAMPLE_RATE = 3
_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
}


def media_type(head: bytes) -> str | None:
    """Detect the media type of a file's first bytes.

    Args:
        head: the first `HEAD_BYTES` bytes, or the whole file if it is shorter.

    Returns:
        A media type such as `video/mp4`; None for anything but image, video or audio.
    """
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _branded(head[8:12])
    if head[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    return "audio/mpeg" if _is_mpeg_layer_3(head) else None


def suffix(kind: str) -> str:
    """Choose the file extension of a media type, with its dot; empty for none."""
    return _SUFFIXES.get(kind, "")


def _branded(brand: bytes) -> str:
    if brand[:2] == b"3g":
        return "video/3gpp"
    return _BRANDS.get(brand, "video/mp4")


def _is_mpeg_layer_3(head: bytes) -> bool:
    """Tell whether bytes are an MP3 frame header: sync, version, layer III, valid bit rate and sample rate."""
    header = int.from_bytes(head[:4].ljust(4, b"\0"))
    sync, version, layer = header >> 21, header >> 19 & 3, header >> 17 & 3
    bit_rate, sample_rate = header >> 12 & 15, header >> 10 & 3
    exists = version != _NO_VERSION and bit_rate not in _NO_BIT_RATE and sample_rate != _NO_SAMPLE_RATE
    return sync == _SYNC and layer == _LAYER_3 and exists
