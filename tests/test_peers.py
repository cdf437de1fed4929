"""The comparison with ordinary tools: its truth is the specimens' own, its readers read, its marks are right."""

import shutil
import subprocess
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from scripts import peers
from scripts.peers import (
    BEGIN,
    END,
    PAGE,
    PEERS,
    ROWS,
    Question,
    Row,
    Said,
    Value,
    alone,
    cell,
    decoded,
    exiftool_says,
    ffprobe_says,
    is_wrong,
    line,
    main,
    mediainfo_says,
    mutagen_says,
    pillow_says,
    placed,
    preflight_says,
    seen_line,
    table,
    versions,
    words,
)
from tests.specimens import media


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


def at(name: str) -> Path:
    return Path(media(name))


@pytest.fixture
def no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH on which nothing is, and the folder to put something into."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def pretend(monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str = "", status: int = 0) -> None:
    """Let every tool print this."""

    def run(tool: str, *_arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([tool], status, stdout, stderr)

    monkeypatch.setattr(peers, "run", run)


# ---- the truth ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("audio-2s.wav", 2),
        ("audio-1.999s.wav", 1.999),
        ("audio-wav-streaming-length.wav", 3),
        ("audio-wav-claims-more.wav", 3),
        ("audio-5s.mp3", 5),
        ("audio-15s-stored-15.05s.mp3", 15),
        ("audio-mp3-cover-art.mp3", 3),
        ("video-2s.mp4", 2),
        ("video-1.96s.mov", 1.96),
        ("video-header-claims-20s.mp4", 3),
        ("video-fragmented-claims-143165s.mp4", 3),
        ("video-sound-longer.mp4", 3),
        ("video-edit-list-hides-6s.mp4", 10),
        ("video-edit-list-shows-1.6s.mp4", 1.6),
        ("video-last-frame-held-to-2.1s.mp4", 2.1),
    ],
)
def test_true_length_is_what_the_specimen_was_made_with(name: str, seconds: float) -> None:
    (length,) = decoded(at(name)).lengths_s
    assert length == pytest.approx(seconds, abs=0.001)


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("video-24fps.mp4", 24),
        ("video-23.976fps.mp4", 24000 / 1001),
        ("video-60.1fps.mov", 60.1),
        ("video-last-frame-held-rate-21.mp4", 60 / (59 / 30 + 0.9)),
        ("video-cover-art.mp4", 25),
    ],
)
def test_true_rate_is_frames_over_the_time_that_they_are_shown(name: str, rate: float) -> None:
    (found,) = decoded(at(name)).rates_hz
    assert found == pytest.approx(rate, rel=0.0005)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("video-640x480.mp4", (640, 480)),
        ("video-rotated-90.mp4", (480, 854)),
        ("video-rotated-180.mp4", (854, 480)),
        ("video-stored-1000x480-shown-1250x480.mov", (1250, 480)),
        ("video-stored-640x480-shown-864x480-rotated-90.mp4", (480, 864)),
        ("image-300x751.png", (300, 751)),
        ("image-orientation-6.jpg", (400, 640)),
        ("image-heic-named.jpg", (640, 480)),
        ("image-avif.avif", (640, 480)),
    ],
)
def test_true_size_is_turned_and_stretched_as_displayed(name: str, size: tuple[int, int]) -> None:
    assert decoded(at(name)).sizes_px == (size,)


@pytest.mark.parametrize(
    "name", ["image-ok.jpg", "image-ok.png", "image-heic-named.jpg", "video-2s.mp4", "audio-2s.wav"]
)
def test_whole_files_are_readable(name: str) -> None:
    assert decoded(at(name)).answers("readable?") == (True,)


@pytest.mark.parametrize(
    "name",
    [
        "image-truncated.jpg",
        "image-truncated.png",
        "image-hollow-5900x5900.png",
        "video-faststart-cut-short.mp4",
        "video-no-index.mp4",
        "video-no-picture-data.mp4",
        "playlist-named.mp4",
        "empty.mp4",
    ],
)
def test_damaged_files_are_not_readable(name: str) -> None:
    with alone(name) as path:
        assert decoded(path).answers("readable?") == (False,)


def test_of_a_clip_cut_short_the_true_length_is_that_of_the_pictures_there() -> None:
    (length,) = decoded(at("video-faststart-cut-short.mp4")).lengths_s
    assert 86 / 25 <= length <= 90 / 25


def test_cover_art_has_no_true_rate() -> None:
    truth = decoded(at("audio-mp3-cover-art.mp3"))
    assert (truth.rates_hz, truth.sizes_px) == ((), ())


# ---- the readers ----------------------------------------------------------------------------------------------------


