"""Real media, made once per test session: what a file should be in, its path out."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import TYPE_CHECKING

import imageio_ffmpeg
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path


class Media:
    """Makes images, videos and sounds in one folder; the same wish gives the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.video = cache(self._video)
        self.audio = cache(self._audio)
        self.image = cache(self._image)
        self._count = 0

    def ffmpeg(self, *arguments: str, suffix: str) -> Path:
        """Run ffmpeg with these arguments and a new file to write."""
        target = self._new(suffix)
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *arguments, str(target)]
        subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=60)
        return target

    def _new(self, suffix: str) -> Path:
        self._count += 1
        return self.folder / f"{self._count}{suffix}"

    def _video(
        self,
        size: str = "864x496",
        seconds: str = "2",
        rate: str = "24",
        extra: tuple[str, ...] = (),
        *,
        sound: bool = False,
        suffix: str = ".mp4",
        codec: str = "libx264",
    ) -> Path:
        tone = ("-f", "lavfi", "-i", f"sine=d={seconds}") if sound else ()
        if codec.startswith("libx26"):
            fastest: tuple[str, ...] = ("-preset", "ultrafast")
        else:
            fastest = ("-deadline", "realtime", "-cpu-used", "8") if codec.startswith("libvpx") else ()
        encoder = ("-c:v", codec, *fastest, "-pix_fmt", "yuv420p")
        source = ("-f", "lavfi", "-i", f"color=s={size}:r={rate}:d={seconds}")
        return self.ffmpeg(*source, *tone, *encoder, *extra, suffix=suffix)

    def _audio(self, seconds: str = "2", suffix: str = ".mp3") -> Path:
        return self.ffmpeg("-f", "lavfi", "-i", f"sine=d={seconds}", suffix=suffix)

    def _image(
        self, width_px: int = 640, height_px: int = 640, kind: str = "PNG", orientation: int = 0, mode: str = "RGB"
    ) -> Path:
        target = self._new(f".{kind.lower()}")
        image = Image.new(mode, (width_px, height_px))
        exif = image.getexif()
        if orientation:
            exif[0x0112] = orientation
        image.save(target, kind, exif=exif)
        return target
