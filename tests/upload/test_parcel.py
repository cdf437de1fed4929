"""Files to upload: named by their content, read once, and given whole only where they are what was checked."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError, NotDone
from preflight.probe import identity
from preflight.profiles import Profile, load
from preflight.upload.parcel import HashingReader, Parcel, hash_file, hash_files, moment, needed_s, opened

PROFILE: Profile = load()


def test_fingerprints_are_those_of_the_contents(tmp_path: Path) -> None:
    pictures = [tmp_path / f"{number}.png" for number in range(7)]
    for number, path in enumerate(pictures):
        path.write_bytes(bytes((number,)) * 1000)
    assert hash_files({str(path): identity(path.stat()) for path in pictures}) == {
        str(path): hash_file(path) for path in pictures
    }
    assert hash_files({}) == {}
    with pytest.raises(NotDone, match="absent"):
        hash_files({str(tmp_path / "absent"): None})


def test_an_upload_is_needed_for_longer_than_a_task_takes_and_no_longer_than_a_fresh_one_lives() -> None:
    service = PROFILE.service
    assert needed_s(service) == 2 * service.wait_s
    patient = msgspec.structs.replace(service, wait_s=service.upload_life_s)
    assert needed_s(patient) == service.upload_life_s // 2


SHA = hashlib.sha256(b"content").hexdigest()


@pytest.mark.parametrize(
    ("sha256", "suffix"),
    [("", "mp4"), (SHA[:-1], "mp4"), (SHA.upper(), "mp4"), (SHA, ""), (SHA, "MP4"), (SHA, "../x"), (SHA, "a" * 9)],
)
def test_a_name_that_is_no_hash_and_plain_ending_is_refused(sha256: str, suffix: str) -> None:
    with pytest.raises(CallError, match="no name to upload it under"):
        _ = Parcel(path=Path("a"), sha256=sha256, suffix=suffix).name


@pytest.mark.parametrize(
    ("suffix", "kind"), [("mp4", "video/mp4"), ("jpg", "image/jpeg"), ("bin", "application/octet-stream")]
)
def test_a_file_goes_by_its_content_and_its_own_name_stays_here(suffix: str, kind: str) -> None:
    parcel = Parcel(path=Path("/home/me/secret project.mov"), sha256=SHA, suffix=suffix)
    assert (parcel.name, parcel.media_type) == (f"{SHA}.{suffix}", kind)


@given(st.binary(max_size=40), st.integers(1, 12))
def test_a_reader_gives_the_whole_content_of_an_unchanged_file_and_counts_it(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, piece: int
) -> None:
    path = tmp_path_factory.mktemp("parcel") / "a"
    path.write_bytes(content)
    parcel = Parcel(path=path, sha256=hashlib.sha256(content).hexdigest(), suffix="bin")
    told: list[tuple[int, int | None]] = []
    with opened(path) as file:
        reader = HashingReader(file, parcel, lambda done, whole: told.append((done, whole)))
        assert b"".join(iter(lambda: reader.read(piece), b"")) == content
    assert [done for done, _ in told] == [*range(piece, len(content), piece), *([len(content)] if content else [])]


@given(st.binary(min_size=1, max_size=40), st.integers(1, 12))
def test_of_a_changed_file_the_last_piece_is_never_given(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, piece: int
) -> None:
    path = tmp_path_factory.mktemp("parcel") / "a"
    path.write_bytes(content)
    pieces: list[bytes] = []
    with opened(path) as file:
        reader = HashingReader(file, Parcel(path=path, sha256=SHA, suffix="bin"), None)
        with pytest.raises(NotDone, match="changed since it was checked"):
            pieces.extend(iter(lambda: reader.read(piece), b""))
    assert len(b"".join(pieces)) < len(content)


def test_what_is_no_file_or_too_large_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(100))
    for path, most, words in ((tmp_path, None, "not a file"), (tmp_path / "a", 99, "at most 99 bytes")):
        with pytest.raises(NotDone, match=words), opened(path, most):
            pytest.fail("it was opened")
    with opened(tmp_path / "a", 100) as file:
        assert len(file.read()) == 100


@pytest.mark.parametrize(
    ("told", "when"),
    [
        ("2026-11-29T10:00:00Z", datetime(2026, 11, 29, 10, tzinfo=UTC)),
        ("2026-11-29T10:00:00", datetime(2026, 11, 29, 10, tzinfo=UTC)),
        ("2026-11-29T19:00:00+09:00", datetime(2026, 11, 29, 10, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        ("soon", None),
        ("", None),
        (None, None),
        (float("nan"), None),
        (1e300, None),
        ("0001-01-01T00:00:00+23:00", None),
    ],
)
def test_a_time_is_read_in_either_way(told: object, when: datetime | None) -> None:
    assert moment(told) == when
