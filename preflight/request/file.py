"""Read and write requests: request.toml, request.json, or options, as a `RequestSpec`.

In: TOML, or JSON with the service's names. Out: assets in array order with their roles, and the settings; or a
`RequestFileError` that names the place. Paths are relative to the file.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from preflight.errors import RequestFileError
from preflight.files.text import TextError, bytes_of, json_of, toml_of
from preflight.files.toml import TableError, convert_table
from preflight.files.toml_spans import plain_key
from preflight.profiles import Profile, load, nearest
from preflight.profiles.index import index, needs_prompt
from preflight.request.own_words import OWN_WORDS, excerpt_of
from preflight.values.assets import Asset, Kind, Role, Window, as_stored, printable, unsupported
from preflight.values.phrase import error_words, joined, phrase

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
"""What people write, from other models and other tools, and what it is here."""
KEYS: dict[str, Kind] = {"images": "image", "videos": "video", "audios": "audio"}
NOT_SETTINGS = ("assets", "fields")
JSON_BEGINS = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*[\[{]")
SAMPLE_BYTES = 512
MAX_BYTES = 256 << 20
"""A larger request file is not read; a rule judges the service's own limit of the body."""


class RequestSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A request as asked for; None means that the profile's default is sent.

    Assets stand in the arrays, or each in a field of its own, which its role then names.
    """

    assets: tuple[Asset, ...] = ()
    model: str | None = None
    prompt: str | None = None
    duration: int | str | None = None
    """Length of the video to be made, in seconds; a word such as "auto" where the model has one."""
    quality: str | None = None
    aspect_ratio: str | None = None
    generate_audio: bool | None = None
    callback_url: str | None = None
    content_filter: bool | None = None
    fields: dict[str, Any] = {}
    """What else is asked for, by the service's own names: `seed`, `model_params`."""

    def of_kind(self, kind: Kind) -> tuple[Asset, ...]:
        """Return the assets of one array, in order."""
        return tuple(a for a in self.assets if a.role and a.role.kind == kind and not a.role.field)

    def singles(self) -> dict[str, Asset]:
        """Return the assets that stand in fields of their own, by field."""
        return {asset.role.field: asset for asset in self.assets if asset.role and asset.role.field}


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What a request file has beside what every model takes."""

    singles: dict[str, Any] = {}
    """Field → the file or address that stands in it."""
    kinds: dict[str, Kind] = {}
    """Field → what the file is."""
    fields: dict[str, Any] = {}
    duration: dict[str, str] = {}
    """The length, where it is a word."""


class AssetEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{ path = "pov.mov", keep = "3.0-9.5" }`."""

    path: str
    keep: str | None = None


class RequestFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shape of a request.toml, but for the fields that only some models have."""

    prompt: str | None = None
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


def load_spec(path: Path, edition: Profile | None = None, *, absent: bool = False) -> RequestSpec:
    """Read a request.toml, or a request.json with the service's own field names: the body of its create call.

    Args:
        path: the file.
        edition: whose fields it may have; those of the edition of its model where none is named.
        absent: whether files may be missing.

    Raises:
        RequestFileError: it cannot be read, is neither, has wrong types or unknown keys, or names missing files.
    """
    name = printable(str(path))
    content = _read(path, name)
    try:
        return spec_of_table(_table(path, content), path.parent, edition, absent=absent)
    except TextError as error:
        raise RequestFileError(
            phrase("{q}: {fault}", q=name, fault=error_words(error)), excerpt=error.excerpt
        ) from None
    except TableError as error:
        said = _hinted(error_words(error))
        excerpt = None if path.suffix.lower() == ".json" else excerpt_of(content, str(error), str(said))
        raise RequestFileError(
            phrase("{q}: {fault}", q=name, fault=said), advice=_known(str(error)), excerpt=excerpt
        ) from None


def spec_of_table(
    table: dict[str, Any], folder: Path, edition: Profile | None = None, *, absent: bool = False
) -> RequestSpec:
    """Build a request of the keys of a request.toml.

    Args:
        table: the keys; see `in_our_names`.
        folder: what its paths are relative to.
        edition: as for `load_spec`.
        absent: as for `load_spec`.

    Raises:
        TableError: a type is wrong, a key unknown, or a file missing.
    """
    table, beside = divided(table, edition)
    entry = convert_table(table, RequestFile)
    assets = [
        *_assets("image", "images", entry.images, folder, absent=absent),
        *_assets("video", "videos", entry.videos, folder, absent=absent),
        *_assets("audio", "audios", entry.audios, folder, absent=absent),
        *_singles(beside, folder, absent=absent),
    ]
    settings = {f: getattr(entry, f) for f in RequestSpec.__struct_fields__ if f not in NOT_SETTINGS}
    return RequestSpec(assets=tuple(assets), **{**settings, **beside.duration}, fields=beside.fields)


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
    key = said.partition(":")[0]
    if "." in key:
        return phrase("An entry of {w} has {l}.", w=key.partition(".")[0], l=joined(AssetEntry.__struct_fields__))
    keys, near = joined(RequestFile.__struct_fields__), _near(key)
    has = phrase(
        "A request has {l1}; a .json has the service's names for the assets: {l2}.", l1=keys, l2=joined(SERVICE_KEYS)
    )
    return joined([phrase("Nearest: {l}.", l=joined(near)), has], " ") if near else has


def _near(key: str) -> list[str]:
    """List the keys that are most like an unknown one, those of single models among them."""
    known = dict.fromkeys([*RequestFile.__struct_fields__, *SERVICE_KEYS, *index().fields])
    own = OWN_WORDS.get(plain_key(key))
    return [own] if own else nearest(key, [one for one in known if one != key])


def _hinted(said: str) -> str:
    """Add the key that is meant by a word of another language, or is more like an unknown one than a common key."""
    if "unknown key" in said and (own := OWN_WORDS.get(plain_key(said.partition(":")[0]))):
        return phrase(
            "{q}: unknown key; {what}", q=said.partition(":")[0], what=phrase("did you mean {q}?", q=repr(own))
        )
    key, found = said.partition(":")[0], re.search(r"(.*: unknown key; did you mean )'(\w+)'\?", said)
    near = _near(key) if found and "." not in key else []
    return f"{found[1]}{near[0]!r}?" if found and near and near[0] in index().fields else said


def with_roles(kind: Kind, paths: Iterable[str]) -> list[Asset]:
    """Number the assets of one kind, in order."""
    return [Asset(path=path, role=Role(kind, number)) for number, path in enumerate(paths, 1)]


def dump_spec(spec: RequestSpec, folder: Path) -> str:
    """Format a request as request.toml for a file in `folder`."""
    import tomli_w

    return tomli_w.dumps(table_of(spec, folder))


def table_of(spec: RequestSpec, folder: Path | None = None) -> dict[str, Any]:
    """Convert a request to the keys of a request.toml; paths are relative to `folder`, or as they are."""
    table: dict[str, Any] = {f: getattr(spec, f) for f in RequestSpec.__struct_fields__ if f not in NOT_SETTINGS}
    for key, kind in KEYS.items():
        table[key] = [_entry(asset, folder) for asset in spec.of_kind(kind)]
    table |= {field: _entry(asset, folder) for field, asset in spec.singles().items()}
    table |= spec.fields
    return {key: value for key, value in table.items() if value not in (None, [])}


def _entry(asset: Asset, folder: Path | None) -> str | dict[str, str]:
    path = asset.path if asset.is_url or folder is None else os.path.relpath(asset.path, folder)
    if asset.keep is None:
        return path
    return {"path": path, "keep": str(asset.keep)}


def _table(path: Path, content: bytes) -> dict[str, Any]:
    """Parse the keys of a request file, the service's names converted to ours."""
    if path.suffix.lower() != ".json":
        return toml_of(content, OWN_WORDS)
    body: Any = json_of(content)
    if not isinstance(body, dict):
        raise TableError(phrase("expected an object with the fields of a request, got {q}", q=type(body).__name__))
    return in_our_names(body)


def in_our_names(body: dict[str, Any]) -> dict[str, Any]:
    """Convert the service's names of the keys of a body to ours."""
    return {SERVICE_KEYS.get(str(key), str(key)): value for key, value in body.items()}


