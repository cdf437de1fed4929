"""Several threads that meet a type for the first time do not end the process."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import preflight
from preflight.values.ready import ready

CODE = Path(preflight.__file__).parent
STRANGER = CODE / "sandbox"
"""A program of its own, which reads its types on one event loop."""
READERS = {"msgspec.convert": 1, "msgspec.json.decode": 1, "msgspec.toml.decode": 1, "msgspec.json.Decoder": 0}
"""Reader → which of the arguments without a name is the type."""

FIRST = """
import sys, threading
sys.setswitchinterval(1e-6)
from preflight.profiles import load

together = threading.Barrier(16)

def meet():
    together.wait()
    load("seedance-2.0-2026-04")

threads = [threading.Thread(target=meet) for _ in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.mark.parametrize("number", range(3))
def test_threads_may_load_their_first_profile_together(number: int, bare: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", FIRST], env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), number


class Leaf(msgspec.Struct):
    """A type of this test alone."""

    name: str


class Twig(msgspec.Struct):
    """Another, which JSON does not tell from it."""

    name: str


def test_a_type_is_passed_on_as_it_is() -> None:
    assert ready(Leaf) is Leaf
    assert ready(ready(Leaf)) is Leaf
    assert msgspec.json.decode(b'[{"name": "a"}]', type=ready(list[Leaf])) == [Leaf("a")]


def test_what_msgspec_cannot_read_is_refused_at_once() -> None:
    for _ in range(2):
        with pytest.raises(TypeError):
            ready(tuple[Leaf | Twig])


def bare(source: str) -> Iterator[int]:
    """Yield the lines on which msgspec is given a type that was not made ready."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        if (place := READERS.get(ast.unparse(call.func))) is not None:
            given = [*call.args[place : place + 1], *(word.value for word in call.keywords if word.arg == "type")]
            if any(not ast.unparse(one).startswith("ready(") for one in given):
                yield call.lineno


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("msgspec.convert(a, B)", [1]),
        ("msgspec.convert(a, ready(B), dec_hook=c)", []),
        ("x = 1\nmsgspec.json.decode(a, type=list[B])", [2]),
        ("msgspec.json.decode(a)", []),
        ("msgspec.json.Decoder(B)", [1]),
        ("msgspec.toml.decode(a, type=ready(B))", []),
        ("others.convert(a, B)", []),
    ],
)
def test_a_bare_type_is_found(source: str, lines: list[int]) -> None:
    assert list(bare(source)) == lines


def test_no_type_is_given_to_msgspec_before_it_is_ready() -> None:
    modules = [one for one in CODE.rglob("*.py") if one.name != "ready.py" and not one.is_relative_to(STRANGER)]
    found = {one.relative_to(CODE).as_posix(): list(bare(one.read_text(encoding="utf-8"))) for one in modules}
    assert {name: lines for name, lines in found.items() if lines} == {}
