"""Lists of names as other programs write them, and what is no such list."""

import contextlib
import io
import json
import os
import re
import tracemalloc
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.report.remedies import said
from preflight.request.manifest import MAX_LINE_CHARACTERS, MAX_NAME_BYTES, manifest, names
from preflight.values.assets import Asset, Role, Window
from tests.posix import make_pipe

NAMES = st.lists(
    st.binary(min_size=1, max_size=300).filter(lambda name: b"\0" not in name and b"\n" not in name), max_size=20
)


def read(content: bytes, separator: bytes = b"\0") -> list[str | Asset]:
    return list(names(io.BytesIO(content), separator, "--from0"))


def rows(tmp_path: Path, text: str | bytes) -> list[Asset]:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text)
    return list(manifest(path))


# ---- names ----------------------------------------------------------------------------------------------------------


@given(NAMES, st.booleans())
def test_any_name_that_a_file_can_have_comes_through_a_list_ended_by_nul(given_names: list[bytes], ended: bool) -> None:
    content = b"\0".join(given_names) + (b"\0" if ended else b"")
    assert [os.fsencode(str(name)) for name in read(content)] == given_names


def test_a_list_of_lines_may_come_from_another_system() -> None:
    assert read(b"a b.mp4\r\n\n -x.png\nlast", b"\n") == ["a b.mp4", " -x.png", "last"]


def test_an_empty_list_has_no_names() -> None:
    assert read(b"") == read(b"\0\0") == read(b"\n\n", b"\n") == []


def test_names_that_lie_across_blocks_are_whole() -> None:
    many = [f"{'d' * 250}/{number}.mp4" for number in range(5_000)]
    assert read("\0".join(many).encode()) == many


@pytest.mark.parametrize("content", [b"x" * (MAX_NAME_BYTES + 1), b"\n" * (1 << 20)])
def test_what_is_no_list_of_names_is_refused_before_it_fills_the_memory(content: bytes) -> None:
    with pytest.raises(CallError, match="a name of more than 65,536 bytes"):
        read(content)


@pytest.mark.parametrize(
    ("separator", "wrong", "said"),
    [
        (b"\0", b"x" * (1 << 20), "--from0:2: a name of more than 65,536 bytes"),
        (b"\n", b"x" * (MAX_NAME_BYTES + 1), "--from0:2: a name of more than 65,536 bytes"),
        (b"\n", b"b\0c", "--from0:2: holds NUL bytes, so its names are not ended by lines"),
    ],
)
def test_a_name_that_no_file_can_have_costs_itself_alone(separator: bytes, wrong: bytes, said: str) -> None:
    assert read(separator.join([b"a", wrong, b"c"]), separator) == ["a", Asset(path="--from0:2", unread=said), "c"]


def test_an_endless_name_is_not_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            self.taken += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(CallError):
        list(names(stream, b"\0", "--from0"))  # type: ignore[arg-type] # what is read of it is all that matters
    assert stream.taken < 1 << 20


def test_nul_bytes_in_a_list_of_lines_are_told() -> None:
    with pytest.raises(CallError) as refused:
        read(b"a.mp4\0b.mp4\0", b"\n")
    assert "--from0" in said(refused.value.remedies)


def test_a_hundred_thousand_names_take_no_more_memory_than_some(tmp_path: Path) -> None:
    path = tmp_path / "names"
    path.write_bytes(b"".join(b"footage/day-%06d/take.mov\0" % number for number in range(100_000)))
    with path.open("rb") as stream:
        assert peak(names(stream, b"\0", "names"), 100_000) < 1 << 20


def test_the_rows_of_a_manifest_are_not_gathered(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("path,kind\n" + "".join(f"day-{number:06}/take.mov,video\n" for number in range(15_000)))
    assert peak(manifest(path), 15_000) < 1 << 20


def peak(items: Iterator[object], count: int) -> int:
    """Return the most memory that going through items took, in bytes."""
    tracemalloc.start()
    try:
        assert sum(1 for _ in items) == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# ---- manifests ------------------------------------------------------------------------------------------------------


def test_a_csv_has_a_path_and_may_have_more(tmp_path: Path) -> None:
    text = "id,path,kind,role,keep\n1,a.mov,video,video 2,3.0-9.5\n2,sub/b.png,,,\n3,c.wav,audio\n"
    assert rows(tmp_path, text) == [
        Asset(path=f"{tmp_path}/a.mov", role=Role("video", 2), keep=Window(Fraction(3), Fraction(19, 2))),
        Asset(path=f"{tmp_path}/sub/b.png"),
        Asset(path=f"{tmp_path}/c.wav", role=Role("audio", 1)),
    ]


def test_json_lines_say_the_same(tmp_path: Path) -> None:
    lines = [
        {"path": "a.mov", "role": "video 2", "keep": "3.0-9.5", "id": [1]},
        {"path": "b.png", "kind": None},
        {"path": "c.wav", "kind": "audio"},
    ]
    assert [asset.role for asset in rows(tmp_path, "\n".join(map(json.dumps, lines)) + "\n\n")] == [
        Role("video", 2),
        None,
        Role("audio", 1),
    ]


def test_assets_with_a_kind_are_numbered_among_their_kind(tmp_path: Path) -> None:
    text = "path,kind\na,image\nb,video\nc,image\n"
    assert [str(asset.role) for asset in rows(tmp_path, text)] == ["image 1", "video 1", "image 2"]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffpath,kind\r\na b.mov,\r\n",
        "Path;kind\n a b.mov;\n".replace(" a", "a"),
        "kind\tpath\n\ta b.mov\n",
        '"path"\n"a b.mov"\n',
        "path\na b.mov\n\n",
        '\ufeff{"path": "a b.mov"}',
    ],
)
def test_what_other_programs_write_is_read(tmp_path: Path, text: str) -> None:
    assert [asset.path for asset in rows(tmp_path, text)] == [f"{tmp_path}/a b.mov"]


