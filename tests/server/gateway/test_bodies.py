"""What comes in is read within its size, its time and the room that there is; a form is read as a body."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from preflight.request.incoming import BodyError
from preflight.server.gateway import bodies
from preflight.server.gateway.bodies import BodyMemory, is_form, read_body, read_form, table_of_form, take_file
from preflight.server.gateway.errors import ApiError
from preflight.upload.contents import Content, Contents

SLOW_S = 60.0


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    return Contents(tmp_path / "contents")


def request(*chunks: bytes, hangs: bool = False, **headers: str) -> Request:
    """Make a request whose body comes in pieces, and may never end."""
    waiting = [*chunks]

    async def receive() -> dict[str, Any]:
        if not waiting and hangs:
            await anyio.sleep_forever()
        body = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": body, "more_body": hangs or bool(waiting)}

    named = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": named}, receive)


def body_of(one: Request, slow_s: float = SLOW_S) -> bytes:
    async def read() -> bytes:
        with BodyMemory().taken() as taken:
            return await read_body(one, taken, slow_s)

    return anyio.run(read)


def refused(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(ApiError) as found:
        call()
    return found.value.status, found.value.code


# ---- bodies ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_a_body_is_its_pieces(chunks: list[bytes]) -> None:
    assert body_of(request(*chunks)) == b"".join(chunks)


@pytest.mark.parametrize("coding", ["", "identity", " IDENTITY "])
def test_a_body_as_it_is_is_read(coding: str) -> None:
    assert body_of(request(b"{}", Content_Encoding=coding)) == b"{}"


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_a_packed_body_is_refused_and_not_unpacked(coding: str) -> None:
    assert refused(lambda: body_of(request(b"x", Content_Encoding=coding))) == (415, "unsupported_encoding")


def test_a_body_has_an_end_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_BYTES", 10)
    monkeypatch.setattr(bodies, "HEARD_OUT_BYTES", 10)
    assert body_of(request(b"12345", b"67890")) == b"1234567890"
    assert refused(lambda: body_of(request(b"1234567890", b"1"))) == (413, "request_too_large")
    with pytest.raises(ApiError) as endless:
        body_of(request(*[b"x" * 7] * 3, hangs=True))
    assert (endless.value.status, endless.value.headers) == (413, {"Connection": "close"})


def test_a_body_has_an_end_by_its_time() -> None:
    assert refused(lambda: body_of(request(b"x", hangs=True), slow_s=0.0)) == (408, "request_timeout")


def test_what_is_held_in_memory_is_counted_until_it_is_done_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BUFFERED_BYTES", 10)
    room = BodyMemory()
    with room.taken() as one, room.taken() as another:
        one.add(6)
        another.add(4)
        with pytest.raises(ApiError) as full:
            another.add(1)
        assert (room.used, one.bytes, another.bytes, full.value.status) == (10, 6, 4, 429)
    assert room.used == 0
    with pytest.raises(ApiError), room.taken() as third:
        third.add(11)
    assert room.used == 0


# ---- forms ----------------------------------------------------------------------------------------------------------


def multipart(*parts: tuple[str, bytes], boundary: str = "b") -> Request:
    pieces = [
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + told + b"\r\n"
        for head, told in parts
    ]
    kind = f"multipart/form-data; boundary={boundary}"
    return request(*pieces, f"--{boundary}--\r\n".encode(), Content_Type=kind)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("multipart/form-data; boundary=x", True),
        ("Multipart/Form-Data", True),
        ("application/x-www-form-urlencoded", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_a_form_is_known_by_its_type(kind: str, found: bool) -> None:
    assert is_form(request(Content_Type=kind)) is found


def test_a_form_is_read_with_its_files() -> None:
    one = multipart(('name="prompt"', "클립.".encode()), ('name="image_urls[]"; filename="a.png"', b"bytes"))

    async def read() -> tuple[object, bytes]:
        form = await read_form(one, SLOW_S)
        part = form["image_urls[]"]
        assert isinstance(part, UploadFile)
        found = form["prompt"], await part.read()
        await form.close()
        return found

    assert anyio.run(read) == ("클립.", b"bytes")


@pytest.mark.parametrize(
    "one",
    [
        request(b"--b\r\nnothing of a form", Content_Type="multipart/form-data; boundary=b"),
        request(b"--b--", Content_Type="multipart/form-data"),
        multipart(('name="prompt"', "클립".encode("cp949"))),
        multipart(('name="prompt"', b"x"), boundary="b; charset=nothing"),
        multipart(('filename="a.png"', b"x")),
        multipart(*[('name="a"', b"x")] * (bodies.FIELDS_AT_MOST + 1)),
        multipart(*[('name="a"; filename="a"', b"x")] * (bodies.FILES_AT_MOST + 1)),
    ],
)
def test_a_form_that_is_none_is_refused(one: Request) -> None:
    assert refused(lambda: anyio.run(read_form, one, SLOW_S)) == (400, "invalid_request")


def test_a_file_is_taken_under_its_hash_and_one_that_is_too_large_is_not(
    contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "UPLOAD_BYTES", 10)
    taken = anyio.run(take_file, UploadFile(BytesIO(b"1234567890"), filename="A.JPG"), contents)
    assert taken.path.name == f"{hashlib.sha256(b'1234567890').hexdigest()}.jpg"
    large = UploadFile(BytesIO(b"12345678901"), filename="a.jpg")
    assert refused(lambda: anyio.run(take_file, large, contents)) == (413, "request_too_large")
    contents.release(taken)
    assert [*contents.folder.iterdir()] == []


@pytest.mark.parametrize("name", ["", "a", "a.", "a.b/c", "a.tar gz", "../../a.."])
def test_a_file_s_name_decides_no_more_than_an_ending(contents: Contents, name: str) -> None:
    taken = anyio.run(take_file, UploadFile(BytesIO(b"x"), filename="z"), contents, name)
    assert taken.path.parent == contents.folder


def table(contents: Contents, *parts: tuple[str, str | bytes]) -> tuple[dict[str, Any], dict[str, Content]]:
    held: dict[str, Content] = {}
    form = FormData(
        [
            (name, UploadFile(BytesIO(told), filename="a.png") if isinstance(told, bytes) else told)
            for name, told in parts
        ]
    )
    return anyio.run(table_of_form, form, contents, held), held


def test_files_and_addresses_stand_in_their_array_in_the_order_in_which_they_came(contents: Contents) -> None:
    found, held = table(
        contents,
        ("image_urls[]", b"one"),
        ("images", "https://host/two.png"),
        ("image", b"three"),
        ("video_urls", "https://host/four.mp4"),
        ("audios[]", b"five"),
    )
    first, two, third = found["image_urls"]
    (four,), (fifth,) = found["video_urls"], found["audio_urls"]
    assert (two, four) == ("https://host/two.png", "https://host/four.mp4")
    assert {held[name].path.read_bytes() for name in (first, third, fifth)} == {b"one", b"three", b"five"}
    assert held[first].path.read_bytes() == b"one"


def test_a_field_with_the_whole_body_is_what_the_other_fields_add_to(contents: Contents) -> None:
    whole = '{"prompt": "A rider.", "duration": 4, "image_urls": ["https://host/a.png"]}'
    found, held = table(contents, ("duration", "6"), ("image", b"x"), ("request", whole))
    assert found == {"prompt": "A rider.", "duration": 6, "image_urls": ["https://host/a.png", *held]}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("duration", "6", 6),
        ("duration", " -1 ", -1),
        ("duration", "6.5", "6.5"),
        ("duration", "--6", "--6"),
        ("duration", "-", "-"),
        ("duration", "", ""),
        ("duration", "٦", "٦"),
        ("duration", "9" * 12, "9" * 12),
        ("seed", "00", 0),
        ("generate_audio", "True", True),
        ("content_filter", "false ", False),
        ("generate_audio", "1", "1"),
        ("prompt", "6", "6"),
        ("model_params", '{"a": 1}', {"a": 1}),
    ],
)
def test_a_form_knows_only_text_and_fields_have_types(contents: Contents, name: str, text: str, value: object) -> None:
    assert table(contents, (name, text))[0] == {name: value}


@pytest.mark.parametrize(
    ("parts", "param"),
    [
        ([("prompt", b"a file")], "prompt"),
        ([("request", b'{"prompt": "a file, not a field"}')], "request"),
        ([("body", b"{}")], "body"),
        ([("x" * 100, b"x")], "x" * 60),
        ([("request", '{"image_urls": "https://host/a.png"}'), ("image", b"x")], "image_urls"),
        ([("request", '{"image_urls": {}}'), ("image", "https://host/b.png")], "image_urls"),
        ([("request", "no JSON")], ""),
        ([("model_params", "[]")], ""),
    ],
)
def test_a_field_that_cannot_be_used_is_refused_and_nothing_of_it_is_dropped(
    contents: Contents, parts: list[tuple[str, str | bytes]], param: str
) -> None:
    with pytest.raises(BodyError) as wrong:
        table(contents, *parts)
    assert wrong.value.param == param


@given(
    st.lists(
        st.tuples(st.sampled_from(("duration", "seed", "generate_audio", "image", "prompt")), st.text(max_size=14))
    )
)
def test_no_text_of_a_field_is_more_than_this_reads(parts: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        found, _ = table(Contents(Path(folder)), *parts)
    assert found.keys() <= {"duration", "seed", "generate_audio", "image_urls", "prompt"}
    assert found.get("image_urls", []) == [text for name, text in parts if name == "image"]
