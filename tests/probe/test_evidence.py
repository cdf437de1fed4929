"""What a clip's own keyframes say: which parameter sets they use, how large they are, and whether they decode."""

import io
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import ENTRY, edited, payload_of
from preflight.apply.ffmpeg import find_tool, run
from preflight.probe.access_points import Point, refuse_changes
from preflight.probe.bitstream.frame_headers import READERS, frame_size
from preflight.probe.bitstream.parameter_sets import ParameterSets
from preflight.probe.container import codec_name, opened
from preflight.probe.faults import Unmeasured
from preflight.probe.movie import read_movie
from tests.specimens import MEDIA, probed, video

SOURCE = "testsrc2=size={}:rate=25:duration={}"


def encoded(folder: Path, name: str, *options: str, size: str = "854x480", seconds: float = 2) -> Path:
    path = folder / name
    run(
        find_tool().path,
        ["-f", "lavfi", "-i", SOURCE.format(size, seconds), *options, "-threads", "1", f"file:{path}"],
    )
    return path


@pytest.mark.parametrize("depth", ["header", "exact"])
@pytest.mark.parametrize(
    "name",
    [
        "video-avcc-second-set-1920x1080.mp4",
        "video-avc3-says-1280x720-is-1920x1080.mp4",
        "video-hev1-says-1280x720-is-1920x1080.mp4",
    ],
)
def test_the_size_is_that_of_the_parameter_set_that_the_samples_use(name: str, depth: str) -> None:
    if depth == "header" and "hev1" in name:
        pytest.skip("a header that tells one size is believed at depth header")
    facts = video(name, depth)  # type: ignore[arg-type] # a parameter is plain text
    assert (facts.width_px, facts.height_px) == (1920, 1080)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("video-size-changes.mp4", "from 854 x 480 to 1280 x 720 px at 2.00 s"),
        ("video-size-changes.mkv", "from 854 x 480 to 1280 x 720 px at 2.00 s"),
        ("video-two-sample-entries.mp4", "from 854 x 480 to 1280 x 720 px at 2.00 s"),
    ],
)
def test_a_second_size_has_no_verdict_and_a_time(name: str, change: str) -> None:
    fault = probed(name).fault
    assert fault
    assert (fault.kind, fault.message) == (
        "unmeasured",
        f"its pictures change {change}: they have no one size to judge",
    )


def test_a_size_that_an_edit_list_hides_does_not_count(tmp_path: Path) -> None:
    def shortened(elst: bytes) -> bytes:
        return elst[:8] + (1800).to_bytes(4, "big") + elst[12:]

    whole = (MEDIA / "video-size-changes.mp4").read_bytes()
    path = tmp_path / "clip.mp4"
    path.write_bytes(edited(whole, "moov/trak/edts/elst", shortened))
    facts = video(path)
    assert (facts.width_px, facts.height_px) == (854, 480)


def test_a_set_that_no_sample_uses_changes_nothing(tmp_path: Path) -> None:
    """The record of one clip with that of a larger one behind it: its slices use the first."""
    large = payload_of((MEDIA / "video-avcc-second-set-1920x1080.mp4").read_bytes(), f"{ENTRY}/avcC")
    end = 8 + int.from_bytes(large[6:8], "big")
    second = large[end : end + 2 + int.from_bytes(large[end : end + 2], "big")]

    def with_second(avcc: bytes) -> bytes:
        first_end = 8 + int.from_bytes(avcc[6:8], "big")
        return avcc[:5] + b"\xe2" + avcc[6:first_end] + second + avcc[first_end:]

    path = tmp_path / "clip.mp4"
    path.write_bytes(edited((MEDIA / "video-5s.mp4").read_bytes(), f"{ENTRY}/avcC", with_second))
    assert (video(path).width_px, video(path, "header").width_px) == (854, 854)


@pytest.mark.parametrize("codec", sorted(READERS))
@given(st.binary(max_size=64))
def test_a_frame_header_of_any_bytes_is_a_size_or_none(codec: str, data: bytes) -> None:
    size = frame_size(codec, data)
    assert size is None or min(size) > 0


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@given(record=st.binary(max_size=64), sample=st.binary(max_size=256))
def test_samples_of_any_bytes_are_read_without_a_word(codec: str, record: bytes, sample: bytes) -> None:
    sets = ParameterSets(codec, record)
    sets.read(sample)
    assert sets.count <= 32


