"""A source that is looked at while its new file is made."""

import time
from pathlib import Path

import pytest

from preflight.apply.ffmpeg import find_tool
from preflight.apply.source_reading import reading_source
from preflight.errors import NotDone
from preflight.plan import Plan
from preflight.plan.steps import Write
from preflight.values.assets import Asset
from tests.apply.conftest import Program
from tests.specimens import media, video

SOURCE = "video-20s.mp4"
PLAN = Plan(asset=Asset(path=media(SOURCE)), kind="video", steps=(Write(format="mp4", loss="lossless", clears=()),))


def test_what_was_seen_meanwhile_is_held_against_the_new_file() -> None:
    for made, said in ((SOURCE, None), ("video-5.04s.mp4", "its middle picture does not look like its source's")):
        with reading_source(PLAN, video(SOURCE)) as reading:
            assert reading.dissimilarity(Path(media(made)), video(made)) == said


def test_a_source_is_not_shown_by_the_second_decoder_once_more(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls = tmp_path / "calls"
    counting = program(f'echo "$*" >> {calls}; exec {find_tool().path} "$@"')
    monkeypatch.setenv("PREFLIGHT_FFMPEG", counting)
    with reading_source(PLAN, video(SOURCE)) as reading:
        assert reading.dissimilarity(Path(media(SOURCE)), video(SOURCE)) is None
    assert len(calls.read_text().splitlines()) == 2


def test_an_ffmpeg_that_looks_is_ended_with_the_look(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note = tmp_path / "here"
    monkeypatch.setenv("PREFLIGHT_FFMPEG", program(f"touch {note}; exec sleep 600"))
    with reading_source(PLAN, video(SOURCE)):
        while not note.exists():
            time.sleep(0.02)
        begun = time.monotonic()
    assert time.monotonic() - begun < 120


def test_a_look_that_is_closed_at_once_asks_no_ffmpeg(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note = tmp_path / "here"
    monkeypatch.setenv("PREFLIGHT_FFMPEG", program(f"touch {note}"))
    with pytest.raises(NotDone), reading_source(PLAN, video(SOURCE)):
        raise NotDone("it could not be made")
    assert not note.exists()
