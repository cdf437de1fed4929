"""A clip is cut between packets, and its audio steps are applied to the part."""

from fractions import Fraction
from pathlib import Path

import av
import msgspec
import pytest

from preflight.apply.cutting import _renumbered, cut_clip
from preflight.plan import Plan
from preflight.plan.clip_audio import audio_steps_of_clip
from preflight.plan.steps import Cut, Encode, JoinAudio, Packets, Write
from preflight.values.facts import VideoFacts
from tests.apply.tones import tones
from tests.specimens import PROFILE, judged

LOW, HIGH = 330, 1000


@pytest.mark.parametrize(
    "name", ["video-two-sounds.mp4", "video-two-sounds-second-default.mkv", "video-two-mono-pcm.mov"]
)
def test_a_cut_between_packets_keeps_both_tracks(name: str, tmp_path: Path) -> None:
    verdict = judged(name)
    facts = verdict.facts
    assert isinstance(facts, VideoFacts)
    packets = Packets(0, 50)
    cut = Cut(start_s=Fraction(0), length_s=Fraction(2), packets=packets, loss="lossless", clears=())
    sounds = tuple(audio_steps_of_clip(facts, PROFILE.video.sound_codec, recut=False))
    written = Write(format="mov" if facts.format == "mov" else "mp4", loss="lossless", clears=())
    target = tmp_path / "part.mp4"
    cut_clip(Plan(asset=verdict.asset, kind="video", steps=(cut, *sounds, written)), packets, facts, target)
    second = [[HIGH], [LOW]] if name.endswith("mkv") else [[LOW], [HIGH]]
    assert tones(target) == ([[LOW, HIGH]] if name.endswith("mov") else second)


def test_a_cut_that_encodes_nothing_needs_no_ffmpeg_and_names_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    verdict = judged("video-2s.mp4")
    assert isinstance(verdict.facts, VideoFacts)
    cut = Cut(start_s=Fraction(0), length_s=Fraction(1), packets=Packets(0, 25), loss="lossless", clears=())
    written = Write(format="mp4", loss="lossless", clears=())
    plan = Plan(asset=verdict.asset, kind="video", steps=(cut, written))
    assert cut_clip(plan, Packets(0, 25), verdict.facts, tmp_path / "part.mp4") is None
    with av.open(str(tmp_path / "part.mp4")) as container:
        assert sum(1 for packet in container.demux(video=0) if packet.size) == 25


def test_tracks_are_named_by_their_place_in_the_part_and_those_that_are_gone_are_not_encoded() -> None:
    now = {3: 0, 1: 1}
    join = JoinAudio(left=1, right=3, loss="lossless", clears=())
    renumbered = _renumbered(join, now)
    assert isinstance(renumbered, JoinAudio)
    assert (renumbered.left, renumbered.right) == (1, 0)
    encode = Encode(codec="aac", tracks=(0, 1, 3), loss="lossy", clears=())
    assert _renumbered(encode, now) == msgspec.structs.replace(encode, tracks=(1, 0))
    cut = Cut(start_s=Fraction(0), length_s=Fraction(1), loss="lossless", clears=())
    assert _renumbered(cut, now) is cut
