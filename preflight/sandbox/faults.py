"""Faults on demand: a plan in, the fault of each call out.

    sandbox --fault create:drop-after:0.2 --seed 7        a fifth of the create calls get no response

The same seed gives the nth call of a route the same fault, whatever other routes do.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from typing import Annotated, Final

import msgspec

from preflight.sandbox.errors import FILES_PREFIX

ROUTES: Final = (
    *("create", "task", "tasks", "credits", "prices", "upload", "list", "quota", "delete", "download", "result"),
)
"""Routes; `prices` is the public price rules of a model, `download` an uploaded file, `result` a video made."""
RULES_PREFIX = "/v1/catalog/models/"
"""What the path of a model's public price rules begins with."""

_STATUSES = ("400", "401", "402", "403", "404", "413", "429", "500", "502", "503")
_CALL = frozenset(
    {
        *("refuse", "drop-before", "drop-after", "delay", "delay-after"),
        *("truncated", "short", "huge", "malformed", "empty"),
        *("bad-location", "bad-length", "bad-header", "bad-status", "bad-coding", "bad-date", "drip", "interim"),
        *_STATUSES,
        *("429-date", "429-bare", "503-bare", "500-after", "502-after", "503-after"),
    }
)
_FILES = frozenset({"40001", "40002", "40003", "50001"})
KINDS: Final = {
    **dict.fromkeys(ROUTES, _CALL),
    **dict.fromkeys(("create", "task"), _CALL | {"wrong-status", "no-id"}),
    **dict.fromkeys(("upload", "list", "quota", "delete"), _CALL | _FILES),
    **dict.fromkeys(("download", "result"), _CALL | {"slow"}),
    "stored": frozenset({"expire"}),
    "outcome": frozenset({"moderation", "service-error"}),
    "callback": frozenset({"late", "twice"}),
}
"""Route → its faults. The last three are no requests: storing a file, the end of a task, its callback.

    refuse              this call is served, then nothing is accepted for some seconds
    drop-before, -after the connection drops before the service acts, or after
    delay, -after       it acts, or only responds, some seconds late
    truncated, short    half of the response comes; its length says so (short) or promises all (truncated)
    huge                the response is padded to 5 MiB
    malformed, empty    HTTP 200, but an HTML page, or nothing
    bad-...             it acts, and the head of its response is malformed: an invalid Location, contradictory lengths,
                        invalid header lines or status line, an unrequested coding; bad-date leaves the response
                        intact, beside an invalid date
    drip, interim       head and body come slowly, or 1xx responses come first; then it is intact
    400 ... 503         the documented refusal, before it acts; 429 and 503 with Retry-After in seconds
    429-date, -bare     the same with a date, or without Retry-After; 503-bare likewise
    500-after ...       the service acts, and reports a failure; 503-after has no Retry-After
    40001 ... 50001     codes of the files service, in its own shape with HTTP 200
    wrong-status, no-id an undocumented status; a task without its id
    slow                the file comes slowly
    expire              the file is gone at once, whatever the response promised
    moderation          the task fails by content_policy_violation; service-error: by service_error
    late, twice         the callback comes some seconds late, or twice"""


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fault of one route."""

    route: str
    kind: str
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0.5
    """Duration of a delay, pause or slow download; also Retry-After, in whole seconds."""
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Most occurrences; None for no limit."""

    def __post_init__(self) -> None:
        if self.route not in KINDS:
            raise ValueError(f"no route {self.route[:40]!r}; there are {', '.join(KINDS)}")
        if self.kind not in KINDS[self.route]:
            known = ", ".join(sorted(KINDS[self.route]))
            raise ValueError(f"nothing called {self.kind[:40]!r} goes wrong on {self.route}; there are {known}")


class Faults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plan of faults; the first that applies to a call counts."""

    seed: int = 0
    faults: tuple[Fault, ...] = ()


def read_fault(text: str) -> Fault:
    """Parse `ROUTE:KIND[:PROBABILITY[:SECONDS]]`.

    Raises:
        ValueError: it is no fault.
    """
    match = re.fullmatch(r"([a-z]+):([a-z0-9-]+)(?::([0-9]+(?:\.[0-9]+)?))?(?::([0-9]+(?:\.[0-9]+)?))?", text)
    if match is None:
        raise ValueError(f"{text[:80]!r}: expected ROUTE:KIND[:PROBABILITY[:SECONDS]], such as create:drop-after:0.2")
    names = ("route", "kind", "probability", "seconds")
    given = {name: part for name, part in zip(names, match.groups(), strict=True) if part is not None}
    try:
        return msgspec.convert(given, Fault, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"{text[:80]!r}: {error}") from error


class Fates:
    """Chooses the fault of each call, and counts them."""

    def __init__(self, plan: Faults) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self.calls: Counter[str] = Counter()
        self._times: Counter[int] = Counter()
        self.met: Counter[tuple[str, str]] = Counter()

    def next(self, route: str) -> Fault | None:
        """Choose the fault of a route's next call; None for none."""
        with self._lock:
            self.calls[route] += 1
            for place, fault in enumerate(self._plan.faults):
                if fault.route == route and self._befalls(place, fault):
                    self._times[place] += 1
                    self.met[route, fault.kind] += 1
                    return fault
        return None

    def _befalls(self, place: int, fault: Fault) -> bool:
        if fault.times is not None and self._times[place] >= fault.times:
            return False
        return chance(self._plan.seed, place, fault.route, self.calls[fault.route]) < fault.probability


def chance(*what: object) -> float:
    """Compute a number from 0 up to 1 that depends only on the arguments."""
    digest = hashlib.sha256("/".join(map(str, what)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def route_of(method: str, path: str) -> str:
    """Name the route of a request; empty where it is not served."""
    if path.startswith(("/files/", f"{FILES_PREFIX}/download/")):
        return "download"
    if path.startswith("/results/"):
        return "result"
    if path.startswith("/v1/tasks/"):
        return "task"
    if path.startswith(RULES_PREFIX):
        return "prices"
    if path.startswith(FILES_PREFIX) and method == "DELETE":
        return "delete"
    return {
        "/v1/videos/generations": "create",
        "/v1/tasks": "tasks",
        "/v1/credits": "credits",
        f"{FILES_PREFIX}/upload/stream": "upload",
        f"{FILES_PREFIX}/list": "list",
        f"{FILES_PREFIX}/quota": "quota",
    }.get(path, "")
