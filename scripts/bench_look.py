"""Looking for the good part against decoding the file once with the ffmpeg that is carried, frames and sound."""

import subprocess
import tempfile
import time
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg

from scripts.bench_pairs import ROOT, Missed, seconds, timed, told

if TYPE_CHECKING:
    from preflight.values.facts import AudioFacts, VideoFacts

FFMPEG = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin"]
CLIPS = {
    "40 s of 480p30": ("854x480", 30, 40),
    "30 s of 1080p30": ("1920x1080", 30, 30),
    "4 min of 1080p30, by its keyframes": ("1920x1080", 30, 240),
}
SONG_S = 180
FIRST_S = 0.5
"""Seconds until it is first told how far looking is."""


def look(missed: Missed) -> None:
    """Compare looking into clips and a song with decoding each once, and time how soon progress is told."""
    from preflight.probe import probe
    from preflight.values.assets import Asset
    from preflight.values.facts import AudioFacts, VideoFacts
    from preflight.workers.session import session

    with tempfile.TemporaryDirectory(prefix="preflight-bench-", dir=ROOT) as name, session():
        for words, path in _made(Path(name)):
            facts = probe(Asset(path=str(path))).facts
            if not isinstance(facts, VideoFacts | AudioFacts):
                continue
            heard: list[float] = []
            ours = partial(_look, path, facts, heard)
            ours()
            heard.clear()
            decode = [*FFMPEG, "-i", str(path), "-f", "null", "-"]
            times = [(timed(ours), seconds(decode)) for _ in range(5)]
            told(f"looking into {words} / decoding it once", times, 1.0, missed)
            missed.any |= bool(heard) and heard[0] > FIRST_S
            print(f"first progress after {heard[0] if heard else 0:.2f} s (wanted: {FIRST_S})", flush=True)


def _look(path: Path, facts: "VideoFacts | AudioFacts", heard: list[float]) -> None:
    """Look into a file as the program does, in a child; note when progress was told."""
    from preflight.media.candidates import looked
    from preflight.profiles import load
    from preflight.values.facts import VideoFacts
    from preflight.workers.isolated import call_isolated

    limits = (load().video if isinstance(facts, VideoFacts) else load().audio).duration_s
    begun = time.perf_counter()
    call_isolated(looked, str(path), facts, limits, None, progress=lambda _: heard.append(time.perf_counter() - begun))


def _made(here: Path) -> list[tuple[str, Path]]:
    """Make clips that move, with sound, and a song."""
    made: list[tuple[str, Path]] = []
    for words, (size, rate, length) in CLIPS.items():
        path = here / f"{len(made)}.mp4"
        frames = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d=10,noise=alls=12:allf=t"]
        heard = ["-f", "lavfi", "-i", "aevalsrc='sin(440*2*PI*t)*abs(sin(4*PI*t))':d=10:s=48000"]
        coded = ["-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac"]
        subprocess.run([*FFMPEG, *frames, *heard, *coded, here / "part.mp4", "-y"], check=True)
        loops = ["-stream_loop", str(length // 10 - 1), "-i", str(here / "part.mp4"), "-c", "copy", str(path)]
        subprocess.run([*FFMPEG, *loops], check=True)
        made.append((words, path))
    song = here / "song.mp3"
    noise = f"anoisesrc=d={SONG_S}:a=0.3:c=pink,tremolo=f=2:d=0.8"
    subprocess.run([*FFMPEG, "-f", "lavfi", "-i", noise, "-b:a", "192k", song], check=True)
    return [*made, (f"a song of {Fraction(SONG_S, 60)} min", song)]
