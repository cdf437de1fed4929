"""What ordinary tools answer beside what preflight answers and what is true, on the project's own specimens.

In: specimens of `fixtures/media`. Out: a Markdown table; `--write` puts it into the manual, between `<!-- peers -->`
and `<!-- end peers -->`. The truth is a full decode, made here. A tool that is not installed has an empty column.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, NamedTuple

import av
import av.error
import msgspec
import mutagen
import PIL
import pillow_heif
import simplejpeg
from PIL import Image, ImageOps

import preflight
from preflight.flow.check import Measuring, measure
from preflight.values.assets import Asset
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "measuring.md"
MEDIA = ROOT / "fixtures" / "media"
BEGIN, END = "<!-- peers -->", "<!-- end peers -->"
LIMIT_S = 60
"""How long a tool may take over one file."""
LENGTH_TOLERANCE_S = 0.05
RATE_TOLERANCE = 0.01

Question = Literal["length", "frame rate", "displayed size", "readable?"]
Value = float | tuple[int, int] | bool


class Row(NamedTuple):
    """One specimen, and what is asked of it."""

    specimen: str
    asked: Question


ROWS = (
    Row("audio-vbr-no-xing.mp3", "length"),
    Row("audio-15s-stored-15.05s.mp3", "length"),
    Row("audio-wav-streaming-length.wav", "length"),
    Row("audio-wav-claims-more.wav", "length"),
    Row("audio-mp3-cover-art.mp3", "frame rate"),
    Row("video-header-claims-20s.mp4", "length"),
    Row("video-fragmented-claims-143165s.mp4", "length"),
    Row("video-sound-longer.mp4", "length"),
    Row("video-edit-list-hides-6s.mp4", "length"),
    Row("video-faststart-cut-short.mp4", "length"),
    Row("video-last-frame-held.mp4", "frame rate"),
    Row("video-vfr-mean-20-nominal-30.mp4", "frame rate"),
    Row("video-rotated-90.mp4", "displayed size"),
    Row("video-stored-1000x480-shown-1250x480.mov", "displayed size"),
    Row("image-heic-named.jpg", "readable?"),
    Row("image-truncated.jpg", "readable?"),
    Row("image-truncated.png", "readable?"),
    Row("image-hollow-5900x5900.png", "readable?"),
    Row("playlist-named.mp4", "readable?"),
    Row("video-encrypted-cenc.mp4", "readable?"),
    Row("video-fragments-cut-in-media.mp4", "readable?"),
    Row("video-avc3-says-1280x720-is-1920x1080.mp4", "displayed size"),
    Row("video-fields-25fps.mp4", "frame rate"),
    Row("video-turned.mkv", "displayed size"),
    Row("image-jpeg-hole-between-restarts.jpg", "readable?"),
    Row("sound-claims-7fffffff.wav", "length"),
)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """All that one reader says of one file; where it gives a quantity twice, in two fields, both stand here."""

    lengths_s: tuple[float, ...] = ()
    rates_hz: tuple[float, ...] = ()
    sizes_px: tuple[tuple[int, int], ...] = ()
    complains: bool = False
    """Whether it failed, warned, or called the file incomplete."""

    def answers(self, asked: Question) -> tuple[Value, ...]:
        """Return the answers to a question, none where nothing was said."""
        match asked:
            case "length":
                return self.lengths_s
            case "frame rate":
                return self.rates_hz
            case "displayed size":
                return self.sizes_px
            case "readable?":
                return (not self.complains and bool(self.lengths_s or self.sizes_px),)


REFUSED = Said(complains=True)


# ---- the truth ------------------------------------------------------------------------------------------------------


class Shot(NamedTuple):
    """One decoded picture, without its pixels."""

    pts: int
    duration: int
    width_px: int
    height_px: int
    rotation_deg: int


def decoded(path: Path) -> Said:
    """Decode the whole file and say what came out; of a damaged one, what could be had."""
    if path.name.startswith("image-"):
        return decoded_image(path)
    return decoded_container(path)


def decoded_image(path: Path) -> Said:
    """Decode a picture with two decoders, a JPEG with a third that is strict; it is readable if none complains."""
    try:
        with _picture(path) as picture:
            shown = ImageOps.exif_transpose(picture)
            shown.load()
    except OSError:
        return REFUSED
    complains = decoded_container(path).complains or not _is_sound_jpeg(path)
    return Said(sizes_px=(shown.size,), complains=complains)


def _is_sound_jpeg(path: Path) -> bool:
    """Tell whether libjpeg-turbo, with its warnings as errors, decodes a JPEG; other pictures are not its business."""
    content = path.read_bytes()
    if content[:2] != b"\xff\xd8":
        return True
    try:
        simplejpeg.decode_jpeg(content, "GRAY", strict=True)
    except ValueError:
        return False
    return True


def _picture(path: Path) -> Image.Image:
    """Open a picture; HEIC without teaching it to Pillow, whose own answer is asked for elsewhere."""
    if pillow_heif.get_file_mimetype(path).startswith("image/hei"):
        return pillow_heif.open_heif(path).to_pillow()
    return Image.open(path)


def decoded_container(path: Path) -> Said:
    """Decode the pictures of a clip, or else its sound; cover art is no clip."""
    try:
        with av.open(f"file:{path}") as container:
            pictures = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
            return _shown(container, pictures[0]) if pictures else _heard(container)
    except av.error.FFmpegError:
        return REFUSED


def _shown(container: av.container.InputContainer, stream: av.VideoStream) -> Said:
    """Decode every picture that can be: from the first to the end of the last, turned and stretched as displayed."""
    shots, damaged = list[Shot](), False
    for packet in container.demux(stream):
        try:
            shots += [_shot(frame) for frame in packet.decode()]
        except av.error.FFmpegError:
            damaged = True
    if not shots:
        return REFUSED
    last = max(shots)
    length = (last.pts + last.duration - min(shots).pts) * (stream.time_base or Fraction(1))
    width = round(shots[0].width_px * (stream.sample_aspect_ratio or 1))
    height = shots[0].height_px
    size = (height, width) if shots[0].rotation_deg % 180 else (width, height)
    rates = (float(len(shots) / length),) if length else ()
    return Said(lengths_s=(float(length),), rates_hz=rates, sizes_px=(size,), complains=damaged)


def _shot(frame: av.VideoFrame) -> Shot:
    return Shot(frame.pts or 0, frame.duration or 0, frame.width, frame.height, frame.rotation)


def _heard(container: av.container.InputContainer) -> Said:
    """Decode every sample that can be."""
    length, damaged = Fraction(0), False
    for packet in container.demux(container.streams.audio[0]):
        try:
            length += sum(Fraction(frame.samples, frame.sample_rate) for frame in packet.decode())
        except av.error.FFmpegError:
            damaged = True
    return Said(lengths_s=(float(length),), complains=damaged)


# ---- what is said ---------------------------------------------------------------------------------------------------


def preflight_says(path: Path) -> Said:
    """Measure as `preflight check` does."""
    (probed,) = measure([Asset(path=str(path))], Measuring())
    facts = probed.facts
    lengths = facts.duration_s if isinstance(facts, AudioFacts | VideoFacts) else None
    rate = facts.frame_rate_hz if isinstance(facts, VideoFacts) else None
    return Said(
        lengths_s=() if lengths is None else (float(lengths),),
        rates_hz=() if rate is None else (float(rate),),
        sizes_px=((facts.width_px, facts.height_px),) if isinstance(facts, ImageFacts | VideoFacts) else (),
        complains=probed.fault is not None,
    )


def ffprobe_says(path: Path) -> Said | None:
    """Ask for the container's and the stream's length, the nominal and the mean rate, and the size."""
    wanted = "format=duration:stream=codec_type,duration,r_frame_rate,avg_frame_rate,width,height"
    done = run("ffprobe", "-v", "error", "-of", "json", "-show_entries", wanted, f"file:{path}")
    if done is None:
        return None
    found = _parsed(done.stdout)
    stream = _first(found.get("streams", ()), "codec_type", "video", "audio")
    return Said(
        lengths_s=_numbers(found.get("format", {}).get("duration"), stream.get("duration")),
        rates_hz=_numbers(stream.get("r_frame_rate"), stream.get("avg_frame_rate")),
        sizes_px=_size(stream.get("width"), stream.get("height")),
        complains=bool(done.returncode or done.stderr),
    )


def mediainfo_says(path: Path) -> Said | None:
    """Ask for the container's and the stream's length, the rate and the size."""
    done = run("mediainfo", "--Output=JSON", str(path))
    if done is None:
        return None
    tracks = (_parsed(done.stdout).get("media") or {}).get("track", ())
    whole = _first(tracks, "@type", "General")
    stream = _first(tracks, "@type", "Video", "Audio")
    shown = _first(tracks, "@type", "Video", "Image")
    return Said(
        lengths_s=_numbers(whole.get("Duration"), stream.get("Duration")),
        rates_hz=_numbers(_first(tracks, "@type", "Video").get("FrameRate")),
        sizes_px=_size(shown.get("Width"), shown.get("Height")),
        complains=bool(done.returncode) or whole.get("extra", {}).get("IsTruncated") == "Yes",
    )


def exiftool_says(path: Path) -> Said | None:
    """Ask for the length, the rate and the size; its configuration file is not read."""
    wanted = ("-Duration", "-VideoFrameRate", "-ImageSize", "-Warning", "-Error")
    done = run("exiftool", "-config", "", "-json", "-n", *wanted, str(path))
    if done is None:
        return None
    found: dict[str, Any] = (_parsed(done.stdout) or [{}])[0]
    width, height = str(found.get("ImageSize", "0 0")).split()
    return Said(
        lengths_s=_numbers(found.get("Duration")),
        rates_hz=_numbers(found.get("VideoFrameRate")),
        sizes_px=_size(width, height),
        complains=bool(done.returncode) or "Warning" in found or "Error" in found,
    )


def mutagen_says(path: Path) -> Said | None:
    """Ask for the length of a clip or sound; pictures are not its business."""
    if path.name.startswith("image-"):
        return None
    try:
        found = mutagen.File(path)
    except mutagen.MutagenError:
        return REFUSED
    return REFUSED if found is None else Said(lengths_s=_numbers(found.info.length))


def pillow_says(path: Path) -> Said | None:
    """Open a picture without decoding it, as Pillow does when nothing is plugged in."""
    if not path.name.startswith("image-"):
        return None
    Image.init()
    try:
        with Image.open(path, formats=[name for name in Image.ID if name != "HEIF"]) as picture:
            return Said(sizes_px=(picture.size,))
    except OSError:
        return REFUSED


PEERS: dict[str, Callable[[Path], Said | None]] = {
    "ffprobe": ffprobe_says,
    "mediainfo": mediainfo_says,
    "mutagen": mutagen_says,
    "exiftool": exiftool_says,
    "Pillow": pillow_says,
}


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """Run a tool of the PATH; None when it is not there."""
    program = shutil.which(tool)
    if program is None:
        return None
    try:
        return subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess([program], 1, "", "took too long")


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever JSON a tool prints
    return json.loads(text or "{}")


def _first(streams: list[dict[str, Any]], key: str, *kinds: str) -> dict[str, Any]:
    """Return the first stream of the first kind that there is, else an empty one."""
    return next((stream for kind in kinds for stream in streams if stream[key] == kind), {})


def _numbers(*said: object) -> tuple[float, ...]:
    """Return those that are numbers or ratios; "N/A" and "0/0" are not."""
    matches = [re.fullmatch(r"([\d.]+)(?:/([1-9]\d*))?", str(one)) for one in said]
    return tuple(float(match[1]) / float(match[2] or 1) for match in matches if match)


def _size(width: object, height: object) -> tuple[tuple[int, int], ...]:
    """Return a size where there is one; 0 x 0 is none."""
    size = int(str(width or 0)), int(str(height or 0))
    return (size,) if all(size) else ()


# ---- the table ------------------------------------------------------------------------------------------------------


@contextmanager
def alone(specimen: str) -> Iterator[Path]:
    """Give a copy in an empty folder: what takes the file for a list of other files finds none."""
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        yield Path(shutil.copyfile(MEDIA / specimen, Path(folder).resolve() / specimen))


def is_wrong(value: Value, truth: tuple[Value, ...], asked: Question) -> bool:
    """Tell whether an answer is beyond the tolerance; where there is no truth, any answer is."""
    if not truth:
        return True
    match asked, value, truth[0]:
        case "length", float(), float() as true:
            return abs(value - true) > LENGTH_TOLERANCE_S
        case "frame rate", float(), float() as true:
            return abs(value - true) > RATE_TOLERANCE * true
    return value != truth[0]


def words(value: Value, asked: Question) -> str:
    """Write one answer for a person."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return f"{value[0]} x {value[1]}"
    return f"{value:,.2f}".removesuffix(".00") + (" s" if asked == "length" else " fps")


