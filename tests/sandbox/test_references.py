"""What reference material may be: a good specimen, and exactly one thing wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preflight.sandbox import running
from tests.sandbox.wire import accepted, connect, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.sandbox.media import Media
    from tests.sandbox.shelf import Shelf

MB = 1 << 20


@pytest.fixture(scope="module")
def wire() -> Iterator[httpx.Client]:
    """A client of a sandbox that takes the lengths seen on the wire."""
    with running(run_s=0, fail_with="unknown_error", strict_lengths=False) as sandbox, connect(sandbox) as client:
        yield client


class TestImages:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_documented_formats_are_accepted(self, client: httpx.Client, media: Media, shelf: Shelf, kind: str) -> None:
        accepted(client, image_urls=[shelf.put(media.image(kind=kind))])

    @pytest.mark.parametrize(
        ("width_px", "height_px"), [(300, 300), (6000, 2400), (2400, 6000), (750, 300), (300, 750)]
    )
    def test_bounds_are_allowed(
        self, client: httpx.Client, media: Media, shelf: Shelf, width_px: int, height_px: int
    ) -> None:
        accepted(client, image_urls=[shelf.put(media.image(width_px, height_px))])

    @pytest.mark.parametrize(
        ("size", "words"),
        [
            ((299, 300), "expected the width to be at least 300px, but received a 299x300px image instead"),
            ((338, 194), "expected the height to be at least 300px, but received a 338x194px image instead"),
            ((6001, 3000), "Width must be between 300px and 6000px"),
            ((3000, 6001), "Height must be between 300px and 6000px"),
            ((9000, 9000), "Width must be between 300px and 6000px"),
            ((30000, 10000), "image format (image/png) is not valid"),
            ((752, 300), "image aspect ratio 2.507 must be less than or equal to 2.5"),
            ((300, 752), "image aspect ratio 0.399 must be greater than or equal to 0.4"),
        ],
    )
    def test_sides_and_ratio(
        self, client: httpx.Client, media: Media, shelf: Shelf, size: tuple[int, int], words: str
    ) -> None:
        image = media.image(*size, mode="1")
        error = refused(client, image_urls=[shelf.put(image)])
        assert error["message"].startswith(f"content[1]: {words}")
        assert error["param"] == "image_urls[0]"

    def test_a_sideways_image_is_judged_as_it_is_seen(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        sideways = media.image(640, 256, "JPEG", orientation=6)
        assert "received a 256x640px image" in refused(client, image_urls=[shelf.put(sideways)])["message"]

    @pytest.mark.parametrize(("kind", "name"), [("GIF", "image/gif"), ("TIFF", "image/tiff"), ("BMP", "image/bmp")])
    def test_other_formats_are_refused_whatever_their_name(
        self, client: httpx.Client, media: Media, shelf: Shelf, kind: str, name: str
    ) -> None:
        url = shelf.put(media.image(kind=kind), "image.png")
        assert refused(client, image_urls=[url])["message"] == f"content[1]: image format ({name}) is not valid"

    def test_an_image_cut_short_is_refused(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        url = shelf.put(media.image(kind="JPEG").read_bytes()[:400])
        assert "cannot be read" in refused(client, image_urls=[url])["message"]

    def test_30_mb_are_allowed_and_one_byte_more_is_not(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        image = media.image().read_bytes()
        accepted(client, image_urls=[shelf.put(image.ljust(30 * MB, b"\0"))])
        error = refused(client, image_urls=[shelf.put(image.ljust(30 * MB + 1, b"\0"))])
        assert error["message"] == "content[1]: image size (MB) must be less than or equal to 30"


class TestVideos:
    @pytest.mark.parametrize("suffix", [".mp4", ".mov"])
    @pytest.mark.parametrize("codec", ["libx264", "libx265"])
    def test_documented_formats_are_accepted(
        self, client: httpx.Client, media: Media, shelf: Shelf, suffix: str, codec: str
    ) -> None:
        accepted(client, video_urls=[shelf.put(media.video(suffix=suffix, codec=codec, sound=True))])

    @pytest.mark.parametrize(
        "size", ["640x640", "854x480", "960x540", "720x576", "834x1112", "1280x720", "992x432", "1012x406"]
    )
    def test_shapes_from_480p_to_720p_are_accepted(
        self, client: httpx.Client, media: Media, shelf: Shelf, size: str
    ) -> None:
        accepted(client, video_urls=[shelf.put(media.video(size))])

    @pytest.mark.parametrize(
        ("size", "words"),
        [
            ("852x480", "video pixel count (width x height) 408960 must be greater than or equal to 409600"),
            ("1920x1080", "video pixel count (width x height) 2073600 must be less than or equal to 927408"),
            ("1440x298", "video height (px) 298 must be greater than or equal to 300"),
            ("1100x400", "video aspect ratio 2.75 must be less than or equal to 2.5"),
            ("400x1100", "video aspect ratio 0.364 must be greater than or equal to 0.4"),
        ],
    )
    def test_shapes_outside_are_refused(
        self, client: httpx.Client, media: Media, shelf: Shelf, size: str, words: str
    ) -> None:
        error = refused(client, video_urls=[shelf.put(media.video(size))])
        assert (error["message"], error["param"]) == (f"content[1]: {words}", "video_urls[0]")

    def test_the_later_pages_allow_1080p(self, later: httpx.Client, media: Media, shelf: Shelf) -> None:
        accepted(later, video_urls=[shelf.put(media.video("1920x1080"))])
        error = refused(later, video_urls=[shelf.put(media.video("1920x1088"))])
        assert "must be less than or equal to 2086876" in error["message"]

    @pytest.mark.parametrize("rate", ["24", "25", "30000/1001", "60"])
    def test_frame_rates_within_bounds(self, client: httpx.Client, media: Media, shelf: Shelf, rate: str) -> None:
        accepted(client, video_urls=[shelf.put(media.video(rate=rate, seconds="2.1"))])

    @pytest.mark.parametrize(
        ("rate", "words"),
        [
            ("24000/1001", "23.976 must be greater than or equal to 24"),
            ("61", "61 must be less than or equal to 60"),
        ],
    )
    def test_frame_rates_outside_are_refused(
        self, client: httpx.Client, media: Media, shelf: Shelf, rate: str, words: str
    ) -> None:
        url = shelf.put(media.video(rate=rate, seconds="2.1"))
        assert refused(client, video_urls=[url])["message"] == f"content[1]: video frame rate (fps) {words}"

    @pytest.mark.parametrize("seconds", ["2", "15"])
    def test_documented_lengths_are_accepted(
        self, client: httpx.Client, media: Media, shelf: Shelf, seconds: str
    ) -> None:
        accepted(client, video_urls=[shelf.put(media.video(seconds=seconds))])

    @pytest.mark.parametrize(
        ("frames", "words"), [(47, "1.958 must be greater than"), (361, "15.042 must be less than")]
    )
    def test_one_frame_beyond_is_refused(
        self, client: httpx.Client, media: Media, shelf: Shelf, frames: int, words: str
    ) -> None:
        url = shelf.put(media.video(seconds="16", extra=("-frames:v", str(frames))))
        assert refused(client, video_urls=[url])["message"].startswith(f"content[1]: video duration (seconds) {words}")

    @pytest.mark.parametrize("frames", [44, 364])
    def test_the_wire_takes_a_little_more(self, wire: httpx.Client, media: Media, shelf: Shelf, frames: int) -> None:
        accepted(wire, video_urls=[shelf.put(media.video(seconds="16", extra=("-frames:v", str(frames))))])

    def test_all_videos_together_last_15_s_at_most(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        eight, seven = shelf.put(media.video(seconds="8")), shelf.put(media.video(seconds="7"))
        accepted(client, video_urls=[eight, seven])
        error = refused(client, video_urls=[eight, eight])
        assert error["message"] == "video total duration (seconds) 16 must be less than or equal to 15"
        assert error["param"] == "video_urls"

    def test_a_video_is_as_long_as_its_pictures_not_as_its_sound(
        self, client: httpx.Client, media: Media, shelf: Shelf
    ) -> None:
        source = ("-f", "lavfi", "-i", "color=s=864x496:r=24:d=3", "-f", "lavfi", "-i", "sine=d=20")
        url = shelf.put(media.ffmpeg(*source, "-c:v", "libx264", "-pix_fmt", "yuv420p", suffix=".mp4"))
        accepted(client, video_urls=[url])

    def test_a_cut_without_a_new_encode_is_as_long_as_it_plays(
        self, client: httpx.Client, media: Media, shelf: Shelf
    ) -> None:
        long = media.video(seconds="16", extra=("-g", "400"))
        url = shelf.put(media.ffmpeg("-ss", "3", "-i", str(long), "-t", "5", "-c", "copy", suffix=".mp4"))
        task = accepted(client, video_urls=[url], duration=5)
        assert task["usage"]["credits_reserved"] == pytest.approx(13.5 * 0.609 * 10, rel=0.05)

    def test_pixels_that_are_not_square_count_as_they_are_seen(
        self, client: httpx.Client, media: Media, shelf: Shelf
    ) -> None:
        accepted(client, video_urls=[shelf.put(media.video("720x480", extra=("-vf", "setsar=187/157")))])
        refused(client, video_urls=[shelf.put(media.video("720x480"))])

    @pytest.mark.parametrize("codec", ["mpeg4", "libvpx-vp9"])
    def test_other_codecs_are_refused(self, client: httpx.Client, media: Media, shelf: Shelf, codec: str) -> None:
        url = shelf.put(media.video(codec=codec))
        assert "video format (codec " in refused(client, video_urls=[url])["message"]

    def test_sound_that_is_neither_aac_nor_mp3_is_refused(
        self, client: httpx.Client, media: Media, shelf: Shelf
    ) -> None:
        url = shelf.put(media.video(sound=True, extra=("-c:a", "pcm_s16le"), suffix=".mov"))
        assert "sound codec pcm_s16le" in refused(client, video_urls=[url])["message"]

    def test_another_container_is_refused_whatever_its_name(
        self, client: httpx.Client, media: Media, shelf: Shelf
    ) -> None:
        url = shelf.put(media.video(suffix=".mkv"), "video.mp4")
        assert "video format (video/x-matroska) is not valid" in refused(client, video_urls=[url])["message"]

    def test_50_mb_are_allowed_and_one_byte_more_is_not(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        video = media.video().read_bytes()
        room = 50 * MB - len(video)
        padded = video + room.to_bytes(4, "big") + b"free" + bytes(room - 8)
        accepted(client, video_urls=[shelf.put(padded)])
        error = refused(client, video_urls=[shelf.put(padded + b"\0")])
        assert error["message"] == "content[1]: video size (MB) must be less than or equal to 50"

    @pytest.mark.parametrize(
        "content",
        [
            b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
            b"ffconcat version 1.0\nfile /etc/passwd\n",
            b"<html></html>",
            b"",
            b"\x00\x00\x00\x20ftypisom" + bytes(100),
            b"\x00\x00\x00\x08moov",
        ],
    )
    def test_hostile_and_broken_files_are_refused(self, client: httpx.Client, shelf: Shelf, content: bytes) -> None:
        assert "video format" in refused(client, video_urls=[shelf.put(content, "video.mp4")])["message"]

    def test_a_file_without_pictures_is_refused(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        sound = media.ffmpeg("-f", "lavfi", "-i", "sine=d=3", "-c:a", "aac", suffix=".mp4")
        assert "cannot be read" in refused(client, video_urls=[shelf.put(sound)])["message"]


class TestAudio:
    @pytest.mark.parametrize("suffix", [".mp3", ".wav"])
    @pytest.mark.parametrize("seconds", ["2", "15"])
    def test_documented_formats_and_lengths_are_accepted(
        self, client: httpx.Client, media: Media, shelf: Shelf, suffix: str, seconds: str
    ) -> None:
        image = shelf.put(media.image())
        accepted(client, image_urls=[image], audio_urls=[shelf.put(media.audio(seconds, suffix))])

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [("1.9", "1.9 must be greater than or equal to 2"), ("15.1", "15.1 must be less than or equal to 15")],
    )
    def test_lengths_outside_are_refused(
        self, client: httpx.Client, media: Media, shelf: Shelf, seconds: str, words: str
    ) -> None:
        for suffix in (".mp3", ".wav"):
            urls = [shelf.put(media.audio(seconds, suffix))]
            error = refused(client, image_urls=[shelf.put(media.image())], audio_urls=urls)
            assert error["message"] == f"content[2]: audio duration (seconds) {words}"
            assert error["param"] == "audio_urls[0]"

    @pytest.mark.parametrize("seconds", ["1.9", "15.1"])
    def test_the_wire_takes_a_little_more(self, wire: httpx.Client, media: Media, shelf: Shelf, seconds: str) -> None:
        accepted(wire, image_urls=[shelf.put(media.image())], audio_urls=[shelf.put(media.audio(seconds))])

    def test_a_sound_of_minutes_is_refused(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        url = shelf.put(media.ffmpeg("-f", "lavfi", "-i", "sine=r=8000:d=120", suffix=".mp3"))
        error = refused(client, image_urls=[shelf.put(media.image())], audio_urls=[url])
        assert "audio duration (seconds)" in error["message"]

    def test_all_sounds_together_last_15_s_at_most(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        eight = shelf.put(media.audio("8", ".wav"))
        error = refused(client, image_urls=[shelf.put(media.image())], audio_urls=[eight, eight])
        assert error["message"].startswith("audio total duration (seconds) 16 ")

    def test_content_is_counted_behind_the_prompt_images_and_videos(
        self, client: httpx.Client, media: Media, shelf: Shelf
    ) -> None:
        error = refused(
            client,
            image_urls=[shelf.put(media.image())],
            video_urls=[shelf.put(media.video())],
            audio_urls=[shelf.put(media.audio()), shelf.put(media.audio(suffix=".ogg"), "sound.mp3")],
        )
        assert error["message"] == "content[4]: audio format (audio/ogg) is not valid"
        assert error["param"] == "audio_urls[1]"

    def test_compressed_wav_is_refused(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        wav = media.ffmpeg("-f", "lavfi", "-i", "sine=d=3", "-c:a", "adpcm_ms", suffix=".wav")
        error = refused(client, image_urls=[shelf.put(media.image())], audio_urls=[shelf.put(wav)])
        assert "audio format (codec adpcm_ms) is not valid" in error["message"]

    @pytest.mark.parametrize("content", [b"RIFF\x24\0\0\0WAVEfmt ", b"ID3\x03\0\0\0\0\0\x0a", b"\xff\xfb\x90\x00"])
    def test_broken_sound_is_refused(self, client: httpx.Client, media: Media, shelf: Shelf, content: bytes) -> None:
        error = refused(client, image_urls=[shelf.put(media.image())], audio_urls=[shelf.put(content)])
        assert "audio format" in error["message"]

    def test_15_mb_are_allowed_and_one_byte_more_is_not(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        image = shelf.put(media.image())
        wav = media.audio("3", ".wav").read_bytes()
        room = 15 * MB - len(wav)
        padded = wav + b"junk" + (room - 8).to_bytes(4, "little") + bytes(room - 8)
        accepted(client, image_urls=[image], audio_urls=[shelf.put(padded)])
        error = refused(client, image_urls=[image], audio_urls=[shelf.put(padded + b"\0")])
        assert error["message"] == "content[2]: audio size (MB) must be less than or equal to 15"


class TestFetching:
    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com/a.png",
            "http://169.254.169.254/latest/meta-data",
            "http://10.0.0.1/a.png",
            "http://127.0.0.1.example.com/a.png",
            "http://127.0.0.1:1/closed",
            "http://0.0.0.0:1/a.png",
        ],
    )
    def test_the_sandbox_never_leaves_the_machine(self, client: httpx.Client, url: str) -> None:
        error = refused(client, image_urls=[url])
        assert (error["message"], error["param"]) == ("content[1]: Error while downloading", "image_urls[0]")

    def test_an_answer_other_than_200_is_an_error(self, client: httpx.Client, shelf: Shelf) -> None:
        error = refused(client, image_urls=[shelf.url + "/missing"])
        assert error["message"] == "content[1]: Error while downloading"

    def test_a_redirect_on_the_machine_is_followed(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        accepted(client, image_urls=[shelf.redirect(shelf.put(media.image()))])

    def test_a_redirect_elsewhere_is_not(self, client: httpx.Client, shelf: Shelf) -> None:
        error = refused(client, image_urls=[shelf.redirect("http://192.0.2.1/a.png")])
        assert error["message"] == "content[1]: Error while downloading"

    def test_a_slow_answer_times_out(self, shelf: Shelf) -> None:
        with running(run_s=0, download_timeout_s=0.2) as sandbox, connect(sandbox) as client:
            error = refused(client, image_urls=[shelf.url + "/slow"])
        assert error["message"] == "content[1]: Timeout while downloading"

    def test_what_breaks_a_rule_about_parameters_is_refused_before_anything_is_fetched(
        self, client: httpx.Client, media: Media, shelf: Shelf
    ) -> None:
        url, gets = shelf.put(media.image()), shelf.gets
        refused(client, image_urls=[url], duration=99)
        assert shelf.gets == gets
