"""Each shipped model, held against a table of the facts that was written by hand: at the bound, and one beyond it.

The numbers here are from the provider's pages and are not read from the editions.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from preflight.profiles import edition_for, load, names
from preflight.profiles.index import index
from preflight.request.body import planned_bytes
from preflight.request.file import RequestSpec
from preflight.rules import WholeRequest, judge_request
from preflight.values.assets import Asset, Kind, Role
from preflight.values.facts import Facts
from preflight.values.probed import Probed
from tests.made import audio, findings, image, video

Made = Callable[[Any], Facts]

S25, S25E, S20, S15 = (
    "seedance-2.5-reference-to-video",
    "seedance-2.5-video-edit",
    "seedance-2.0-reference-to-video",
    "seedance-1.5-pro",
)
H3, H3MAX, H3I, H3MI = (
    "minimax-h3-reference-to-video",
    "minimax-h3-max-reference-to-video",
    "minimax-h3-image-to-video",
    "minimax-h3-max-image-to-video",
)
W3, W3I, W7, W7I, W7E = (
    "wan3.0-reference-video",
    "wan3.0-image-to-video",
    "wan2.7-reference-video",
    "wan2.7-image-to-video",
    "wan2.7-video-edit",
)
W6, W6I, W5, W5T = ("wan2.6-reference-video", "wan2.6-image-to-video", "wan2.5-image-to-video", "wan2.5-text-to-video")
KO3, KO3I, KO1, KO1E = (
    "kling-o3-reference-to-video",
    "kling-o3-image-to-video",
    "kling-o1-image-to-video",
    "kling-o1-video-edit",
)
KV3, KVT, KMC = "kling-v3-image-to-video", "kling-v3-turbo-image-to-video", "kling-v3-motion-control"
GEM, GEME, GEMX = (f"gemini-omni-1.1-flash-{name}" for name in ("reference-to-video", "video-edit", "video-extend"))
GROK, HHR, HHI, HHE = (
    "grok-imagine-video-1.5-preview",
    "happyhorse-1.1-reference-to-video",
    "happyhorse-1.0-image-to-video",
    "happyhorse-1.0-video-edit",
)
HA02, HA23, HA23F = "MiniMax-Hailuo-02", "MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast"
VEO, SORA, OMNI, TENC, TOPAZ = (
    "veo-3.1-generate-preview",
    "sora-2-preview",
    "omnihuman-1.5",
    "tencent-video-upscale",
    "topaz-video-upscale",
)


def square(px: int) -> Facts:
    return image(width_px=px, height_px=px)


def wide(ratio: Fraction) -> Facts:
    return image(width_px=int(1000 * ratio), height_px=1000)


def picture_of(size: int) -> Facts:
    return image(width_px=1000, height_px=1000, bytes=size)


def clip(**changes: Any) -> Facts:  # noqa: ANN401 - any field of the facts
    return video(**{"width_px": 1280, "height_px": 720, "coded_width_px": 1280, "coded_height_px": 720, **changes})


def lasting(seconds: float | Fraction) -> Facts:
    length = Fraction(str(seconds))
    return clip(duration_s=length, header_duration_s=length)


def sounding(seconds: float | Fraction) -> Facts:
    length = Fraction(str(seconds))
    return audio(duration_s=length, stored_duration_s=length, header_duration_s=length)


def mp3(seconds: float | Fraction) -> Facts:
    return msgspec.structs.replace(sounding(seconds), format="mp3", codec="mp3")


def screen(px: int) -> Facts:
    return clip(width_px=px, height_px=px, coded_width_px=px, coded_height_px=px)


def at_rate(rate: Fraction) -> Facts:
    return clip(frame_rate_hz=Fraction(rate))


def clip_of(size: int) -> Facts:
    return clip(bytes=size)


def sound_of(size: int) -> Facts:
    return audio(bytes=size)


BETWEEN: list[tuple[str, str, Made, Any, Any, Any]] = [
    # model, rule, facts of a value, lowest, highest (None: no such bound), the least step beyond
    (S25, "image/side", square, 300, 6000, 1),
    (S25, "image/aspect-ratio", wide, Fraction("0.4"), Fraction("2.5"), Fraction("0.001")),
    (S25, "image/size", picture_of, None, 31_457_280, 1),
    (S25, "video/duration", lasting, 2, 30, Fraction("0.001")),
    (S25, "video/side", screen, 300, 6000, 1),
    (S25, "video/frame-rate", at_rate, 24, 60, Fraction("0.001")),
    (S25, "video/size", clip_of, None, 209_715_200, 1),
    (S25, "audio/duration", sounding, 2, 30, Fraction("0.001")),
    (S25, "audio/size", sound_of, None, 15_728_640, 1),
    (S25E, "video/duration", lasting, 4, 30, Fraction("0.001")),
    (S20, "video/duration", lasting, 2, 15, Fraction("0.001")),
    (S15, "image/side", square, 300, 6000, 1),
    (S15, "image/size", picture_of, None, 10_485_760, 1),
    (H3, "image/side", square, 256, 5760, 1),
    (H3, "image/aspect-ratio", wide, Fraction("0.4"), Fraction("2.5"), Fraction("0.001")),
    (H3, "video/duration", lasting, 2, 15, Fraction("0.001")),
    (H3, "video/side", screen, 256, 5760, 1),
    (H3, "video/frame-rate", at_rate, Fraction("23.976"), 60, Fraction("0.001")),
    (H3, "video/size", clip_of, None, 52_428_800, 1),
    (H3, "audio/duration", sounding, 2, 15, Fraction("0.001")),
    (H3MAX, "image/size", picture_of, None, 31_457_280, 1),
    (H3I, "image/side", square, 256, 5760, 1),
    (W3, "image/side", square, 240, 8000, 1),
    (W3, "image/aspect-ratio", wide, Fraction("0.125"), 8, Fraction("0.001")),
    (W3, "image/size", picture_of, None, 20_971_520, 1),
    (W3, "video/duration", lasting, 1, 15, Fraction("0.001")),
    (W3, "video/side", screen, 240, 4096, 1),
    (W3, "video/size", clip_of, None, 104_857_600, 1),
    (W3, "audio/duration", sounding, 1, 15, Fraction("0.001")),
    (W3I, "image/side", square, 240, 8000, 1),
    (W7, "video/duration", lasting, 1, 30, Fraction("0.001")),
    (W7, "audio/duration", sounding, 1, 10, Fraction("0.001")),
    (W7I, "video/duration", lasting, 2, 10, Fraction("0.001")),
    (W7I, "audio/duration", sounding, 2, 30, Fraction("0.001")),
    (W7E, "video/duration", lasting, 2, 10, Fraction("0.001")),
    (W6, "video/duration", lasting, 2, 30, Fraction("0.001")),
    (W6I, "image/side", square, 360, 2000, 1),
    (W6I, "image/size", picture_of, None, 10_485_760, 1),
    (W6I, "audio/duration", mp3, 3, 30, Fraction("0.001")),
    (W5, "image/side", square, 360, 2000, 1),
    (KO3, "video/duration", lasting, 3, None, Fraction("0.001")),
    (KO3, "video/side", screen, 720, 2160, 1),
    (KO3, "video/frame-rate", at_rate, 24, 60, Fraction("0.001")),
    (KO3, "video/size", clip_of, None, 209_715_200, 1),
    (KO3I, "image/side", square, 300, None, 1),
    (KO3I, "image/aspect-ratio", wide, Fraction("0.4"), Fraction("2.5"), Fraction("0.001")),
    (KO3I, "image/size", picture_of, None, 10_485_760, 1),
    (KV3, "image/size", picture_of, None, 10_485_760, 1),
    (KVT, "image/size", picture_of, None, 52_428_800, 1),
    (KO1, "image/size", picture_of, None, 10_485_760, 1),
    (KO1E, "video/size", clip_of, None, 104_857_600, 1),
    (KMC, "video/duration", lasting, 3, 30, Fraction("0.001")),
    (KMC, "video/side", screen, 340, 3850, 1),
    (KMC, "video/size", clip_of, None, 104_857_600, 1),
    (KMC, "image/side", square, 300, None, 1),
    (GEM, "video/duration", lasting, None, 10, Fraction("0.001")),
    (GEME, "video/duration", lasting, None, 10, Fraction("0.001")),
    (GEMX, "video/duration", lasting, None, 30, Fraction("0.001")),
    ("gemini-omni-flash-video-edit", "video/duration", lasting, 3, 10, Fraction("0.001")),
    (GROK, "image/size", picture_of, None, 10_485_760, 1),
    (HHR, "image/side", square, 400, None, 1),
    (HHR, "image/size", picture_of, None, 10_485_760, 1),
    (HHI, "image/side", square, 300, None, 1),
    (HHI, "image/aspect-ratio", wide, Fraction("0.4"), Fraction("2.5"), Fraction("0.001")),
    (HHE, "video/duration", lasting, 3, 60, Fraction("0.001")),
    (HHE, "video/side", screen, 320, 2160, 1),
    (HHE, "video/size", clip_of, None, 104_857_600, 1),
    (HA02, "image/side", square, 301, None, 1),
    (HA02, "image/aspect-ratio", wide, Fraction("0.4"), Fraction("2.5"), Fraction("0.001")),
    (HA02, "image/size", picture_of, None, 20_971_520, 1),
    (VEO, "image/size", picture_of, None, 10_485_760, 1),
    (SORA, "image/size", picture_of, None, 10_485_760, 1),
    (OMNI, "audio/duration", sounding, None, 35, Fraction("0.001")),
    (TENC, "video/duration", lasting, None, 60, Fraction("0.001")),
    (TENC, "video/side", screen, None, 2160, 1),
    (TOPAZ, "video/size", clip_of, None, 52_428_800, 1),
]


@pytest.mark.parametrize("row", BETWEEN, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_value_at_the_bound_is_taken_and_one_beyond_it_is_not(
    row: tuple[str, str, Made, Any, Any, Any],
) -> None:
    model, rule, made, low, high, step = row
    profile = load(edition_for(model))

    def severity(value: Any) -> str | None:  # noqa: ANN401 - as the row has it
        found = findings(made(value), profile=profile).get(rule)
        return found.severity if found else None

    for bound, beyond in ((low, None if low is None else low - step), (high, None if high is None else high + step)):
        if bound is not None:
            assert severity(bound) != "error", bound
            assert severity(beyond) == "error", beyond
    if low is None or high is None:
        assert severity((high or low) * (1 if low is None else 3)) != "error"


WORDS: list[tuple[str, str, Callable[[str], Facts], str, str]] = [
    # model, rule, facts of a word, those that are taken, those that are not
    (S25, "image/format", lambda one: image(format=one), "jpeg png webp", "heic bmp gif"),
    (H3, "image/format", lambda one: image(format=one), "jpeg png webp heic", "bmp gif"),
    (W3, "image/format", lambda one: image(format=one), "jpeg png bmp webp", "heic gif"),
    (KO3I, "image/format", lambda one: image(format=one), "jpeg png", "webp heic"),
    (KO1, "image/format", lambda one: image(format=one), "jpeg png webp", "bmp"),
    (GEM, "image/format", lambda one: image(format=one), "jpeg png webp", "bmp"),
    (GROK, "image/format", lambda one: image(format=one), "jpeg png webp", "bmp"),
    (S25, "video/format", lambda one: clip(format=one), "mp4 mov", "matroska avi"),
    (GEM, "video/format", lambda one: clip(format=one), "mp4", "mov"),
    (TOPAZ, "video/format", lambda one: clip(format=one), "mp4", "mov"),
    (H3, "video/codec", lambda one: clip(codec=one), "h264 hevc", "av1 prores"),
    (H3, "video/sound-codec", lambda one: clip(sound_codec=one), "aac mp3", "pcm_s16le opus"),
    (S25, "audio/format", lambda one: audio(format=one), "wav mp3", "m4a flac"),
    (W6I, "audio/format", lambda one: audio(format=one), "mp3", "wav m4a"),
    ("videoretalk", "audio/format", lambda one: audio(format=one), "wav mp3 m4a", "flac"),
]


@pytest.mark.parametrize(("model", "rule", "made", "taken", "refused"), WORDS)
def test_a_word_of_the_list_is_taken_and_another_is_not(
    model: str, rule: str, made: Callable[[str], Facts], taken: str, refused: str
) -> None:
    profile = load(edition_for(model))
    for word in taken.split():
        assert rule not in findings(made(word), profile=profile), word
    for word in refused.split():
        assert findings(made(word), profile=profile)[rule].severity == "error", word


def asked(model: str, **given: Any) -> dict[str, str]:  # noqa: ANN401 - any setting
    """Judge a request by the edition of its model, and return the severities by rule."""
    lengths = given.pop("lengths", ())
    counts: dict[Kind, int] = {"image": given.pop("images", 0), "video": len(lengths) or given.pop("videos", 0)}
    counts["audio"] = given.pop("audios", 0)
    small = {"image": image(width_px=640, height_px=480), "audio": sounding(3)}
    facts = {"video": [lasting(one) for one in lengths] or [lasting(4)] * counts["video"]}
    probed = [
        Probed(
            asset=Asset(path=f"{kind}{n}", role=Role(kind, n)),
            facts=facts["video"][n - 1] if kind == "video" else small[kind],
        )
        for kind, count in counts.items()
        for n in range(1, count + 1)
    ]
    for name in given.pop("singles", ()):
        kind = index().fields[name]
        assert kind
        probed.append(Probed(asset=Asset(path=name, role=Role(kind, 0, name)), facts=small.get(kind, lasting(4))))
    prompt = given.pop("prompt", "A street at dawn.")
    spec = RequestSpec(assets=tuple(one.asset for one in probed), model=model, prompt=prompt, **given)
    profile = load(edition_for(model))
    whole = WholeRequest(spec=spec, probed=tuple(probed), body_bytes=planned_bytes(spec, profile))
    found: dict[str, str] = {}
    for one in judge_request(whole, profile):
        found[one.rule] = min(found.get(one.rule, "warning"), one.severity)
    return {rule: severity for rule, severity in found.items() if severity in ("error", "warning")}


ERROR, WARNING = "error", "warning"
KO3T = "kling-o3-text-to-video"


def shots(*lengths: float | str | None, prompt: str = "A street.") -> dict[str, Any]:
    """Write the parameters of a request of several shots."""
    found = [{"index": n, "prompt": prompt, "duration": one} for n, one in enumerate(lengths, 1)]
    return {"model_params": {"multi_shot": True, "shot_type": "customize", "multi_prompt": found}}


def voices(*names: str) -> dict[str, Any]:
    """Write the parameters that bind a voice to each reference."""
    return {"model_params": {"voice_bindings": dict.fromkeys(names, "https://a.example/voice.mp3")}}


COUNTS: list[tuple[str, str, int, int]] = [
    # model, the array, fewest, most
    (S25, "images", 0, 30),
    (S25, "videos", 0, 10),
    (S25, "audios", 0, 10),
    ("seedance-2.5-image-to-video", "images", 1, 2),
    (S25E, "videos", 1, 10),
    ("seedance-2.5-video-extend", "videos", 1, 10),
    ("seedance-2.5-text-to-video", "images", 0, 0),
    (S15, "images", 0, 2),
    ("doubao-seedance-1.0-pro-fast", "images", 0, 1),
    (H3, "images", 0, 9),
    (H3, "videos", 0, 3),
    (H3, "audios", 0, 3),
    (W3, "images", 0, 10),
    (W3, "videos", 0, 5),
    (W3, "audios", 0, 5),
    (W7E, "videos", 1, 1),
    (W7E, "images", 0, 4),
    (W6, "videos", 1, 3),
    (W6I, "images", 1, 1),
    (W5, "images", 1, 1),
    (KO3I, "images", 0, 7),
    (KO1, "images", 1, 2),
    (KO1E, "videos", 1, 1),
    (KO1E, "images", 0, 4),
    (KMC, "images", 1, 1),
    (KMC, "videos", 1, 1),
    (GEM, "images", 1, 10),
    (GEM, "videos", 0, 3),
    (GEME, "videos", 1, 1),
    (GEMX, "images", 0, 10),
    ("gemini-omni-flash-reference-to-video", "images", 1, 6),
    (GROK, "images", 0, 7),
    ("grok-imagine-video-1.0-i2v", "images", 1, 7),
    (HHR, "images", 1, 9),
    (HHI, "images", 1, 1),
    (HHE, "images", 0, 5),
    (HA02, "images", 0, 2),
    (HA23, "images", 0, 1),
    (HA23F, "images", 1, 1),
    (VEO, "images", 0, 3),
    ("veo3.1-pro-beta", "images", 0, 2),
    (SORA, "images", 0, 1),
]


@pytest.mark.parametrize(("model", "array", "fewest", "most"), COUNTS)
def test_as_many_as_are_allowed_are_taken_and_no_more_and_no_fewer(
    model: str, array: str, fewest: int, most: int
) -> None:
    rule = f"request/{array.removesuffix('s')}-count"
    for count in {fewest, most}:
        assert rule not in asked(model, **{array: count})
    assert asked(model, **{array: most + 1})[rule] == ERROR
    if fewest:
        assert asked(model, **{array: fewest - 1})[rule] == ERROR


LENGTHS: list[tuple[str, str, str]] = [
    # model, lengths that may be asked for, and those that may not
    (S25, "4 30 -1", "3 31 0"),
    (S25E, "-1", "5 4"),
    ("seedance-2.5-video-extend", "4 30 -1", "3 31"),
    (S15, "4 12", "3 13 -1"),
    ("doubao-seedance-1.0-pro-fast", "2 12", "1 13"),
    (S20, "4 15", "3 16 -1"),
    (H3, "4 15", "3 16 -1"),
    (H3MAX, "5 15", "4 16"),
    (H3MI, "5 15", "4 16"),
    (W3, "2 30 -1", "1 31"),
    (W7, "2 15", "1 16 -1"),
    (W7E, "0 2 10", "1 11"),
    (W6, "2 10", "1 11"),
    (W5, "5 10", "4 6 15"),
    (KO3, "3 10", "2 11"),
    (KO3I, "3 15", "2 16"),
    (KO1, "5 10", "4 7"),
    (GEM, "3 10", "2 11 auto"),
    (GEME, "auto", "3 10"),
    ("gemini-omni-flash-image-to-video", "3 10 auto", "2 11"),
    (GROK, "1 15", "0 16"),
    ("grok-imagine-text-to-video-beta", "6 30", "5 31"),
    (HHR, "3 15", "2 16"),
    (HA02, "6 10", "5 8"),
    ("veo-3.1-fast-generate-preview", "4 6 8", "5 10"),
    ("sora-2-pro-preview", "4 8 12", "5 10"),
]


@pytest.mark.parametrize(("model", "taken", "refused"), LENGTHS)
def test_a_length_is_taken_where_the_page_says_so(model: str, taken: str, refused: str) -> None:
    def read(word: str) -> int | str:
        return word if word.isalpha() else int(word)

    for word in taken.split():
        assert "request/duration" not in asked(model, duration=read(word)), word
    for word in refused.split():
        assert asked(model, duration=read(word))["request/duration"] == ERROR, word


CASES: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    # model, a request that is taken, what is changed, the rule that says so, and how severe it is
    (S25, {"audios": 1}, {"audios": 0}, "request/together", ERROR),
    (S25, {"images": 1, "fields": {"draft": True}, "quality": "480p"}, {"quality": "720p"}, "request/quality", ERROR),
    (S25, {"images": 1}, {"fields": {"model_params": {"draft": True}}}, "request/field", ERROR),
    (S25, {"images": 1}, {"fields": {"seed": 1}}, "request/field", ERROR),
    (S25, {"images": 1, "quality": "1080p"}, {"quality": "4k"}, "request/quality", ERROR),
    (
        S25,
        {"images": 1, "fields": {"output_format": "mov"}},
        {"fields": {"output_format": "mkv"}},
        "request/field",
        ERROR,
    ),
    (S25, {"lengths": (15, 15)}, {"lengths": (15, 15.001)}, "request/video-total-duration", ERROR),
    (
        S25,
        {"videos": 1, "prompt": "The street of video 1, empty."},
        {"prompt": "Remove the logo from video 1.", "aspect_ratio": "16:9"},
        "request/task-type",
        WARNING,
    ),
    (
        "seedance-2.5-image-to-video",
        {"images": 1, "aspect_ratio": "adaptive"},
        {"aspect_ratio": "16:9"},
        "request/aspect-ratio",
        ERROR,
    ),
    (
        S25E,
        {"videos": 1, "prompt": "Edit the video: remove the logo."},
        {"prompt": "A street."},
        "request/prompt-order",
        WARNING,
    ),
    (
        "seedance-2.5-text-to-video",
        {"fields": {"model_params": {"web_search": True}}},
        {"content_filter": False},
        "request/field",
        ERROR,
    ),
    (
        "seedance-2.5-draft-to-video",
        {"prompt": None, "fields": {"source_task_id": "task-unified-1"}},
        {"prompt": "A street."},
        "request/field",
        ERROR,
    ),
    (
        "seedance-2.5-draft-to-video",
        {"prompt": None, "fields": {"source_task_id": "t"}},
        {"fields": {}},
        "request/field",
        ERROR,
    ),
    (H3, {"images": 9, "videos": 3}, {"audios": 1}, "request/together", ERROR),
    (H3, {"audios": 1}, {"audios": 0}, "request/together", ERROR),
    (H3, {"images": 1}, {"generate_audio": True}, "request/field", ERROR),
    (H3, {"images": 1, "prompt": "a" * 7000}, {"prompt": "a" * 7001}, "request/prompt-length", ERROR),
    (H3, {"images": 1, "prompt": "Image 1 smiles."}, {"prompt": "@image1 smiles."}, "request/prompt-tag", WARNING),
    (H3, {"images": 1}, {"singles": ("image_start",)}, "request/field", ERROR),
    (H3MAX, {"audios": 1, "images": 1}, {"images": 0}, "request/audio-alone", ERROR),
    (H3I, {"singles": ("image_end",)}, {"singles": ()}, "request/together", ERROR),
    (H3MI, {"singles": ("image_start", "image_end")}, {"singles": ("image_end",)}, "request/field", ERROR),
    ("minimax-h3-text-to-video", {"aspect_ratio": "16:9"}, {"aspect_ratio": "adaptive"}, "request/aspect-ratio", ERROR),
    (W3, {"lengths": (15,), "duration": 15}, {"duration": 16}, "request/clips-and-duration", ERROR),
    (W3, {"prompt": "a" * 20000}, {"prompt": "a" * 20001}, "request/prompt-length", WARNING),
    (W3, {"aspect_ratio": "3:4"}, {"aspect_ratio": "21:9"}, "request/aspect-ratio", ERROR),
    (W3, {"fields": {"seed": 2147483647}}, {"fields": {"seed": 2147483648}}, "request/field", ERROR),
    (
        W3,
        {"fields": {"model_params": {"file_url": "https://a.example/a.pdf"}}},
        {"fields": {"model_params": {"file_url": "https://a.example/a.pdf", "link_url": "https://a.example"}}},
        "request/field",
        ERROR,
    ),
    (W3I, {"singles": ("image_start",)}, {"singles": ("image_end",)}, "request/field", ERROR),
    (W3I, {"singles": ("image_start",)}, {"aspect_ratio": "16:9"}, "request/aspect-ratio", WARNING),
    (W7, {"images": 3, "videos": 2}, {"images": 4}, "request/together", ERROR),
    (W7, {"images": 1}, {"images": 0}, "request/together", ERROR),
    (W7, {"videos": 1, "duration": 10}, {"duration": 11}, "request/duration", ERROR),
    (
        W7,
        {"images": 1, "duration": 15, "singles": ("image_start",)},
        {"aspect_ratio": "1:1"},
        "request/aspect-ratio",
        WARNING,
    ),
    (W7, {"images": 1, "prompt": "a" * 5000}, {"prompt": "a" * 5001}, "request/prompt-length", WARNING),
    (W7I, {"lengths": (6,), "duration": 6, "prompt": None}, {"duration": 5}, "request/clips-and-duration", ERROR),
    (W7I, {"singles": ("image_start",)}, {"fields": {"generation_mode": "first_last_frame"}}, "request/field", ERROR),
    (
        W7I,
        {"singles": ("image_start", "image_end")},
        {"fields": {"generation_mode": "first_frame"}},
        "request/field",
        ERROR,
    ),
    (W6, {"videos": 1, "prompt": "a" * 1500}, {"prompt": "a" * 1501}, "request/prompt-length", ERROR),
    (W5T, {"quality": "720p", "aspect_ratio": "4:3"}, {"quality": "480p"}, "request/aspect-ratio", ERROR),
    (KO3, {"singles": ("video_url",), "images": 4}, {"images": 5}, "request/together", ERROR),
    (KO3, {"images": 5, "prompt": "a" * 2500}, {"prompt": "a" * 2501}, "request/prompt-length", ERROR),
    (KO3I, {"singles": ("image_start", "image_end")}, {"singles": ("image_end",)}, "request/field", ERROR),
    (KV3, {"singles": ("image_start",)}, {"singles": ()}, "request/field", ERROR),
    (KO3T, {"duration": 10, "prompt": None, "fields": shots("5", "5")}, {"duration": 11}, "request/field", ERROR),
    (
        KO3T,
        {"duration": 6, "prompt": None, "fields": shots(*"111111")},
        {"duration": 7, "fields": shots(*"1111111")},
        "request/field",
        ERROR,
    ),
    (
        KO3T,
        {"prompt": None, "fields": shots("5", prompt="a" * 512)},
        {"fields": shots("5", prompt="a" * 513)},
        "request/field",
        ERROR,
    ),
    (KO3T, {"prompt": None, "fields": shots(5)}, {"fields": shots(None)}, "request/field", ERROR),
    (KO3T, {"prompt": None, "fields": shots("2.5", 2.5)}, {"fields": shots("2.5", 2.4)}, "request/field", ERROR),
    (
        KO3T,
        {"prompt": None, "fields": shots("5")},
        {"fields": {"model_params": {"multi_shot": True}}},
        "request/field",
        ERROR,
    ),
    (KO3T, {"prompt": None, "fields": shots("5")}, {"fields": shots()}, "request/field", ERROR),
    (KO3T, {}, {"prompt": None}, "request/field", ERROR),
    (
        KV3,
        {"singles": ("image_start",), "prompt": None, "fields": shots("5")},
        {"fields": shots("4")},
        "request/field",
        ERROR,
    ),
    (W7, {"images": 1, "fields": voices("image1")}, {"fields": voices("img1")}, "request/field", ERROR),
    (W7, {"images": 1, "fields": voices("image1")}, {"fields": voices("image01")}, "request/field", ERROR),
    (W7, {"images": 4, "fields": voices("image4")}, {"fields": voices("image5")}, "request/field", ERROR),
    (W7, {"videos": 1, "fields": voices("video1")}, {"fields": voices("video2")}, "request/field", ERROR),
    (W7, {"images": 1, "fields": voices("image1")}, {"fields": voices()}, "request/field", ERROR),
    (
        W7,
        {"images": 3, "videos": 2, "fields": voices("image1", "image2", "image3", "video1", "video2")},
        {"fields": voices("image1", "image2", "image3", "video1", "video2", "video3")},
        "request/field",
        ERROR,
    ),
    (
        KMC,
        {"images": 1, "lengths": (10,), "fields": {"model_params": {"character_orientation": "image"}}},
        {"lengths": (10.001,)},
        "request/clips-and-duration",
        ERROR,
    ),
    (
        KMC,
        {"images": 1, "lengths": (30,), "fields": {"model_params": {"character_orientation": "video"}}},
        {"fields": {}},
        "request/field",
        ERROR,
    ),
    (GEM, {"images": 1, "aspect_ratio": "9:16"}, {"aspect_ratio": "1:1"}, "request/aspect-ratio", ERROR),
    (GEM, {"images": 1}, {"fields": {"seed": 1}}, "request/field", ERROR),
    (GROK, {"images": 1, "quality": "1080p"}, {"images": 2}, "request/quality", ERROR),
    (GROK, {"images": 2, "aspect_ratio": "16:9"}, {"images": 1}, "request/aspect-ratio", WARNING),
    (GROK, {"prompt": "a" * 4096}, {"prompt": "a" * 4097}, "request/prompt-length", ERROR),
    (HHR, {"images": 1, "prompt": "character1 walks."}, {"prompt": "She walks."}, "request/prompt-style", ERROR),
    (
        HHR,
        {"images": 2, "prompt": "character1 and character2."},
        {"prompt": "character1 walks."},
        "request/prompt-style",
        WARNING,
    ),
    (
        HHR,
        {"images": 1, "prompt": "character1" + "天" * 2490},
        {"prompt": "character1" + "天" * 2500},
        "request/prompt-length",
        WARNING,
    ),
    (HA02, {"images": 1, "quality": "512p"}, {"images": 0}, "request/quality", ERROR),
    (HA02, {"quality": "1080p", "duration": 6}, {"duration": 10}, "request/duration", ERROR),
    (HA02, {"images": 1, "prompt": None}, {"images": 0}, "request/field", ERROR),
    (
        VEO,
        {"images": 3, "duration": 8, "fields": {"generation_type": "REFERENCE"}},
        {"duration": 6},
        "request/duration",
        ERROR,
    ),
    (OMNI, {"images": 1, "singles": ("audio_url",), "prompt": None}, {"singles": ()}, "request/field", ERROR),
]


@pytest.mark.parametrize(("model", "taken", "changed", "rule", "severity"), CASES)
def test_what_depends_on_another_setting_is_refused_where_it_does_not_fit(
    model: str, taken: dict[str, Any], changed: dict[str, Any], rule: str, severity: str
) -> None:
    assert rule not in asked(model, **taken)
    assert asked(model, **{**taken, **changed})[rule] == severity


def test_a_clip_that_is_cut_by_the_service_is_a_warning_that_says_so() -> None:
    profile = load(edition_for(HHE))
    assert "video/duration" not in findings(lasting(15), profile=profile)
    noted = findings(lasting(16), profile=profile)["video/duration"]
    assert noted.severity == WARNING
    assert noted.message.endswith("the service cuts it to 15 s")


def test_a_rate_that_has_to_be_above_its_bound_is_not_met_at_it() -> None:
    profile = load(edition_for(HHE))
    assert findings(at_rate(Fraction(8)), profile=profile)["video/frame-rate"].severity == ERROR
    assert "video/frame-rate" not in findings(at_rate(Fraction(801, 100)), profile=profile)


def test_a_png_with_transparency_is_refused_where_the_page_says_so() -> None:
    profile = load(edition_for(W3))
    assert findings(image(alpha=True, mode="RGBA"), profile=profile)["image/alpha"].severity == ERROR
    assert findings(image(format="webp", alpha=True), profile=profile)["image/alpha"].severity == WARNING


def test_pixels_of_the_largest_clip_of_seedance_2_5_are_counted() -> None:
    profile = load(edition_for(S25))
    for width, height, rules in (
        (3840, 2160, set()),
        (4096, 2160, {"video/pixels"}),
        (854, 480, set()),
        (640, 639, {"video/pixels"}),
    ):
        made = clip(width_px=width, height_px=height, coded_width_px=width, coded_height_px=height)
        assert {rule for rule in findings(made, profile=profile) if rule == "video/pixels"} == rules


@pytest.mark.parametrize("field", ["image_start", "image_end"])
def test_a_frame_in_a_field_of_its_own_is_judged_as_a_picture(field: str) -> None:
    from preflight.rules import judge

    small = image(width_px=239, height_px=300)
    found = judge(Probed(asset=Asset(path="a.png", role=Role("image", 0, field)), facts=small), load(edition_for(W3I)))
    assert [one.rule for one in found.findings] == ["image/side"]


ELSEWHERE: list[tuple[str, str, Made, Any, Any]] = [
    # model at another service, rule, facts of a value, one that is taken, one that is not
    ("fal/seedance-2.0", "image/size", picture_of, 31_457_280, 31_457_281),
    ("fal/seedance-2.0", "audio/size", sound_of, 15_728_640, 15_728_641),
    ("fal/seedance-2.0", "audio/duration", sounding, 15, Fraction("15.001")),
    ("runway/seedance-2.0", "image/size", picture_of, 16_777_216, 16_777_217),
    ("runway/seedance-2.0", "video/size", clip_of, 33_554_432, 33_554_433),
    ("byteplus/seedance-2.5", "video/duration", lasting, 30, Fraction("30.001")),
    ("byteplus/seedance-2.5", "video/frame-rate", at_rate, 24, Fraction("23.999")),
]


@pytest.mark.parametrize(("model", "rule", "made", "taken", "refused"), ELSEWHERE)
def test_models_elsewhere_are_checked_for(model: str, rule: str, made: Made, taken: object, refused: object) -> None:
    profile = load(edition_for(model))
    assert profile.service.check_only
    found = findings(made(taken), profile=profile).get(rule)
    assert found is None or found.severity == WARNING
    assert findings(made(refused), profile=profile)[rule].severity == ERROR


def test_what_is_in_doubt_is_a_warning_that_says_so() -> None:
    profile = load(edition_for("byteplus/seedance-2.0"))
    for ratio in (Fraction("0.4"), Fraction("2.5")):
        finding = findings(wide(ratio), profile=profile)["image/aspect-ratio"]
        assert finding.severity == WARNING
        assert finding.message.endswith("(in doubt: the documents do not settle it)")
    assert "image/aspect-ratio" not in findings(wide(Fraction("2.499")), profile=profile)


def test_clips_together_may_not_take_more_bytes_than_the_service_says() -> None:
    assert "request/video-total-size" not in asked("fal/seedance-2.0", videos=3)
    profile = load(edition_for("fal/seedance-2.0"))
    clip_facts = clip_of(20_000_000)
    probed = tuple(Probed(asset=Asset(path=str(n), role=Role("video", n)), facts=clip_facts) for n in (1, 2, 3))
    spec = RequestSpec(assets=tuple(one.asset for one in probed), prompt="A street.")
    found = judge_request(WholeRequest(spec=spec, probed=probed, body_bytes=100), profile)
    assert [one.severity for one in found if one.rule == "request/video-total-size"] == [ERROR]


def test_twelve_files_are_the_most_at_fal() -> None:
    assert "request/together" not in asked("fal/seedance-2.0", images=9, videos=3)
    assert asked("fal/seedance-2.0", images=9, videos=3, audios=1)["request/together"] == ERROR


def test_nothing_is_sent_to_a_service_that_is_only_checked_for() -> None:
    from preflight.errors import CallError
    from preflight.service.addresses import addresses

    with pytest.raises(CallError, match="fal's models are only checked for here"):
        addresses(load(edition_for("fal/seedance-2.0")), None, None)


def test_a_clip_in_a_field_of_its_own_is_the_first_that_the_prompt_names() -> None:
    prompt = "<<<video_1>>> at dusk."
    assert "request/prompt-reference" not in asked(KO3, singles=("video_url",), prompt=prompt)
    assert asked(KO3, prompt=prompt)["request/prompt-reference"] == ERROR


def test_a_clip_in_an_array_that_takes_none_is_told_the_field_that_does() -> None:
    probed = (Probed(asset=Asset(path="a.mp4", role=Role("video", 1)), facts=lasting(4)),)
    spec = RequestSpec(assets=tuple(one.asset for one in probed), prompt="A street.")
    found = judge_request(WholeRequest(spec=spec, probed=probed, body_bytes=100), load(edition_for(KO3)))
    (said,) = [one.message for one in found if one.rule == "request/video-count"]
    assert said.endswith("; this model takes one as video_url")


PAGES = "https://evolink.ai/docs/en/api-manual/video-series/"
FOLDERS = {
    *("seedance2.5", "seedance1.5", "seedance1.0", "wan3.0", "wan2.7", "wan2.6", "wan2.5", "hailuo", "kling"),
    *("minimax/minimax-h3/h3", "minimax/minimax-h3/h3-max", "minimax/minimax-h3/h3-max-turbo"),
    *("sora2", "sora2pro", "veo3.1", "happyhorse1.0", "happyhorse1.1", "omnihuman"),
}
"""Folders of the provider's manual in which pages have been seen."""


def test_no_address_of_a_page_is_guessed() -> None:
    models = [model for name in names() for model in load(name).models.values()]
    addresses = {one for model in models for one in re.findall(rf"{PAGES}(\S+)", model.source)}
    assert {address.rpartition("/")[0] for address in addresses} <= FOLDERS
    assert len(addresses) > 40
