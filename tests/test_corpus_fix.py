"""Mending real files that nobody here made, judged by ffprobe and by decoding: not by the program.

Every file of the corpus (see `test_corpus`) that lossy steps can bring within the limits is brought there, a file that
is left as beyond mending is too short, of a shape that needs cropping, or unreadable by its truth, and no source is
touched. The limits are read from the edition's TOML, the measures from ffprobe, which counts the pictures it decodes.
Slow: `make test-real` runs it.
"""

import json
import os
import shutil
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image, ImageOps

import preflight.profiles
from preflight.flow.check import Measuring, check_assets
from preflight.flow.fix import fix_all, plan_fixes
from preflight.plan import FixOptions, Plan
from preflight.plan.result import FixResult
from preflight.plan.steps import Encode, find
from preflight.profiles import Profile
from preflight.values.assets import Asset
from preflight.values.findings import Judged
from preflight.workers.pool import WorkerPool
from tests.specimens import MACHINES_FFMPEG, PROFILE, shortened
from tests.test_corpus import CORPUS, rows

LIMITS = tomllib.loads((Path(preflight.profiles.__file__).parent / "editions" / f"{PROFILE.name}.toml").read_text())
JOBS = 2
SAMPLED = 5
"""Every so many of the files are mended."""
OTHERS = 15
"""Every so many others, where they need an encode, are encoded by the ffmpeg of the machine."""
ALL = "PREFLIGHT_CORPUS_ALL" in os.environ
"""Whether all of them are; the variable is read before a test hides it."""
CONTAINERS = {"mov,mp4,m4a,3gp,3g2,mj2": {"mp4", "mov"}, "wav": {"wav"}, "mp3": {"mp3"}}

pytestmark = [
    pytest.mark.skipif(os.environ.get("TEST_REAL") is None, reason="`make test-real` runs it"),
    pytest.mark.skipif(not (CORPUS / "truth.jsonl").is_file(), reason="no corpus of real files here"),
    pytest.mark.skipif(not shutil.which("ffprobe") or not shutil.which("ffmpeg"), reason="no ffprobe to judge by"),
]


