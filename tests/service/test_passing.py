"""A call passed on as it came: the key to the service alone, and no answer that its clients could not read."""

import pytest

from preflight.errors import CallError, Unreachable
from preflight.sandbox import Fault, Faults, running
from preflight.service.http import ResponseLost
from preflight.service.passing import pass_on

KEY = "sk-a-key"


def test_an_answer_comes_back_as_it_is() -> None:
    with running(run_s=0) as service:
        found = pass_on(service.url, KEY, "GET", "/v1/tasks", "page=0")
        assert (found.status, b'"param":"page"' in found.body) == (400, True)
        assert pass_on(service.url, KEY, "GET", "/v1/credits").status == 200
        with pytest.raises(CallError):
            pass_on(service.url, "", "GET", "/v1/credits")
    with pytest.raises(Unreachable):
        pass_on(service.url, KEY, "GET", "/v1/credits")


@pytest.mark.parametrize("kind", ["malformed", "empty", "truncated", "huge", "bad-coding", "drop-after"])
def test_garbage_does_not_come_back(kind: str) -> None:
    with running(run_s=0, faults=Faults(0, (Fault("credits", kind),))) as service, pytest.raises(ResponseLost):
        pass_on(service.url, KEY, "GET", "/v1/credits")


def test_a_wait_that_is_asked_for_comes_back() -> None:
    with running(run_s=0, faults=Faults(0, (Fault("credits", "429", seconds=3),))) as service:
        found = pass_on(service.url, KEY, "GET", "/v1/credits")
    assert (found.status, found.headers) == (429, {"retry-after": "3"})