def cell(said: Said | None, truth: Said, asked: Question) -> str:
    """Write what a reader answers, wrong answers in bold; an answer given twice is written once."""
    if said is None:
        return "-"
    answers, true = said.answers(asked), truth.answers(asked)
    if not answers:
        return "refused" if said.complains else "none"
    marked = [f"**{words(one, asked)}**" if is_wrong(one, true, asked) else words(one, asked) for one in answers]
    return " / ".join(dict.fromkeys(marked))


def line(row: Row) -> str:
    """Return one line of the table."""
    with alone(row.specimen) as path:
        truth = decoded(path)
        said = [preflight_says(path), *(ask(path) for ask in PEERS.values())]
    cells = [f"`{row.specimen}`", row.asked, *(cell(one, truth, row.asked) for one in (truth, *said))]
    return f"| {' | '.join(cells)} |"


def versions() -> dict[str, str | None]:
    """Return the version of every reader, None for those that are not there."""
    return {
        "preflight": preflight.__version__,
        "ffprobe": _version("ffprobe", "-version"),
        "mediainfo": _version("mediainfo", "--Version"),
        "exiftool": _version("exiftool", "-ver"),
        "mutagen": mutagen.version_string,
        "Pillow": PIL.__version__,
        "PyAV": av.__version__,
    }


