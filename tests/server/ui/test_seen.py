"""What is to be seen and heard: pictures, filmstrips, outlines, cut points, parts, and what a browser plays."""

import io
from pathlib import Path

import av
import pytest
from PIL import Image

from tests.server.pages import Page, opened
from tests.specimens import media


def only(page: Page) -> str:
    (card,) = page.settled()["cards"]
    return f"/api/assets/{card['id']}"


@pytest.mark.parametrize("name", ["image-heic.heic", "image-orientation-6.jpg", "video-854x480.mp4"])
@pytest.mark.parametrize("sort", ["thumb", "large"])
def test_a_picture_is_a_small_jpeg_whatever_the_file_is(tmp_path: Path, name: str, sort: str) -> None:
    with opened(tmp_path, media(name)) as page:
        answer = page.client.get(f"{only(page)}/{sort}")
        assert answer.headers["content-type"] == "image/jpeg"
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.format == "JPEG"
            assert max(image.size) <= (320 if sort == "thumb" else 1280)


def test_a_filmstrip_shows_frames_side_by_side(tmp_path: Path) -> None:
    with opened(tmp_path, media("video-854x480.mp4")) as page:
        answer = page.client.get(f"{only(page)}/strip")
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.width > 8 * image.height


def test_a_sound_has_an_outline_and_no_picture(tmp_path: Path) -> None:
    with opened(tmp_path, media("audio-20s.wav")) as page:
        place = only(page)
        peaks = page.client.get(f"{place}/wave").json()["peaks"]
        assert len(peaks) == 600
        assert 0 < max(peaks) <= 1
        assert page.client.get(f"{place}/thumb").status_code == 404


def test_best_parts_fit_the_limits(tmp_path: Path) -> None:
    with opened(tmp_path, media("audio-20s.wav")) as page:
        parts = page.client.get(f"{only(page)}/parts").json()
        assert 1 <= len(parts) <= 3
        assert all(2 <= part["end"] - part["start"] <= 15 for part in parts)


def test_cut_points_are_keyframes(tmp_path: Path) -> None:
    with opened(tmp_path, media("video-854x480.mp4")) as page:
        cuts = page.client.get(f"{only(page)}/cuts").json()
        with av.open(media("video-854x480.mp4")) as container:
            keys = sum(1 for packet in container.demux(video=0) if packet.is_keyframe and packet.size)
        assert cuts["starts"][0] == 0
        assert len(cuts["starts"]) == keys
        assert cuts["ends"] == sorted(cuts["ends"])


def test_what_browsers_play_is_sent_as_it_is_and_in_ranges(tmp_path: Path) -> None:
    with opened(tmp_path, media("video-854x480.mp4")) as page:
        place = only(page)
        answer = page.client.get(f"{place}/media", headers={"Range": "bytes=4-7"})
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (206, b"ftyp", "video/mp4")
        saved = page.client.get(f"{place}/file")
        assert saved.headers["content-type"] == "application/octet-stream"
        assert saved.content == Path(media("video-854x480.mp4")).read_bytes()


@pytest.mark.parametrize("name", ["audio-m4a.m4a", "audio-flac.flac"])
def test_what_they_do_not_is_sent_as_a_small_copy(tmp_path: Path, name: str) -> None:
    with opened(tmp_path, media(name)) as page:
        answer = page.client.get(f"{only(page)}/media")
        with av.open(io.BytesIO(answer.content)) as container:
            assert container.streams.audio[0].codec_context.name == "aac"


def test_a_small_copy_of_a_clip_is_h264_and_made_once(tmp_path: Path) -> None:
    with opened(tmp_path, media("video-854x480.mp4")) as page:
        place = only(page)
        answer = page.client.get(f"{place}/media", params={"small": 1})
        with av.open(io.BytesIO(answer.content)) as container:
            stream = container.streams.video[0]
            assert (stream.codec_context.name, max(stream.width, stream.height)) == ("h264", 640)
        (made,) = (tmp_path / ".preflight" / "seen").glob("*.mp4")
        before = made.stat().st_ino
        page.client.get(f"{place}/media", params={"small": 1})
        assert made.stat().st_ino == before


def test_a_file_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    with opened(tmp_path) as page:
        page.upload(media("image-ok.jpg"))
        place = only(page)
        next((tmp_path / "originals").iterdir()).unlink()
        for what in ("thumb", "file"):
            assert page.client.get(f"{place}/{what}").status_code == 404


def test_best_parts_are_no_longer_than_the_share_of_the_request(tmp_path: Path) -> None:
    with opened(tmp_path, media("audio-20s.wav"), media("audio-15s.wav")) as page:
        (long, _) = page.settled()["cards"]
        page.change("PUT", f"/api/assets/{long['id']}/keep", {"keep": [0, 3]})
        page.settled()
        parts = page.client.get(f"/api/assets/{long['id']}/parts").json()
        assert parts
        assert all(part["end"] - part["start"] < 10 for part in parts)


def test_a_file_is_shown_in_its_folder_by_who_can(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page:
        place = only(page)
        assert page.client.post(f"{place}/show").status_code == 404
        shown: list[str] = []

        def show(path: str) -> bool:
            shown.append(path)
            return True

        page.context.reveal = show
        page.change("POST", f"{place}/show")
        assert shown == [str(Path(media("image-ok.jpg")).resolve())]


def test_a_filmstrip_comes_in_parts_that_make_the_whole(tmp_path: Path) -> None:
    with opened(tmp_path, media("video-854x480.mp4")) as page:
        place = only(page)
        widths = []
        for name in ("strip", "strip0", "strip3"):
            with Image.open(io.BytesIO(page.client.get(f"{place}/{name}").content)) as image:
                widths.append(image.width)
        assert widths == [widths[0], widths[0] // 4, widths[0] // 4]
        assert page.client.get(f"{place}/strip4").status_code == 404
