"""The tree drawn in the module's docstring is the tree of classes, with their exit statuses."""

import re
from collections.abc import Iterator

import pytest

from preflight import errors
from preflight.errors import CallError, NotDone, OutcomeUnknown, PreflightError, Refused, TaskFailed


def drawn() -> Iterator[tuple[str, str | None, int | None]]:
    """Read the drawing: each class, the one above it, and the exit status where one is written."""
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^([ │├└─]{4,})(\w+)\s+(\d)?", line)
        if not match:
            continue
        depth = len(match[1])
        while above and above[-1][0] >= depth:
            above.pop()
        yield match[2], above[-1][1] if above else None, int(match[3]) if match[3] else None
        above.append((depth, match[2]))


def classes(root: type[PreflightError]) -> Iterator[type[PreflightError]]:
    yield root
    for branch in root.__subclasses__():
        yield from classes(branch)


def test_every_class_is_drawn_and_every_drawn_class_exists() -> None:
    own = {found.__name__ for found in classes(PreflightError) if found.__module__ == errors.__name__}
    assert {name for name, _, _ in drawn()} == own
    assert len(own) >= 10


@pytest.mark.parametrize(("name", "above", "status"), list(drawn()))
def test_a_class_hangs_where_it_is_drawn_and_ends_with_the_drawn_status(
    name: str, above: str | None, status: int | None
) -> None:
    found = getattr(errors, name)
    assert found.__base__ is (getattr(errors, above) if above else Exception)
    assert found.exit_code == (getattr(errors, above or "").exit_code if status is None else status)


def test_each_branch_has_the_contracted_exit_status() -> None:
    assert [branch.exit_code for branch in (CallError, NotDone, Refused, OutcomeUnknown)] == [2, 3, 4, 5]


def test_every_error_explains_itself() -> None:
    assert all(found.__doc__ for found in classes(PreflightError))


def test_an_error_carries_its_message_and_the_next_thing_to_do() -> None:
    error = NotDone("the disk is full", advice="Make room.")
    assert (str(error), error.message, error.advice) == ("the disk is full", "the disk is full", "Make room.")


def test_a_refusal_carries_the_services_status_and_code() -> None:
    error = TaskFailed("a task failed", status=429, code="quota", advice="Wait.")
    assert (error.status, error.code, error.advice, error.exit_code) == (429, "quota", "Wait.", 4)
