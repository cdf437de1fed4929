"""Each limit of each shipped edition is enforced: a value at its bound is taken, one beyond it is found by its rule.

What the bounds are is held in `test_editions` against the pages; here, that none of them is only written down.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from preflight.profiles import Profile, load, names
from preflight.profiles.schema import ARRAYS, UNSAID
from preflight.request.file import RequestSpec
from preflight.rules import WholeRequest, judge_request
from preflight.values.assets import Asset, Kind, Role
from preflight.values.facts import Facts
from preflight.values.findings import Finding
from preflight.values.limits import OneOf, Range
from preflight.values.probed import Probed
from tests.made import audio, findings, image, video

THOUSANDTH = Fraction(1, 1000)
Made = Callable[[Any], Facts]


def _sized(kind: str, width: int, height: int) -> Facts:
    if kind == "image":
        return image(width_px=width, height_px=height)
    return video(width_px=width, height_px=height, coded_width_px=width, coded_height_px=height)


def _of_ratio(kind: str, ratio: Fraction) -> Facts:
    across = 20_000 if ratio < 1 else 1000
    return _sized(kind, int(across * ratio), across)


def _pixels(count: int) -> Facts:
    return _sized("video", int(count), 1)


def _clip(seconds: Fraction) -> Facts:
    return video(duration_s=Fraction(seconds), header_duration_s=Fraction(seconds))


def _sound(seconds: Fraction) -> Facts:
    long = Fraction(seconds)
    return audio(duration_s=long, stored_duration_s=long, header_duration_s=long)


MADE: dict[str, tuple[str, Made, Fraction | int]] = {
    # place → its rule, facts of a value, the least step beyond a bound
    "image.side_px": ("image/side", lambda px: _sized("image", int(px), int(px)), 1),
    "image.short_edge_px": ("image/side", lambda px: _sized("image", int(px), int(px)), 1),
    "image.long_edge_px": ("image/side", lambda px: _sized("image", int(px), int(px)), 1),
    "image.aspect_ratio": ("image/aspect-ratio", lambda ratio: _of_ratio("image", ratio), THOUSANDTH),
    "image.bytes": ("image/size", lambda size: image(bytes=int(size)), 1),
    "video.side_px": ("video/side", lambda px: _sized("video", int(px), int(px)), 1),
    "video.short_edge_px": ("video/side", lambda px: _sized("video", int(px), int(px)), 1),
    "video.long_edge_px": ("video/side", lambda px: _sized("video", int(px), int(px)), 1),
    "video.aspect_ratio": ("video/aspect-ratio", lambda ratio: _of_ratio("video", ratio), THOUSANDTH),
    "video.pixels": ("video/pixels", _pixels, 1),
    "video.duration_s": ("video/duration", _clip, THOUSANDTH),
    "video.frame_rate_hz": ("video/frame-rate", lambda rate: video(frame_rate_hz=Fraction(rate)), THOUSANDTH),
    "video.bytes": ("video/size", lambda size: video(bytes=int(size)), 1),
    "audio.duration_s": ("audio/duration", _sound, THOUSANDTH),
    "audio.bytes": ("audio/size", lambda size: audio(bytes=int(size)), 1),
}
WORDS: dict[str, tuple[str, Made, str]] = {
    # place → its rule, facts of a word, one that nobody takes
    "image.format": ("image/format", lambda word: image(format=word), "jp2"),
    "video.format": ("video/format", lambda word: video(format=word), "avi"),
    "video.codec": ("video/codec", lambda word: video(codec=word), "cinepak"),
    "video.sound_codec": ("video/sound-codec", lambda word: video(sound_codec=word), "speex"),
    "audio.format": ("audio/format", lambda word: audio(format=word), "flac"),
}
ELSEWHERE = ("video.total_duration_s", "audio.total_duration_s", "video.total_bytes", "audio.codec", "image.opaque")
"""Limits on several files, or on more than one fact, which have tests of their own."""


def _limits(profile: Profile, wanted: type[msgspec.Struct]) -> Iterator[tuple[str, Any]]:
    for kind in ARRAYS:
        table: msgspec.Struct = getattr(profile, kind)
        for key in table.__struct_fields__ if profile.takes(kind) else ():
            limit = getattr(table, key)
            if isinstance(limit, wanted) and limit.source != UNSAID["source"]:  # type: ignore[attr-defined] # Sourced
                yield f"{kind}.{key}", limit


def _found(facts: Facts, rule: str, profile: Profile) -> Finding | None:
    return findings(facts, profile=profile).get(rule)


@pytest.mark.parametrize("name", names())
def test_each_bound_of_a_file_is_enforced(name: str) -> None:
    profile = load(name)
    for place, limit in _limits(profile, Range):
        if place in ELSEWHERE:
            continue
        rule, made, step = MADE[place]
        for bound, out in ((limit.min, -step), (limit.max, step)):
            if bound is not None:
                inside, beyond = (_found(made(value), rule, profile) for value in (bound, bound + out))
                assert inside is None or inside.severity != "error" or _is_of_another(inside, limit), (place, bound)
                assert beyond, (place, bound)
                assert _is_of_another(beyond, limit) or beyond.severity == limit.weight, (place, bound)
        for bound, back in ((limit.above, step), (limit.below, -step)):
            if bound is not None:
                assert _found(made(bound), rule, profile), (place, bound)
                within = _found(made(bound + back), rule, profile)
                assert within is None or within.severity != "error", (place, bound)


def _is_of_another(finding: Finding, limit: Range) -> bool:
    """Tell whether a side broke a limit of the same rule, such as the one on the other edge."""
    return finding.limit != limit.text()


@pytest.mark.parametrize("name", names())
def test_each_word_of_a_file_is_enforced(name: str) -> None:
    profile = load(name)
    for place, limit in _limits(profile, OneOf):
        if place in ELSEWHERE:
            continue
        if place == "image.dimensions":
            for size in limit.allowed:
                width, height = map(int, size.split("x"))
                assert not _found(_sized("image", width, height), "image/dimensions", profile)
                assert _found(_sized("image", width + 1, height), "image/dimensions", profile)
            continue
        rule, made, other = WORDS[place]
        assert all(_found(made(word), rule, profile) is None for word in limit.allowed), place
        assert (found := _found(made(other), rule, profile)), place
        assert found.severity == limit.weight


# ---- the request -----------------------------------------------------------------------------------------------


def _errors(profile: Profile, counts: dict[Kind, int] | None = None, **settings: Any) -> dict[str, str]:  # noqa: ANN401 - any setting
    """Judge a request; rule → severity."""
    made: dict[Kind, Facts] = {"image": image(), "video": _clip(Fraction(4)), "audio": _sound(Fraction(3))}
    probed = tuple(
        Probed(asset=Asset(path=f"{kind}{n}", role=Role(kind, n)), facts=made[kind])
        for kind, many in (counts or {}).items()
        for n in range(1, many + 1)
    )
    spec = RequestSpec(assets=tuple(one.asset for one in probed), prompt="A street.", model=profile.default_model)
    spec = msgspec.structs.replace(spec, **settings)
    whole = WholeRequest(spec=spec, probed=probed, body_bytes=100)
    return {one.rule: one.severity for one in judge_request(whole, profile) if one.severity != "info"}


@pytest.mark.parametrize("name", names())
def test_each_count_is_enforced(name: str) -> None:
    profile = load(name)
    for kind in ARRAYS:
        limit, rule = getattr(profile, kind).count, f"request/{kind}-count"
        for count in {limit.min, limit.max}:
            assert rule not in _errors(profile, {kind: count})
        assert _errors(profile, {kind: limit.max + 1})[rule] == limit.weight
        if limit.min:
            assert _errors(profile, {kind: limit.min - 1})[rule] == limit.weight


@pytest.mark.parametrize("name", names())
def test_each_length_is_enforced(name: str) -> None:
    profile = load(name)
    length = profile.request.duration_s
    if length is None:
        return
    bounds: list[Any] = [*length.allowed, *length.special, length.min, length.max]
    for one in bounds:
        if one is not None:
            assert _errors(profile, duration=one).get("request/duration") in {None, _by_case(profile, "duration")}, one
    beyond = [max(length.allowed) + 1] if length.allowed else []
    beyond += [length.min - 1] if length.min is not None else []
    beyond += [length.max + 1] if length.max is not None else []
    for out in beyond:
        if not length.takes(out):
            assert _errors(profile, duration=out)["request/duration"] == length.weight, out


@pytest.mark.parametrize("name", names())
def test_each_shape_quality_and_prompt_is_enforced(name: str) -> None:
    profile = load(name)
    ratio, prompt = profile.request.aspect_ratio, profile.request.prompt
    if ratio:
        by_case = {None, _by_case(profile, "aspect_ratio")}
        assert {_errors(profile, aspect_ratio=one).get("request/aspect-ratio") for one in ratio.allowed} <= by_case
        assert _errors(profile, aspect_ratio="7:5")["request/aspect-ratio"] == ratio.weight
    for model, limits in profile.models.items():
        found = {_errors(profile, model=model, quality=one).get("request/quality") for one in limits.quality}
        assert found <= {None, _by_case(profile, "quality")}
        if limits.quality:
            assert _errors(profile, model=model, quality="9p")["request/quality"] == limits.weight
    if prompt and prompt.max_characters:
        assert "request/prompt-length" not in _errors(profile, prompt="a" * prompt.max_characters)
        longer = _errors(profile, prompt="a" * (prompt.max_characters + 1))["request/prompt-length"]
        assert longer == ("warning" if prompt.cut or prompt.doubtful else "error")


def _by_case(profile: Profile, field: str) -> str | None:
    """Return how severe it is where another setting allows less of a field than the edition does."""
    cases = [case for case in profile.request.cases.values() if case.field == field]
    return None if not cases else "warning" if any(case.ignored for case in cases) else cases[0].weight


@pytest.mark.parametrize("name", names())
def test_each_field_is_enforced(name: str) -> None:
    profile = load(name)
    for field, limit in profile.request.fields.items():
        if limit.kind or "." in field or field == "prompt":
            continue
        if limit.refused:
            assert _errors(profile, fields={field: "x"})["request/field"] == limit.weight
        for low, bound in ((True, limit.min), (False, limit.max)):
            if bound is not None:
                beyond = bound - 1 if low else bound + 1
                assert _field(profile, field, int(bound)) is False, (field, bound)
                assert _field(profile, field, int(beyond)) is True, (field, bound)
        if limit.allowed:
            assert not any(_field(profile, field, word) for word in limit.allowed), field
            assert _field(profile, field, "no such word"), field
        if limit.max_characters:
            assert not _field(profile, field, "a" * limit.max_characters)
            assert _field(profile, field, "a" * (limit.max_characters + 1))


def _field(profile: Profile, name: str, value: Any) -> bool:  # noqa: ANN401 - any value
    """Tell whether the value of a field is found wrong by itself."""
    spec = RequestSpec(assets=(), prompt="A street.", model=profile.default_model, fields={name: value})
    found = judge_request(WholeRequest(spec=spec, probed=(), body_bytes=100), profile)
    return any(
        one.rule == "request/field" and one.message.startswith(f"{name} ")
        for one in found
        if "missing" not in one.message
    )
