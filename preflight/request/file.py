"""Read and write requests: request.toml, request.json, or options, as a `RequestSpec`.

In: TOML, or JSON with the service's names. Out: assets in array order with their roles, and the settings; or a
`RequestFileError` that names the place. Paths are relative to the file.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from preflight.errors import RequestFileError
from preflight.files.text import TextError, bytes_of, json_of, toml_of
from preflight.files.toml import TableError, convert_table
from preflight.values.assets import Asset, Kind, Role, Window, as_stored, printable, unsupported

SERVICE_KEYS: dict[str, str] = {"image_urls": "images", "video_urls": "videos", "audio_urls": "audios"}
"""Array names of the service, as in request.json, → ours."""
MISPLACED = {
    "ratio": "did you mean 'aspect_ratio'?",
    "resolution": "did you mean 'quality'?",
    "size": "did you mean 'aspect_ratio', or 'quality'?",
    "seconds": "did you mean 'duration'?",
    "length": "did you mean 'duration'?",
    "audio": "did you mean 'audios' for a file, or 'generate_audio'?",
    "image_url": "did you mean 'images'?",
    "video_url": "did you mean 'videos'?",
    "audio_url": "did you mean 'audios'?",
    "seed": "these models take none: leave it out",
    "negative_prompt": "these models take none: say in the prompt what is wanted",
    "request": "the keys stand at the top of the file, in no table of their own: leave [request] out",
    "input": "the keys stand at the top of the file, in no table of their own: leave it out",
    "parameters": "the keys stand at the top of the file, in no table of their own: leave it out",
}
"""Keys of other models and tools → advice."""
JSON_BEGINS = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*[\[{]")
SAMPLE_BYTES = 512
MAX_BYTES = 256 << 20
"""A larger request file is not read; a rule judges the service's own limit of the body."""


class RequestSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the user wants it; None takes the profile's default."""

    assets: tuple[Asset, ...] = ()
    model: str | None = None
    prompt: str | None = None
    duration: int | None = None
    """Duration of the video to make, in seconds."""
    quality: str | None = None
    aspect_ratio: str | None = None
    generate_audio: bool | None = None
    callback_url: str | None = None
    content_filter: bool | None = None

    def of_kind(self, kind: Kind) -> tuple[Asset, ...]:
        """List the assets of one array, in order."""
        return tuple(asset for asset in self.assets if asset.role and asset.role.kind == kind)


class AssetEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{ path = "pov.mov", keep = "3.0-9.5" }`."""

    path: str
    keep: str | None = None


class RequestFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of a request.toml."""

    prompt: str
    model: str | None = None
    images: list[str | AssetEntry] = []
    videos: list[str | AssetEntry] = []
    audios: list[str | AssetEntry] = []
    duration: int | None = None
    quality: str | None = None
    aspect_ratio: str | None = None
    generate_audio: bool | None = None
    callback_url: str | None = None
    content_filter: bool | None = None


def load_spec(path: Path, *, absent: bool = False) -> RequestSpec:
    """Read a request.toml, or a request.json: the body of a create call.

    Raises:
        RequestFileError: it cannot be read, is neither, has wrong types or unknown keys, or names missing files.
    """
    name = printable(str(path))
    try:
        entry = convert_table(_table(path, name), RequestFile)
        assets = [
            *_assets("image", "images", entry.images, path.parent, absent=absent),
            *_assets("video", "videos", entry.videos, path.parent, absent=absent),
            *_assets("audio", "audios", entry.audios, path.parent, absent=absent),
        ]
    except TextError as error:
        raise RequestFileError(f"{name}: {error}", excerpt=error.excerpt) from None
    except TableError as error:
        raise RequestFileError(f"{name}: {error}", advice=_known(str(error))) from None
    settings = {f: getattr(entry, f) for f in RequestSpec.__struct_fields__ if f != "assets"}
    return RequestSpec(assets=tuple(assets), **settings)


def holds_json(path: Path) -> bool:
    """Tell whether a readable file begins like JSON; media may have any name."""
    try:
        with path.open("rb") as stream:
            return JSON_BEGINS.match(stream.read(SAMPLE_BYTES)) is not None
    except OSError:
        return False


def _known(said: str) -> str:
    """List all keys, as advice on an unknown one."""
    if "unknown key" not in said:
        return ""
    keys = ", ".join(RequestFile.__struct_fields__)
    return f"A request has {keys}; a .json has the service's names for the assets: {', '.join(SERVICE_KEYS)}."


def with_roles(kind: Kind, paths: Iterable[str]) -> list[Asset]:
    """Number the assets of one kind, in order."""
    return [Asset(path=path, role=Role(kind, number)) for number, path in enumerate(paths, 1)]


def dump_spec(spec: RequestSpec, folder: Path) -> str:
    """Format a request as request.toml for a file in `folder`."""
    import tomli_w

    table: dict[str, Any] = {f: getattr(spec, f) for f in RequestSpec.__struct_fields__ if f != "assets"}
    for key, kind in (("images", "image"), ("videos", "video"), ("audios", "audio")):
        table[key] = [_entry(asset, folder) for asset in spec.assets if asset.role and asset.role.kind == kind]
    return tomli_w.dumps({key: value for key, value in table.items() if value not in (None, [])})


def _entry(asset: Asset, folder: Path) -> str | dict[str, str]:
    path = asset.path if asset.is_url else os.path.relpath(asset.path, folder)
    if asset.keep is None:
        return path
    return {"path": path, "keep": str(asset.keep)}


def _table(path: Path, name: str) -> dict[str, Any]:
    """Read the keys of a request file, the service's names converted to ours."""
    content = _read(path, name)
    if path.suffix.lower() != ".json":
        table = toml_of(content)
        _refuse_misplaced(table)
        return table
    body: Any = json_of(content)
    if not isinstance(body, dict):
        raise TableError(f"expected an object with the fields of a request, got {type(body).__name__}")
    _refuse_misplaced(body)
    return {SERVICE_KEYS.get(str(key), str(key)): value for key, value in body.items()}


def _refuse_misplaced(table: dict[str, Any]) -> None:
    """Raise TableError for keys of other tools, with the right one."""
    for key, instead in MISPLACED.items():
        if key in table:
            raise TableError(f"{key}: unknown key; {instead}")


def _read(path: Path, name: str) -> bytes:
    try:
        content = bytes_of(path, MAX_BYTES)
    except OSError as error:
        raise RequestFileError(f"{name}: cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise RequestFileError(f"{name}: larger than {MAX_BYTES:,} bytes: not a request")
    return content


def _assets(kind: Kind, key: str, entries: list[str | AssetEntry], folder: Path, *, absent: bool) -> list[Asset]:
    return [_asset(Role(kind, n), f"{key}.{n - 1}", one, folder, absent=absent) for n, one in enumerate(entries, 1)]


def _asset(role: Role, place: str, entry: str | AssetEntry, folder: Path, *, absent: bool) -> Asset:
    wanted = entry if isinstance(entry, AssetEntry) else AssetEntry(entry)
    if role.kind == "image" and wanted.keep is not None:
        raise TableError(f"{place}.keep: a picture has no part to keep")
    given = Asset(path=wanted.path, role=role, keep=_window(wanted.keep, f"{place}.keep"))
    if given.is_url:
        return given
    path = Path(as_stored(str(folder / wanted.path)))
    if not os.path.exists(path) and (why := unsupported(wanted.path)):  # noqa: PTH110 - as below
        raise TableError(f"{place}: {why}")
    if not absent and not os.path.isfile(path):  # noqa: PTH113 - pathlib's raises for names that no file can have
        what = "is a folder" if os.path.isdir(path) else "no such file"  # noqa: PTH112 - the same
        raise TableError(f"{place}: {printable(str(path))}: {what}")
    return msgspec.structs.replace(given, path=str(path))


def _window(text: str | None, place: str) -> Window | None:
    try:
        return Window.parse(text) if text is not None else None
    except ValueError as error:
        raise TableError(f"{place}: {error}") from None
