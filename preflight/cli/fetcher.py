"""URLs → local copies for as long as a command runs; nothing is fetched and no folder made until one is asked for."""

from pathlib import Path
from types import TracebackType
from typing import Self

MAX_BYTES = 128 << 20
"""More than any documented limit: what is larger fails its own limit, and its size is told as more than this."""


class Fetcher:
    """Downloads URLs into a folder that is removed at the end.

    Args:
        allow_private: whether addresses of this machine or network may be asked; only against a local service.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self.allow_private = allow_private
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

        from preflight.upload import fetch

        self.folder = self.folder or Path(tempfile.mkdtemp(prefix="preflight-"))
        return fetch(url, self.folder, MAX_BYTES, allow_private=self.allow_private)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what was downloaded."""
        if self.folder:
            import shutil

            shutil.rmtree(self.folder, ignore_errors=True)
