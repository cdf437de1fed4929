"""A file's name ──► another: one that is free, of which nothing is ever overwritten, or one that is given up."""

import os
from contextlib import suppress
from pathlib import Path

from preflight.files.opened import Spot, saying
from preflight.system.files import MAKE, UNSUPPORTED, link, renaming_free


def take(source: Path, target: Path) -> None:
    """Do as `rename_free`, by paths."""
    here, there = os.fspath(source), os.fspath(target)
    rename_free(Spot(None, here, here), Spot(None, there, there))


def rename_free(source: Spot, target: Spot) -> None:
    """Give a file a name that is free, in one step where the system can.

    Where it cannot, the file has both names for a moment; where it has no hard links either, an empty file holds the
    name for a moment.

    Raises:
        FileExistsError: the name is taken.
        OSError: the file cannot be moved; with EXDEV when the name is on another file system.
    """
    call = renaming_free()
    if call is not None:
        failed = call(source.folder, source.name, target.folder, target.name)
        if not failed:
            return
        if failed not in UNSUPPORTED:
            raise OSError(failed, os.strerror(failed), source.path, None, target.path)
    rename_by_link(source, target)


def rename_by_link(source: Spot, target: Spot) -> None:
    """Do as `rename_free`, where only hard links never overwrite."""
    try:
        with saying(source, target):
            link(source.name, target.name, source.folder, target.folder)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        rename_over_mark(source, target)
    else:
        with saying(source):
            os.unlink(source.name, dir_fd=source.folder)


def rename_over_mark(source: Spot, target: Spot) -> None:
    """Do as `rename_free`, where nothing but making a file never overwrites."""
    with saying(source, target):
        os.close(os.open(target.name, MAKE, 0o666, dir_fd=target.folder))
        try:
            rename(source, target)
        except OSError:
            with suppress(OSError):
                os.unlink(target.name, dir_fd=target.folder)
            raise


def rename(source: Spot, target: Spot) -> None:
    """Give a file a name, whether or not that is free; raises OSError."""
    with saying(source, target):
        os.replace(source.name, target.name, src_dir_fd=source.folder, dst_dir_fd=target.folder)
