"""A failure of the system that nobody foresaw says which call failed, on which path."""

import errno
import os
from pathlib import Path

import click
import pytest

from preflight.cli.unforeseen import told


def raised(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)


def test_the_path_and_the_call_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError) as caught:
        os.scandir(tmp_path / "file")
    error = told(caught.value)
    assert error.message.startswith(f"{tmp_path}/file: ")
    assert error.message.endswith(" failed: Not a directory")
    assert error.advice == ""


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_room_is_asked_for_where_there_was_none(number: int) -> None:
    assert told(raised(number, "/x")).advice == "Is there room?"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.EMFILE, errno.ENOENT, errno.EBUSY])
def test_and_nowhere_else(number: int) -> None:
    assert "room" not in told(raised(number, "/x")).advice
    assert "/x: " in told(raised(number, "/x")).message


def test_both_names_of_a_move_are_told() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        os.replace("/nowhere-1", "/nowhere-2")  # noqa: PTH105 - names two paths
    assert told(caught.value).message.startswith("/nowhere-1 and /nowhere-2: ")


def test_what_the_output_could_not_take_is_the_output_s() -> None:
    with pytest.raises(OSError, match="No space left") as caught, Path("/dev/full").open("w") as full:
        click.echo("x" * 100_000, file=full)
    assert told(caught.value).message == "the output cannot be written: No space left on device"