@given(st.binary(max_size=400))
def test_boxes_of_any_bytes_are_a_movie(content: bytes) -> None:
    movie = read_movie(io.BytesIO(content), len(content))
    assert all(top.end >= top.start for top in movie.tops)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("vp8.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8")),
        ("vp9.webm", ("-c:v", "libvpx-vp9", "-cpu-used", "8")),
        ("vp9-444.mp4", ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-pix_fmt", "yuv444p")),
        ("vp9-rgb.mp4", ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-pix_fmt", "gbrp")),
        ("vp9-10.mkv", ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-pix_fmt", "yuv420p10")),
        ("av1.mp4", ("-c:v", "libsvtav1", "-preset", "12")),
        ("mpeg2.mpg", ("-c:v", "mpeg2video")),
        ("prores.mov", ("-c:v", "prores_ks")),
    ],
)
def test_a_keyframe_tells_the_size_that_a_decoder_makes_of_it(
    name: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    path = encoded(tmp_path, name, *options, size="426x242", seconds=0.2)
    demuxer = {"webm": "matroska", "mkv": "matroska", "mpg": "mpeg"}.get(path.suffix[1:], "mov")
    with path.open("rb") as stream, opened(stream, demuxer) as container:
        picture = container.streams.video[0]
        packet = next(packet for packet in container.demux(picture) if packet.size)
        assert frame_size(codec_name(picture), bytes(packet)) == (426, 242)


@pytest.mark.parametrize(("was", "now"), [("640", "320"), ("426", "1280")])
def test_a_container_that_tells_another_size_than_its_frames_is_not_believed(
    was: str, now: str, tmp_path: Path
) -> None:
    """Of WebM the pixel width: one number of two bytes, written over."""
    path = encoded(tmp_path, "clip.webm", "-c:v", "libvpx-vp9", "-cpu-used", "8", size=f"{was}x360", seconds=0.4)
    told = b"\xb0\x82" + int(was).to_bytes(2, "big")
    whole = path.read_bytes()
    assert told in whole
    path.write_bytes(whole.replace(told, b"\xb0\x82" + int(now).to_bytes(2, "big")))
    assert video(path).coded_width_px == int(was)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_keyframe_that_does_not_decode_is_named_with_its_time(place: int, tmp_path: Path) -> None:
    path = encoded(
        tmp_path,
        "clip.mp4",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "25",
        "-sc_threshold",
        "0",
        "-bf",
        "0",
        seconds=3,
    )
    with av.open(str(path)) as container:
        keys = [(entry.pos, entry.size) for entry in container.streams.video[0].index_entries if entry.is_keyframe]
    whole = bytearray(path.read_bytes())
    begin, size = keys[place]
    end = begin + size
    while whole[begin + 4] & 31 != 5:  # an IDR slice
        begin += 4 + int.from_bytes(whole[begin : begin + 4], "big")
    whole[begin + 5 : end] = bytes(end - begin - 5)
    path.write_bytes(whole)
    fault = probed(path).fault
    assert fault
    assert fault.message.startswith(f"its keyframe at {place}.00 s cannot be decoded")
    assert probed(path, "header").fault is None


ODD = {
    "refreshed-bit-by-bit.mp4": ("-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=20"),
    "refreshed-bit-by-bit.ts": ("-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=20"),
    "open-gops.mp4": ("-c:v", "libx264", "-x264-params", "open-gop=1:keyint=20:bframes=3"),
    "open-gops.mkv": ("-c:v", "libx264", "-x264-params", "open-gop=1:keyint=20:bframes=3"),
    "macroblocks-in-fields.mp4": ("-c:v", "libx264", "-flags", "+ilme+ildct", "-x264-params", "tff=1:keyint=20"),
    "slices.flv": ("-c:v", "libx264", "-x264-params", "slices=4:keyint=20"),
    "open-gops-hevc.mp4": ("-c:v", "libx265", "-x265-params", "log-level=0:keyint=20:open-gop=1"),
    "interlaced.ts": ("-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-bf", "2"),
    "packed.avi": ("-c:v", "mpeg4", "-bf", "2"),
    "alpha.webm": ("-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-deadline", "realtime"),
    "steps.wmv": ("-c:v", "wmv2"),
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_streams_that_begin_in_odd_ways_are_no_damage(name: str, tmp_path: Path) -> None:
    path = encoded(tmp_path, name, "-preset", "ultrafast", *ODD[name], seconds=1.6)
    assert probed(path).fault is None


def test_frames_that_are_not_marked_as_keyframes_need_not_decode_alone(tmp_path: Path) -> None:
    """Without stss every sample is a keyframe by the container's word, and most are none by their own."""
    whole = (MEDIA / "video-5s.mp4").read_bytes()
    path = tmp_path / "clip.mp4"
    path.write_bytes(whole.replace(b"stss", b"free"))
    assert probed(path).fault is None


@given(st.lists(st.tuples(st.sampled_from([(2, 2), (4, 2)]), st.booleans()), max_size=6))
def test_sizes_are_refused_exactly_when_two_are_shown(told: list[tuple[tuple[int, int], bool]]) -> None:
    points = [
        Point(sample=place, at_s=float(place), size_px=size, random_access=True, shown=shown)
        for place, (size, shown) in enumerate(told)
    ]
    if len({size for size, shown in told if shown}) > 1:
        with pytest.raises(Unmeasured):
            refuse_changes(points)
    else:
        refuse_changes(points)