def test_paths_start_from_the_manifest_and_whole_paths_and_addresses_stay(tmp_path: Path) -> None:
    text = "path\n../a.mov\n/b.mov\nhttps://example.com/c.mov\n"
    assert [asset.path for asset in rows(tmp_path, text)] == [
        f"{tmp_path}/../a.mov",
        "/b.mov",
        "https://example.com/c.mov",
    ]


def test_an_address_may_have_any_query(tmp_path: Path) -> None:
    for url in ("https://example.com?mail=a@b", "HTTP://example.com:8080/a%20b.mov?sign=a/b#c", "https://[::1]/a"):
        assert [asset.path for asset in rows(tmp_path, f"path\n{url}\n")] == [url]


def test_a_name_that_is_no_text_is_kept_as_it_is(tmp_path: Path) -> None:
    (asset,) = rows(tmp_path, b"path\ncaf\xe9.mov\n")
    assert os.fsencode(asset.path).endswith(b"/caf\xe9.mov")


def test_a_manifest_that_can_be_read_only_once_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    make_pipe(pipe)
    keep = os.open(pipe, os.O_RDWR)
    try:
        os.write(keep, b"path\n" + b"a.mov\n" * 3)
        listed = manifest(pipe)
        assert next(listed).path == f"{tmp_path}/a.mov"
    finally:
        os.close(keep)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: no column named 'path'; there are none"),
        ("file,kind\na,b\n", ":1: no column named 'path'; there are 'file', 'kind'"),
        ('{"kind": "image"}\n', ":1: path: missing"),
        ('{"path": "a", "x": ' + "[" * 100_000, ":1: is not JSON"),
        ('{"path": "' + "a" * MAX_LINE_CHARACTERS, "a line of more than 1,048,576 characters"),
        ('["a"]\n{"path": "a"}\n', "no column named 'path'"),
        ('{"path": }\n{"path" "b"}\n', ":1: is not JSON"),
        (b"\xff\xfep\0a\0t\0h\0\n\0\0\xd8", "is not UTF-16 text"),
    ],
)
def test_what_is_no_manifest_at_all_is_refused_before_anything_begins(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    with pytest.raises(CallError) as refused:
        rows(tmp_path, text)
    assert said in refused.value.message
    assert refused.value.message.isprintable()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,kind\n,video\n", ":2: path: missing"),
        ("path\na\0b\n", "no file can have the name"),
        ("path\na.mov\nhttps://\n", ":3: path: 'https://' is no address"),
        ("path\nhttp://[::1/a.mov\n", ":2: path: 'http://[::1/a.mov' is no address"),
        ("path\nhttp://example.com:port/a.mov\n", ":2: path: 'http://example.com:port/a.mov' is no address"),
        ("path\nhttps://me:pass@example.com/a?sign=1\n", ":2: path: 'https://example.com/a?...' carries a user name"),
        ('path\n"a\n', ": is not CSV: unexpected end of data"),
        ("path,role\na,film 1\n", ":2: role: expected a part such as 'video 1', got 'film 1'"),
        ("path,role\na,video 0\n", ":2: role: expected a part such as 'video 1', got 'video 0'"),
        ("path,role,kind\na,video 1,image\n", ":2: role: is video 1, but kind is image"),
        ("path,kind\na,unknown\n", ":2: kind: expected image, video or audio, got 'unknown'"),
        ("path,keep\na,9-3\n", ":2: keep: expected an end after the start, got '9-3'"),
        ("path,keep\na,first\n", ":2: keep: expected START-END in seconds"),
        ("path,keep\na.png,1-4\n", ":2: keep: a picture has no part to keep"),
        ("path,keep,kind\na,1-4,image\n", ":2: keep: a picture has no part to keep"),
        ("path,keep,role\na,1-4,image 2\n", ":2: keep: a picture has no part to keep"),
        ("path\nfile:///etc/passwd\n", ":2: path: file: is not supported: give a path"),
        ("path\nftp://example.com/a.mov\n", ":2: path: ftp: is not supported"),
        ('{"path": "a"}\n{"path": }\n', ":2: is not JSON"),
        ('{"path": "a"}\n["a"]\n', ":2: expected an object, got '[\"a\"]'"),
        ('{"path": 3}\n', ":1: path: expected text, got 3"),
        ('{"path": "a\\u0000"}\n', ":1: path: no file can have the name"),
        ('{"path": "a\\ud800"}\n', ":1: path: no file can have the name"),
        ("path\n" + '"' + "a" * 200_000 + '"\n', "is not CSV: field larger than field limit"),
        ('{"path": "a"}\n{"path": "b", "x": ' + "9" * 5_000 + "}\n", ":2: is a number of 5,000 digits"),
        ('{"path": "a"}\n{"path": "' + "a" * MAX_LINE_CHARACTERS + '"}\n', ":2: a line of more than 1,048,576"),
        ("path,keep\na.mov,1-" + "9" * 5_000 + "\n", ":2: keep: expected START-END in seconds"),
    ],
)
def test_a_row_that_is_wrong_names_its_line_and_costs_itself_alone(tmp_path: Path, text: str, said: str) -> None:
    good = '{"path": "later.png"}\n' if text.startswith("{") else "later.png\n"
    *_, wrong, last = rows(tmp_path, text.removesuffix("\n") + "\n" + good)
    assert said in wrong.unread
    assert wrong.unread.isprintable()
    assert (last.path, last.unread) == (f"{tmp_path}/later.png", "")