def asked(*command: str) -> str:
    """Run one of ffmpeg's programs to its end and return what it printed; a complaint is a failure."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False)
    said = done.stderr.decode(errors="replace").strip()
    assert (done.returncode, said) == (0, ""), f"{command[0]} says {said or done.returncode}"
    return done.stdout.decode()


def outside(name: str, value: Fraction | int, limit: dict[str, Any]) -> Iterator[str]:
    """Yield that a measure lies outside a limit, if it does."""
    low, high = (Fraction(str(limit.get(bound, 0))) for bound in ("min", "max"))
    if value < low or (high and value > high):
        yield f"{name} is {float(value)}"


def complaints(path: Path, kind: str) -> list[str]:
    """Return everything in which a file is not as the limits have it."""
    found = [*outside("bytes", path.stat().st_size, LIMITS[kind]["bytes"])]
    if kind == "image":
        return [*found, *_picture(path)]
    probed = json.loads(
        asked("ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", f"file:{path}")
    )
    asked("ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", f"file:{path}", "-f", "null", "-")
    allowed = set(LIMITS[kind]["format"]["allowed"])
    if not CONTAINERS.get(probed["format"]["format_name"], set()) & allowed:
        found.append(f"format is {probed['format']['format_name']}")
    found += outside("length", Fraction(probed["format"]["duration"]), LIMITS[kind]["duration_s"])
    return [*found, *(_clip(probed) if kind == "video" else ())]


def _picture(path: Path) -> Iterator[str]:
    limits = LIMITS["image"]
    with Image.open(path) as source:
        source.load()
        picture = ImageOps.exif_transpose(source)
        if (source.format or "").lower() not in limits["format"]["allowed"]:
            yield f"format is {source.format}"
    for side in picture.size:
        yield from outside("side", side, limits["side_px"])
    yield from outside("ratio", Fraction(picture.width, picture.height), limits["aspect_ratio"])


def _clip(probed: dict[str, Any]) -> Iterator[str]:
    limits = LIMITS["video"]
    pictures = [s for s in probed["streams"] if s["codec_type"] == "video" and not s["disposition"]["attached_pic"]]
    sounds = [s for s in probed["streams"] if s["codec_type"] == "audio"]
    if len(pictures) != 1:
        yield f"there are {len(pictures)} streams of pictures"
        return
    clip = pictures[0]
    if clip["codec_name"] not in limits["codec"]["allowed"]:
        yield f"codec is {clip['codec_name']}"
    for sound in sounds:
        if sound["codec_name"] not in limits["sound_codec"]["allowed"]:
            yield f"sound is {sound['codec_name']}"
    shape = clip.get("sample_aspect_ratio", "1:1").replace(":", "/")
    sides = [clip["width"] * Fraction(shape if shape != "0/1" else "1"), Fraction(clip["height"])]
    for side in sides:
        yield from outside("side", side, limits["side_px"])
    yield from outside("pixels", sides[0] * sides[1], limits["pixels"])
    turned = sum(int(data.get("rotation", 0)) for data in clip.get("side_data_list", ())) % 180
    yield from outside("ratio", sides[1] / sides[0] if turned else sides[0] / sides[1], limits["aspect_ratio"])
    duration = clip["duration_ts"] * Fraction(clip["time_base"])
    yield from outside("length of the pictures", duration, limits["duration_s"])
    mean = int(clip["nb_read_frames"]) / duration
    for name, rate in (("mean", mean), *((n, Fraction(clip[n])) for n in ("avg_frame_rate", "r_frame_rate"))):
        yield from outside(f"{name} rate", rate, limits["frame_rate_hz"])


def hashes() -> dict[str, str]:
    """Return what every file of the corpus holds."""
    return {
        str(path.relative_to(CORPUS)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(CORPUS.rglob("*"))
        if path.is_file()
    }


def excuse(row: dict[str, Any], one: FixResult) -> str:
    """Return why a file cannot be mended, where its truth says the same; nothing where it does not."""
    rules, facts, kind = {finding.rule for finding in one.plan.beyond_mending}, row["facts"], one.before.kind
    said = {*row["expect"], *row.get("any", ()), *row["allow"]}
    unreadable = any(rule.endswith("/readable") for rule in said)
    lengths = [facts[name] for name in ("duration_s", "duration_alt_s") if name in facts]
    if any(rule.endswith("/readable") for rule in rules):
        return "unreadable" if unreadable else ""
    if any(rule.endswith("/duration") for rule in rules):
        if not lengths:
            return "unreadable" if unreadable else ""
        return "too short" if min(lengths) < Fraction(str(LIMITS[kind]["duration_s"]["min"])) else ""
    if any(rule.endswith("/aspect-ratio") for rule in rules):
        return "needs cropping" if [*outside("ratio", shape(row), LIMITS[kind]["aspect_ratio"])] else ""
    return ""


def shape(row: dict[str, Any]) -> Fraction:
    """Return width over height: by the truth, or by decoding where that leaves open who can read a picture."""
    if "width_px" in row["facts"]:
        return Fraction(row["facts"]["width_px"], row["facts"]["height_px"])
    pillow_heif.register_heif_opener()
    with Image.open(CORPUS / row["path"]) as picture:
        picture.load()
        return Fraction(picture.width, picture.height)


def sampled(first: int, step: int) -> list[dict[str, Any]]:
    """Return every so many rows of the truth, from one on."""
    return rows() if ALL else rows()[first::step]


def planned(sample: list[dict[str, Any]], profile: Profile = PROFILE) -> list[tuple[Judged, Plan]]:
    """Plan files of the corpus with default options."""
    assets = [Asset(path=str(CORPUS / row["path"])) for row in sample]
    return plan_fixes(
        check_assets(assets, profile, Measuring(pool=WorkerPool("exact", jobs=JOBS))), profile, FixOptions()
    )


def failure(row: dict[str, Any], one: FixResult) -> str:
    """Return what is wrong with what came of a file; nothing where it passes, or cannot be mended by its truth."""
    if one.outcome == "fixed":
        try:
            return "; ".join(complaints(Path(one.asset.path), one.before.kind))
        except (AssertionError, OSError, KeyError) as error:
            return repr(error)
    if one.outcome == "unfixable":
        return "" if excuse(row, one) else f"beyond mending: {one.message}"
    return one.message if one.outcome == "failed" else ""


def what_came(row: dict[str, Any], one: FixResult) -> str:
    """Name what came of a file, for the tally."""
    if one.outcome == "unfixable":
        return f"beyond mending: {excuse(row, one)}"
    names = {"untouched": "passed already", "fixed": f"mended, {one.plan.loss}"}
    return names.get(one.outcome, one.outcome)


def test_every_file_that_can_be_mended_is_mended_as_ffprobe_and_decoding_judge(tmp_path: Path) -> None:
    before, sample = hashes(), sampled(0, SAMPLED)
    came = list(zip(sample, fix_all(planned(sample), PROFILE, tmp_path, jobs=JOBS), strict=True))
    failed = {row["path"]: said for row, one in came if (said := failure(row, one))}
    tally = Counter(what_came(row, one) for row, one in came)
    print(*(f"{count:5} {what}" for what, count in sorted(tally.items())), sep="\n")  # noqa: T201 - shown by pytest -s
    assert failed == {}
    assert hashes() == before


def test_the_machine_s_ffmpeg_can_encode_what_needs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MACHINES_FFMPEG
    brief = shortened(PROFILE, longest_s=4)  # an encoder that makes four seconds makes fifteen
    monkeypatch.setenv("PREFLIGHT_FFMPEG", MACHINES_FFMPEG)
    by_path = {str(CORPUS / row["path"]): row for row in sampled(1, OTHERS)}
    todo = [one for one in planned([*by_path.values()], brief) if find(one[1].steps, Encode)]
    came = fix_all(todo, brief, tmp_path, jobs=JOBS)
    assert came
    assert {one.asset.path: said for one in came if (said := failure(by_path[one.before.asset.path], one))} == {}