def _version(tool: str, question: str) -> str | None:
    done = run(tool, question)
    if done is None:
        return None
    number = re.search(r"\d+\.\d[\w.+~-]*", done.stdout)
    return number[0] if number else "of an unknown version"


def seen_line(found: dict[str, str | None]) -> str:
    """Say which versions answered, and which tools are missing."""
    there = ", ".join(f"{tool} {number}" for tool, number in found.items() if number)
    missing = ", ".join(tool for tool, number in found.items() if not number)
    return f"Seen: {there}.{f' Not installed: {missing}.' if missing else ''}"


LEGEND = f"""\
**Bold** is wrong: by more than {LENGTH_TOLERANCE_S} s, by more than {RATE_TOLERANCE:.0%} of a rate, or by any pixel.
The truth is a full decode, with PyAV, of a picture with Pillow too, of a JPEG with libjpeg-turbo at its strictest; the
length of a clip is that of its pictures. Two answers in a cell are the container's and the stream's length, or the
nominal and the mean rate. `readable?` is "no" where a tool fails, warns, calls the file incomplete, or gives neither
length nor size. "refused": an error and no answer; "none": no answer; "-": not its kind of file, or not installed.
Every file is read in a folder of its own.
exiftool itself calls its lengths of MP3 files approximate.
"""


def table() -> str:
    """Return the table, what its marks mean, and the versions that answered."""
    heads = ("specimen", "asked", "truth", "preflight", *PEERS)
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *map(line, ROWS)]
    return "\n".join([*lines, "", LEGEND, seen_line(versions())])


def placed(text: str, made: str) -> str:
    """Return the text with what stands between the marks replaced."""
    if BEGIN not in text or END not in text:
        raise SystemExit(f"measuring.md: no place for the table: {BEGIN} ... {END}")
    before, rest = text.split(BEGIN, 1)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{rest.split(END, 1)[1]}"


def main(arguments: list[str], page: Path = PAGE) -> None:
    """Print the table, or write it into the manual."""
    if arguments not in ([], ["--write"]):
        raise SystemExit("usage: peers.py [--write]")
    if not arguments:
        print(table())
        return
    page.write_text(placed(page.read_text(encoding="utf-8"), table()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
