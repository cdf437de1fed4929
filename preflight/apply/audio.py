"""Apply the plan of an audio file: PCM samples are copied by bytes, all else is one ffmpeg run.

source ── made readable for ffmpeg ──► ffmpeg ── plain header ──► new file
   └───────────────── samples copied ──────────────────────────────┘
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

Written = Callable[[Fraction], None] | None
"""Called with the seconds written."""


def make_audio(
    plan: Plan, facts: AudioFacts, target: Path, *, threads: int | None, progress: Written = None
) -> str | None:
    """Write the new file and return the version of the ffmpeg used, if any.

    Raises:
        FixFailed: it cannot be made.
        NotDone: no ffmpeg can do it.
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
    """Tell whether the file is a WAV of uncompressed samples."""
    return (
        facts.format == "wav" and (facts.codec or "").startswith("pcm_") and facts.sample_type in ("integer", "float")
    )


@contextmanager
def _readable(source: Path, facts: AudioFacts, folder: Path) -> Iterator[Path]:
    """Yield a file that every ffmpeg reads as it was measured: the source, or a copy of its audio data.

    WAV files get a plain header; other formats lose what stands before and behind the audio.
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
    """Locate the audio frames, with everything between them except tags."""
    frames = frames_in(stream, facts.bytes) if facts.format in ("mp1", "mp2", "mp3") else None
    if frames is None:
        return [Part(stream, 0 if facts.format in ("mp1", "mp2", "mp3") else facts.lead_bytes, facts.bytes)]
    spans = ((frames.start, frames.end),) if frames.junk else frames.spans
    return [Part(stream, *span) for span in spans]