def test_a_quote_that_is_never_closed_costs_its_line_and_not_those_after_it(tmp_path: Path) -> None:
    found = rows(tmp_path, 'path\na.png\n"b.png\n\nc.png\n"d.png"x\ne.png\n')
    assert [(Path(one.path).name, bool(one.unread)) for one in found] == [
        ("a.png", False),
        ("list.csv:3", True),
        ("c.png", False),
        ("list.csv:6", True),
        ("e.png", False),
    ]


@given(st.lists(st.text('a",\\ \t', max_size=8), max_size=30))
def test_no_line_of_a_table_is_lost_whatever_stands_in_the_others(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "quotes.csv"
    path.write_text("path\nfirst.png\n" + "".join(f"{line}\n" for line in lines) + "last.png\n")
    found = [Path(asset.path).name for asset in manifest(path)]
    assert found[0] == "first.png"
    assert "last.png" in found[-1]


def test_what_a_row_that_is_wrong_names_is_still_named(tmp_path: Path) -> None:
    text = "path,kind\nhttps://u:p@example.com/a.png?sign=1,\nb.png,film\n,video\n"
    url, path, place = (one.path for one in rows(tmp_path, text))
    assert (url, path) == ("https://u:p@example.com/a.png?sign=1", f"{tmp_path}/b.png")
    assert place.endswith("list.csv:4")


def test_a_manifest_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="No such file"):
        list(manifest(tmp_path / "absent.csv"))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_manifest_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "list"
    path.write_bytes(content)
    with contextlib.suppress(CallError):
        assert all(os.fsencode(asset.path) for asset in manifest(path))


# ---- as people save them ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("head", ["", "sep=;\r\n"])
def test_a_table_of_excel_is_read_with_its_empty_rows_and_its_first_line(
    encoding: str, head: str, tmp_path: Path
) -> None:
    for name in ("a.png", "b c.mp4"):
        (tmp_path / name).touch()
    text = f"{head}Path;Role\r\na.png;Image 1\r\n;\r\nb c.mp4;VIDEO 2\r\n ; \r\n;;;\r\n"
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    found = list(manifest(path))
    assert [(Path(one.path).name, str(one.role)) for one in found] == [("a.png", "image 1"), ("b c.mp4", "video 2")]


def test_the_line_that_is_named_is_that_of_the_file_also_behind_a_first_line_of_excel(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("sep=,\npath,role\na.png,image 1\na.png,first\n")
    assert re.search(r"list\.csv:4: role: expected a part", list(manifest(path))[-1].unread)


@pytest.mark.parametrize("said", ["Image 1", "image1", "IMAGE_1", "image-1"])
def test_a_role_is_read_however_its_words_are_written(said: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    path = tmp_path / "list.csv"
    path.write_text(f"path,role\na.png,{said}\n")
    assert [str(one.role) for one in manifest(path)] == ["image 1"]
