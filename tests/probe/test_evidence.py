"""What a clip's samples say of it where its container may be wrong: its size above all."""

from pathlib import Path

import pytest

from fixtures.recipe_stream import edited
from tests.probe.encoded import encoded
from tests.specimens import MEDIA, probed, video


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
