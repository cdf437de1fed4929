"""A sound's plan → a new file: plain samples are copied by bytes, everything else goes through one ffmpeg run.

source ── as ffmpeg can read it ──► ffmpeg ── header made plain ──► new file
   └───────────────── samples copied ────────────────────────────────┘
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import msgspec

from preflight.apply.av import compile_job
from preflight.apply.ffmpeg import run_first_able
from preflight.apply.wave import write_plain
from preflight.files.atomic import temporary
from preflight.plan.steps import Cut, Encode, Extend, Plan, Write, find
from preflight.probe import open_without_waiting
from preflight.probe.mpeg_audio import frames_in
from preflight.probe.part import Part, joined
from preflight.values.facts import AudioFacts

Told = Callable[[Fraction], None] | None
"""Called with the seconds that are written."""


def make_audio(
    plan: Plan, facts: AudioFacts, target: Path, *, threads: int | None, progress: Told = None
) -> str | None:
    """Write the file; return the version of the ffmpeg that did it, if one did.

    Raises:
        FixFailed: it cannot be made.
        NotDone: there is no ffmpeg that can do it.
    """
    source, write = Path(plan.asset.path), find(plan.steps, Write)
    as_wav = write is not None and write.format == "wav"
    if as_wav and _is_plain(facts) and not find(plan.steps, Encode) and not find(plan.steps, Extend):
        write_plain(source, target, find(plan.steps, Cut))
        return None
    with _readable(source, facts, target.parent) as ready:
        asset = msgspec.structs.replace(plan.asset, path=os.fspath(ready))
        there = msgspec.structs.replace(plan, asset=asset)
        if not as_wav:
            job = compile_job(there, facts, target, threads=threads)
            return run_first_able(job.needs, job.arguments, progress=progress)
        with temporary(target.parent, "wav") as made:
            job = compile_job(there, facts, made, threads=threads)
            version = run_first_able(job.needs, job.arguments, progress=progress)
            write_plain(made, target)
            return version


def _is_plain(facts: AudioFacts) -> bool:
    """Tell whether a sound is a WAV whose samples are stored as they are."""
    return (
        facts.format == "wav" and (facts.codec or "").startswith("pcm_") and facts.sample_type in ("integer", "float")
    )


@contextmanager
def _readable(source: Path, facts: AudioFacts, folder: Path) -> Iterator[Path]:
    """Yield a file that every ffmpeg reads as it was measured: the source, or a copy of what is sound in it.

    A plain WAV is copied under a plain header. Of other sounds what stands before and behind them is left out.
    """
    if _is_plain(facts):
        with temporary(folder, "wav") as copy:
            write_plain(source, copy)
            yield copy
        return
    with open(source, "rb", opener=open_without_waiting) as stream:
        parts = _audio_parts(stream, facts)
        if parts == [Part(stream, 0, facts.bytes)]:
            yield source
            return
        with temporary(folder, facts.format) as copy:
            with copy.open("wb") as made:
                shutil.copyfileobj(joined(parts), made)
            yield copy


def _audio_parts(stream: BinaryIO, facts: AudioFacts) -> list[Part]:
    """Return what of a file is sound, and whatever else stands between its frames than tags."""
    frames = frames_in(stream, facts.bytes) if facts.format in ("mp1", "mp2", "mp3") else None
    if frames is None:
        return [Part(stream, 0 if facts.format in ("mp1", "mp2", "mp3") else facts.lead_bytes, facts.bytes)]
    spans = ((frames.start, frames.end),) if frames.junk else frames.spans
    return [Part(stream, *span) for span in spans]
