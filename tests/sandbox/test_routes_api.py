"""Tasks are looked up and listed; what does not exist is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preflight.sandbox import running
from tests.sandbox.wire import FAST, STANDARD, accepted, connect, finished

if TYPE_CHECKING:
    import httpx


class TestLookingUp:
    def test_an_unknown_task_is_404(self, client: httpx.Client) -> None:
        answer = client.get("/v1/tasks/task-unified-1-none")
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")

    def test_the_list_is_newest_first_in_pages_and_can_be_narrowed(self) -> None:
        with running(run_s=0, fail_with="unknown_error") as sandbox, connect(sandbox) as client:
            ids = [accepted(client, model=FAST if number == 3 else STANDARD)["id"] for number in range(22)]
            for task_id in ids:
                finished(client, task_id)
            first = client.get("/v1/tasks").json()
            second = client.get("/v1/tasks", params={"page": 2}).json()
            assert [task["id"] for task in first["data"] + second["data"]] == ids[::-1]
            assert (first["total"], len(first["data"]), len(second["data"])) == (22, 20, 2)
            assert client.get("/v1/tasks", params={"model": FAST}).json()["total"] == 1
            assert client.get("/v1/tasks", params={"status": "failed"}).json()["total"] == 22
            assert client.get("/v1/tasks", params={"status": "completed"}).json()["data"] == []

    @pytest.mark.parametrize("query", [{"status": "lost"}, {"page": "0"}, {"page": "-1"}, {"page": "x"}])
    def test_a_list_that_does_not_exist_is_refused(self, client: httpx.Client, query: dict[str, str]) -> None:
        assert client.get("/v1/tasks", params=query).status_code == 400
