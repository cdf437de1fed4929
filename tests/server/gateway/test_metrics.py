"""What a gateway counts is OpenMetrics text, whole and consistent whatever was counted."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight._version import __version__
from preflight.server.gateway.metrics import BUCKETS_S, OUTCOMES, Metrics

SAMPLE = re.compile(r'(\w+)(?:\{((?:\w+="[^"\\\n]*",?)*)\})? (\S+)')


def samples(text: str) -> dict[str, float]:
    """Read the samples of a text; fails where a line is none."""
    *lines, end, nothing = text.split("\n")
    assert (end, nothing) == ("# EOF", "")
    found: dict[str, float] = {}
    for line in lines:
        if not line.startswith("# "):
            match = SAMPLE.fullmatch(line)
            assert match, line
            name = f"{match[1]}{{{match[2]}}}" if match[2] else match[1]
            assert name not in found, name
            found[name] = float(match[3])
    return found


def test_before_anything_happened_all_is_zero_and_everything_is_there() -> None:
    found = samples(Metrics().text({}))
    assert found.pop(f'preflight_gateway_info{{version="{__version__}"}}') == 1
    assert set(found.values()) == {0}
    assert {f'preflight_creates_total{{outcome="{outcome}"}}' for outcome in OUTCOMES} <= set(found)


def test_requests_are_counted_by_method_route_and_status() -> None:
    metrics = Metrics()
    for status in (200, 200, 422):
        metrics.answered("POST", "/v1/videos/generations", status, 0.1)
    metrics.answered("", "", 404, 0.1)
    found = samples(metrics.text({}))
    assert found['preflight_requests_total{method="POST",route="/v1/videos/generations",status="200"}'] == 2
    assert found['preflight_requests_total{method="POST",route="/v1/videos/generations",status="422"}'] == 1
    assert found['preflight_requests_total{method="",route="",status="404"}'] == 1


@given(st.lists(st.floats(min_value=0, max_value=100)))
def test_a_histogram_never_falls_and_ends_at_the_count(seconds: list[float]) -> None:
    metrics = Metrics()
    for one in seconds:
        metrics.answered("GET", "/healthz", 200, one)
    found = samples(metrics.text({}))
    name = "preflight_request_duration_seconds"
    below = [found[f'{name}_bucket{{le="{bound}"}}'] for bound in BUCKETS_S]
    assert below == [sum(one <= bound for one in seconds) for bound in BUCKETS_S]
    assert [*below, len(seconds)] == sorted([*below, found[f'{name}_bucket{{le="+Inf"}}']])
    assert found[f"{name}_count"] == len(seconds)
    assert found[f"{name}_sum"] == pytest.approx(sum(seconds), abs=1e-5 * (1 + len(seconds)))


def test_what_is_measured_now_stands_with_its_words() -> None:
    text = Metrics().text({"jobs_open": ("Requests that are being mended.", 3), "body_bytes": ("Bytes.", 0)})
    assert "# TYPE preflight_jobs_open gauge\n# HELP preflight_jobs_open Requests that are being mended.\n" in text
    assert samples(text)["preflight_jobs_open"] == 3


def test_several_threads_count_each_of_theirs() -> None:
    metrics = Metrics()
    with ThreadPoolExecutor(4) as pool:
        for outcome in ("passed", "failed") * 100:
            pool.submit(metrics.created, outcome)
            pool.submit(metrics.answered, "GET", "/", 200, 0.0)
    found = samples(metrics.text({}))
    assert found['preflight_creates_total{outcome="passed"}'] == 100
    assert found["preflight_request_duration_seconds_count"] == 200
