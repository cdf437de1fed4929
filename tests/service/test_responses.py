"""What the service tells is read leniently: only an id is certain, and nothing odd stops the reader."""

from fractions import Fraction
from typing import Any

import pytest

from preflight.service.http import ResponseLost
from preflight.service.refusals import table
from preflight.service.responses import failure_of, read_id, read_remaining, read_task, read_tasks
from preflight.service.task import Task, TaskError


def test_only_the_id_is_essential() -> None:
    assert read_task({"id": "a"}) == Task(id="a", raw={"id": "a"})
    assert read_task({"data": {"id": "a"}}).id == "a"


def test_unknown_fields_are_kept() -> None:
    assert read_task({"id": "a", "new": {"x": 1}}).raw["new"] == {"x": 1}


@pytest.mark.parametrize("wrong", [None, [], {}, True, "words", -1e300, 10**300, "1e999999999", "x" * 100_000])
def test_wrong_types_count_as_not_said(wrong: object) -> None:
    names = ("status", "progress", "results", "error", "usage", "task_info")
    task = read_task({"id": "a", **dict.fromkeys(names, wrong)})
    assert len(task.status) <= 40
    assert task.progress is None
    assert task.credits_reserved is None
    assert task.estimated_s is None
    assert task.results == ()
    nested: dict[str, Any] = {"usage": {"credits_reserved": wrong}, "task_info": {"estimated_time": wrong}}
    assert read_task({"id": "a", **nested}).credits_reserved is None


def test_what_is_told_is_read() -> None:
    task = read_task(
        {
            "id": "a",
            "status": "FAILED",
            "progress": 250,
            "results": ["https://x/1", {"url": "https://x/2"}, 3],
            "error": {"code": 400, "message": "bad\x1b[2J", "type": "t"},
            "usage": {"credits_reserved": "12.5"},
            "task_info": {"estimated_time": 165.7},
        }
    )
    assert (task.status, task.progress, task.results) == ("failed", 100, ("https://x/1", "https://x/2"))
    assert task.error == TaskError("400", "bad\\x1b[2J", "t")
    assert (task.credits_reserved, task.estimated_s) == (Fraction(25, 2), 165)


@pytest.mark.parametrize("told", [None, 7, "", "..", "a/b", "a b", "a\n", "x" * 129, ["a"], {"id": "a"}])
def test_what_cannot_be_asked_for_again_is_no_id(told: object) -> None:
    with pytest.raises(ResponseLost, match="task id"):
        read_id(told)


@pytest.mark.parametrize("page", [[{"id": "a"}], {"data": [{"id": "a"}]}, {"tasks": [{"id": "a"}]}])
def test_a_page_of_tasks_is_found_where_it_is(page: object) -> None:
    assert [task.id for task in read_tasks(page)] == ["a"]


def test_of_a_page_what_has_no_usable_id_is_passed_over() -> None:
    assert [task.id for task in read_tasks([{"id": "a"}, {"id": "../b"}, None, 7, {"status": "x"}, {"id": "c"}])] == [
        "a",
        "c",
    ]


@pytest.mark.parametrize("page", [None, {}, "words", {"data": {}}, 7])
def test_what_is_no_page_is_not_an_empty_one(page: object) -> None:
    with pytest.raises(ResponseLost, match="not with a list"):
        read_tasks(page)


def test_credits_that_remain_are_the_outermost_number_that_looks_like_them() -> None:
    assert read_remaining({"data": {"balance": 3}, "credits_left": "2.5"}) == Fraction(5, 2)
    assert read_remaining({"used": 3, "data": {"total": 4}}) is None
    assert read_remaining(["remaining", 3]) is None


PASSING = [entry.code for entry in table().refusals if entry.code and entry.passes]
LASTING = [entry.code for entry in table().refusals if entry.code and not entry.passes]


def failed(code: str, message: str = "words") -> Task:
    return Task(id="task-1", status="failed", error=TaskError(code, message, "t"))


@pytest.mark.parametrize("code", PASSING)
def test_a_failure_that_may_pass_is_told_as_the_table_tells_it(code: str) -> None:
    error = failure_of(failed(code))
    assert (error.message, error.code) == (f"task task-1 failed: words [{code}]", code)
    assert "submit it again later" in error.advice
    assert error.advice.endswith("Failed tasks are not charged.")


@pytest.mark.parametrize("code", [*LASTING, "never_heard_of", ""])
def test_a_failure_that_would_come_again_is_not_to_be_repeated_as_it_is(code: str) -> None:
    assert failure_of(failed(code)).advice.startswith("The same request would fail again: change it first.")


def test_words_that_the_table_knows_stand_over_a_code() -> None:
    assert "let preflight upload the file" in failure_of(failed("invalid_parameters", "Error while downloading")).advice


def test_a_task_that_gives_no_reason_has_failed_all_the_same() -> None:
    assert failure_of(Task(id="a", status="failed")).message == "task a failed: no reason given"
    assert failure_of(Task(id="a", status="cancelled")).message == "task a was cancelled: no reason given"
