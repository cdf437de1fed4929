"""The fuzzer: the same seed makes the same files, each kind of damage is done, and a false pass would be caught."""

import io
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from PIL import Image

from preflight.probe import Depth
from preflight.values.facts import Facts, ImageFacts, VideoFacts
from preflight.values.findings import Judged
from scripts import fuzz, fuzz_child, fuzz_kinds, fuzz_mutate, fuzz_oracle
from scripts.fuzz_mutate import MEDIA, mutant, parts_of
from scripts.fuzz_oracle import doubts
from tests.specimens import probed


def facts_of(name: str | Path) -> Facts:
    facts = probed(name).facts
    assert facts is not None
    return facts


def kinds(path: Path, facts: Facts) -> set[str]:
    return {doubt.kind for doubt in doubts(path, facts)}


# ---- mutants --------------------------------------------------------------------------------------------------------


def test_a_seed_and_a_number_always_make_the_same_file() -> None:
    assert [mutant(7, number) for number in range(20)] == [mutant(7, number) for number in range(20)]
    assert mutant(7, 0) != mutant(8, 0)


def test_mutants_are_small_and_most_differ_from_their_specimen() -> None:
    made = [mutant(1, number) for number in range(200)]
    assert sum(one.data != (MEDIA / one.specimen).read_bytes() for one in made) > 150
    assert all(one.story for one in made)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("video-2s.mp4", {"ftyp", "mdat", "moov", "tkhd", "stts", "stsz", "stco", "elst", "avcC"}),
        ("video-fragmented.mp4", {"moof", "traf", "trun"}),
        ("image-ok.png", {"IHDR", "IDAT", "IEND"}),
        ("image-ok.jpg", {"FFC0", "FFDA", "scan"}),
        ("image-gps.webp", {"RIFF", "VP8X", "VP8 ", "EXIF"}),
        ("audio-2s.wav", {"RIFF", "fmt ", "data"}),
        ("audio-mp3-tagged.mp3", {"ID3", "frame"}),
        ("text-named.mp4", set()),
    ],
)
def test_parts_of_a_file_are_found(name: str, expected: set[str]) -> None:
    data = (MEDIA / name).read_bytes()
    parts = parts_of(data)
    assert expected <= {part.name for part in parts}
    assert all(0 <= part.head <= part.start <= part.end <= part.tail <= len(data) for part in parts)


