"""Encrypted media are refused by what their container says, whatever their frames look like."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import STBL, boxed, edited
from preflight.probe import probe
from preflight.probe.encryption import TELLERS, refuse_encrypted, refuse_scrambled_later
from preflight.probe.faults import Unreadable
from preflight.values.assets import Asset
from tests.probe.admitted import content, facts_of, fault_of
from tests.probe.boxes_by_hand import box, full, listed, moov, movie, sample_entry, sized, trak
from tests.specimens import media, probed


@pytest.mark.parametrize("depth", ["header", "exact"])
@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("video-encrypted-cenc.mp4", "its pictures are encrypted (cenc)"),
        ("video-encrypted-cbcs.mp4", "its pictures are encrypted (cbcs)"),
        ("video-encrypted-fragmented.mp4", "its pictures are encrypted (cenc)"),
        ("video-encrypted-piff.mp4", "its pictures are encrypted (piff)"),
        ("audio-encrypted.m4a", "its sound is encrypted (cenc)"),
        ("video-encrypted.mkv", "it is encrypted (ContentEncryption)"),
        ("video-scrambled.ts", "it is encrypted (transport scrambling)"),
        ("video-encrypted.wmv", "it is encrypted (Windows Media DRM)"),
    ],
)
def test_what_is_encrypted_is_said_to_be(name: str, scheme: str, depth: str) -> None:
    fault = probed(name, depth).fault  # type: ignore[arg-type] # a parameter is plain text
    assert fault
    assert fault.message == f"{scheme}, and cannot be decoded without the key"


def test_a_clip_whose_sound_alone_is_encrypted_is_refused(tmp_path: Path) -> None:
    whole = content("video-encrypted-cenc.mp4").replace(b"encv", b"avc1").replace(b"sinf", b"free", 1)
    assert fault_of(whole, tmp_path).startswith("its sound is encrypted")


@pytest.mark.parametrize("entry", [b"drmi", b"enct", b"encm", b"encs"])
def test_protected_sample_entries_of_other_names_are_encrypted(entry: bytes, tmp_path: Path) -> None:
    first, _, rest = content("video-5s.mp4").rpartition(b"avc1")
    assert "encrypted" in fault_of(first + entry + rest, tmp_path)


def test_an_entry_that_no_sample_uses_may_be_encrypted(tmp_path: Path) -> None:
    def with_another(stsd: bytes) -> bytes:
        return stsd[:4] + b"\0\0\0\2" + stsd[8:] + boxed(b"encv", stsd[16:])

    assert facts_of(edited(content("video-5s.mp4"), f"{STBL}/stsd", with_another), tmp_path)


def test_a_key_system_header_that_was_left_behind_is_no_encryption(tmp_path: Path) -> None:
    left = boxed(b"pssh", bytes(28))
    assert facts_of(edited(content("video-5s.mp4"), "moov", lambda moov: moov + left), tmp_path)


@pytest.mark.parametrize("stream_type", [0xDB, 0xCF])
def test_a_program_map_of_encrypted_samples_is_heard(stream_type: int, tmp_path: Path) -> None:
    whole = bytearray(content("video-mpeg-ts.ts"))
    at = next(
        at for at in range(0, len(whole), 188) if whole[at + 1] & 0x40 and whole[at + 5] == 2 and whole[at + 4] == 0
    )
    whole[at + 17] = stream_type
    assert "SAMPLE-AES" in fault_of(bytes(whole), tmp_path, "clip.ts")


def test_tags_of_a_flash_video_that_went_through_a_filter_are_encrypted(tmp_path: Path) -> None:
    whole = bytearray(content("video-flv.flv"))
    at = 13
    while whole[at] != 9:
        at += 15 + int.from_bytes(whole[at + 1 : at + 4], "big")
    whole[at] |= 0x20
    assert "encrypted" in fault_of(bytes(whole), tmp_path, "clip.flv")


@pytest.mark.parametrize("behind", range(8))
def test_a_transport_stream_that_ends_within_a_packet_s_head_is_told_of_all_the_same(
    behind: int, tmp_path: Path
) -> None:
    path = tmp_path / "clip.ts"
    head = bytes((0x47, 0x40, 0x11, 0x30, 0xB7, 0, 0, 0))
    path.write_bytes(Path(media("video-fields-25fps.ts")).read_bytes()[: 188 * 21] + head[:behind])
    found = probe(Asset(path=str(path)))
    assert found.fault is None or "please report" not in found.fault.message


# ---- transport streams of other spacings, and what lies before them --------------------------------------------------


def transport(spacing: int, *, scrambled: bool, junk: bytes = b"") -> bytes:
    """Make a stream of empty packets, each with what its spacing puts beside it."""
    before, behind = (4, 0) if spacing == 192 else (0, spacing - 188)
    packet = bytes((0x47, 0x01, 0x00, 0x90 if scrambled else 0x10)) + bytes(184)
    return junk + (bytes(before) + packet + bytes(behind)) * 8


def told(content: bytes, demuxer: str) -> str:
    """Return the words of a refusal, or none."""
    try:
        refuse_encrypted(io.BytesIO(content), len(content), demuxer, None)
    except Unreadable as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("spacing", [188, 192, 204])
def test_scrambling_is_seen_behind_a_clear_beginning(spacing: int) -> None:
    clear, scrambled = (transport(spacing, scrambled=one) for one in (False, True))
    content = clear * 400 + scrambled
    assert told(content, "mpegts") == ""
    with pytest.raises(Unreadable, match="transport scrambling"):
        refuse_scrambled_later(io.BytesIO(content), "mpegts")
    refuse_scrambled_later(io.BytesIO(clear * 400), "mpegts")
    refuse_scrambled_later(io.BytesIO(content), "mov")


@pytest.mark.parametrize("spacing", [188, 192, 204])
@pytest.mark.parametrize("junk", [b"", b"\0", b"G" * 7, bytes(range(60, 90))], ids=["", "a byte", "sync bytes", "text"])
def test_scrambling_is_seen_whatever_stands_between_and_before_packets(spacing: int, junk: bytes) -> None:
    assert "transport scrambling" in told(transport(spacing, scrambled=True, junk=junk), "mpegts")
    assert told(transport(spacing, scrambled=False, junk=junk), "mpegts") == ""


def test_packets_that_carry_nothing_may_say_what_they_like() -> None:
    empty = bytes((0x47, 0x1F, 0xFF, 0x90)) + bytes(184)
    assert told(empty * 9, "mpegts") == ""


@pytest.mark.parametrize(
    ("bits", "scrambled"), [(0x80, False), (0x90, True), (0xA0, True), (0xB0, True), (0x30, False)]
)
@pytest.mark.parametrize("stream", [0xE0, 0xEF])
def test_a_program_stream_tells_scrambling_in_the_packets_of_its_video(stream: int, bits: int, scrambled: bool) -> None:
    content = b"\0\0\1\xba" + bytes(10) + bytes((0, 0, 1, stream, 0, 9, bits, 0, 0)) + bytes(9)
    assert ("PES scrambling" in told(content, "mpeg")) is scrambled
    assert told(content.replace(bytes((0, 0, 1, stream)), b"\0\0\1\xbe"), "mpeg") == ""


@pytest.mark.parametrize(("kind", "found"), [(8, ""), (9, ""), (18, ""), (0x28, "Flash"), (0x29, "Flash"), (0x32, "")])
def test_a_flash_tag_is_filtered_by_one_bit_of_its_type(kind: int, found: str) -> None:
    tag = bytes((18, 0, 0, 3)) + bytes(7) + b"abc" + bytes(4) + bytes((kind, 0, 0, 0)) + bytes(7)
    assert (found in told(b"FLV\1\5\0\0\0\x09" + bytes(4) + tag, "flv")) is bool(found) or found == ""
    assert bool(told(b"FLV\1\5\0\0\0\x09" + bytes(4) + tag, "flv")) is bool(found)


def test_an_encrypted_triplet_makes_an_mxf_encrypted_whatever_its_version() -> None:
    key = bytes.fromhex("060e2b34 02040107 0d010301 027e0100")
    assert "encrypted triplets" in told(bytes(100) + key + bytes(100), "mxf")
    assert told(bytes(100) + key[:8] + bytes(100), "mxf") == ""


@pytest.mark.parametrize("demuxer", sorted(TELLERS))
@given(st.binary(max_size=600))
def test_any_bytes_are_encrypted_or_not(demuxer: str, content: bytes) -> None:
    assert told(content, demuxer) == "" or told(content, demuxer).endswith("cannot be decoded without the key")


# ---- containers by hand: where each says that its media are encrypted ------------------------------------------------


def program_map(
    *types: int, pointer: int = 0, info: bytes = b"", adapted: int | None = None, current: int = 0xC1
) -> bytes:
    """Write a packet of a program map with elementary streams: ISO 13818-1, 2.4.4.8."""
    streams = b"".join(bytes((kind, 0xE1, n, 0xF0, 2)) + b"ab" for n, kind in enumerate(types))
    inner = bytes((0, 1, current, 0, 0, 0xE1, 0, 0xF0, len(info))) + info + streams + bytes(4)
    table = bytes((2, 0xB0, len(inner))) + inner
    front = b"" if adapted is None else bytes((adapted,)) + bytes(adapted)
    head = bytes((0x47, 0x50, 0x00, 0x10 if adapted is None else 0x30))
    return (head + front + bytes((pointer,)) + bytes(pointer) + table).ljust(188, b"\xff")


@pytest.mark.parametrize("kind", [0xDB, 0xCF, 0xC1, 0xC2])
@pytest.mark.parametrize("pointer", [0, 5])
@pytest.mark.parametrize("adapted", [None, 0, 7])
def test_encrypted_samples_are_seen_wherever_a_program_map_lists_them(
    kind: int, pointer: int, adapted: int | None
) -> None:
    for types in ((kind,), (0x1B, 0x0F, kind)):
        content = program_map(*types, pointer=pointer, info=b"descriptor", adapted=adapted) * 6
        assert "SAMPLE-AES" in told(content, "mpegts")
    assert told(program_map(0x1B, 0x0F, pointer=pointer, adapted=adapted) * 6, "mpegts") == ""


def test_a_program_map_that_lies_about_its_lengths_is_read_within_its_packet() -> None:
    whole = bytearray(program_map(0x1B, 0xDB))
    for at in range(4, 40):
        for value in (0, 0x7F, 0xFF):
            changed = bytes(whole[:at]) + bytes((value,)) + bytes(whole[at + 1 :])
            assert told(changed * 6, "mpegts") in ("", told(bytes(whole) * 6, "mpegts"))


def protected(name: bytes, scheme: bytes | None) -> bytes:
    kept = full(b"schm", scheme + bytes(4)) if scheme else b""
    return sample_entry(name, box(b"sinf", box(b"frma", b"avc1"), kept))


def refused(*traks: bytes) -> str:
    content = moov(*traks)
    try:
        refuse_encrypted(io.BytesIO(content), len(content), "mov", movie(content))
    except Unreadable as said:
        return f"{said.kind}: {str(said).partition(',')[0]}"
    return ""


@pytest.mark.parametrize(
    ("name", "scheme", "words"),
    [
        (b"encv", b"cenc", "cenc"),
        (b"encv", b"cbcs", "cbcs"),
        (b"encv", None, "encv"),
        (b"avc1", b"cens", "cens"),
        (b"drmi", None, "drmi"),
        (b"avc1", None, "avc1"),
    ],
)
def test_an_entry_is_encrypted_by_its_name_or_by_a_scheme_inside(name: bytes, scheme: bytes | None, words: str) -> None:
    assert refused(trak(entries=[protected(name, scheme)])) == f"None: its pictures are encrypted ({words})"


def test_media_that_are_restricted_otherwise_or_not_at_all_are_not_encrypted() -> None:
    assert refused(trak(entries=[protected(b"resv", b"stvi")])) == ""
    assert refused(trak(entries=[sample_entry(b"avc1")])) == ""


def test_only_entries_in_use_count() -> None:
    entries = [sample_entry(b"avc1"), protected(b"encv", b"cenc")]
    sizes = sized([1, 1])
    assert refused(trak(listed(b"stsc", [(1, 1, 1)], "III"), sizes, entries=entries)) == ""
    assert refused(trak(listed(b"stsc", [(1, 1, 1), (2, 1, 2)], "III"), sizes, entries=entries)) != ""


@pytest.mark.parametrize(
    ("others", "kind"), [([], "audio"), ([b"soun"], "audio"), ([b"text"], "audio"), ([b"vide"], "None")]
)
def test_a_file_of_sound_alone_is_audio_whose_sound_is_encrypted(others: list[bytes], kind: str) -> None:
    clear = [trak(handler=handler, number=2, entries=[sample_entry(b"mp4a")]) for handler in others]
    sound = trak(handler=b"soun", entries=[protected(b"enca", b"cenc")])
    assert refused(sound, *clear) == f"{kind}: its sound is encrypted (cenc)"


ASF_HEADER, ASF_STREAM = (
    bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365"),
)


def asf(*objects: tuple[bytes, bytes], behind: bytes = b"") -> bytes:
    inside = b"".join(guid + (24 + len(body)).to_bytes(8, "little") + body for guid, body in objects)
    return ASF_HEADER + (30 + len(inside)).to_bytes(8, "little") + bytes(6) + inside + behind


@pytest.mark.parametrize("guid", ["fbb3112223bdd211b4b700a0c955fc6e", "14e68a292226174cb935dae07ee9289c"])
def test_an_object_of_content_encryption_in_the_header_makes_an_asf_encrypted(guid: str) -> None:
    assert "Windows Media DRM" in told(asf((bytes.fromhex(guid), bytes(20))), "asf")
    assert told(asf(behind=bytes.fromhex(guid) + bytes(20)), "asf") == ""


@pytest.mark.parametrize(("flags", "encrypted"), [(0x8001, True), (0x0001, False), (0x8000, True), (0x7FFF, False)])
def test_a_stream_of_an_asf_is_encrypted_by_the_highest_bit_of_its_flags(flags: int, encrypted: bool) -> None:
    """ASF 1.20, 3.3: two types, a time offset, two lengths, then the flags."""
    stream = bytes(32) + bytes(8) + bytes(8) + flags.to_bytes(2, "little") + bytes(4)
    assert bool(told(asf((ASF_STREAM, stream)), "asf")) is encrypted
    assert bool(told(asf((ASF_STREAM, bytes(54)), (ASF_STREAM, stream)), "asf")) is encrypted
