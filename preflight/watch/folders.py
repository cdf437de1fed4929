"""Where files arrive and where they go; that none of these lies in the way of another."""

import os
from pathlib import Path

import msgspec

from preflight.errors import CallError
from preflight.values.assets import printable
from preflight.values.remedy import Setting
from preflight.watch.arrivals import is_temporary

ORIGINALS = "originals"


class Folders(msgspec.Struct, frozen=True, kw_only=True):
    """The folders of one watch, as they were given."""

    incoming: Path
    ready: Path
    rejected: Path
    done: Path
    """Where the original of a file goes that was fixed."""

    def below(self, path: str) -> str:
        """Return the path of a file as seen from the folder where files arrive."""
        return path.removeprefix(os.path.join(self.incoming, ""))  # noqa: PTH118 - any bytes may be a name


def folders_of(incoming: Path, ready: Path, rejected: Path, done: Path | None = None) -> Folders:
    """Return the folders of a watch.

    Raises:
        CallError: the first is no folder, or they are the same or lie within each other.
    """
    if not incoming.is_dir():
        raise CallError(f"{printable(str(incoming))}: is no folder")
    folders = Folders(incoming=incoming, ready=ready, rejected=rejected, done=done or rejected / ORIGINALS)
    arrives, leaves = (Setting("incoming"), incoming), (Setting("ready"), ready)
    for name, folder in (leaves, (Setting("rejected"), rejected), (Setting("done"), folders.done)):
        for other in (arrives, leaves):
            if name != other[0]:
                _refuse_overlap(name, folder, *other)
    for folder in (ready, rejected, folders.done):
        if folder.exists() and not folder.is_dir():
            raise CallError(f"{printable(str(folder))}: is no folder")
    return folders


def refuse_journal(path: Path, incoming: Path) -> None:
    """Refuse a journal that would be taken for a file that arrives.

    Raises:
        CallError: it lies in the folder that is watched, under no hidden name.
    """
    if _within(path, incoming):
        raise CallError(
            (Setting("journal"), f" {printable(str(path))}: lies in ", Setting("incoming")),
            advice="Put it elsewhere, or leave it out.",
        )


def _refuse_overlap(name: Setting, folder: Path, other_name: Setting, other: Path) -> None:
    if _within(folder, other) or _within(other, folder):
        one, two = f" {printable(str(folder))} and ", f" {printable(str(other))}"
        why = ": are the same folder, or one lies within the other"
        raise CallError((name, one, other_name, f"{two}{why}"), advice="Take separate folders.")


def _within(inner: Path, outer: Path) -> bool:
    """Tell whether a path lies in a folder or is it, links followed, and not under a name that is passed over there."""
    try:
        rest = Path(os.path.realpath(inner)).relative_to(os.path.realpath(outer))
    except ValueError:
        return inner.exists() and outer.exists() and inner.samefile(outer)
    return not any(map(is_temporary, rest.parts))
