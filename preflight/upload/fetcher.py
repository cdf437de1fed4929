"""Download URLs to local files while they are measured."""

from pathlib import Path
from types import TracebackType
from typing import Self

FETCHED_MAX_BYTES = 128 << 20
"""More than any documented limit; a larger file fails that limit, its size reported as more than this."""


class Fetcher:
    """Downloads URLs into a temporary folder, made with the first one and removed at the end.

    Args:
        allow_private: whether private addresses may be fetched; only with a local service.
        agent: User-Agent; None for preflight's own.
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
            NotDone: it cannot be downloaded.
            CallError: the address may not be fetched.
        """
        import tempfile

        from preflight.upload.existing import fetch

        self.folder = self.folder or Path(tempfile.mkdtemp(prefix="preflight-"))
        return fetch(url, self.folder, FETCHED_MAX_BYTES, allow_private=self.allow_private, agent=self.agent)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the downloads."""
        if self.folder:
            import shutil

            shutil.rmtree(self.folder, ignore_errors=True)
