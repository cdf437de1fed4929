"""What a new file has to show of its source, looked for while it is made: our own reading, and that of an ffmpeg.

    source ── a child ──► Sought ── an ffmpeg ──► Taken          new file ── the same child ──► dissimilarity

The child is kept: what it has loaded it need not load again.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from preflight.apply.ffmpeg import candidates
from preflight.apply.similarity import Sought, Taken, dissimilarity, ends_meanwhile, second_of_source
from preflight.plan import Plan
from preflight.values.facts import Facts, VideoFacts
from preflight.workers.isolated import IsolatedCall
from preflight.workers.session import session, within


class Meanwhile:
    """A look at a source that goes on.

    Args:
        plan: what is done with the source.
        before: what was measured of it.
        look: the child.
        seen: what will have been seen.
    """

    def __init__(
        self, plan: Plan, before: VideoFacts, look: IsolatedCall[Sought], seen: "Future[tuple[Sought, Taken]]"
    ) -> None:
        self._plan, self._before = plan, before
        self._look, self._seen = look, seen

    def dissimilarity(self, made: Path, after: Facts) -> str | None:
        """Return what of a new file does not look like its source; None where all does, or nothing can be seen.

        Args:
            made: the new file.
            after: what was measured of it.

        Raises:
            Unmeasured: it or its source could not be looked into.
            Unreadable: one has no frames that can be decoded.
        """
        sought, taken = self._seen.result()
        return dissimilarity(self._plan, self._before, sought, made, after, call=self._look.then, taken=taken)


@contextmanager
def looking(plan: Plan, before: VideoFacts) -> Iterator[Meanwhile]:
    """Look at a source while something else is done; what looks is ended then, whether it is done or not.

    Args:
        plan: what is done with the source.
        before: what was measured of it.

    Raises:
        Unmeasured: there is no child.
    """
    with (
        ThreadPoolExecutor(1, thread_name_prefix="look") as aside,
        session(),
        closing(IsolatedCall(ends_meanwhile, plan, before)) as look,
    ):
        yield Meanwhile(plan, before, look, aside.submit(within(_see), look, plan, before))


def _see(look: IsolatedCall[Sought], plan: Plan, before: VideoFacts) -> tuple[Sought, Taken]:
    """Wait for our own reading, and ask the first ffmpeg for its."""
    sought = look.result()
    return sought, {ffmpeg: second_of_source(ffmpeg, plan, before, sought) for ffmpeg in candidates()[:1]}
