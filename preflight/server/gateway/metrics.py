"""What a gateway counts, as OpenMetrics text (openmetrics.io, 1.0)."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping

from preflight._version import __version__

MEDIA_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
OUTCOMES = ("passed", "refused", "mending", "replayed", "invalid", "unknown", "failed")


class Metrics:
    """Counters of one gateway; safe to use from several threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._requests = Counter[tuple[str, str, int]]()
        self._below = Counter[float]()
        self._seconds = 0.0
        self._count = 0
        self._creates = Counter[str]()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        with self._turn:
            self._requests[method, route, status] += 1
            self._seconds += seconds
            self._count += 1
            for bound in BUCKETS_S:
                if seconds <= bound:
                    self._below[bound] += 1

    def created(self, outcome: str) -> None:
        """Count what became of a create call."""
        with self._turn:
            self._creates[outcome] += 1

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """Write all of it; `gauges` are name → words and value as they are now."""
        with self._turn:
            return "\n".join([*self._lines(gauges), "# EOF", ""])

    def _lines(self, gauges: Mapping[str, tuple[str, float]]) -> Iterator[str]:
        yield from ("# TYPE preflight_gateway info", "# HELP preflight_gateway The program.")
        yield f'preflight_gateway_info{{version="{__version__}"}} 1'
        yield from ("# TYPE preflight_requests counter", "# HELP preflight_requests Requests answered.")
        for (method, route, status), count in sorted(self._requests.items()):
            yield f'preflight_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
        yield from ("# TYPE preflight_creates counter", "# HELP preflight_creates What became of create calls.")
        for outcome in OUTCOMES:
            yield f'preflight_creates_total{{outcome="{outcome}"}} {self._creates[outcome]}'
        name = "preflight_request_duration_seconds"
        yield from (f"# TYPE {name} histogram", f"# UNIT {name} seconds", f"# HELP {name} How long answers took.")
        for bound in BUCKETS_S:
            yield f'{name}_bucket{{le="{bound}"}} {self._below[bound]}'
        yield from (f'{name}_bucket{{le="+Inf"}} {self._count}', f"{name}_sum {self._seconds:.6f}")
        yield f"{name}_count {self._count}"
        for gauge, (words, value) in gauges.items():
            yield from (f"# TYPE preflight_{gauge} gauge", f"# HELP preflight_{gauge} {words}")
            yield f"preflight_{gauge} {value:g}"
