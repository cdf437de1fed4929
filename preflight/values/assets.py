"""Assets: the paths and URLs to judge, each with its role in a request.

In: arguments or a request.toml. Out: `Asset` values, in the same order.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

import msgspec

from preflight.values.leftovers import is_system_folder, is_unfinished
from preflight.values.phrase import Listing, Phrase, phrase

Kind = Literal["image", "video", "audio", "unknown"]
KINDS: tuple[Kind, ...] = get_args(Kind)

ENDINGS = {"jpeg": "jpg"}
"""Format → file extension, where the two differ."""
IMAGE_SUFFIXES = ["jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "gif", "tif", "tiff", "bmp", "heic", "heif"]
IMAGE_SUFFIXES += ["avif", "jxl", "jp2", "ico", "psd", "psb", "dng", "cr2", "nef", "arw", "svg"]
IMAGE_SUFFIXES += ["hif", "mpo", "orf", "rw2", "raf", "pef", "srw", "nrw"]
VIDEO_SUFFIXES = ["mp4", "mov", "qt", "m4v", "mkv", "webm", "avi", "mts", "m2ts", "mpg", "mpeg", "wmv", "flv", "3gp"]
VIDEO_SUFFIXES += ["3g2", "mxf", "ogv"]
AUDIO_SUFFIXES = ["mp3", "wav", "wave", "m4a", "aac", "flac", "ogg", "oga", "opus", "aif", "aiff", "wma", "amr"]
NOT_READ: dict[Kind, str] = {
    "image": """
        heics heifs avifs avcs avci j2k j2c jpc jpf jpx jpm jxr wdp hdp jxs jls jng mng cr3 crw x3f 3fr iiq erf mrw
        kdc rwl srf sr2 xcf exr hdr rgbe tga icb vda ppm pgm pbm pnm pam pfm phm dds ktx ktx2 dpx cin pcx dcx sgi rgba
        ras xbm xpm xwd qoi flif bpg dib cur icns emf wmf eps pict pct iff ilbm lbm fits vtf blp
    """,
    "video": """
        m2t trp tp vob evo mpe m1v m2v mpv m4s f4v asf rm rmvb wtv dvr-ms bik bk2 smk gxf r3d braw crm insv lrv ogm
        divx xvid amv nut nsv ivf obu y4m yuv h261 h263 h264 264 h265 265 h266 266 hevc avc vvc vc1 drc dnxhd dv tod
        fli flc flic roq vqa mjpg mjpeg mk3d
    """,
    "audio": """
        aifc mp1 mp2 mpa m2a m4b m4p m4r mka weba caf caff w64 rf64 bw64 bwf au snd sd2 wv ape tta tak ofr shn mpc mpp
        ac3 eac3 ec3 ac4 dts dtshd thd mlp dsf dff voc spx gsm ra awb 3ga aax aa3 oma at3 qcp adx hca vqf mid midi kar
        rmi s3m xm loas latm lc3 vox sln iamf
    """,
}
"""Extensions of media formats that the probes do not read."""
SUFFIX_KINDS: dict[str, Kind] = {
    **dict.fromkeys(IMAGE_SUFFIXES, "image"),
    **dict.fromkeys(VIDEO_SUFFIXES, "video"),
    **dict.fromkeys(AUDIO_SUFFIXES, "audio"),
    **{ending: kind for kind, endings in NOT_READ.items() for ending in endings.split()},
}
"""Extension → expected kind, unread formats included: in a folder they are reported, not skipped. Selects files of a
folder, and the rules for a file that cannot be identified; the content decides the kind. Left out are extensions
that other files use more often: .ts (TypeScript), .mod (Go), .pdf."""


class Role(msgspec.Struct, frozen=True):
    """The place of an asset in a request: "video 1" is the first reference video, in the prompt too."""

    kind: Kind
    number: int
    """1-based position in its array; 0 where it stands in a field of its own."""
    field: str = ""
    """The field that holds its address alone, such as "image_start"; "" for one of an array."""

    def __str__(self) -> str:
        """Format the role as the prompt does: "video 1"."""
        return self.field or f"{self.kind} {self.number}"


MOMENT = r"(?:\d{1,4}:){0,2}\d{1,30}(?:\.\d{1,30})?"
"""Seconds, minutes and seconds, or hours too."""
SIXTY = 60


class Window(msgspec.Struct, frozen=True):
    """The part of a video or audio file to keep, in seconds from its start."""

    start_s: Fraction
    end_s: Fraction

    @classmethod
    def parse(cls, text: str) -> "Window":
        """Parse "3.0-9.5", or "1:20-1:35" with minutes; raise ValueError otherwise."""
        match = re.fullmatch(rf"\s*({MOMENT})\s*[-\u2013\u2014~]\s*({MOMENT})\s*", text)
        if not match:
            msg = phrase(
                "expected START-END in seconds, such as 3.0-9.5, or in minutes, such as 1:20-1:35, got {q}",
                q=repr(text[:60]),
            )
            raise ValueError(msg)
        start, end = _seconds(match[1]), _seconds(match[2])
        if end <= start:
            msg = phrase("expected an end after the start, got {q}", q=repr(text))
            raise ValueError(msg)
        return cls(start, end)

    def __str__(self) -> str:
        """Format the window for `parse`, with all digits."""
        start, end = (Decimal(bound.numerator) / bound.denominator for bound in (self.start_s, self.end_s))
        return f"{start:f}-{end:f}"


def _seconds(moment: str) -> Fraction:
    """Read a moment on the clock, "1:20.5", in seconds; raise ValueError for a minute of 60 seconds or more."""
    *larger, seconds = map(Fraction, moment.split(":"))
    if larger and (seconds >= SIXTY or (larger[1:] and larger[1] >= SIXTY)):
        msg = phrase("{q}: a minute has 60 seconds, an hour 60 minutes", q=moment[:60])
        raise ValueError(msg)
    total = Fraction(0)
    for one in (*larger, seconds):
        total = total * SIXTY + one
    return total


class Stored(msgspec.Struct, frozen=True):
    """What a listing or an answer told of an object in a bucket."""

    size: int
    """In bytes."""
    etag: str | None = None
    """The store's mark of this content; None where it gives none."""


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """A file, URL or object to judge."""

    path: str
    """A path as given, an http(s) URL, or an object's address: s3://, gs:// or az://."""
    role: Role | None = None
    keep: Window | None = None
    walked: bool = False
    """Whether a folder walk found it; files that are no media are then skipped."""
    unread: str = ""
    """Why this line of a list cannot be judged, with its line number; "" for other assets."""
    stored: Stored | None = None
    """Size and mark of an object, where they are known."""

    @property
    def is_url(self) -> bool:
        """Whether the path is an address, of a web page or an object; `http:x.mp4` is a file."""
        return re.match(r"(?:https?|s3|gs|az)://", self.path, re.IGNORECASE) is not None

    @property
    def is_object(self) -> bool:
        """Whether the path is the address of an object, or of all objects below a prefix."""
        return self.path[:5].lower() in ("s3://", "gs://", "az://")

    @property
    def suffix(self) -> str:
        """The extension in lower case, without the dot."""
        path = re.split(r"[?#]", self.path, maxsplit=1)[0] if self.is_url and not self.is_object else self.path
        return os.path.splitext(path)[1].removeprefix(".").lower()  # noqa: PTH122 - a URL is not a path

    @property
    def expected_kind(self) -> Kind:
        """The kind by role, else by extension, else "unknown"."""
        return self.role.kind if self.role else SUFFIX_KINDS.get(self.suffix, "unknown")


