"""Read a source's frames while its new file is made, by PyAV and by an ffmpeg.

    source ── child ──► Sought ── ffmpeg ──► Taken          new file ── same child ──► dissimilarity

The child is reused: its libraries are loaded.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from preflight.apply.ffmpeg import candidates
from preflight.apply.similarity import Sought, Taken, dissimilarity, ends_meanwhile, second_of_source
from preflight.plan import Plan
from preflight.values.facts import Facts, VideoFacts
from preflight.workers.isolated import IsolatedCall
from preflight.workers.session import session, within


class SourceReading:
    """Source frames being read in the background.

    Args:
        plan: the steps.
        before: facts of the source.
        child: the isolated call.
        frames: the frames to come.
    """

    def __init__(
        self, plan: Plan, before: VideoFacts, child: IsolatedCall[Sought], frames: "Future[tuple[Sought, Taken]]"
    ) -> None:
        self._plan, self._before = plan, before
        self._child, self._frames = child, frames

    def dissimilarity(self, made: Path, after: Facts) -> str | None:
        """Say how a new file looks different from its source; None where it does not, or cannot be seen.

        Raises:
            Unmeasured: it or its source could not be read.
            Unreadable: one has no decodable frames.
        """
        sought, taken = self._frames.result()
        return dissimilarity(self._plan, self._before, sought, made, after, call=self._child.then, taken=taken)


@contextmanager
def reading_source(plan: Plan, before: VideoFacts) -> Iterator[SourceReading]:
    """Read source frames in the background; the child ends with the block.

    Raises:
        Unmeasured: there is no child.
    """
    with (
        ThreadPoolExecutor(1, thread_name_prefix="source") as aside,
        session(),
        closing(IsolatedCall(ends_meanwhile, plan, before)) as child,
    ):
        yield SourceReading(plan, before, child, aside.submit(within(_read), child, plan, before))


def _read(child: IsolatedCall[Sought], plan: Plan, before: VideoFacts) -> tuple[Sought, Taken]:
    """Wait for PyAV's frames, then ask the first ffmpeg for its own."""
    sought = child.result()
    return sought, {ffmpeg: second_of_source(ffmpeg, plan, before, sought) for ffmpeg in islice(candidates(), 1)}
