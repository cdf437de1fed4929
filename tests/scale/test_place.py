"""A folder or a bucket's prefix is one place: files of it are read, listed and written whole, or it is said why not."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight.errors import CallError, NotDone
from preflight.objects.stores import Stores, from_environment
from preflight.scale.place import Mark, Place

if TYPE_CHECKING:
    from scripts.bucket_server import Bucket


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return Place(str(tmp_path / "store"), from_environment())
    bucket: Bucket = request.getfixturevalue("bucket")
    return Place(f"s3://{bucket.name}/place/{tmp_path.name}", request.getfixturevalue("stores"))


def names(place: Place, prefix: str = "") -> list[str]:
    return sorted(name for name, _ in place.listed(prefix))


def test_what_is_written_is_read_and_listed(place: Place) -> None:
    assert names(place) == []
    place.write("parts/a.parquet", b"one")
    place.write("b.json", b"")
    place.write("b.json", b"two")
    assert names(place) == ["b.json", "parts/a.parquet"]
    assert names(place, "parts") == ["parts/a.parquet"]
    assert (place.read("b.json"), place.read("parts/a.parquet")) == (b"two", b"one")


def test_what_is_not_there_is_found_by_nobody_and_cannot_be_read(place: Place) -> None:
    assert place.find("nothing.json") is None
    with pytest.raises(NotDone, match=r"nothing\.json"):
        place.read("nothing.json")


def test_a_content_is_found_with_the_mark_of_its_own(place: Place) -> None:
    place.write("a.json", b"one")
    first = place.find("a.json")
    place.write("a.json", b"other")
    later = place.find("a.json")
    assert first
    assert later
    assert (first[0], later[0]) == (b"one", b"other")
    assert first[1] != later[1]


def test_files_are_removed_and_those_that_are_gone_already_too(place: Place) -> None:
    for name in ("a", "b", "c"):
        place.write(name, b"x")
    place.remove(["a"])
    place.remove(["a", "b"])
    place.remove([])
    assert names(place) == ["c"]


def test_a_file_is_replaced_as_it_was_read(place: Place) -> None:
    assert place.replace("m.json", b"one", None)
    found = place.find("m.json")
    assert found
    assert place.replace("m.json", b"two", found[1])
    assert place.read("m.json") == b"two"
    if place.is_bucket:
        assert not place.replace("m.json", b"three", found[1])
        assert not place.replace("m.json", b"three", None)
        assert place.read("m.json") == b"two"


def test_a_mark_tells_a_store_what_it_knows() -> None:
    assert Mark("e", None).told() == {"e_tag": "e"}
    assert Mark(None, None).told() == {}
    assert Mark("e", "v").told() == {"e_tag": "e", "version": "v"}


def test_a_folder_is_made_where_that_is_asked_for_alone(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no such folder"):
        Place(str(tmp_path / "new"), from_environment(), make=False)
    assert not (tmp_path / "new").exists()
    Place(str(tmp_path / "new" / "deep"), from_environment())
    assert (tmp_path / "new" / "deep").is_dir()


def test_a_file_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CallError):
        Place(str(tmp_path / "file"), from_environment())


def test_a_folder_that_cannot_be_written_is_said_with_what_to_do(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "store"), from_environment())
    (tmp_path / "store" / "a").write_bytes(b"")
    with pytest.raises(NotDone) as wrong:
        place.write("a/b", b"x")
    assert "the next run goes on" in wrong.value.advice


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_not_there_is_said(stores: Stores) -> None:
    with pytest.raises(NotDone, match="cannot be"):
        names(Place("s3://no-such-bucket-of-anybody/x", stores))
