"""The stages speak no command line and no Python: what to do is a value, and each face has a sentence for it."""

import ast
import re
from collections.abc import Iterator
from types import ModuleType
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.api import remedies as python
from preflight.errors import NotDone
from preflight.mcp import remedies as agents
from preflight.report import remedies as typed
from preflight.values.remedy import Kind, Remedy
from tests.test_layers import BELOW, modules, part

KINDS: tuple[Kind, ...] = get_args(Kind)
FACES = {"report", "watch", "api", "cli", "mcp", "sandbox", "server", "errors", "_version", "__init__", "__main__"}
STAGES = sorted((set(BELOW) - FACES) | {"watch"})
"""The rooms that have no words of a face; the watch tells what happened by values, too."""
TYPED = re.compile(
    r"(?<![\w-])--[a-z]|`preflight [a-z]|\bpreflight (?:check|fix|submit|probe|task|rules|explain|profiles|watch)\b"
    r"|\b(?:EVOLINK_API_KEY|PREFLIGHT_(?:BASE_URL|FILES_URL|LEDGER|PROFILE|USER_AGENT))\b"
    r"|\bpreflight\.[a-z_.]+\(|`[a-z_.]+\(|`[a-z_]+=|\b(?:base_url|files_url|again|ledger|allow|fit|extend)=[\"'A-Z{x]"
    r"|`(?:check|fix|submit|wait|download|check_request|build_request|with_results|body_of)`"
)
"""What is typed at the command line or set for it alone, and what is called in Python."""


def texts(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the texts in code with their lines, docstrings left out; what is filled in is an x."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (str(one.value) if isinstance(one, ast.Constant) else "x" for one in node.values)
            yield "".join(parts), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not isinstance(tree, ast.Expr):
            yield node.value, node.lineno
        else:
            yield from texts(node)


def found_in(code: str) -> list[str]:
    """Return the texts of a module that are a face's words."""
    return [f"line {line}: {text}" for text, line in texts(ast.parse(code)) if TYPED.search(text)]


# ---- the stages -----------------------------------------------------------------------------------------------------


def test_no_stage_names_a_command_an_option_or_a_call() -> None:
    stages = [one for one in modules() if part(one) in STAGES]
    assert stages
    assert {path: found for path in stages if (found := found_in(path.read_text(encoding="utf-8")))} == {}


def test_nor_does_the_table_of_refusals() -> None:
    from preflight.service.refusals import table

    said = [part for refusal in table().refusals for part in refusal.remedies]
    assert {Remedy("renew-key"), Remedy("check-key"), Remedy("reconcile-before-again")} <= set(said)
    assert [part for part in said if isinstance(part, str) and TYPED.search(part)] == []


@pytest.mark.parametrize(
    "words",
    [
        'raise E(f"{x}: use --new")',
        'A = "`preflight task list` lists them"',
        'A = f"set EVOLINK_API_KEY or {x}"',
        'A = "PREFLIGHT_LEDGER names it"',
        'A = "say `again=True`"',
        'A = "`fix` mends it"',
        'A = f"Name it: base_url={x!r}"',
        'A = "`preflight.profiles.json_schema()` returns it"',
    ],
)
def test_words_of_a_face_are_noticed(words: str) -> None:
    assert len(found_in(words)) == 1


def test_what_is_no_word_of_a_face_is_not() -> None:
    code = 'def f():\n    """Say --docs."""\n    g("-c:v", "a -- b", "preflight", "let preflight upload it", "x--y")\n'
    assert found_in(code) == []


# ---- the faces ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", [typed, python, agents], ids=["command line", "Python", "agents"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_face_has_a_sentence_for_each_kind(kind: Kind, face: ModuleType) -> None:
    filled = {name: 7 if name == "entry" else f"<{name}>" for name in Remedy.__struct_fields__ if name != "kind"}
    said = face.said(Remedy(kind, **filled))  # type: ignore[arg-type] # by their names
    assert said.endswith(".")
    assert "{" not in said
    assert sorted(face.SENTENCES) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_sentences_of_a_kind_are_filled_with_is_a_field(kind: Kind) -> None:
    faces = (python.SENTENCES, agents.SENTENCES)
    fields = {name for face in faces for name in re.findall(r"\{0\.(\w+)", face[kind])}
    assert fields <= set(Remedy.__struct_fields__)


def test_python_has_no_options() -> None:
    said = {
        kind: re.sub(r"`[a-z-]+(?: [^`]*)?` of the command line", "", one) for kind, one in python.SENTENCES.items()
    }
    assert [kind for kind, one in said.items() if re.search(r"(?<![\w-])--[a-z]|`preflight [a-z]|EVOLINK", one)] == []


@given(st.text(), st.text())
def test_what_is_filled_in_is_never_read_as_a_pattern(task: str, path: str) -> None:
    for face in (typed, python, agents):
        assert path in face.said(Remedy("send-without-asking", path=path))
    assert typed.said(Remedy("download-saves", task=task)) == f"`preflight task download {task}` saves it."


def test_sentences_follow_one_another() -> None:
    advice = ("Wait.", Remedy("list-tasks"), "Or not.")
    assert typed.said(advice) == "Wait. `preflight task list` lists them. Or not."
    assert python.said(advice) == "Wait. `task list` of the command line lists them. Or not."
    assert (typed.said(""), typed.said(()), python.said("Wait.")) == ("", "", "Wait.")


def test_an_error_lets_python_read_its_own_words() -> None:
    with pytest.raises(NotDone) as raised, python.to_a_program():
        raise NotDone("no", advice=("Well.", Remedy("wait-again", task="t")))
    assert raised.value.advice == "Well. `wait` returns to it. Do not submit it again."
