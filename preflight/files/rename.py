"""Renames: to a free name, never overwriting, or over an existing file."""

import os
from contextlib import suppress
from pathlib import Path

from preflight.files.opened import Spot, whole_paths
from preflight.system.files import MAKE, UNSUPPORTED, link, rename_call


def take(source: Path, target: Path) -> None:
    """Rename as `rename_free` does, by paths."""
    here, there = os.fspath(source), os.fspath(target)
    rename_free(Spot(None, here, here), Spot(None, there, there))


def rename_free(source: Spot, target: Spot) -> None:
    """Rename a file to a free name, in one step where the system can.

    Otherwise the file has both names for a moment; without hard links an empty file reserves the name.

    Raises:
        FileExistsError: the name is taken.
        OSError: it cannot be moved; EXDEV for another file system.
    """
    call = rename_call()
    if call is not None:
        failed = call(source.folder, source.name, target.folder, target.name)
        if not failed:
            return
        if failed not in UNSUPPORTED:
            raise OSError(failed, os.strerror(failed), source.path, None, target.path)
    rename_by_link(source, target)


def rename_by_link(source: Spot, target: Spot) -> None:
    """Rename through a hard link, which never overwrites; raise as `rename_free` does."""
    try:
        with whole_paths(source, target):
            link(source.name, target.name, source.folder, target.folder)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        rename_over_placeholder(source, target)
    else:
        with whole_paths(source):
            os.unlink(source.name, dir_fd=source.folder)


def rename_over_placeholder(source: Spot, target: Spot) -> None:
    """Rename over an empty file that reserves the name; raise as `rename_free` does."""
    with whole_paths(source, target):
        os.close(os.open(target.name, MAKE, 0o666, dir_fd=target.folder))
        try:
            rename(source, target)
        except OSError:
            with suppress(OSError):
                os.unlink(target.name, dir_fd=target.folder)
            raise


def rename(source: Spot, target: Spot) -> None:
    """Rename a file over any other; raise OSError."""
    with whole_paths(source, target):
        os.replace(source.name, target.name, src_dir_fd=source.folder, dst_dir_fd=target.folder)
