"""Mark parts to keep: `FILE=START-END` in, marked assets out.

A name that fits none or several files raises a `CallError` with suggestions: no mark is ignored.
"""

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, NoReturn

import msgspec

from preflight.errors import CallError
from preflight.profiles.schema import Profile
from preflight.values.assets import Asset, Kind, Role, Window, composed, shown
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts
from preflight.values.findings import Judged
from preflight.values.phrase import joined, phrase
from preflight.values.units import decimal

ROLES: dict[str, Kind] = {"image": "image", "video": "video", "clip": "video", "audio": "audio", "sound": "audio"}
ROLE = re.compile(r"(image|video|clip|audio|sound)\s*(\d{1,3})", re.IGNORECASE)
NO_PARTS = "a picture has no part to keep"


class Only(NamedTuple):
    """What a part without a name is of: the only file of some kinds, and words where there is none or several."""

    kinds: tuple[Kind, Kind]
    several: str
    none: str
    first: str
    """A role of such a file."""


LASTING = Only(
    ("video", "audio"),
    "{q}: {n} clips and sounds are given; which is meant?",
    "{q}: no clip or sound is given; which is meant?",
    "video 1",
)
"""Of which a part may be kept."""
SEEN = Only(
    ("image", "video"),
    "{q}: {n} pictures and clips are given; which is meant?",
    "{q}: no picture or clip is given; which is meant?",
    "image 1",
)
"""Which may be cropped."""


class Mark(msgspec.Struct, frozen=True):
    """A part to keep of a file."""

    name: str
    """The file's path, enough of its end to identify it, or its role; "" for the only file that has parts."""
    window: Window

    @classmethod
    def parse(cls, text: str) -> "Mark":
        """Parse "clip.mov=3.0-9.5", "video 1=3.0-9.5" or "3.0-9.5"; raise ValueError otherwise."""
        name, equals, part = text.rpartition("=")
        if equals and not name:
            msg = phrase("expected FILE=START-END, got {q}", q=repr(text))
            raise ValueError(msg)
        return cls(name, Window.parse(part))

    def __str__(self) -> str:
        """Format the mark, printable."""
        return f"{shown(self.name)}={self.window}" if self.name else str(self.window)


def with_marks(assets: Sequence[Asset], marks: Sequence[Mark]) -> list[Asset]:
    """Mark assets, replacing earlier marks.

    Names are compared with whole paths, links resolved, then with their ends. An asset listed twice is marked twice.

    Raises:
        CallError: a name fits none of them or several, or two marks on one asset differ.
    """
    resolved = [_resolved(asset.path) for asset in assets] if marks else []
    meant: dict[int, Mark] = {}
    for mark in marks:
        for place in _meant(mark.name, str(mark), assets, resolved):
            other = meant.setdefault(place, mark)
            if other.window != mark.window:
                raise CallError(
                    phrase("{q1} and {q2}: two parts of one file", q1=other, q2=mark), advice="Keep one of them."
                )
    return [
        msgspec.structs.replace(asset, keep=meant[place].window) if place in meant else asset
        for place, asset in enumerate(assets)
    ]


def named(name: str, said: str, assets: Sequence[Asset], only: Only = SEEN) -> list[int]:
    """Find the positions of an asset by its path, enough of its end to identify it, or its role.

    Args:
        name: as typed; "" for the only one.
        said: name and option for messages.
        assets: the assets given.
        only: what is meant by no name, `LASTING` or `SEEN`.

    Raises:
        CallError: it fits none of them or several.
    """
    return _meant(name, said, assets, [_resolved(asset.path) for asset in assets], only)


def _meant(name: str, said: str, assets: Sequence[Asset], resolved: Sequence[str], only: Only = LASTING) -> list[int]:
    """Find the positions of the asset that a mark names."""
    if not name:
        return [_only(said, assets, only)]
    wanted = _resolved(name)
    if found := [place for place, path in enumerate(resolved) if path == wanted]:
        return found
    role = ROLE.fullmatch(name)
    if role and any(asset.role == _role(role) for asset in assets):
        return _by_role(role, said, assets)
    tail = os.path.normpath(name).split("/")
    found = [place for place, asset in enumerate(assets) if _parts(asset)[-len(tail) :] == tail]
    if not found:
        tail = [composed(one) for one in tail]
        found = [n for n, asset in enumerate(assets) if [*map(composed, _parts(asset)[-len(tail) :])] == tail]
    several = list({resolved[place]: shown(assets[place].path) for place in found}.values())
    if len(several) > 1:
        message = phrase("{q}: that may be {q1} or {q2}", q=said, q1=several[0], q2=several[1])
        if len(several) > 2:  # noqa: PLR2004 - the two that are named
            message = phrase("{said} or {n} more", said=message, n=len(several) - 2)
        raise CallError(message, advice="Name more of the path.")
    if role and not found:
        return _by_role(role, said, assets)
    return found or _refuse(name, said, assets)


