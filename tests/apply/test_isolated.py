"""What makes a new file and fails, however it fails, has failed to make it."""

import os

import pytest

from preflight.apply.isolated import isolated_or_failed
from preflight.errors import FixFailed
from preflight.probe.faults import Unmeasured
from tests.posix import KILL


def die() -> None:
    os.kill(os.getpid(), KILL)


def refuse(kind: type[Exception]) -> None:
    raise kind("no such frames")


def test_what_the_child_returns_is_returned() -> None:
    assert isolated_or_failed(divmod, 17, 5) == (3, 2)


def test_a_child_that_dies_is_a_fix_that_failed() -> None:
    with pytest.raises(FixFailed, match=r"^cannot be made: "):
        isolated_or_failed(die)


def test_a_failed_fix_is_told_as_it_is_and_what_cannot_be_measured_as_what_cannot_be_made() -> None:
    with pytest.raises(FixFailed, match=r"^no such frames\b"):
        isolated_or_failed(refuse, FixFailed)
    with pytest.raises(FixFailed, match=r"^cannot be made: no such frames\b"):
        isolated_or_failed(refuse, Unmeasured)
