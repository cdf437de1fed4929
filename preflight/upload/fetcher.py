"""URLs → local files, for as long as they are measured."""

from pathlib import Path
from types import TracebackType
from typing import Self

FETCHED_MAX_BYTES = 128 << 20
"""More than any documented limit: what is larger fails its own limit, and its size is told as more than this."""


class Fetcher:
    """Downloads URLs into a folder that is removed at the end; nothing is made before one is asked for.

    Args:
        allow_private: whether addresses of this machine or network may be asked; only against a local service.
        agent: how the program names itself; None for its own name.
    """

    def __init__(self, *, allow_private: bool, agent: str | None = None) -> None:
        self.allow_private = allow_private
        self.agent = agent
        self.folder: Path | None = None

    def __enter__(self) -> Self:
        """Begin; nothing is made yet."""
        return self

    def __call__(self, url: str) -> Path:
        """Download one URL.

        Raises:
            NotDone: it cannot be had.
            CallError: it is not an address that may be asked.
        """
        import tempfile

        from preflight.upload.existing import fetch

        self.folder = self.folder or Path(tempfile.mkdtemp(prefix="preflight-"))
        return fetch(url, self.folder, FETCHED_MAX_BYTES, allow_private=self.allow_private, agent=self.agent)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what was downloaded."""
        if self.folder:
            import shutil

            shutil.rmtree(self.folder, ignore_errors=True)
