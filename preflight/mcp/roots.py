"""Which paths may be read and written: real paths are compared, so that `..` and links lead nowhere else."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from stat import S_ISDIR

from preflight.errors import CallError, NotDone
from preflight.flow.paths import refuse_absent
from preflight.mcp.words import quoted
from preflight.values.assets import Asset, as_stored, collect, unsupported

MOST_FILES = 5000
"""Files of one call: each costs a model's patience."""
OUTSIDE = "leads out of the folders that may be read"


class Roots:
    """The folders that may be read, and the one that may be written.

    Args:
        roots: folders; links among them are followed once, now.
        output: where new files go, which may be read too; need not exist.

    Raises:
        CallError: a root is no folder.
    """

    def __init__(self, roots: Sequence[Path], output: Path | None = None) -> None:
        self.folders = tuple(_folder(root) for root in roots)
        if not self.folders:
            raise CallError("no folder may be read", advice="Name at least one.")
        self._output = output or Path(self.folders[0]) / "preflight-fixed"
        self.output = Path(os.path.realpath(as_stored(os.fspath(self._output))))

    def admitted(self, path: str) -> str:
        """Resolve a path to a real one below a root, or in the output folder; relative ones begin at a root.

        Raises:
            CallError: it lies elsewhere, whether it exists or not, or no path can be so.
        """
        try:
            found = os.path.realpath(as_stored(self._absolute(path)))
        except (OSError, ValueError):
            raise CallError(f"{quoted(path)}: no path can be so") from None
        if not self._holds(found):
            raise CallError(f"{quoted(path)}: {OUTSIDE}", advice=f"Those are {self.words()}.")
        return found

    def media(self, paths: Iterable[str]) -> Iterator[Asset]:
        """Yield the files at each path, and of folders those below; links that lead out are not judged, and say so.

        Raises:
            CallError: a path lies elsewhere, does not exist, is a URL, or is neither a file nor a folder.
        """
        found = 0
        for path in paths:
            if Asset(path=path).is_url or (unsupported(path) and not os.path.lexists(self._absolute(path))):
                advice = "A URL is judged as part of a request: check_request."
                raise CallError(f"{quoted(path)}: is not below a folder that may be read", advice=advice)
            real = self.admitted(path)
            refuse_absent(real, folder=True)
            for asset in collect([real]):
                found += 1
                if found > MOST_FILES:
                    raise CallError(
                        f"more than {MOST_FILES:,} files in one call", advice="Name fewer, or a smaller folder."
                    )
                yield self._walked(asset)

    def writable(self) -> Path:
        """Open the output folder.

        Raises:
            NotDone: a link has taken its place since the start.
        """
        if Path(os.path.realpath(self.output)) != self.output:
            raise NotDone("the output folder is not the one that it was at the start", advice="A link took its place.")
        return self.output

    def shown(self, path: str) -> str:
        """Quote a path, from its root where there is one."""
        if len(self.folders) == 1 and path.startswith(self.folders[0] + os.sep):
            return quoted(path[len(self.folders[0]) + 1 :])
        return quoted(path)

    def words(self) -> str:
        """List the folders that may be read."""
        return ", ".join(map(quoted, self.folders))

    def _absolute(self, path: str) -> str:
        """Begin a relative path at the first root that has it, else at the first."""
        if os.path.isabs(path):  # noqa: PTH117 - any text may be a path
            return path
        begun = [os.path.join(folder, path) for folder in self.folders]  # noqa: PTH118 - the same
        return next((one for one in begun if os.path.lexists(as_stored(one))), begun[0])

    def _walked(self, asset: Asset) -> Asset:
        """Resolve a file found in a folder; a link that leads out is not opened."""
        real = os.path.realpath(asset.path)
        return Asset(path=real, walked=asset.walked) if self._holds(real) else Asset(path=asset.path, unread=OUTSIDE)

    def _holds(self, real: str) -> bool:
        """Tell whether a real path is one of the folders or below it: by what they are, not by how they are spelled."""
        own = {_identity(one) for one in (*self.folders, os.fspath(self.output))} - {None}
        return any(_identity(os.fspath(one)) in own for one in (Path(real), *Path(real).parents))


def _folder(root: Path) -> str:
    """Resolve a root."""
    real = os.path.realpath(as_stored(os.fspath(root)))
    try:
        is_folder = S_ISDIR(os.stat(real).st_mode)  # noqa: PTH116 - any bytes may be a name
    except (OSError, ValueError):
        is_folder = False
    if not is_folder:
        raise CallError(f"{quoted(os.fspath(root))}: is no folder")
    return real


def _identity(path: str) -> tuple[int, int] | None:
    """Read device and inode of a folder; None for what is not there, and for a file."""
    try:
        found = os.stat(path)  # noqa: PTH116 - any bytes may be a name
    except (OSError, ValueError):
        return None
    return (found.st_dev, found.st_ino) if S_ISDIR(found.st_mode) else None
