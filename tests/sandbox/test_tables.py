"""Models that are judged by a table of their own: both readings of the same pages, at each bound and one beyond it.

Facts are made up where only their numbers matter; the numbers are written here by hand. Files are real where the
sandbox has to read them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from preflight.profiles import edition_for, load
from preflight.profiles.index import index
from preflight.request.body import build_body, planned_bytes
from preflight.request.file import RequestSpec
from preflight.rules import WholeRequest, judge, judge_request
from preflight.sandbox import judge as theirs
from preflight.sandbox import measure, running
from preflight.sandbox.errors import ApiError
from preflight.sandbox.parameters import parameters
from preflight.sandbox.settings import Settings
from preflight.sandbox.tables import tables
from preflight.values.assets import Asset, Kind, Role
from preflight.values.probed import Probed
from tests.made import AUDIO, IMAGE, VIDEO, audio, image, video
from tests.sandbox.wire import accepted, connect, finished, refused
from tests.specimens import MEDIA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from preflight.sandbox.fields import Parameters
    from preflight.values.facts import Facts
    from tests.sandbox.media import Media
    from tests.sandbox.shelf import Shelf

S25, H3, H3MAX = (
    "seedance-2.5-reference-to-video",
    "minimax-h3-reference-to-video",
    "minimax-h3-max-reference-to-video",
)
W3, W3P, KO3 = "wan3.0-reference-video", "wan3.0-prime-reference-video", "kling-o3-reference-to-video"
MODELS = (S25, H3, H3MAX, W3, W3P, KO3)
URL = "http://127.0.0.1:9/none"
TYPES = {"image/heic": "heic", "image/quicktime": "mov", "video/quicktime": "mov", "audio/mpeg": "mp3"}
MEDIA_TYPES = {"mov": "video/quicktime", "mp3": "audio/mpeg", "matroska": "video/x-matroska", "m4a": "audio/mp4"}
E = Fraction(1, 1000)


def test_both_know_the_same_settings_of_these_models() -> None:
    assert set(tables()) == set(MODELS)
    for name, table in tables().items():
        ours = load(edition_for(name))
        assert set(table.qualities) == set(ours.models[name].quality)
        assert ours.request.aspect_ratio
        assert set(table.aspect_ratios) == set(ours.request.aspect_ratio.allowed)
        assert ours.request.quality
        assert table.quality_default == ours.request.quality.default
        assert ours.request.duration_s
        assert table.duration.default == ours.request.duration_s.default


# ---- one file --------------------------------------------------------------------------------------------------


def ours_refuses(facts: Facts, model: str) -> bool:
    kinds: dict[type, Kind] = {type(IMAGE): "image", type(VIDEO): "video", type(AUDIO): "audio"}
    kind = kinds[type(facts)]
    field = next((name for name, held in index().fields.items() if held == kind and name == f"{kind}_url"), "")
    role = Role(kind, 0, field) if model == KO3 and kind == "video" else Role(kind, 1)
    found = judge(Probed(asset=Asset(path=f"a.{facts.format}", role=role), facts=facts), load(edition_for(model)))
    return any(one.severity == "error" for one in found.findings)


def theirs_refuses(facts: Any, model: str) -> bool:  # noqa: ANN401 - facts of one of three kinds
    rules = theirs.rules(Settings(), model)
    if isinstance(facts, type(IMAGE)):
        kind, limits = "image", rules.image
        media_type = f"image/{facts.format}"
        seen = measure.ImageFacts(facts.width_px, facts.height_px, facts.alpha)
        fault = theirs.image_fault(seen, limits, media_type)
    elif isinstance(facts, type(VIDEO)):
        kind, limits = "video", rules.video  # type: ignore[assignment] # each kind has rules of its own
        media_type = MEDIA_TYPES.get(facts.format, f"video/{facts.format}")
        sound = (facts.sound_codec,) if facts.sound_codec else ()
        seen_clip = measure.VideoFacts(
            width_px=facts.width_px,
            height_px=facts.height_px,
            duration_s=facts.duration_s or Fraction(0),
            frame_rate_hz=facts.frame_rate_hz or Fraction(0),
            codec=facts.codec or "",
            sound_codecs=sound,
        )
        fault = theirs.video_fault(seen_clip, rules.video)
    else:
        kind, limits = "audio", rules.audio  # type: ignore[assignment] # as above
        media_type = MEDIA_TYPES.get(facts.format, f"audio/{facts.format}")
        codec = facts.codec if facts.format == "wav" else "mp3"
        fault = theirs.audio_fault(measure.AudioFacts(facts.duration_s or Fraction(0), codec), rules.audio)
    most = limits.max_bytes
    return bool(
        fault or theirs.type_fault(kind, media_type, limits.types) or theirs.size_fault(kind, facts.bytes, most)
    )


def square(px: int) -> Facts:
    return image(width_px=px, height_px=px)


def wide(ratio: Fraction) -> Facts:
    height = 4000 if ratio < 1 else 1000
    return image(width_px=int(height * ratio), height_px=height)


def kind_of(name: str) -> Facts:
    return image(format=name)


def heavy(size: int) -> Facts:
    return image(width_px=1000, height_px=1000, bytes=size)


def clear(name: str) -> Facts:
    return image(format=name, alpha=True, mode="RGBA")


def screen(px: int) -> Facts:
    return video(width_px=px, height_px=px, coded_width_px=px, coded_height_px=px)


def sized(size: tuple[int, int]) -> Facts:
    return video(width_px=size[0], height_px=size[1], coded_width_px=size[0], coded_height_px=size[1])


def lasting(seconds: Fraction) -> Facts:
    return video(duration_s=Fraction(seconds), header_duration_s=Fraction(seconds))


def at_rate(rate: Fraction) -> Facts:
    return video(frame_rate_hz=Fraction(rate))


def clip_of(size: int) -> Facts:
    return video(bytes=size)


def coded(name: str) -> Facts:
    return video(codec=name)


def heard(name: str) -> Facts:
    return video(sound_codec=name)


def boxed(name: str) -> Facts:
    return video(format=name)


def sounding(seconds: Fraction) -> Facts:
    long = Fraction(seconds)
    return audio(duration_s=long, stored_duration_s=long, header_duration_s=long)


def sound_of(size: int) -> Facts:
    return audio(bytes=size)


def voiced(name: str) -> Facts:
    return audio(format=name, codec="aac" if name == "m4a" else name)


FILES: list[tuple[tuple[str, ...], Any, tuple[Any, ...], tuple[Any, ...]]] = [
    # models, facts of a value, values at the bounds, values beyond them
    ((S25,), square, (300, 6000), (299, 6001)),
    ((H3, H3MAX), square, (256, 5760), (255, 5761)),
    ((W3, W3P), square, (240, 8000), (239, 8001)),
    ((S25, H3, H3MAX), wide, (Fraction("0.4"), Fraction("2.5")), (Fraction("0.399"), Fraction("2.501"))),
    ((W3, W3P), wide, (Fraction(1, 8), Fraction(8)), (Fraction(1, 8) - E, 8 + E)),
    ((S25,), kind_of, ("jpeg", "png", "webp"), ("heic", "bmp", "gif", "tiff")),
    ((H3, H3MAX), kind_of, ("jpeg", "png", "webp", "heic"), ("bmp", "gif")),
    ((W3, W3P), kind_of, ("jpeg", "png", "webp", "bmp"), ("heic", "gif")),
    ((KO3,), kind_of, ("jpeg", "png"), ()),
    ((S25, H3, H3MAX), heavy, (30 << 20,), ((30 << 20) + 1,)),
    ((W3, W3P), heavy, (20 << 20,), ((20 << 20) + 1,)),
    ((W3, W3P), clear, ("webp",), ("png",)),
    ((S25, H3), clear, ("webp", "png"), ()),
    ((S25,), screen, (640, 2880), (639, 2881)),
    ((S25,), sized, ((3840, 2160), (3326, 2494), (854, 480)), ((4096, 2160), (3327, 2494), (852, 480), (6001, 1000))),
    ((H3, H3MAX), screen, (256, 5760), (255, 5761)),
    ((W3, W3P), screen, (240, 4096), (239, 4097)),
    ((KO3,), screen, (720, 2160), (719, 2161)),
    ((S25, H3), sized, ((2000, 800), (800, 2000)), ((2001, 800), (800, 2001))),
    ((W3,), sized, ((4000, 500), (500, 4000)), ((4001, 500), (500, 4001))),
    ((S25,), lasting, (2, 30), (2 - E, 30 + E)),
    ((H3, H3MAX), lasting, (2, 15), (2 - E, 15 + E)),
    ((W3, W3P), lasting, (1, 15), (1 - E, 15 + E)),
    ((KO3,), lasting, (3, 600), (3 - E,)),
    ((S25, KO3), at_rate, (24, 60), (Fraction(24000, 1001), 60 + E)),
    ((H3, H3MAX), at_rate, (Fraction("23.976"), Fraction(24000, 1001), 60), (Fraction("23.975"), 60 + E)),
    ((W3, W3P), at_rate, (5, 120), ()),
    ((S25, KO3), clip_of, (200 << 20,), ((200 << 20) + 1,)),
    ((H3, H3MAX), clip_of, (50 << 20,), ((50 << 20) + 1,)),
    ((W3, W3P), clip_of, (100 << 20,), ((100 << 20) + 1,)),
    ((H3, H3MAX), coded, ("h264", "hevc"), ("av1", "prores")),
    ((H3, H3MAX), heard, ("aac", "mp3"), ("pcm_s16le", "opus")),
    (MODELS, boxed, ("mp4", "mov"), ("matroska", "avi")),
    ((S25,), sounding, (2, 30), (2 - E, 30 + E)),
    ((H3, H3MAX), sounding, (2, 15), (2 - E, 15 + E)),
    ((W3, W3P), sounding, (1, 15), (1 - E, 15 + E)),
    ((S25, H3, W3), sound_of, (15 << 20,), ((15 << 20) + 1,)),
    ((S25, H3, W3), voiced, ("mp3",), ("m4a", "flac")),
]


@pytest.mark.parametrize(("models", "made", "taken", "beyond"), FILES)
def test_both_take_a_file_at_its_bound_and_refuse_one_beyond_it(
    models: tuple[str, ...],
    made: Callable[[Any], Facts],
    taken: tuple[Any, ...],
    beyond: tuple[Any, ...],
) -> None:
    for model in models:
        for value in taken:
            assert not ours_refuses(made(value), model), (model, value)
            assert not theirs_refuses(made(value), model), (model, value)
        for value in beyond:
            assert ours_refuses(made(value), model), (model, value)
            assert theirs_refuses(made(value), model), (model, value)


# ---- the request -----------------------------------------------------------------------------------------------


def spec_of(model: str, given: dict[str, Any]) -> RequestSpec:
    given = dict(given)
    counts: dict[Kind, int] = {"image": given.pop("images", 0), "video": given.pop("videos", 0)}
    counts["audio"] = given.pop("audios", 0)
    assets = [Asset(path=f"{kind}{n}", role=Role(kind, n)) for kind, many in counts.items() for n in range(1, many + 1)]
    assets += [
        Asset(path=name, role=Role(index().fields[name] or "image", 0, name)) for name in given.pop("singles", ())
    ]
    return RequestSpec(assets=tuple(assets), model=model, prompt=given.pop("prompt", "A street at dawn."), **given)


def ours_of(spec: RequestSpec) -> dict[str, str]:
    """Judge a request of small clean assets; rule → severity."""
    made = {"image": IMAGE, "video": lasting(Fraction(3)), "audio": sounding(Fraction(2))}
    probed = tuple(Probed(asset=one, facts=made[one.role.kind]) for one in spec.assets if one.role)
    profile = load(edition_for(spec.model or ""))
    whole = WholeRequest(spec=spec, probed=probed, body_bytes=planned_bytes(spec, profile))
    return {one.rule: one.severity for one in judge_request(whole, profile) if one.severity != "info"}


def theirs_of(spec: RequestSpec) -> Parameters | str:
    """Validate the same request as the sandbox does; the parameter at fault, if any."""
    body = build_body(spec, load(edition_for(spec.model or "")), lambda _: URL)
    try:
        return parameters(body, Settings())
    except ApiError as error:
        return error.param or "?"


REQUESTS: list[tuple[tuple[str, ...], dict[str, Any], dict[str, Any], str, str]] = [
    # models, a request that both take, what is changed, our rule, their parameter
    ((S25,), {"images": 30}, {"images": 31}, "request/image-count", "image_urls"),
    ((S25,), {"videos": 10}, {"videos": 11}, "request/video-count", "video_urls"),
    ((S25,), {"audios": 10}, {"audios": 11}, "request/audio-count", "audio_urls"),
    ((S25, H3), {"audios": 1}, {"audios": 0}, "request/together", "image_urls"),
    ((H3MAX,), {"images": 1, "audios": 1}, {"images": 0}, "request/audio-alone", "audio_urls"),
    ((H3, H3MAX), {"images": 9}, {"images": 10}, "request/image-count", "image_urls"),
    ((H3, H3MAX), {"videos": 3}, {"videos": 4}, "request/video-count", "video_urls"),
    ((H3,), {"audios": 3}, {"audios": 4}, "request/audio-count", "audio_urls"),
    ((H3, H3MAX), {"images": 9, "videos": 3}, {"audios": 1}, "request/together", "image_urls"),
    ((W3, W3P), {"images": 10}, {"images": 11}, "request/image-count", "image_urls"),
    ((W3, W3P), {"videos": 5}, {"videos": 6}, "request/video-count", "video_urls"),
    ((W3, W3P), {"audios": 5}, {"audios": 6}, "request/audio-count", "audio_urls"),
    ((KO3,), {"images": 4, "singles": ("video_url",)}, {"images": 5}, "request/together", "image_urls"),
    (
        (KO3,),
        {"images": 1, "singles": ("video_url",), "fields": {"model_params": {"element_list": [{}] * 3}}},
        {"fields": {"model_params": {"element_list": [{}] * 4}}},
        "request/together",
        "image_urls",
    ),
    ((KO3,), {"singles": ("video_url",)}, {"videos": 1, "singles": ()}, "request/video-count", "video_urls"),
    ((KO3,), {}, {"audios": 1}, "request/audio-count", "audio_urls"),
    ((S25,), {"images": 1, "duration": 4}, {"duration": 3}, "request/duration", "duration"),
    ((S25,), {"images": 1, "duration": 30}, {"duration": 31}, "request/duration", "duration"),
    ((S25,), {"images": 1, "duration": -1}, {"duration": 0}, "request/duration", "duration"),
    ((H3,), {"images": 1, "duration": 4}, {"duration": 3}, "request/duration", "duration"),
    ((H3MAX,), {"images": 1, "duration": 5}, {"duration": 4}, "request/duration", "duration"),
    ((H3, H3MAX), {"images": 1, "duration": 15}, {"duration": 16}, "request/duration", "duration"),
    ((H3, H3MAX), {"images": 1}, {"duration": -1}, "request/duration", "duration"),
    ((W3, W3P), {"duration": 2}, {"duration": 1}, "request/duration", "duration"),
    ((W3, W3P), {"duration": 30}, {"duration": 31}, "request/duration", "duration"),
    ((KO3,), {"duration": 3}, {"duration": 2}, "request/duration", "duration"),
    ((KO3,), {"duration": 10}, {"duration": 11}, "request/duration", "duration"),
    ((S25,), {"images": 1, "quality": "1080p"}, {"quality": "4k"}, "request/quality", "quality"),
    ((H3,), {"images": 1, "quality": "2k"}, {"quality": "480p"}, "request/quality", "quality"),
    ((H3MAX,), {"images": 1, "quality": "480p"}, {"quality": "2k"}, "request/quality", "quality"),
    ((W3, W3P), {"quality": "1080p"}, {"quality": "4k"}, "request/quality", "quality"),
    ((KO3,), {"quality": "1080p"}, {"quality": "480p"}, "request/quality", "quality"),
    ((S25, H3), {"images": 1, "aspect_ratio": "21:9"}, {"aspect_ratio": "2:1"}, "request/aspect-ratio", "aspect_ratio"),
    ((W3, W3P), {"aspect_ratio": "3:4"}, {"aspect_ratio": "21:9"}, "request/aspect-ratio", "aspect_ratio"),
    ((KO3,), {"aspect_ratio": "1:1"}, {"aspect_ratio": "adaptive"}, "request/aspect-ratio", "aspect_ratio"),
    (
        (S25,),
        {"images": 1, "quality": "480p", "fields": {"draft": True}},
        {"quality": "720p"},
        "request/quality",
        "quality",
    ),
    (
        (S25,),
        {"images": 1, "fields": {"draft": False}},
        {"fields": {"model_params": {"draft": True}}},
        "request/field",
        "model_params.draft",
    ),
    (
        (S25,),
        {"images": 1, "fields": {"output_format": "mov"}},
        {"fields": {"output_format": "mkv"}},
        "request/field",
        "output_format",
    ),
    ((H3, H3MAX), {"images": 1}, {"fields": {"seed": 1}}, "request/field", "seed"),
    ((H3, H3MAX), {"images": 1}, {"generate_audio": True}, "request/field", "generate_audio"),
    ((H3, H3MAX), {"images": 1}, {"singles": ("image_start",)}, "request/field", "image_start"),
    ((W3, W3P), {"fields": {"seed": 0}}, {"fields": {"seed": -1}}, "request/field", "seed"),
    ((W3, W3P), {"fields": {"seed": 2147483647}}, {"fields": {"seed": 2147483648}}, "request/field", "seed"),
    (
        (W3,),
        {"fields": {"model_params": {"file_url": URL}}},
        {"fields": {"model_params": {"file_url": URL, "link_url": URL}}},
        "request/field",
        "model_params.link_url",
    ),
    ((H3, H3MAX), {"images": 1, "prompt": "a" * 7000}, {"prompt": "a" * 7001}, "request/prompt-length", "prompt"),
    ((KO3,), {"prompt": "a" * 2500}, {"prompt": "a" * 2501}, "request/prompt-length", "prompt"),
    ((S25,), {"images": 1}, {"prompt": "rain " * 10_001}, "request/prompt-length", "prompt"),
]


@pytest.mark.parametrize(("models", "taken", "changed", "rule", "param"), REQUESTS)
def test_both_take_a_request_at_its_bound_and_refuse_one_beyond_it(
    models: tuple[str, ...], taken: dict[str, Any], changed: dict[str, Any], rule: str, param: str
) -> None:
    for model in models:
        good, bad = spec_of(model, taken), spec_of(model, {**taken, **changed})
        assert "error" not in ours_of(good).values(), model
        assert not isinstance(theirs_of(good), str), (model, theirs_of(good))
        assert ours_of(bad)[rule] == "error", model
        assert theirs_of(bad) == param, model


@pytest.mark.parametrize(
    ("settings", "late"),
    [
        ({"prompt": "Remove the logo from video 1.", "aspect_ratio": "16:9"}, True),
        ({"prompt": "Remove the logo from video 1."}, True),
        ({"prompt": "Remove the logo from video 1.", "duration": -1}, False),
        ({"prompt": "Please extend the clip by a walk.", "aspect_ratio": "16:9"}, True),
        ({"prompt": "Please extend the clip by a walk."}, False),
        ({"prompt": "Replace the sky.", "duration": 8}, True),
        ({"prompt": "The street of video 1, empty.", "aspect_ratio": "16:9"}, False),
        ({"prompt": "Remove the logo from video 1.", "aspect_ratio": "16:9", "videos": 0, "images": 1}, False),
    ],
)
def test_an_order_with_other_settings_is_accepted_and_fails_late_and_we_had_warned(
    settings: dict[str, Any], late: bool
) -> None:
    spec = spec_of(S25, {"videos": 1, **settings})
    asked = theirs_of(spec)
    assert not isinstance(asked, str)
    assert (asked.late is not None) == late
    if late:
        assert asked.late
        assert asked.late.code == "InvalidParameter.TaskTypeConstraint"
    assert (ours_of(spec).get("request/task-type") == "warning") == late


def test_what_is_cut_silently_is_taken_there_and_a_warning_here() -> None:
    spec = spec_of(W3, {"prompt": "a" * 20_001})
    assert not isinstance(theirs_of(spec), str)
    assert ours_of(spec)["request/prompt-length"] == "warning"


# ---- on the wire -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def films() -> Iterator[httpx.Client]:
    """A sandbox whose tasks end at once, each as its request deserves."""
    with running(run_s=0) as sandbox, connect(sandbox) as client:
        yield client


def test_real_files_of_each_model_are_taken_and_others_refused(
    client: httpx.Client, media: Media, shelf: Shelf
) -> None:
    heic, bmp = shelf.put(MEDIA / "image-heic-named.jpg"), shelf.put(MEDIA / "image-bmp.bmp")
    clear_png, plain = shelf.put(MEDIA / "image-alpha.png"), shelf.put(media.image())
    error = refused(client, model=S25, image_urls=[plain, heic])
    assert (error["param"], error["message"]) == ("image_urls[1]", "content[2]: image format (image/heic) is not valid")
    accepted(client, model=H3, image_urls=[heic, plain])
    accepted(client, model=W3, image_urls=[bmp, plain])
    assert "transparency" in refused(client, model=W3, image_urls=[clear_png])["message"]
    accepted(client, model=H3, image_urls=[clear_png])


def test_clips_together_and_with_what_is_made_are_limited(client: httpx.Client, media: Media, shelf: Shelf) -> None:
    long, short = shelf.put(media.video("720x720", "14")), shelf.put(media.video("720x720", "3"))
    accepted(client, model=S25, video_urls=[long, long], duration=-1)
    error = refused(client, model=S25, video_urls=[long, long, short])
    assert error["message"] == "video total duration (seconds) 31 must be less than or equal to 30"
    accepted(client, model=W3, video_urls=[long], duration=16)
    assert refused(client, model=W3, video_urls=[long], duration=17)["param"] == "duration"
    accepted(client, model=W3, video_urls=[long], duration=-1)
    accepted(client, model=KO3, video_url=short)
    assert refused(client, model=KO3, video_url=shelf.put(media.video("720x718", "3")))["param"] == "video_url"


def test_a_task_type_that_does_not_fit_is_told_minutes_later(films: httpx.Client, media: Media, shelf: Shelf) -> None:
    clip = shelf.put(media.video("720x720", "3"))
    task = accepted(films, model=S25, video_urls=[clip], prompt="Remove the logo.", aspect_ratio="16:9")
    over = finished(films, task["id"])
    assert (over["status"], over["error"]["code"]) == ("failed", "InvalidParameter.TaskTypeConstraint")
    assert "duration must be -1" in over["error"]["message"]


def test_where_the_model_chooses_the_length_the_longest_is_reserved(films: httpx.Client) -> None:
    task = accepted(films, model=W3, duration=-1, quality="480p")
    assert task["usage"]["credits_reserved"] == pytest.approx(30 * 2.584)
    assert task["task_info"]["video_duration"] == 2
    assert finished(films, task["id"])["status"] == "completed"


def test_sizes_are_those_of_the_model(media: Media, shelf: Shelf) -> None:
    with running(run_s=0) as sandbox, connect(sandbox) as client:
        plain = shelf.put(media.image(640, 360))
        accepted(client, model=S25, image_urls=[plain], quality="480p", fail=1)
        accepted(client, model=H3, image_urls=[plain], aspect_ratio="9:16")
        assert [task.size_px for task in sandbox.tasks] == [(854, 480), (768, 1366)]
