"""Bodies that come in: within their size, in their time, and no more of them at once than there is room for."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

from anyio.to_thread import run_sync
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from preflight.request.incoming import BodyError, table_of
from preflight.server.gateway.errors import ApiError, invalid, too_busy
from preflight.server.gateway.settings import BODY_BYTES, BUFFERED_BYTES, FORM_BYTES, UPLOAD_BYTES
from preflight.upload.contents import PIECE_BYTES, Content, Contents
from preflight.values.phrase import joined, phrase

SLOWEST_BYTES_S = 32 << 10
HEARD_OUT_BYTES = 256 << 20
"""Bytes of a body that is too long which are read and dropped, so that its sender hears why."""
FIELD_BYTES = 8 << 20
FILES_AT_MOST, FIELDS_AT_MOST = 32, 64
ARRAYS = {
    "image_urls": ("image_urls", "images", "image"),
    "video_urls": ("video_urls", "videos", "video"),
    "audio_urls": ("audio_urls", "audios", "audio"),
}
"""Array → the names of form fields that it is made of, each with or without [] behind it."""
WHOLE = ("request", "body", "json")
"""Fields of a form that hold a body as JSON."""
NUMBERS, SWITCHES = ("duration", "seed"), ("generate_audio", "content_filter")
NUMBER = re.compile(r"\s*-?[0-9]{1,11}\s*")


class BodyMemory:
    """Bytes of bodies that are held in memory; used in one event loop."""

    def __init__(self) -> None:
        self.used = 0

    @contextmanager
    def taken(self) -> Iterator["BodyAllowance"]:
        """Count what one body takes, until the end of a block."""
        mine = BodyAllowance(self)
        try:
            yield mine
        finally:
            self.used -= mine.bytes


class BodyAllowance:
    """What one body takes."""

    def __init__(self, room: BodyMemory) -> None:
        self._room, self.bytes = room, 0

    def add(self, count: int) -> None:
        """Take more; raise ApiError (429) where there is no room."""
        if self._room.used + count > BUFFERED_BYTES:
            raise too_busy("too much is being received")
        self._room.used += count
        self.bytes += count


async def read_body(request: Request, taken: BodyAllowance, slow_s: float) -> bytes:
    """Read a body of at most 64 MiB.

    Raises:
        ApiError: it is longer, too slow, or packed; or there is no room.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise ApiError(415, "unsupported_encoding", "Content-Encoding is not understood: send the body as it is")
    content = bytearray()
    async for chunk in _within(request, BODY_BYTES, slow_s):
        taken.add(len(chunk))
        content += chunk
    return bytes(content)


async def _within(request: Request, most_bytes: int, slow_s: float) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a body; one that is too long is heard out first."""
    begun, done, chunks = asyncio.get_running_loop().time(), 0, request.stream()
    while True:
        left_s = begun + slow_s + done / SLOWEST_BYTES_S - asyncio.get_running_loop().time()
        try:
            chunk = await asyncio.wait_for(anext(chunks), max(left_s, 0.0))
        except StopAsyncIteration:
            break
        except TimeoutError:
            raise ApiError(
                408, "request_timeout", "the body comes too slowly", headers={"Connection": "close"}
            ) from None
        done += len(chunk)
        if done > HEARD_OUT_BYTES + most_bytes:
            raise _too_long(most_bytes, {"Connection": "close"})
        if done <= most_bytes:
            yield chunk
    if done > most_bytes:
        raise _too_long(most_bytes, {})


def _too_long(most_bytes: int, headers: dict[str, str]) -> ApiError:
    words = phrase("the request body must be at most {n1} MB ({n2} bytes)", n1=most_bytes >> 20, n2=f"{most_bytes:,}")
    return ApiError(413, "request_too_large", words, headers=headers)


# ---- forms ----------------------------------------------------------------------------------------------------------


def is_form(request: Request) -> bool:
    """Tell whether a body is a form with files."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


class _Parser(MultiPartParser):
    """Refuses a field that is not in the encoding of its form, instead of guessing letters that nobody wrote."""

    def on_part_end(self) -> None:
        """Decode a field strictly; raise UnicodeDecodeError, or LookupError for an unknown encoding."""
        if self._current_part.file is None:
            bytes(self._current_part.data).decode(self._charset)
        super().on_part_end()


async def read_form(request: Request, slow_s: float, most_bytes: int = FORM_BYTES) -> FormData:
    """Read a form, files to disk.

    Raises:
        ApiError: it is malformed, too long, or too slow.
    """
    stream = _within(request, most_bytes, slow_s)
    parser = _Parser(
        request.headers, stream, max_files=FILES_AT_MOST, max_fields=FIELDS_AT_MOST, max_part_size=FIELD_BYTES
    )
    try:
        return await parser.parse()
    except (MultiPartException, LookupError, UnicodeDecodeError):
        raise invalid("the multipart body is malformed") from None


async def take_file(part: UploadFile, contents: Contents, name: str = "") -> Content:
    """Take a file of a form; held once by the caller.

    Raises:
        ApiError: it is too large.
    """
    suffix = (name or part.filename or "").rpartition(".")[2].lower()

    def taken() -> Content:
        with contents.writing(suffix) as draft:
            while piece := part.file.read(PIECE_BYTES):
                draft.write(piece)
                if draft.bytes > UPLOAD_BYTES:
                    raise _too_long(UPLOAD_BYTES, {})
            return draft.take()

    return await run_sync(taken)


async def table_of_form(form: FormData, contents: Contents, held: dict[str, Content]) -> dict[str, Any]:
    """Read a form as a body: fields by their names, files in the arrays, in the order in which they came.

    Args:
        form: the form.
        contents: where files go.
        held: filled with what stands in the body for each file → its content, held once by the caller.

    Raises:
        BodyError: a field is none, or of a wrong type.
    """
    table: dict[str, Any] = {}
    for name in WHOLE:
        if isinstance(told := form.get(name), str):
            table |= table_of(told.encode())
    arrays = {alias: array for array, aliases in ARRAYS.items() for one in aliases for alias in (one, f"{one}[]")}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name not in arrays:
                raise BodyError(
                    phrase("{q}: no field for files; there are {l}", q=name[:60], l=joined(ARRAYS)), name[:60]
                )
            content = await take_file(value, contents)
            stand_in = f"part:{len(held)}"
            held[stand_in] = content
            _array(table, arrays[name]).append(stand_in)
        elif name in arrays:
            _array(table, arrays[name]).append(value)
        elif name not in WHOLE:
            table[name] = _typed(name, value)
    return table


def _array(table: dict[str, Any], name: str) -> list[Any]:
    """Find or make the array that a part of a form goes to; the field with the whole body may have said anything."""
    found = table.setdefault(name, [])
    if not isinstance(found, list):
        raise BodyError(phrase("{q}: expected a list", q=name), name)
    return found


def _typed(name: str, text: str) -> object:
    """Read a field of a form, which knows only text."""
    if name in NUMBERS and NUMBER.fullmatch(text):
        return int(text)
    if name in SWITCHES and text.strip().lower() in ("true", "false"):
        return text.strip().lower() == "true"
    if name == "model_params":
        return table_of(text.encode())
    return text