def _only(said: str, assets: Sequence[Asset], only: Only) -> int:
    """Find the position of the only asset of some kinds.

    Raises:
        CallError: there are several, or none.
    """
    found = [place for place, asset in enumerate(assets) if asset.expected_kind in only.kinds]
    found = found or [place for place, asset in enumerate(assets) if asset.expected_kind == "unknown"]
    if len(found) == 1:
        return found[0]
    message = phrase(only.several, q=said, n=len(found)) if found else phrase(only.none, q=said)
    raise CallError(message, advice=phrase("Write FILE={q}, or {w}={q}.", q=said, w=only.first))


def _by_role(role: "re.Match[str]", said: str, assets: Sequence[Asset]) -> list[int]:
    """Find the position of an asset by its role.

    Raises:
        CallError: none has it.
    """
    wanted = _role(role)
    found = [place for place, asset in enumerate(assets) if asset.role == wanted]
    if not found:
        have = ", ".join(str(asset.role) for asset in assets if asset.role)
        raise CallError(
            phrase("{q}: there is no {w}", q=said, w=wanted),
            advice=phrase("There are {l}.", l=have) if have else "Name the file.",
        )
    return found


def _role(named: "re.Match[str]") -> Role:
    return Role(ROLES[named[1].lower()], int(named[2]))


def _refuse(name: str, said: str, assets: Sequence[Asset]) -> NoReturn:
    """Raise CallError for a mark without an asset, suggesting the nearest."""
    known = {text: asset for asset in assets for text in (asset.path, _parts(asset)[-1])}
    near = difflib.get_close_matches(name, known, 1, 0.5)
    advice = phrase("Did you mean {q}?", q=shown(known[near[0]].path)) if near else ""
    raise CallError(phrase("{q}: no such file is among those that are given", q=said), advice=advice)


def _resolved(path: str) -> str:
    return path if Asset(path=path).is_url else os.path.realpath(path)


def _parts(asset: Asset) -> list[str]:
    if asset.is_url:
        return re.split(r"[?#]", asset.path, maxsplit=1)[0].split("/")
    return os.path.abspath(asset.path).split("/")  # noqa: PTH100 - links are not followed here, `..` is


def refuse_useless(marked: Iterable[Asset], judged: Sequence[Judged]) -> None:
    """Refuse marks on assets without parts.

    Args:
        marked: the assets given.
        judged: the assets judged; non-media of folders are missing.

    Raises:
        CallError: a mark is on an image, or on no medium.
    """
    for one in judged:
        if one.asset.keep and isinstance(one.facts, ImageFacts):
            raise CallError(
                phrase("{q}: {fault}", q=shown(one.asset.path), fault=NO_PARTS), advice="Take its mark away."
            )
    there = {one.asset.path for one in judged}
    for asset in marked:
        if asset.keep and asset.path not in there:
            raise CallError(phrase("{q}: a part of it is to be kept, but it is no clip or sound", q=shown(asset.path)))


def overruled(before: Iterable[Asset], after: Iterable[Asset]) -> Iterator[str]:
    """Yield a sentence for each part of the request file replaced by the call's."""
    for old, new in zip(before, after, strict=True):
        if old.keep and new.keep and old.keep != new.keep:
            yield phrase(
                "{q1}: {q2} s stay, as this call says, not {q3} s, as the request does",
                q1=shown(new.path),
                q2=new.keep,
                q3=old.keep,
            )


def curtailed(judged: Iterable[Judged], profile: Profile) -> Iterator[str]:
    """Yield a sentence for each marked part that cannot be kept whole."""
    for one in judged:
        facts, keep = one.facts, one.asset.keep
        whole = facts.duration_s if isinstance(facts, VideoFacts | AudioFacts) else None
        if keep is None or whole is None or keep.start_s >= whole:
            continue
        limit = profile.video.duration_s if isinstance(facts, VideoFacts) else profile.audio.duration_s
        reasons = [phrase("there are only {n} s", n=decimal(whole))] if keep.end_s > whole else []
        if limit.max is not None and min(keep.end_s, whole) - keep.start_s > limit.max:
            reasons.append(phrase("no more than {n} s may be kept", n=decimal(limit.max)))
        if reasons:
            yield phrase(
                "{q}: {w} s cannot be kept whole: {why}",
                q=shown(one.asset.path),
                w=str(keep),
                why=joined(reasons, ", and "),
            )
