"""Which filters and tags an encode gets, from the colours that a decoder and a container tell."""

import pytest

from preflight.apply.color import seen_colors, tag_filters, tone_filters, unread_filters
from preflight.media.footage import open_video, timed
from preflight.media.reading import Colors, colors_of
from tests.specimens import media, video

ALONE = ["video-hdr10.mp4", "video-interlaced.mp4", "video-mpeg-ts.ts", "video-alpha-vp9.webm"]


@pytest.mark.parametrize(
    ("colors", "tagged"),
    [
        (Colors(lines=480), ("smpte170m", "smpte170m", "smpte170m")),
        (Colors(lines=576), ("bt470bg", "bt470bg", "smpte170m")),
        (Colors(lines=1080, matrix=6), ("smpte170m", "smpte170m", "smpte170m")),
        (Colors(lines=1080, matrix=1, primaries=12), ("bt709", "smpte432", "bt709")),
        (Colors(lines=1080, matrix=9, transfer=14), ("bt2020nc", "bt2020", "bt2020-10")),
        (Colors(lines=1080, matrix=10), ("bt2020nc", "bt2020", "bt2020-10")),
        (Colors(lines=1080, rgb=True), ("bt709", "bt709", "bt709")),
        (Colors(lines=1080, matrix=3, transfer=200), ("smpte170m", "smpte170m", "smpte170m")),
    ],
)
def test_every_encode_is_tagged_in_full(colors: Colors, tagged: tuple[str, ...]) -> None:
    name, told = tag_filters(colors, mapped=False)[-1]
    assert name == "setparams"
    assert (told["colorspace"], told["color_primaries"], told["color_trc"], told["range"]) == (*tagged, "tv")


@pytest.mark.parametrize("matrix", [8, 10, 11, 12, 13, 14])
def test_a_model_that_ffmpeg_does_not_resize_is_hidden_until_samples_are_converted(matrix: int) -> None:
    assert unread_filters(Colors(matrix=matrix)) == [("setparams", {"colorspace": "bt709"})]


def test_a_model_that_ffmpeg_knows_or_takes_for_granted_is_left() -> None:
    known = [None, Colors(), Colors(rgb=True, matrix=0), *(Colors(matrix=matrix) for matrix in (1, 4, 5, 6, 7, 9))]
    assert [unread_filters(one) for one in known] == [[]] * len(known)


@pytest.mark.parametrize("name", ALONE)
def test_one_frame_decoded_by_itself_tells_the_same_colors(name: str) -> None:
    facts = video(name)
    with open_video(media(name), facts.format) as (container, track):
        told = int(track.codec_context.color_primaries), int(track.codec_context.color_trc)
        _, first = next(timed(container, track))
        assert seen_colors(media(name), facts) == colors_of(first, (*told, int(track.codec_context.colorspace)))


def test_tones_that_nobody_describes_are_taken_for_the_usual_ones() -> None:
    assert tone_filters(Colors())[0] == (
        "setparams",
        {"color_trc": "smpte2084", "color_primaries": "bt2020", "colorspace": "bt2020nc", "range": "tv"},
    )
