"""What a new file has to show of its source, looked for while it is made: our own reading, and that of an ffmpeg.

    source ── a child ──► Sought ── an ffmpeg ──► Taken          new file ── the same child ──► unlikeness

The child is kept: what it has loaded it need not load again.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.facts import Facts, VideoFacts
from preflight.fix.ffmpeg import candidates
from preflight.fix.likeness import Sought, Taken, ends_meanwhile, second_of_source, unlikeness
from preflight.plan import Plan
from preflight.workers.isolated import Look

if TYPE_CHECKING:
    import subprocess


class Meanwhile:
    """A look at a source, from now on; `close` ends it, whether it is done or not.

    Args:
        plan: what is done with it.
        before: what was measured of it.

    Raises:
        Unmeasured: there is no child.
    """

    def __init__(self, plan: Plan, before: VideoFacts) -> None:
        self._plan, self._before = plan, before
        self._closed = False
        self._running: subprocess.Popen[bytes] | None = None
        self._look = Look(ends_meanwhile, plan, before)
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="look")
        self._seen = self._aside.submit(self._see)

    def _see(self) -> tuple[Sought, Taken]:
        sought = self._look.result()
        taken: Taken = {}
        for ffmpeg in candidates()[:1]:
            if not self._closed:
                taken[ffmpeg] = second_of_source(ffmpeg, self._plan, self._before, sought, self._begun)
        return sought, taken

    def _begun(self, process: "subprocess.Popen[bytes]") -> None:
        self._running = process
        if self._closed:
            process.kill()

    def unlikeness(self, made: Path, after: Facts) -> str | None:
        """Return what of a new file does not look like its source; None where all does, or nothing can be seen.

        Args:
            made: the new file.
            after: what was measured of it.

        Raises:
            Unmeasured: it or its source could not be looked into.
            Unreadable: one has no frames that can be decoded.
        """
        sought, taken = self._seen.result()
        return unlikeness(self._plan, self._before, sought, made, after, call=self._look.then, taken=taken)

    def close(self) -> None:
        """End the child, and the ffmpeg."""
        self._closed = True
        self._look.close()
        if self._running:
            self._running.kill()
        self._aside.shutdown()