def is_request(path: str) -> bool:
    """Tell by the extension whether a file is a request: .toml, or the service's .json."""
    return path.lower().endswith((".toml", ".json"))


def unsupported(path: str) -> str | None:
    """Explain why an address that is no file cannot be read, such as "ftp: is not supported ..."; None for a path.

    Call it for missing files only: a file may be named `ftp:x.mp4`. The rest of the address may be secret; it is left
    out.
    """
    match = re.match(r"[a-z][a-z0-9+.-]*:(?=//)|(?:file|ftp|data):", path, re.IGNORECASE)
    known = match is None or Asset(path=path).is_url
    return (
        None
        if known or not match
        else phrase("{q} is not supported: give a path, or http:, https:, s3:, gs: or az:", q=match[0].lower())
    )


def collect(paths: Iterable[str | Asset]) -> Iterator[Asset]:
    """Yield the files at each path: the file itself, or all files below a folder, sorted by name.

    Yields `Asset` values unchanged. Skips hidden files, system folders and unfinished downloads; follows no link to a
    folder.
    """
    for path in paths:
        if isinstance(path, Asset):
            yield path
        elif os.path.isdir(path):  # noqa: PTH112 - names that are not UTF-8, and 100,000 of them: os is exact and fast
            yield from _walk(path)
        else:
            yield Asset(path=path)


def _walk(folder: str) -> Iterator[Asset]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not (name.startswith(".") or is_system_folder(name)))
        for name in sorted(files):
            if not (name.startswith(".") or is_unfinished(name)):
                yield Asset(path=os.path.join(here, name), walked=True)  # noqa: PTH118 - see above


def ending_of(format_name: str) -> str:
    """Return the extension, without the dot, for files written in a format."""
    return ENDINGS.get(format_name, format_name)


def composed(name: str) -> str:
    """Write a name in composed characters: macOS stores "é" as two, others as one (Unicode NFC)."""
    if name.isascii():
        return name
    from unicodedata import normalize

    return normalize("NFC", name)


def as_stored(path: str) -> str:
    """Find a file whose name is spelled in composed or decomposed characters; return other paths unchanged."""
    if path.isascii() or os.path.lexists(path):
        return path
    folder, name = os.path.split(path)
    folder = as_stored(folder) if folder else ""
    with suppress(OSError):
        wanted = composed(name)
        for entry in sorted(os.listdir(folder or ".")):  # noqa: PTH208 - any bytes may be a name
            if composed(entry) == wanted:
                return os.path.join(folder, entry)  # noqa: PTH118 - as above
    return path


def printable(text: str) -> str:
    """Escape control characters, bidirectional overrides and bytes that are not UTF-8, for display."""
    if text.isprintable():
        return text
    if isinstance(text, Phrase):
        shown = {key: printable(one) if isinstance(one, str) else one for key, one in text.arguments.items()}
        return Phrase(text.template, shown)
    if isinstance(text, Listing):
        return Listing(map(printable, text.items), text.between, text.last)
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


def shown(path: str) -> str:
    """Format a path or URL for display, without the user, password, query and fragment of a URL: they may be secret."""
    return re.sub(ADDRESS, _without_secrets, printable(path), count=1) if Asset(path=path).is_url else printable(path)


def masked(text: str) -> str:
    """Remove user, password, query and fragment from every URL in a text; escape nothing."""
    return re.sub(ADDRESS, _without_secrets, text)


ADDRESS = re.compile(r"""(https?://)(?:[^\s/?#"'<>]*@)?([^\s?#"'<>]*)([?#][^\s"'<>]*)?""", re.IGNORECASE)
"""A URL in running text: scheme, user and password, host and path, query and fragment."""


def _without_secrets(match: re.Match[str]) -> str:
    return match[1] + match[2] + ("?..." if match[3] else "")
