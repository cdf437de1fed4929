"""The watched folder and the target folders, none within another."""

import os
from pathlib import Path

import msgspec

from preflight.errors import CallError
from preflight.values.assets import printable
from preflight.values.phrase import phrase
from preflight.values.remedy import Setting
from preflight.watch.arrivals import is_temporary

ORIGINALS = "originals"


class Folders(msgspec.Struct, frozen=True, kw_only=True):
    """The folders of one watch, as given."""

    incoming: Path
    ready: Path
    rejected: Path
    done: Path
    """Target of the original of a fixed file."""

    def below(self, path: str) -> str:
        """Return a file's path relative to the watched folder."""
        return path.removeprefix(os.path.join(self.incoming, ""))  # noqa: PTH118 - any bytes may be a name


def folders_of(incoming: Path, ready: Path, rejected: Path, done: Path | None = None) -> Folders:
    """Validate the folders of a watch.

    Raises:
        CallError: the watched folder is missing, or two folders are equal or nested.
    """
    if not incoming.is_dir():
        raise CallError(phrase("{q}: is no folder", q=printable(str(incoming))))
    folders = Folders(incoming=incoming, ready=ready, rejected=rejected, done=done or rejected / ORIGINALS)
    arrives, leaves = (Setting("incoming"), incoming), (Setting("ready"), ready)
    for name, folder in (leaves, (Setting("rejected"), rejected), (Setting("done"), folders.done)):
        for other in (arrives, leaves):
            if name != other[0]:
                _refuse_overlap(name, folder, *other)
    for folder in (ready, rejected, folders.done):
        if folder.exists() and not folder.is_dir():
            raise CallError(phrase("{q}: is no folder", q=printable(str(folder))))
    return folders


def refuse_journal(path: Path, incoming: Path) -> None:
    """Refuse a journal path that would count as an arriving file.

    Raises:
        CallError: it lies in the watched folder under a visible name.
    """
    if _within(path, incoming):
        raise CallError(
            phrase(
                "{setting} {q}: lies in {other}",
                setting=Setting("journal"),
                q=printable(str(path)),
                other=Setting("incoming"),
            ),
            advice="Put it elsewhere, or leave it out.",
        )


def _refuse_overlap(name: Setting, folder: Path, other_name: Setting, other: Path) -> None:
    if _within(folder, other) or _within(other, folder):
        words = phrase(
            "{setting} {q1} and {other} {q2}: are the same folder, or one lies within the other",
            setting=name,
            q1=printable(str(folder)),
            other=other_name,
            q2=printable(str(other)),
        )
        raise CallError(words, advice="Take separate folders.")


def _within(inner: Path, outer: Path) -> bool:
    """Tell whether a path is a folder or lies in it visibly, after following links."""
    try:
        rest = Path(os.path.realpath(inner)).relative_to(os.path.realpath(outer))
    except ValueError:
        return inner.exists() and outer.exists() and inner.samefile(outer)
    return not any(map(is_temporary, rest.parts))
