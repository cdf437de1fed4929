"""What a person asks for: a request.toml, or the same by options, as a `RequestSpec`.

In: TOML. Out: assets in array order with their roles, and the settings; or a `RequestFileError` that names the place.
Names are the service's own; paths are relative to the file.
"""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from preflight.assets import Asset, Kind, Role, Window, printable, unsupported
from preflight.errors import RequestFileError
from preflight.tables import TableError, convert_table

MAX_BYTES = 256 << 20
"""A request.toml larger than this is not read; the service's own body limit is judged by a rule."""


class RequestSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A request as asked for; None means that the profile's default is sent."""

    assets: tuple[Asset, ...] = ()
    model: str | None = None
    prompt: str | None = None
    duration: int | None = None
    """Length of the video to be made, in seconds."""
    quality: str | None = None
    aspect_ratio: str | None = None
    generate_audio: bool | None = None
    callback_url: str | None = None
    content_filter: bool | None = None

    def of_kind(self, kind: Kind) -> tuple[Asset, ...]:
        """Return the assets of one array, in order."""
        return tuple(asset for asset in self.assets if asset.role and asset.role.kind == kind)


class AssetEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{ path = "pov.mov", keep = "3.0-9.5" }`."""

    path: str
    keep: str | None = None


class RequestFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shape of a request.toml."""

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


def load_spec(path: Path) -> RequestSpec:
    """Read a request.toml.

    Raises:
        RequestFileError: it cannot be read, is not TOML, has wrong types or unknown keys, or names absent files.
    """
    name = printable(str(path))
    try:
        entry = convert_table(_read(path, name), RequestFile)
        assets = [
            *_assets("image", "images", entry.images, path.parent),
            *_assets("video", "videos", entry.videos, path.parent),
            *_assets("audio", "audios", entry.audios, path.parent),
        ]
    except TableError as error:
        raise RequestFileError(f"{name}: {error}") from None
    settings = {f: getattr(entry, f) for f in RequestSpec.__struct_fields__ if f != "assets"}
    return RequestSpec(assets=tuple(assets), **settings)


def with_roles(kind: Kind, paths: Iterable[str]) -> list[Asset]:
    """Number the assets of one kind in the order given."""
    return [Asset(path=path, role=Role(kind, number)) for number, path in enumerate(paths, 1)]


def dump_spec(spec: RequestSpec, folder: Path) -> str:
    """Return a request.toml for a file in `folder`: the same request with its assets as they are now."""
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


def _read(path: Path, name: str) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RequestFileError(f"{name}: larger than {MAX_BYTES:,} bytes: not a request")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RequestFileError(f"{name}: not TOML: {error}") from None
    except UnicodeDecodeError:
        raise RequestFileError(f"{name}: not UTF-8 text, which TOML has to be") from None
    except OSError as error:
        raise RequestFileError(f"{name}: cannot be read: {error.strerror}") from None


def _assets(kind: Kind, key: str, entries: list[str | AssetEntry], folder: Path) -> list[Asset]:
    return [_asset(Role(kind, n), f"{key}.{n - 1}", entry, folder) for n, entry in enumerate(entries, 1)]


def _asset(role: Role, place: str, entry: str | AssetEntry, folder: Path) -> Asset:
    wanted = entry if isinstance(entry, AssetEntry) else AssetEntry(entry)
    if role.kind == "image" and wanted.keep is not None:
        raise TableError(f"{place}.keep: a picture has no part to keep")
    given = Asset(path=wanted.path, role=role, keep=_window(wanted.keep, f"{place}.keep"))
    if given.is_url:
        return given
    path = folder / wanted.path
    if not os.path.exists(path) and (why := unsupported(wanted.path)):  # noqa: PTH110 - as below
        raise TableError(f"{place}: {why}")
    if not os.path.isfile(path):  # noqa: PTH113 - pathlib's raises for names that no file can have
        what = "is a folder" if os.path.isdir(path) else "no such file"  # noqa: PTH112 - the same
        raise TableError(f"{place}: {printable(str(path))}: {what}")
    return msgspec.structs.replace(given, path=str(path))


def _window(text: str | None, place: str) -> Window | None:
    try:
        return Window.parse(text) if text is not None else None
    except ValueError as error:
        raise TableError(f"{place}: {error}") from None