@needs("ffprobe")
def test_ffprobe_gives_the_container_s_length_and_the_stream_s() -> None:
    said = ffprobe_says(at("video-sound-longer.mp4"))
    assert said == Said(lengths_s=(8, 3), rates_hz=(25, 25), sizes_px=((854, 480),))


@needs("ffprobe")
def test_ffprobe_complains_of_what_it_cannot_open() -> None:
    said = ffprobe_says(at("video-no-index.mp4"))
    assert said == Said(complains=True)


@needs("mediainfo")
def test_mediainfo_gives_the_container_s_length_and_the_stream_s() -> None:
    said = mediainfo_says(at("video-sound-longer.mp4"))
    assert said == Said(lengths_s=(8, 3), rates_hz=(25,), sizes_px=((854, 480),))


@needs("mediainfo")
def test_mediainfo_gives_no_rate_for_a_sound() -> None:
    said = mediainfo_says(at("audio-mp3-cover-art.mp3"))
    assert said is not None
    assert (len(said.lengths_s), said.rates_hz, said.complains) == (2, (), False)


@needs("mediainfo")
def test_mediainfo_complains_of_a_file_that_it_calls_incomplete() -> None:
    said = mediainfo_says(at("video-faststart-cut-short.mp4"))
    assert said is not None
    assert said.complains


@needs("exiftool")
def test_exiftool_gives_length_rate_and_size() -> None:
    said = exiftool_says(at("video-2s.mp4"))
    assert said == Said(lengths_s=(2,), rates_hz=(25,), sizes_px=((854, 480),))


@needs("exiftool")
def test_exiftool_complains_by_a_warning() -> None:
    said = exiftool_says(at("video-faststart-cut-short.mp4"))
    assert said is not None
    assert said.complains


@needs("exiftool")
def test_exiftool_says_nothing_of_an_image_s_length() -> None:
    assert exiftool_says(at("image-300x751.png")) == Said(sizes_px=((300, 751),))


def test_mutagen_gives_the_length_of_sounds_and_clips_only() -> None:
    assert mutagen_says(at("audio-2s.wav")) == Said(lengths_s=(2,))
    assert mutagen_says(at("image-ok.png")) is None


@pytest.mark.parametrize("name", ["audio-wav-zero-length.wav", "text-named.mp4", "video-avi.avi"])
def test_mutagen_complains_of_what_it_cannot_read(name: str) -> None:
    assert mutagen_says(at(name)) == Said(complains=True)


def test_pillow_gives_the_header_s_size_of_pictures_only() -> None:
    assert pillow_says(at("image-orientation-6.jpg")) == Said(sizes_px=((640, 400),))
    assert pillow_says(at("video-2s.mp4")) is None


def test_pillow_is_asked_without_what_is_plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPEN", "SAVE", "MIME", "EXTENSION"):
        monkeypatch.setattr(Image, name, dict(getattr(Image, name)))
    monkeypatch.setattr(Image, "ID", list(Image.ID))
    pillow_heif.register_heif_opener()
    with Image.open(at("image-heic-named.jpg")) as picture:
        assert picture.format == "HEIF"
    assert pillow_says(at("image-heic-named.jpg")) == Said(complains=True)


def test_preflight_gives_what_it_measured() -> None:
    assert preflight_says(at("video-2s.mp4")) == Said(lengths_s=(2,), rates_hz=(25,), sizes_px=((854, 480),))
    assert preflight_says(at("audio-2s.wav")) == Said(lengths_s=(2,))
    assert preflight_says(at("image-300x751.png")) == Said(sizes_px=((300, 751),))
    assert preflight_says(at("image-truncated.jpg")) == Said(complains=True)


def test_words_and_zeros_in_place_of_numbers_are_no_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = '{"codec_type": "audio", "duration": "N/A", "r_frame_rate": "0/0", "width": 0, "height": 0}'
    pretend(monkeypatch, f'{{"streams": [{stream}], "format": {{"duration": "N/A"}}}}')
    assert ffprobe_says(Path("/x.wav")) == Said()


def test_a_tool_that_prints_nothing_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, "", "broken", 1)
    for ask in (ffprobe_says, mediainfo_says, exiftool_says):
        assert ask(Path("/x.mp4")) == Said(complains=True)


def test_mediainfo_that_knows_no_medium_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, '{"media": null}')
    assert mediainfo_says(Path("/x.mp4")) == Said()


def test_a_tool_that_hangs_is_stopped_and_counts_as_refusing(monkeypatch: pytest.MonkeyPatch, no_tools: Path) -> None:
    slow = no_tools / "ffprobe"
    slow.write_text("#!/bin/sh\nexec /bin/sleep 20\n")
    slow.chmod(0o755)
    monkeypatch.setattr(peers, "LIMIT_S", 0.2)
    assert ffprobe_says(Path("/x.mp4")) == Said(complains=True)


