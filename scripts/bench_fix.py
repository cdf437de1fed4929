"""Mending against the same ffmpeg command typed by hand, against HandBrake, and without an encoder against with one."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg
import msgspec
from PIL import Image

from scripts.bench_pairs import PREFLIGHT, ROOT, Command, Missed, cost_of_children, seconds, timed, told

if TYPE_CHECKING:
    from preflight.plan import Plan
    from preflight.values.facts import VideoFacts


FOLDER_CLIPS = 4


@contextmanager
def footage() -> Iterator[Path]:
    """Give a folder of clips of 30 fps as a camera makes them: a pan over rough ground, with noise in the dark.

    `hd.mp4` is too large by its pixels, `long.mp4` too long, and `other.mkv` in the wrong container.
    """
    with tempfile.TemporaryDirectory(prefix="preflight-bench-", dir=ROOT) as name:
        here, ffmpeg = Path(name), [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y"]
        ground = Image.effect_noise((2700, 1600), 30)
        for octave in (6, 24, 96, 384):
            coarse = Image.effect_noise((2700 // octave, 1600 // octave), 90).resize(
                ground.size, Image.Resampling.BICUBIC
            )
            ground = Image.blend(ground, coarse, 0.6)
        ground.save(here / "ground.png")
        for clip, size, length in (("hd.mp4", "1920x1080", 15), ("long.mp4", "1280x720", 20)):
            pan = f"crop={size.replace('x', ':')}:x='n*1.2':y='n*0.6+20*sin(n/9)',noise=alls=4:allf=t,format=yuv420p"
            still = ["-loop", "1", "-framerate", "30", "-i", str(here / "ground.png"), "-vf", pan, "-t", str(length)]
            rate = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "16M", "-maxrate", "20M", "-bufsize", "20M"]
            subprocess.run([*ffmpeg, *still, *rate, "-g", "60", here / clip], check=True)
        whole = ["-i", str(here / "long.mp4"), "-t", "14", "-c", "copy"]
        subprocess.run([*ffmpeg, *whole, here / "other.mkv"], check=True)
        yield here


class Mending(msgspec.Struct, frozen=True, kw_only=True):
    """A clip with what would be done to it."""

    clip: Path
    facts: "VideoFacts"
    plan: "Plan"

    def by_hand(self, target: Path, *, encoded: bool = False) -> Command:
        """Return the one ffmpeg command that does it, or that does the same by encoding."""
        from preflight.apply.av import compile_job
        from preflight.apply.ffmpeg import find_tool

        plan = encoding(self.plan) if encoded else self.plan
        job = compile_job(plan, self.facts, target)
        return [find_tool(job.needs).path, "-nostdin", "-v", "error", *job.arguments]

    def by_us(self, folder: Path) -> Command:
        """Return the command that plans, does, measures and proves it, into a folder that is not there yet."""
        return [PREFLIGHT, "fix", str(self.clip), "--yes", "--output", tempfile.mktemp(dir=folder)]  # noqa: S306 - made by the program


def mending(clip: Path) -> Mending:
    """Measure a clip and plan for it."""
    from preflight.flow.check import check_assets
    from preflight.flow.fix import plan_fixes
    from preflight.plan import FixOptions
    from preflight.profiles import load
    from preflight.values.assets import Asset
    from preflight.values.facts import VideoFacts

    ((judged, plan),) = plan_fixes(check_assets([Asset(path=str(clip))], load()), load(), FixOptions())
    if not isinstance(judged.facts, VideoFacts) or not plan.steps:
        sys.exit(f"{clip}: nothing to mend")
    return Mending(clip=clip, facts=judged.facts, plan=plan)


def encoding(plan: "Plan") -> "Plan":
    """Return a plan that does the same with an encoder."""
    from preflight.plan.steps import Encode, Write, find

    steps = plan.otherwise or plan.steps
    if find(steps, Encode) is None:
        bound = Encode(codec="libx264", max_bit_rate=13_000_000, loss="lossy", clears=())
        steps = (*(step for step in steps if not isinstance(step, Write)), bound, *steps[-1:])
    return msgspec.structs.replace(plan, steps=steps, otherwise=())


def fix(missed: Missed) -> None:
    """Compare mending with the same ffmpeg command typed by hand, with HandBrake, and without with an encode."""
    with footage() as here:
        hd = mending(here / "hd.mp4")
        print("by hand:", *hd.by_hand(here / "hand.mp4"))
        subprocess.run(hd.by_us(here), cwd=here, capture_output=True, check=True)
        hand, ours = hd.by_hand(here / "hand.mp4"), partial(hd.by_us, here)
        times = [(seconds(ours()), seconds(hand)) for _ in range(7)]
        told("15 s of 1080p30, fix / ffmpeg by hand", times, 1.10, missed)
        handbrake(hd, here, missed)
        for name in ("long.mp4", "other.mkv"):
            lossless(mending(here / name), here, missed)
        folder(hd, here)


def handbrake(hd: Mending, here: Path, missed: Missed) -> None:
    """Compare with HandBrake's preset for this size: at least 2.5 times faster, at no less quality."""
    from preflight.apply.quality import measure_quality

    if shutil.which("HandBrakeCLI") is None:
        print("HandBrakeCLI is not installed")
        return
    theirs = ["HandBrakeCLI", "--preset", "Fast 720p30", "-i", str(hd.clip), "-o", str(here / "handbrake.mp4")]
    times = [(seconds(hd.by_us(here)), seconds(theirs)) for _ in range(3)]
    told("15 s of 1080p30, fix / HandBrake Fast 720p30", times, 1 / 2.5, missed)
    found = [measure_quality(hd.plan, hd.facts, here / name) for name in ("hand.mp4", "handbrake.mp4")]
    means = [quality.vmaf_mean if quality else 0.0 for quality in found]
    missed.any |= means[0] < means[1]
    print(
        f"VMAF: ours {means[0]:.1f}, HandBrake {means[1]:.1f} {'ok' if means[0] >= means[1] else 'MISSED'}", flush=True
    )


