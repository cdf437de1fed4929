"""Check the references of a submission: URLs in, facts and the first fault out.

Items are numbered as by the service: `content[0]` is the prompt, then come images, videos and audio.
"""

from __future__ import annotations

import asyncio
import os
from fractions import Fraction
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

import msgspec

from preflight.sandbox import judge
from preflight.sandbox.documents import documents
from preflight.sandbox.fetch import FetchError, fetch
from preflight.sandbox.judge import Fault
from preflight.sandbox.measure import AudioFacts, ImageFacts, MeasureError, VideoFacts
from preflight.sandbox.sniff import HEAD_BYTES, media_type

if TYPE_CHECKING:
    import httpx

    from preflight.sandbox.fields import Parameters
    from preflight.sandbox.isolated import Isolated
    from preflight.sandbox.media import Rules
    from preflight.sandbox.settings import Settings

_IN_MEMORY_BYTES = 1 << 20

Facts = ImageFacts | VideoFacts | AudioFacts


class References(msgspec.Struct, frozen=True):
    """Facts of everything judged, and the first fault with its parameter."""

    facts: tuple[Facts, ...] = ()
    fault: Fault | None = None
    param: str | None = None

    @property
    def video_s(self) -> Fraction:
        """Total duration of the reference videos in seconds."""
        return sum((facts.duration_s for facts in self.facts if isinstance(facts, VideoFacts)), Fraction(0))

    @property
    def shape(self) -> tuple[int, int] | None:
        """Width and height in pixels for `adaptive`: of the first video, else the first image."""
        seen = [facts for facts in self.facts if not isinstance(facts, AudioFacts)]
        seen.sort(key=lambda facts: isinstance(facts, ImageFacts))
        return (seen[0].width_px, seen[0].height_px) if seen else None


class _Kind(msgspec.Struct, frozen=True):
    """Name, media types and size limit of a kind."""

    name: str
    types: frozenset[str]
    max_bytes: int | None


async def inspect(
    client: httpx.AsyncClient, isolated: Isolated, parameters: Parameters, settings: Settings
) -> References:
    """Download, measure and judge all assets in order, up to the first fault."""
    in_force = judge.rules(settings, parameters.model)
    found: list[Facts] = []
    for number, (kind, param, url) in enumerate(_numbered(parameters, in_force), start=1):
        try:
            with SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as file:
                most = documents().limits.upload_max_bytes if kind.max_bytes is None else kind.max_bytes
                await fetch(client, url, file, max_bytes=most, timeout_s=settings.download_timeout_s)
                result = await asyncio.to_thread(_inspect_file, isolated, kind, file, in_force)
        except FetchError as error:
            result = Fault(str(error))
        if isinstance(result, Fault):
            fault = msgspec.structs.replace(result, message=f"content[{number}]: {result.message}")
            return References(tuple(found), fault, param)
        found.append(result)
    return _judge_totals(tuple(found), in_force, parameters)


def _numbered(parameters: Parameters, in_force: Rules) -> list[tuple[_Kind, str, str]]:
    arrays = (
        (_Kind("image", in_force.image.types, in_force.image.max_bytes), parameters.image_urls),
        (_Kind("video", in_force.video.types, in_force.video.max_bytes), parameters.video_urls),
        (_Kind("audio", in_force.audio.types, in_force.audio.max_bytes), parameters.audio_urls),
    )
    return [
        (kind, parameters.single.get(kind.name, f"{kind.name}_urls[{place}]"), url)
        for kind, urls in arrays
        for place, url in enumerate(urls)
    ]


def _inspect_file(isolated: Isolated, kind: _Kind, file: IO[bytes], in_force: Rules) -> Facts | Fault:
    """Judge one file: type, size, then content."""
    found = media_type(file.read(HEAD_BYTES))
    file.seek(0, os.SEEK_END)
    size_bytes = file.tell()
    file.seek(0)
    fault = judge.type_fault(kind.name, found, kind.types) or judge.size_fault(kind.name, size_bytes, kind.max_bytes)
    if fault or found is None:
        return fault or Fault("format is not valid")
    try:
        facts = isolated.measure(kind.name, file, found)
    except MeasureError:
        code = "image_processing_error" if kind.name == "image" else "invalid_parameters"
        return Fault(f"{kind.name} format ({found}) is not valid: the file cannot be read", code)
    return _fault_of(facts, in_force, found) or facts


def _fault_of(facts: Facts, in_force: Rules, media_type: str) -> Fault | None:
    if isinstance(facts, ImageFacts):
        return judge.image_fault(facts, in_force.image, media_type)
    if isinstance(facts, VideoFacts):
        return judge.video_fault(facts, in_force.video)
    return judge.audio_fault(facts, in_force.audio)


def _judge_totals(found: tuple[Facts, ...], in_force: Rules, parameters: Parameters) -> References:
    video = [facts.duration_s for facts in found if isinstance(facts, VideoFacts)]
    audio = [facts.duration_s for facts in found if isinstance(facts, AudioFacts)]
    faults = (
        ("video_urls", judge.total_fault("video", video, in_force.video)),
        ("audio_urls", judge.total_fault("audio", audio, in_force.audio)),
        ("duration", judge.output_fault(video, parameters.duration_s, parameters.clips_and_output_max_s)),
    )
    param, fault = next((one for one in faults if one[1]), (None, None))
    return References(found, fault, param)