def divided(table: dict[str, Any], edition: Profile | None) -> tuple[dict[str, Any], Beside]:
    """Part the keys that every model takes from those that the edition of the model has beside them.

    Raises:
        TableError: the edition has no such field, or needs a prompt, and there is none.
    """
    model = table.get("model")
    edition = edition or _edition_of(model)
    for key, instead in MISPLACED.items():
        if key in table and not (edition and edition.knows(key)):
            raise TableError(phrase("{q}: unknown key; {what}", q=key, what=instead))
    kinds = index().fields | ({name: one.kind for name, one in edition.request.fields.items()} if edition else {})
    others = {key: value for key, value in table.items() if key in kinds and key not in RequestFile.__struct_fields__}
    others |= {key: table[key] for key in ("model_params",) if key in table}
    worded = {k: v for k, v in table.items() if k == "duration" and isinstance(v, str) and v in index().length_words}
    held: dict[str, Kind] = {key: kind for key in others if (kind := kinds.get(key))}
    singles = {key: others[key] for key in held}
    fields = {key: value for key, value in others.items() if key not in singles}
    rest = {key: value for key, value in table.items() if key not in others and key not in worded}
    is_known = all(key in RequestFile.__struct_fields__ for key in rest)  # what is unknown may be meant as the prompt
    if is_known and edition and needs_prompt(edition) and "prompt" not in table:
        raise TableError("prompt: missing")
    return rest, Beside(singles=singles, kinds=held, fields=fields, duration=worded)


def _edition_of(model: object) -> Profile | None:
    """Return the edition that a model is judged by where no other is named; None where none describes it."""
    if model is None:
        return load()
    name = index().models.get(model) if isinstance(model, str) else None
    return load(name) if name else None


def _singles(beside: Beside, folder: Path, *, absent: bool) -> Iterator[Asset]:
    for field, value in beside.singles.items():
        entry = convert_table({field: value}, dict[str, str | AssetEntry])[field]
        yield _asset(Role(beside.kinds[field], 0, field), field, entry, folder, absent=absent)


def _read(path: Path, name: str) -> bytes:
    try:
        content = bytes_of(path, MAX_BYTES)
    except OSError as error:
        raise RequestFileError(phrase("{q}: cannot be read: {why}", q=name, why=error.strerror)) from None
    if len(content) > MAX_BYTES:
        raise RequestFileError(phrase("{q}: larger than {n} bytes: not a request", q=name, n=f"{MAX_BYTES:,}"))
    return content


def _assets(kind: Kind, key: str, entries: list[str | AssetEntry], folder: Path, *, absent: bool) -> list[Asset]:
    return [_asset(Role(kind, n), f"{key}.{n - 1}", one, folder, absent=absent) for n, one in enumerate(entries, 1)]


def _asset(role: Role, place: str, entry: str | AssetEntry, folder: Path, *, absent: bool) -> Asset:
    wanted = entry if isinstance(entry, AssetEntry) else AssetEntry(entry)
    if role.kind == "image" and wanted.keep is not None:
        raise TableError(phrase("{q}: {fault}", q=f"{place}.keep", fault="a picture has no part to keep"))
    given = Asset(path=wanted.path, role=role, keep=_window(wanted.keep, f"{place}.keep"))
    if given.is_url:
        return given
    path = Path(as_stored(str(folder / wanted.path)))
    if not os.path.exists(path) and (why := unsupported(wanted.path)):  # noqa: PTH110 - as below
        raise TableError(phrase("{q}: {fault}", q=place, fault=why))
    if not absent and not os.path.isfile(path):  # noqa: PTH113 - pathlib's raises for names that no file can have
        what = "is a folder" if os.path.isdir(path) else "no such file"  # noqa: PTH112 - the same
        raise TableError(phrase("{q1}: {q2}: {what}", q1=place, q2=printable(str(path)), what=what))
    return msgspec.structs.replace(given, path=str(path))


def _window(text: str | None, place: str) -> Window | None:
    try:
        return Window.parse(text) if text is not None else None
    except ValueError as error:
        raise TableError(phrase("{q}: {fault}", q=place, fault=error_words(error))) from None
