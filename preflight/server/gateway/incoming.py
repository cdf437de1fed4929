"""A request as it came in: its body, and whatever in it stands for a file of this machine, taken into contents.

https://…   an address, as it is            data:…, Base64   its bytes
file:///…   below --root, by its real path  a part of a form its bytes
"""

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from urllib.request import url2pathname

import msgspec

from preflight.errors import NotDone
from preflight.flow.check import refuse_unknown
from preflight.probe.sniff import sniff
from preflight.profiles.schema import ARRAYS, Profile
from preflight.request.file import RequestSpec
from preflight.request.incoming import ADDRESS_CHARACTERS, encoded, model_of, spec_of
from preflight.server.gateway.errors import invalid
from preflight.server.gateway.settings import UPLOAD_BYTES, Settings
from preflight.server.gateway.state import GatewayState
from preflight.upload.contents import Content, Contents
from preflight.values.assets import Asset, Role, ending_of, printable
from preflight.values.phrase import phrase

BASE64 = re.compile(r"[A-Za-z0-9+/_\-\s]{64,}={0,2}\s*")
"""What is taken for inline bytes without a head: long, and nothing but Base64 (RFC 4648, 4 and 5)."""
DATA = re.compile(r"data:([^,]{0,256}?)(;\s*base64)?,", re.IGNORECASE)
NO_ROOT = "this gateway reads no files: it was started without --root"
OUTSIDE = "not below a folder that this gateway may read"


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A request, read."""

    table: dict[str, Any]
    """The body; what was taken stands in it by the path of its content."""
    spec: RequestSpec
    profile: Profile
    here: dict[str, Content] = {}
    """Path → content of what is on this machine."""
    names: dict[str, str] = {}
    """Path → what it is called for the program that sent it."""
    body_hash: str
    """Equal for equal requests, whatever the order of the keys."""


@contextmanager
def incoming(
    table: dict[str, Any], state: GatewayState, parts: Mapping[str, Content] | None = None
) -> Iterator[Incoming]:
    """Read a body; what is taken is held for the length of the block.

    Args:
        table: the body.
        state: by which edition, what may be read, and where it is taken to.
        parts: what stands in the body for a file of its form → its content, held by the caller.

    Raises:
        BodyError, ApiError, CallError: it cannot be used.
    """
    profile, contents = state.edition_of(model_of(table)), state.assets.contents
    taking = _Taking(state.settings, contents, parts or {})
    try:
        spec = spec_of(table, profile, taking.place)
        refuse_unknown(spec, profile)
        yield Incoming(
            table=_with(table, {text: str(one.path) for text, one in taking.found.items()}),
            spec=spec,
            profile=profile,
            here={str(one.path): one for one in taking.found.values()},
            names=taking.names,
            body_hash=_hash(table, taking.found),
        )
    finally:
        for one in taking.held:
            contents.release(one)


class _Taking:
    """Takes what stands in one body for files."""

    def __init__(self, settings: Settings, contents: Contents, parts: Mapping[str, Content]) -> None:
        self._settings, self._contents, self._parts = settings, contents, parts
        self.found: dict[str, Content] = {}
        self.held: list[Content] = []
        self.names: dict[str, str] = {}

    def place(self, role: Role, text: str) -> Asset:
        """Make an asset of what stands in a field."""
        asset = Asset(path=text.strip(), role=role)
        if asset.is_url:
            if len(asset.path) > ADDRESS_CHARACTERS:
                raise invalid(
                    phrase("{q} is longer than {n} characters", q=_param(role), n=f"{ADDRESS_CHARACTERS:,}"),
                    _param(role),
                )
            return asset
        if text not in self.found:
            self.found[text] = self._taken(text, _param(role))
        content = self.found[text]
        self.names[str(content.path)] = _name(text, content)
        return Asset(path=str(content.path), role=role)

    def _taken(self, text: str, param: str) -> Content:
        if text in self._parts:
            return self._parts[text]
        begins = text[:5].lower()
        try:
            content = self._of_file(text, param) if begins == "file:" else self._of_bytes(text, param)
        except NotDone as error:
            raise invalid(phrase("{q}: {fault}", q=param, fault=error.message), param) from None
        self.held.append(content)
        return content

    def _of_bytes(self, text: str, param: str) -> Content:
        found = inline(text)
        if found is None:
            raise invalid(phrase("{q} is not a URL", q=param), param)
        if not found:
            raise invalid(phrase("{q} holds no bytes", q=param), param)
        return self._contents.of_bytes(found, suffix_of(found))

    def _of_file(self, text: str, param: str) -> Content:
        path = below(text, self._settings.roots, param)
        content = self._contents.of_file(path, UPLOAD_BYTES, path.suffix.lower().removeprefix("."))
        if below(text, self._settings.roots, param) != path:  # a link was changed meanwhile
            self._contents.release(content)
            raise invalid(phrase("{q}: {fault}", q=param, fault=OUTSIDE), param)
        return content


def below(text: str, roots: tuple[Path, ...], param: str = "") -> Path:
    """Resolve the real path that a `file:` address leads to.

    Raises:
        ApiError: it is none, is of another machine, or lies below none of the roots.
    """
    if not roots:
        raise invalid(phrase("{q}: {fault}", q=param, fault=NO_ROOT), param)
    try:
        parts = urlsplit(text)
        path = url2pathname(parts.path)
        if parts.netloc.lower() not in ("", "localhost") or "\0" in path or not os.path.isabs(path):  # noqa: PTH117 - text
            raise invalid(phrase("{q}: {fault}", q=param, fault=OUTSIDE), param)
        real = Path(os.path.realpath(path))
    except (ValueError, OSError):
        raise invalid(phrase("{q}: not the address of a file", q=param), param) from None
    if not any(real != root and real.is_relative_to(root) for root in roots):
        raise invalid(phrase("{q}: {fault}", q=param, fault=OUTSIDE), param)
    return real


def inline(text: str, *, short: bool = False) -> bytes | None:
    """Decode inline bytes; None where a text is none.

    Args:
        text: a data: URL, or Base64.
        short: whether Base64 may be short; where an address may stand as well, it would be mistaken for one.
    """
    try:
        if head := DATA.match(text):
            rest = text[head.end() :]
            return _decoded(unquote_to_bytes(rest).decode("ascii")) if head[2] else unquote_to_bytes(rest)
        return _decoded(text) if short or BASE64.fullmatch(text) else None
    except (binascii.Error, ValueError):
        return None


def _decoded(text: str) -> bytes:
    plain = re.sub(r"\s+", "", text).replace("-", "+").replace("_", "/").rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def suffix_of(content: bytes) -> str:
    """Choose the extension for bytes without a name."""
    found = sniff(BytesIO(content))
    return ending_of(found.format) if found else ""


def _param(role: Role) -> str:
    return role.field or f"{ARRAYS[role.kind]}[{role.number - 1}]"


def _name(text: str, content: Content) -> str:
    """Name a file as its sender did; inline bytes by what they are."""
    if text[:5].lower() == "file:":
        return printable(text)[:200]
    return f"inline, {content.bytes:,} bytes{content.path.suffix and f', {content.path.suffix[1:]}'}"


def _with(table: dict[str, Any], instead: Mapping[str, str]) -> dict[str, Any]:
    """Put other texts in place of those that stand for files."""

    def one(value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, list):
            return [one(part) for part in value]
        return instead.get(value, value) if isinstance(value, str) else value

    return {key: one(value) for key, value in table.items()} if instead else table


def _hash(table: dict[str, Any], taken: Mapping[str, Content]) -> str:
    stable = _with(table, {text: f"sha256:{content.sha256}" for text, content in taken.items()})
    return hashlib.sha256(encoded(stable)).hexdigest()
