"""What there is to see and hear of an item, made once and kept: pictures, filmstrips, outlines, and clips to play.

All of it is made in children that may crash or hang alone, and lies in a folder that holds so much and no more.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from preflight.files.atomic import commit_over, temporary
from preflight.flow import footage
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.server.answers import MissingError
from preflight.server.ui.items import Item, Which
from preflight.server.ui.words import WORDS, words_of
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts

Sort = Literal["thumb", "large", "strip", "strip0", "strip1", "strip2", "strip3", "proxy"]
MOST_BYTES = 1 << 30
"""What the folder may hold; what was not looked at for longest goes first."""
STRIPS: tuple[Sort, ...] = ("strip0", "strip1", "strip2", "strip3")
"""The parts of a filmstrip, in order."""
PLAYED: dict[str, tuple[str, frozenset[str | None]]] = {
    "mp4": ("video/mp4", frozenset({"h264"})),
    "mov": ("video/mp4", frozenset({"h264"})),
    "webm": ("video/webm", frozenset({"vp8", "vp9", "av1"})),
}
"""Container → what a browser calls it, and the codecs in it that each browser plays."""
PLAYED_SOUND = frozenset({None, "aac", "mp3", "opus", "vorbis"})
HEARD = {"wav": "audio/wav", "mp3": "audio/mpeg"}


class Previews:
    """A folder of pictures that can be made again.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()
        self._making: dict[Path, threading.Lock] = {}

    def find(self, item: Item, which: Which, sort: Sort) -> Path:
        """Find a picture; it is made where it is not there.

        Raises:
            MissingError: there is nothing to see.
            NotDone: it cannot be made.
        """
        path, facts = item.path_of(which), facts_of(item, which)
        target = self._place(path, sort)
        with self._alone(target):
            is_new = not target.exists()
            if is_new:
                self._made(path, facts, sort, target)
            os.utime(target)
        if is_new:
            self._trim()
        return target

    def _place(self, path: str, sort: Sort) -> Path:
        """Name a picture: by the state of its file, so that a file that changed has another one."""
        try:
            found = os.stat(path)  # noqa: PTH116 - any bytes may be a name
        except (OSError, ValueError):
            raise MissingError(WORDS["error.file-gone"]) from None
        state = f"{path}\0{found.st_size}\0{found.st_mtime_ns}\0{sort}"
        name = blake2b(state.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
        return self._folder / f"{name}.{'mp4' if sort == 'proxy' else 'jpg'}"

    def _alone(self, target: Path) -> threading.Lock:
        with self._turn:
            return self._making.setdefault(target, threading.Lock())

    def _made(self, path: str, facts: Facts, sort: Sort, target: Path) -> None:
        try:
            with temporary(self._folder, target.suffix[1:]) as draft:
                MAKE[sort](path, facts, draft)
                commit_over(draft, target)
        except (Unmeasured, Unreadable) as fault:
            raise MissingError(words_of("error.unseen", fault=fault)) from None

    def _trim(self) -> None:
        """Let go what was not looked at for longest, where the folder holds too much; the latest stays."""
        with self._turn, suppress(FileNotFoundError):  # another program may clear the folder
            states = [(one.stat(), one) for one in self._folder.glob("[0-9a-f]*.*")]
            states.sort(key=lambda one: one[0].st_mtime_ns, reverse=True)
            in_work = {one for one, lock in self._making.items() if lock.locked()}
            held = 0
            for place, (state, one) in enumerate(states):
                held += state.st_size
                if place and held > MOST_BYTES and one not in in_work:
                    one.unlink(missing_ok=True)


def facts_of(item: Item, which: Which) -> Facts:
    """Look up the facts of a file.

    Raises:
        MissingError: nothing was, or it lies at an address.
    """
    judged = item.judged.get(which)
    if judged is None or judged.facts is None or judged.asset.is_url:
        raise MissingError(WORDS["error.nothing-seen"])
    return judged.facts


def played_as(facts: Facts) -> str | None:
    """Choose the media type by which browsers play a file as it is; None where they may not."""
    if isinstance(facts, AudioFacts):
        return HEARD.get(facts.format)
    if isinstance(facts, ImageFacts):
        return None
    kind, codecs = PLAYED.get(facts.format, ("", frozenset()))
    plain = facts.codec in codecs and facts.sound_codec in PLAYED_SOUND and facts.bit_depth in (None, 8)
    return kind if plain and not facts.mirrored else None


def _thumb(path: str, facts: Facts, draft: Path) -> None:
    draft.write_bytes(footage.preview(path, facts, 320))


def _large(path: str, facts: Facts, draft: Path) -> None:
    draft.write_bytes(footage.preview(path, facts, 1280))


def _strip(path: str, facts: Facts, draft: Path, part: int | None = None) -> None:
    if not isinstance(facts, VideoFacts):
        raise MissingError("only a clip has frames")
    draft.write_bytes(footage.filmstrip(path, facts, part))


def _proxy(path: str, facts: Facts, draft: Path) -> None:
    footage.make_proxy(path, facts, draft)


MAKE: dict[Sort, Callable[[str, Facts, Path], None]] = {
    "thumb": _thumb,
    "large": _large,
    "strip": _strip,
    "proxy": _proxy,
    **{sort: partial(_strip, part=part) for part, sort in enumerate(STRIPS)},
}
