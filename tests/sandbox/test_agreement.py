"""Two readings of the same pages: what `check` refuses the sandbox refuses, and what the one takes the other takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import preflight
from preflight.errors import CallError
from preflight.profiles import load
from preflight.request.body import build_body
from preflight.service.refusals import ServiceError, look_up
from tests.specimens import MEDIA

if TYPE_CHECKING:
    import httpx

    from tests.sandbox.shelf import Shelf

OK, SMALL, HEIC = MEDIA / "image-ok.jpeg", MEDIA / "image-299x300.png", MEDIA / "image-heic-named.jpg"
WIDE, CLIP, LARGE = MEDIA / "image-2510x1000.png", MEDIA / "video-854x480.mp4", MEDIA / "video-1920x1080.mp4"
SOUND = MEDIA / "audio-5s.mp3"

TEXT, IMAGE, REFERENCE = "text-to-video", "image-to-video", "reference-to-video"
EDITIONS = {
    TEXT: "seedance-2.0-text-to-video-2026-10",
    IMAGE: "seedance-2.0-image-to-video-2026-10",
    REFERENCE: "seedance-2.0-2026-10",
}


class Case(NamedTuple):
    """A tier, a kind of model, what is asked of it, and the rule that this breaks."""

    tier: str
    kind: str
    given: dict[str, Any]
    rule: str = ""


TAKEN = [
    *(Case(tier, TEXT, {}) for tier in ("", "fast-", "mini-")),
    *(Case(tier, IMAGE, {"images": [OK]}) for tier in ("", "fast-", "mini-")),
    *(Case(tier, REFERENCE, {"images": [OK]}) for tier in ("", "fast-", "mini-")),
    *(Case("", TEXT, {"quality": quality}) for quality in ("480p", "720p", "1080p", "4k")),
    *(Case("", IMAGE, {"images": [OK, OK], "quality": quality}) for quality in ("1080p", "4k")),
    *(Case("fast-", TEXT, {"duration": seconds}) for seconds in (4, 15)),
    *(Case("mini-", TEXT, {"aspect_ratio": shape}) for shape in ("21:9", "adaptive")),
    Case("", TEXT, {"callback_url": "https://example.com/done", "generate_audio": False}),
    Case("", TEXT, {"prompt": "rain " * 10_001}),
    Case("mini-", REFERENCE, {"images": [OK], "videos": [LARGE], "audios": [SOUND]}),
    Case("", REFERENCE, {"videos": [CLIP], "quality": "1080p"}),
]
"""Within every limit."""

REFUSED = [
    Case("", TEXT, {"images": [OK]}, "request/image-count"),
    Case("", TEXT, {"prompt": " "}, "request/prompt-length"),
    Case("fast-", TEXT, {"videos": [CLIP]}, "request/video-count"),
    Case("mini-", TEXT, {"audios": [SOUND]}, "request/audio-count"),
    Case("", TEXT, {"duration": 3}, "request/duration"),
    Case("fast-", TEXT, {"duration": 16}, "request/duration"),
    Case("fast-", TEXT, {"quality": "1080p"}, "request/quality"),
    Case("mini-", TEXT, {"quality": "4k"}, "request/quality"),
    Case("", TEXT, {"quality": "8k"}, "request/quality"),
    Case("", TEXT, {"aspect_ratio": "2:1"}, "request/aspect-ratio"),
    Case("", TEXT, {"callback_url": "http://example.com/"}, "request/callback-url"),
    Case("", TEXT, {"callback_url": "https://192.168.1.1/"}, "request/callback-url"),
    Case("", TEXT, {"callback_url": "https://example.com/" + "x" * 2048}, "request/callback-url"),
    Case("", IMAGE, {}, "request/image-count"),
    Case("mini-", IMAGE, {"images": [OK, OK, OK]}, "request/image-count"),
    Case("", IMAGE, {"images": [OK], "videos": [CLIP]}, "request/video-count"),
    Case("fast-", IMAGE, {"images": [OK], "audios": [SOUND]}, "request/audio-count"),
    Case("", IMAGE, {"images": [SMALL]}, "image/side"),
    Case("", IMAGE, {"images": [OK, HEIC]}, "image/format"),
    Case("", IMAGE, {"images": [WIDE]}, "image/aspect-ratio"),
    Case("fast-", IMAGE, {"images": [OK], "quality": "1080p"}, "request/quality"),
    Case("", IMAGE, {"images": [OK], "duration": 16}, "request/duration"),
    Case("mini-", REFERENCE, {"images": [OK], "quality": "1080p"}, "request/quality"),
    Case("mini-", REFERENCE, {"audios": [SOUND]}, "request/audio-alone"),
    Case("mini-", REFERENCE, {"images": [OK] * 10}, "request/image-count"),
]
"""Each breaks one rule of its model."""


def spec_of(case: Case) -> preflight.RequestSpec:
    asked = {"prompt": "A rider in the rain.", "model": f"seedance-2.0-{case.tier}{case.kind}", **case.given}
    return preflight.build_request(**asked)


def errors_of(spec: preflight.RequestSpec, kind: str) -> set[str]:
    """Name the rules that `check` finds broken."""
    report = preflight.check_request(spec, profile=EDITIONS[kind], cache=False)
    found = [*report.findings, *(finding for judged in report.assets for finding in judged.findings)]
    errors = {finding.rule for finding in found if finding.severity == "error"}
    assert (report.verdict == "pass") == (not errors)
    return errors


def sent(client: httpx.Client, shelf: Shelf, spec: preflight.RequestSpec, kind: str) -> httpx.Response:
    """Send a request, clean or not, as it would be sent if nobody had looked at it."""
    body = build_body(spec, load(EDITIONS[kind]), lambda asset: shelf.put(Path(asset.path)))
    return client.post("/v1/videos/generations", json=body)


@pytest.mark.parametrize("case", TAKEN)
def test_what_check_takes_the_sandbox_takes(
    client: httpx.Client, later: httpx.Client, shelf: Shelf, case: Case
) -> None:
    spec = spec_of(case)
    assert errors_of(spec, case.kind) == set()
    described_earlier = case.kind == REFERENCE and case.tier != "mini-"
    for sandbox in (later,) if described_earlier else (client, later):
        answer = sent(sandbox, shelf, spec, case.kind)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_sandbox_refuses_check_had_refused_and_the_refusal_leads_back_to_the_rule(
    later: httpx.Client, shelf: Shelf, case: Case
) -> None:
    spec = spec_of(case)
    # An asset of a kind that is not taken at all is told of by itself as well.
    assert {rule for rule in errors_of(spec, case.kind) if not rule.endswith("/not-taken")} == {case.rule}
    answer = sent(later, shelf, spec, case.kind)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert look_up(ServiceError(status=400, code=error["code"], words=error["message"])).rule == case.rule


@pytest.mark.parametrize("kind", [TEXT, IMAGE, REFERENCE])
def test_both_know_the_same_models_with_the_same_qualities(later: httpx.Client, kind: str) -> None:
    ours = load(EDITIONS[kind]).models
    for name, model in ours.items():
        answer = later.post("/v1/videos/generations", json={"model": name, "prompt": "x", "quality": "none"})
        message = answer.json()["error"]["message"]
        assert kind == IMAGE or message == f"quality must be one of {', '.join(model.quality)} for {name}"
    unknown = later.post("/v1/videos/generations", json={"model": "seedance-3.0", "prompt": "x"})
    known = unknown.json()["error"]["message"].partition("known are ")[2].split(", ")
    assert {name for name in known if name.startswith("seedance-2.0-") and name.endswith(kind)} == set(ours)


def test_a_model_that_neither_knows_is_refused_by_both(later: httpx.Client, shelf: Shelf) -> None:
    spec = spec_of(Case("turbo-", TEXT, {}))
    with pytest.raises(CallError, match="turbo"):
        errors_of(spec, TEXT)
    assert sent(later, shelf, spec, TEXT).json()["error"]["param"] == "model"