@pytest.mark.usefixtures("no_tools")
def test_a_missing_tool_leaves_its_column_empty_and_is_named() -> None:
    cells = [text.strip() for text in line(Row("video-2s.mp4", "length")).strip("|").split("|")]
    assert cells == ["`video-2s.mp4`", "length", "2 s", "2 s", "-", "-", "2 s", "-", "-"]
    assert seen_line(versions()).endswith("Not installed: ffprobe, mediainfo, exiftool.")


@pytest.mark.parametrize("tool", ["ffprobe", "mediainfo", "exiftool"])
def test_the_version_of_a_tool_that_is_there_is_stated(tool: str) -> None:
    found = versions()[tool]
    assert (found is None) == (shutil.which(tool) is None)
    assert found is None or found[0].isdigit()


# ---- the marks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "true", "asked", "wrong"),
    [
        (10.04, 10.0, "length", False),
        (9.96, 10.0, "length", False),
        (10.06, 10.0, "length", True),
        (9.94, 10.0, "length", True),
        (30.2, 30.0, "frame rate", False),
        (30.4, 30.0, "frame rate", True),
        (29.6, 30.0, "frame rate", True),
        ((640, 480), (640, 480), "displayed size", False),
        ((641, 480), (640, 480), "displayed size", True),
        (True, True, "readable?", False),
        (True, False, "readable?", True),
        (False, True, "readable?", True),
    ],
)
def test_wrong_is_what_lies_beyond_the_tolerance(value: Value, true: Value, asked: Question, wrong: bool) -> None:
    assert is_wrong(value, (true,), asked) == wrong


def test_any_answer_is_wrong_where_there_is_nothing_to_answer() -> None:
    assert is_wrong(90_000.0, (), "frame rate")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, "-"),
        (Said(), "none"),
        (Said(complains=True), "refused"),
        (Said(lengths_s=(3.0,)), "3 s"),
        (Said(lengths_s=(25.123,)), "**25.12 s**"),
        (Said(lengths_s=(20.0, 3.0)), "**20 s** / 3 s"),
        (Said(lengths_s=(3.0, 3.001)), "3 s"),
        (Said(lengths_s=(143_165.0,), complains=True), "**143,165 s**"),
    ],
)
def test_a_cell_marks_each_wrong_answer_and_gives_equal_ones_once(said: Said | None, expected: str) -> None:
    assert cell(said, Said(lengths_s=(3.0,)), "length") == expected


@pytest.mark.parametrize(
    ("value", "asked", "expected"),
    [
        (10.034, "length", "10.03 s"),
        (100.0, "length", "100 s"),
        (23.976, "frame rate", "23.98 fps"),
        ((480, 854), "displayed size", "480 x 854"),
        (True, "readable?", "yes"),
        (False, "readable?", "no"),
    ],
)
def test_answers_are_short_words_with_their_unit(value: Value, asked: Question, expected: str) -> None:
    assert words(value, asked) == expected


# ---- the table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.specimen)
def test_preflight_answers_no_row_wrongly(row: Row) -> None:
    with alone(row.specimen) as path:
        assert "**" not in cell(preflight_says(path), decoded(path), row.asked)


def test_a_specimen_stands_alone_while_it_is_read() -> None:
    with alone("playlist-named.mp4") as path:
        assert path.is_absolute()
        assert list(path.parent.iterdir()) == [path]
        assert path.read_bytes() == at("playlist-named.mp4").read_bytes()
    assert not path.parent.exists()


@pytest.mark.usefixtures("no_tools")
def test_the_table_has_a_line_for_each_row_and_a_cell_for_each_reader(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    lines = capsys.readouterr().out.splitlines()
    rows = [one for one in lines if one.startswith("|")]
    assert [one.split("`")[1] for one in rows[2:]] == [row.specimen for row in ROWS]
    assert {one.count("|") for one in rows} == {len(PEERS) + 5}


@pytest.mark.usefixtures("no_tools")
def test_writing_replaces_what_stands_between_the_marks_and_nothing_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n")
    main(["--write"], readme)
    first, rows = readme.read_text(), table()
    assert first == f"before\n\n{BEGIN}\n\n{rows}\n\n{END}\n\nafter\n"
    assert placed(first, rows) == first


def test_a_text_without_the_marks_is_left_alone() -> None:
    with pytest.raises(SystemExit, match="no place for the table"):
        placed("no marks\n", "table")


def test_other_arguments_are_refused_and_nothing_is_written() -> None:
    before = PAGE.read_bytes()
    with pytest.raises(SystemExit, match="usage"):
        main(["--wirte"])
    assert PAGE.read_bytes() == before
