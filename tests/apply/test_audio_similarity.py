"""New audio is silent only where its source is."""

import wave
from fractions import Fraction
from pathlib import Path

import pytest

from preflight.apply.audio_similarity import audio_dissimilarity
from preflight.plan.steps import Cut, Plan
from preflight.probe.faults import Unreadable
from preflight.values.assets import Asset
from tests import made
from tests.specimens import media

RATE_HZ = 8000
SILENT = "it is silent, its source is not"


def sound(path: Path, *peaks: float) -> Path:
    """Write a second of each peak, as a square wave."""
    with wave.open(str(path), "wb") as target:
        target.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        for peak in peaks:
            high = round(peak * 32767)
            target.writeframes(
                (high.to_bytes(2, "little", signed=True) + (-high).to_bytes(2, "little", signed=True)) * 4000
            )
    return path


def said(source: Path, new: Path, *, seconds: int, cut: Cut | None = None) -> str | None:
    facts = made.audio(format="wav", codec="pcm_s16le", bit_depth=16, duration_s=Fraction(seconds))
    plan = Plan(asset=Asset(path=str(source)), kind="audio", steps=(cut,) if cut else ())
    return audio_dissimilarity(plan, facts, new, facts)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (0.5, 0.5, None),
        (0.5, 0.0, SILENT),
        (0.5, 0.026, None),
        (0.5, 0.024, SILENT),
        (0.06, 0.0, SILENT),
        (0.04, 0.0, None),
        (0.0, 0.0, None),
        (0.0, 0.5, None),
    ],
)
def test_a_new_file_may_be_twenty_times_fainter_and_no_more_where_the_source_is_heard(
    before: float, after: float, fault: str | None, tmp_path: Path
) -> None:
    assert said(sound(tmp_path / "a.wav", before), sound(tmp_path / "b.wav", after), seconds=1) == fault


def test_of_a_source_that_is_cut_the_part_kept_counts_alone(tmp_path: Path) -> None:
    source, new = sound(tmp_path / "a.wav", 0.5, 0, 0, 0.5), sound(tmp_path / "b.wav", 0)
    middle = Cut(start_s=Fraction(5, 4), length_s=Fraction(3, 2), loss="lossy", clears=())
    loud = Cut(start_s=Fraction(5, 2), length_s=Fraction(3, 2), loss="lossy", clears=())
    assert said(source, new, seconds=4, cut=middle) is None
    assert said(source, new, seconds=4, cut=loud) == SILENT
    assert said(source, new, seconds=4) == SILENT


@pytest.mark.parametrize(("start", "end"), [("3.01", "5.01"), ("0.99", "2.99"), ("3.04", "6")])
def test_a_part_that_begins_or_ends_where_the_sound_does_may_be_silent(start: str, end: str, tmp_path: Path) -> None:
    """The peak of a moment that is loud before the part tells nothing of it, nor does a decoder's delay."""
    levels = (0.0, 0.0, 0.5, 0.0, 0.0, 0.0) if start[0] == "3" else (0.5, 0.0, 0.0, 0.5, 0.0, 0.0)
    source, new = sound(tmp_path / "a.wav", *levels), sound(tmp_path / "b.wav", 0)
    begin, length = Fraction(start), Fraction(end) - Fraction(start)
    assert said(source, new, seconds=6, cut=Cut(start_s=begin, length_s=length, loss="lossy", clears=())) is None


def test_a_cut_behind_the_end_is_held_against_the_whole(tmp_path: Path) -> None:
    source, new = sound(tmp_path / "a.wav", 0.5), sound(tmp_path / "b.wav", 0)
    assert said(source, new, seconds=1, cut=Cut(start_s=Fraction(9), length_s=Fraction(1), loss="lossy", clears=()))


def test_a_source_whose_samples_libav_takes_for_others_is_only_decoded(tmp_path: Path) -> None:
    odd = made.audio(format="wav", codec="pcm_s32le", bit_depth=24, duration_s=Fraction(1))
    plan = Plan(asset=Asset(path=str(tmp_path / "never read.wav")), kind="audio")
    silent = sound(tmp_path / "b.wav", 0)
    assert audio_dissimilarity(plan, odd, silent, made.audio(format="wav")) is None
    with pytest.raises(Unreadable):
        audio_dissimilarity(plan, odd, Path(media("audio-wav-no-samples.wav")), made.audio(format="wav"))
