"""Names and docstrings use the field's words: a media engineer reads them once."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "preflight"
RETIRED = {
    "beat": "heartbeat",
    "buried": "wait for",
    "bury": "end",
    "contradiction": "mismatch",
    "contradictions": "mismatches",
    "crew": "worker pool",
    "dress": "format",
    "drift": "rule mismatch",
    "foresight": "planned fix",
    "likeness": "similarity check",
    "mend": "fix",
    "mendable": "fixable",
    "mended": "fixed",
    "mending": "fixing",
    "outlook": "estimate",
    "picture": "an image, a frame of a clip, or its video stream",
    "pictures": "images, frames of a clip, or its video stream",
    "remark": "unused ignore",
    "remarks": "unused ignores",
    "scouting": "isolated call",
    "seam": "cut point",
    "seams": "cut points",
    "sheet": "writer",
    "sound": "audio",
    "sounds": "audio tracks",
    "sweep": "clean up",
    "treat": "fix",
    "treated": "fix result",
    "untold": "unmeasured",
    "wishes": "options",
}
"""Word → the field's word for it."""
KEPT = {
    "drift": "what moved away between a document of the provider and an edition: no refusal of the service",
    "Drift": "the same",
    "contact_sheet": "what a photographer calls stills in rows on one page",
    "sheet": "the same, on which is drawn",
    "_contact_sheet": "the same",
    "_picture_set": "a picture parameter set is a term of H.264 and HEVC",
    "holds_picture_sets": "the same",
    "sound_codec": "the limit that it judges, by its key in a profile",
}
"""Names that hold such a word in another sense → which."""
TO_COME: frozenset[str] = frozenset()
"""Rooms whose words are not looked at yet."""
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] not in TO_COME]
RIDDLE = re.compile(r"Return (what|whether|why)\b")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def _names(tree: ast.Module) -> Iterator[str]:
    """Yield the names of classes, functions and parameters."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg


def _words(name: str) -> list[str]:
    return [word.lower() for word in WORD.findall(name)]


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


class Named(NamedTuple):
    """What a file says of itself."""

    path: str
    names: frozenset[str]
    docstrings: tuple[str, ...]


@cache
def _read() -> tuple[Named, ...]:
    """Parse each file once for all tests."""
    trees = ((path, ast.parse(path.read_bytes())) for path in FILES)
    return tuple(
        Named(path.relative_to(PACKAGE).as_posix(), frozenset({path.stem, *_names(tree)}), tuple(_docstrings(tree)))
        for path, tree in trees
    )


def test_no_name_holds_a_retired_word() -> None:
    found: dict[str, str] = {}
    for path, names, _ in _read():
        for name in names - KEPT.keys():
            found |= {f"{path}: {name}": RETIRED[word] for word in _words(name) if word in RETIRED}
    assert not found, "call it by the field's word"


def test_no_docstring_is_a_riddle() -> None:
    begun = [f"{path}: {text}" for path, _, docstrings in _read() for text in docstrings if RIDDLE.match(text)]
    assert not begun, "say what is done: a verb, its object, a unit"


def test_every_name_that_keeps_such_a_word_is_there() -> None:
    assert frozenset().union(*(one.names for one in _read())) >= KEPT.keys()
