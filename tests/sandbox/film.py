"""A film as another reader sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import httpx

if TYPE_CHECKING:
    from pathlib import Path


class Film:
    """A result as PyAV sees it."""

    def __init__(self, url: str, folder: Path) -> None:
        answer = httpx.get(url, trust_env=False)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
        path = folder / "result.mp4"
        path.write_bytes(answer.content)
        with av.open(str(path)) as container:
            picture = container.streams.video[0]
            self.size = (picture.width, picture.height)
            self.frames = sum(1 for _ in container.decode(picture))
            self.rate = picture.average_rate
            self.sounds = len(container.streams.audio)
            assert container.duration is not None
            self.seconds = container.duration / av.time_base