@pytest.mark.parametrize("act", fuzz_mutate.OF_PARTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("name", ["video-2s.mp4", "image-ok.png", "image-ok.jpg", "audio-2s.wav", "audio-2s.mp3"])
def test_every_change_of_a_part_changes_something(
    name: str, act: Callable[[bytearray, fuzz_mutate.Part, Random], str]
) -> None:
    original = (MEDIA / name).read_bytes()
    changed = 0
    for seed in range(12):
        data, dice = bytearray(original), Random(seed)  # noqa: S311 - not a secret
        assert act(data, dice.choice(parts_of(data)), dice)
        changed += data != original
    assert changed


@pytest.mark.parametrize("change", fuzz_mutate.BLIND, ids=lambda change: change.__name__)
def test_every_blind_change_changes_something(change: Callable[[bytearray, Random], str]) -> None:
    data = bytearray(b"0123456789" * 10)
    assert change(data, Random(3))  # noqa: S311 - not a secret
    assert data != b"0123456789" * 10


KIND_SPECIMENS: dict[fuzz_kinds.Kind, str] = {
    fuzz_kinds.encrypt: "video-2s.mp4",
    fuzz_kinds.second_set: "video-2s.mp4",
    fuzz_kinds.cut_fragments: "video-fragmented.mp4",
    fuzz_kinds.tempo: "video-2s.mp4",
    fuzz_kinds.aperture: "video-2s.mp4",
    fuzz_kinds.odd_exif: "image-gps.jpg",
    fuzz_kinds.placeholder: "audio-2s.wav",
    fuzz_kinds.long_sizes: "audio-2s.wav",
    fuzz_kinds.bury: "audio-2s.mp3",
}


def test_every_kind_has_its_specimen() -> None:
    assert set(KIND_SPECIMENS) == set(fuzz_kinds.KINDS)


@pytest.mark.parametrize("kind", fuzz_kinds.KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_changes_its_specimen_and_leaves_alone_what_has_no_place_for_it(kind: fuzz_kinds.Kind) -> None:
    data = bytearray((MEDIA / KIND_SPECIMENS[kind]).read_bytes())
    whole = bytes(data)
    made = kind(data, Random(4))  # noqa: S311 - not a secret
    assert made is not None
    assert made.story
    assert data != whole
    assert kind(bytearray(b"\0" * 64), Random(4)) is None  # noqa: S311 - not a secret


@pytest.mark.parametrize("name", ["video-2s.mp4", "video-15s.mov"])
def test_what_is_put_into_a_box_leaves_the_samples_where_the_index_says(name: str, tmp_path: Path) -> None:
    data = bytearray((MEDIA / name).read_bytes())
    assert fuzz_kinds.aperture(data, Random(0))  # noqa: S311 - not a secret
    (tmp_path / name).write_bytes(data)
    frames = fuzz_oracle.decoded_by_ffmpeg(tmp_path / name, "0:V:0").frames
    assert frames == fuzz_oracle.decoded_by_ffmpeg(MEDIA / name, "0:V:0").frames > 0


def test_what_must_not_pass_is_a_find_where_it_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = (MEDIA / "video-2s.mp4").read_bytes()
    made = fuzz_mutate.Mutant("video-2s.mp4", "untouched", data, "is encrypted")
    monkeypatch.setattr(fuzz_child, "mutant", lambda *_: made)
    outcome = fuzz_child.run(job(folder=str(tmp_path)))
    assert [(found.kind, found.words) for found in outcome.found] == [("false pass", "is encrypted")]


def test_a_changed_chunk_of_a_png_can_be_signed_anew() -> None:
    signed = 0
    for seed in range(20):
        data = bytearray((MEDIA / "image-ok.png").read_bytes())
        header = parts_of(data)[0]
        fuzz_mutate.lie_in_field(data, header, Random(seed))  # noqa: S311 - not a secret
        signed += zlib.crc32(data[12:29]) == int.from_bytes(data[29:33], "big")
    assert 8 < signed <= 20


def test_what_encloses_a_part_is_made_to_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz_mutate, "AGREEING", 1.0)
    data = bytearray((MEDIA / "video-2s.mp4").read_bytes())
    elst = next(part for part in parts_of(data) if part.name == "elst")
    fuzz_mutate.drop(data, elst, Random(1))  # noqa: S311 - not a secret
    after = {part.name: part for part in parts_of(data)}
    assert "elst" not in after
    assert {"trak", "mdia", "stts"} <= set(after)
    assert after["moov"].end == len(data)


# ---- the second opinion ---------------------------------------------------------------------------------------------

GOOD = [
    *("video-2s.mp4", "video-15s.mov", "video-hevc.mp4", "video-fragmented.mp4", "video-rotated-90.mp4"),
    *("video-edit-list-hides-6s.mp4", "video-vfr-mean-24.3-nominal-30.mp4", "video-cover-art.mp4"),
    *("audio-15s.wav", "audio-2s.mp3", "audio-vbr-no-xing.mp3", "audio-wav-holds-mp3.wav", "audio-mp3-junk-before.mp3"),
    *("image-300x300.png", "image-progressive.jpg", "image-cmyk.jpg", "image-mpo.jpg", "image-animated.webp"),
    *("image-300x750.png", "image-orientation-6.jpg", "image-16-bit-rgb.png", "image-lossless.webp"),
]
FALSE_PASSES = [
    ("video-20s.mp4", "length"),
    ("video-1.8s.mp4", "length"),
    ("video-20s-header-claims-3s.mp4", "length"),
    ("video-edit-list-shows-1.6s.mp4", "length"),
    ("video-12fps.mp4", "rate"),
    ("video-vfr-mean-80-nominal-120.mp4", "rate"),
    ("video-640x480.mp4", "size"),
    ("video-stored-1280x720-shown-1707x720.mp4", "size"),
    ("audio-20s.wav", "length"),
    ("audio-vbr-no-xing-18s.mp3", "length"),
    ("image-299x300.png", "size"),
    ("image-6001x2401.jpg", "size"),
    ("image-751x300.png", "size"),
]
"""Specimens beyond a limit: had they passed, this would have to be said."""


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_raises_no_doubt(name: str) -> None:
    assert doubts(MEDIA / name, facts_of(name)) == []


@pytest.mark.parametrize(("name", "kind"), FALSE_PASSES)
def test_a_false_pass_is_doubted(name: str, kind: str) -> None:
    assert kind in kinds(MEDIA / name, facts_of(name))


def test_a_file_of_another_kind_than_its_facts_is_doubted() -> None:
    facts = msgspec.structs.replace(facts_of("image-ok.png"), format="jpeg")
    assert "format" in kinds(MEDIA / "image-ok.png", facts)


@pytest.mark.parametrize(
    ("broken", "like"),
    [
        ("video-faststart-cut-short.mp4", "video-10s.mp4"),
        ("video-no-index.mp4", "video-10s.mp4"),
        ("video-sound-only.mp4", "video-10s.mp4"),
        ("audio-mp3-half-there.mp3", "audio-14.9s.mp3"),
        ("audio-wav-no-data.wav", "audio-5s.wav"),
        ("image-truncated.png", "image-ok.png"),
        ("image-no-pixels.png", "image-ok.png"),
        ("image-truncated.jpg", "image-ok.jpg"),
    ],
)
def test_what_does_not_decode_is_doubted_against_the_facts_of_what_does(broken: str, like: str) -> None:
    assert "undecodable" in kinds(MEDIA / broken, facts_of(like))


@pytest.mark.parametrize("progressive", [False, True])
def test_rows_that_a_decoder_painted_gray_are_not_counted(progressive: bool) -> None:
    packed = io.BytesIO()
    Image.effect_noise((320, 320), 60).save(packed, "JPEG", progressive=progressive)
    whole = packed.getvalue()
    assert fuzz_oracle._jpeg_rows_there(whole) == (320, 320)  # noqa: SLF001 - the part that is hardest to get right
    cut = fuzz_oracle._jpeg_rows_there(whole[: len(whole) // 2] + b"\xff\xd9")  # noqa: SLF001
    assert cut is not None
    there, promised = cut
    assert promised == 320
    assert there < 200 or progressive


# ---- the run --------------------------------------------------------------------------------------------------------


def job(**changes: object) -> fuzz_child.Job:
    return msgspec.structs.replace(fuzz_child.Job(1, 0, "exact", ""), **changes)


def test_a_good_file_is_judged_and_checked() -> None:
    outcome = fuzz_child.examine(MEDIA / "video-2s.mp4", job())
    assert (outcome.verdict, outcome.checked, outcome.found) == ("pass", True, ())


def test_a_file_that_fails_is_not_checked_again() -> None:
    outcome = fuzz_child.examine(MEDIA / "video-20s.mp4", job())
    assert (outcome.verdict, outcome.checked, outcome.found) == ("fail", False, ())


def test_a_wrong_verdict_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(path: Path, depth: Depth) -> Judged:
        return msgspec.structs.replace(judged(path, depth), findings=())

    judged = fuzz_child.verdict
    monkeypatch.setattr(fuzz_child, "verdict", blind)
    outcome = fuzz_child.examine(MEDIA / "video-20s.mp4", job())
    assert outcome.verdict == "pass"
    assert {found.kind for found in outcome.found} == {"length"}


def test_an_exception_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(path: Path, depth: Depth) -> Judged:
        raise ZeroDivisionError(path, depth)

    monkeypatch.setattr(fuzz_child, "verdict", raising)
    outcome = fuzz_child.examine(MEDIA / "video-2s.mp4", job())
    assert outcome.verdict == "none"
    assert [found.kind for found in outcome.found] == ["exception"]


def test_two_verdicts_on_one_file_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = [fuzz_child.verdict(MEDIA / name, "exact") for name in ("video-2s.mp4", "video-20s.mp4")]
    monkeypatch.setattr(fuzz_child, "verdict", lambda *_: verdicts.pop())
    _, found = fuzz_child.judge_twice(MEDIA / "video-2s.mp4", "exact")
    assert [one.kind for one in found] == ["unstable"]


def test_too_much_time_and_memory_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz_child, "MOST_SECONDS", -1.0)
    monkeypatch.setattr(fuzz_child, "MOST_BYTES", -1)
    _, found = fuzz_child.judge_twice(MEDIA / "image-ok.png", "exact")
    assert [one.kind for one in found] == ["slow", "memory"]


def test_a_pass_without_facts_is_caught() -> None:
    judged = fuzz_child.verdict(MEDIA / "video-2s.mp4", "exact")
    found = fuzz_child.mismatches(MEDIA / "video-2s.mp4", msgspec.structs.replace(judged, facts=None), "exact")
    assert [one.kind for one in found] == ["format"]


def test_a_size_is_doubted_whatever_the_facts_say() -> None:
    facts = facts_of("image-299x300.png")
    assert isinstance(facts, ImageFacts)
    assert "size" in kinds(MEDIA / "image-299x300.png", msgspec.structs.replace(facts, width_px=300))


def test_a_short_run_finds_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert fuzz.main(["--inputs", "240", "--seed", "11", "--keep", str(tmp_path)]) == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert "240 inputs: " in said
    assert "passes checked; found: " in said


def test_a_file_can_be_made_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert fuzz.main(["--replay", "11:5", "--keep", str(tmp_path)]) == 0
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes() == mutant(11, 5).data
    assert mutant(11, 5).story in capsys.readouterr().out


def test_the_clock_ends_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["--seconds", "0"]) == 0
    assert "0 inputs" in capsys.readouterr().out


def test_slack_is_small_beside_the_limits() -> None:
    assert Fraction(1, 10) >= fuzz_oracle.SLACK_S


class Chosen(Random):
    """A dice that falls as told."""

    def __init__(self, *values: int) -> None:
        super().__init__(0)
        self._values = iter(values)

    def choice(self, seq: object) -> Any:  # noqa: ANN401, ARG002 - as the real one
        return next(self._values)


def test_what_a_clean_aperture_leaves_of_a_frame_is_no_false_pass(tmp_path: Path) -> None:
    content = bytearray((MEDIA / "video-836x1112.mp4").read_bytes())
    assert fuzz_kinds.aperture(content, Chosen(1, 1, 2, 1))
    (tmp_path / "half.mp4").write_bytes(content)
    facts = facts_of(tmp_path / "half.mp4")
    assert isinstance(facts, VideoFacts)
    assert (facts.width_px, facts.height_px) == (836, 556)
    assert fuzz_oracle.doubts(tmp_path / "half.mp4", facts) == []
    whole = msgspec.structs.replace(facts, height_px=1112)
    assert [doubt.kind for doubt in fuzz_oracle.doubts(tmp_path / "half.mp4", whole)] == ["size"]