def lossless(clip: Mending, here: Path, missed: Missed) -> None:
    """Compare a fix that encodes nothing with the encode that it replaces: the work alone, and the whole command.

    The work alone is done as the program does it: by a child of a server that has loaded its libraries already.
    """
    from preflight.apply.remux import cut_between
    from preflight.plan.steps import Cut, find
    from preflight.workers.session import session

    name, target = f"{clip.clip.name}, nothing encoded", here / "copy.mp4"
    cut, encode = find(clip.plan.steps, Cut), clip.by_hand(here / "encoded.mp4", encoded=True)
    packets = cut.packets if cut else None
    copy = partial(seconds, [] if packets else clip.by_hand(target))
    work = partial(timed, lambda: cut_between(clip.clip, packets, target, "mp4")) if packets else copy
    with session():
        work()
        told(f"{name} / encode, the work alone", [(work(), seconds(encode)) for _ in range(5)], 1 / 30, missed)
    told(
        f"{name} / encode, the command", [(seconds(clip.by_us(here)), seconds(encode)) for _ in range(3)], None, missed
    )


def folder(hd: Mending, here: Path) -> None:
    """Compare a folder of clips with the ffmpeg command for each, one after the other; count the processors in use."""
    clips = here / "clips"
    clips.mkdir()
    for number in range(FOLDER_CLIPS):
        os.link(hd.clip, clips / f"{number}.mp4")
    by_hand, times, used = hd.by_hand(here / "hand.mp4"), [], []
    for _ in range(3):
        before, begun = _processor_seconds(), time.perf_counter()
        ours = seconds([PREFLIGHT, "fix", str(clips), "--yes", "--output", tempfile.mktemp(dir=here)])  # noqa: S306 - made by the program
        used.append((_processor_seconds() - before) / (time.perf_counter() - begun))
        times.append((ours, sum(seconds(by_hand) for _ in range(FOLDER_CLIPS))))
    told(f"{FOLDER_CLIPS} clips of 15 s, fix / ffmpeg by hand, one by one", times, None, Missed())
    print(f"processors in use: {', '.join(f'{one:.2f}' for one in used)} of {os.cpu_count()}", flush=True)


def _processor_seconds() -> float:
    return cost_of_children()[0]
