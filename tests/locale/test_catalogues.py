"""The catalogues are whole: each message in both languages, with its placeholders; the compiled files agree."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import preflight
from preflight.locale import Language
from preflight.locale.catalogue import LOCALES, PLACEHOLDER, in_context, kind_of, messages
from preflight.locale.grammar import attempt
from preflight.report.remedies import SENTENCES
from preflight.values.findings import Finding
from preflight.values.remedy import Remedy

ROOT = Path(preflight.__file__).parent
GAP = re.compile(r"\{[^}]+\}")
LANGUAGES: tuple[Language, ...] = tuple(LOCALES)
UNSAID = frozenset({"dict[Doubt, str]"})
"""Strings that no person reads."""


def test_the_compiled_catalogues_agree_with_their_sources() -> None:
    done = subprocess.run([sys.executable, "scripts/catalogues.py", "--check"], cwd=ROOT.parent, check=False)
    assert done.returncode == 0


def test_both_languages_have_the_same_messages() -> None:
    assert set(messages("ko")) == set(messages("zh"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_uses_the_placeholders_of_its_message_and_no_other(language: Language) -> None:
    wrong = [
        message
        for message, words in messages(language).items()
        if not set(PLACEHOLDER.findall(words)) <= set(PLACEHOLDER.findall(message))
        or {name for name in PLACEHOLDER.findall(message) if name not in words} - DROPPED.get(message, set())
    ]
    assert wrong == []


DROPPED: dict[str, set[str]] = {}
"""Message → placeholders that no translation needs."""


def templates_of(path: Path) -> Iterator[str]:
    """Yield the strings that a module words, with braces for what is filled in; documents and ids apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    silent |= {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    silent |= {id(node) for call in ast.walk(tree) if isinstance(call, ast.Call) for node in _unsaid(call)}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _unsaid(call: ast.Call) -> Iterator[ast.AST]:
    """Yield what a call takes that nobody reads: patterns, and how a value was measured."""
    name = ast.unparse(call.func)
    if name.startswith("re."):
        yield from call.args
    if name == "Reading":
        yield from (node for argument in call.args[1:2] for node in ast.walk(argument))
    yield from (one.value for one in call.keywords if one.arg in ("how", "source", "msg"))


def unknown(text: str, every: str) -> list[str]:
    """Return the parts of a message that stand in no message of the catalogues."""
    parts = (part.strip(" ,.:;()") for piece in text.split("\0") for part in re.split(r"\{[^}]*\}|; |: ", piece))
    return [part for part in parts if re.search(r"[a-z]{3}", part) and part not in every]


MODULES = (
    *("rules/audio.py", "rules/video.py", "rules/image.py", "rules/common.py", "rules/request.py"),
    *("rules/settings.py", "rules/prompt.py", "rules/task_type.py", "rules/nested.py"),
    *("plan/steps.py", "plan/advice.py"),
)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_of_a_rule_or_step_is_without_its_translation(module: str, language: Language) -> None:
    every = "\n".join(messages(language))
    said = [text for text in templates_of(ROOT / module) if " " in text.strip("\0 ") and text not in UNSAID]
    assert [part for text in said for part in unknown(text, every)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_remedy_is_without_its_translation(language: Language) -> None:
    made = {kind: Remedy(kind, "ID", 7, "file", "video/size", "lossy", "2", "12:30", "http://x") for kind in SENTENCES}
    assert [kind for kind, words in SENTENCES.items() if attempt(words.format(made[kind]), language) is None] == []


def test_every_sort_of_placeholder_is_of_the_grammar() -> None:
    names = {name for message in messages("ko") for name in PLACEHOLDER.findall(message)}
    assert {kind_of(name) for name in names} == {"n", "w", "l", "q", ""}
    assert Finding(rule="x/y", severity="error", message="15 s long").message == "15 s long"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_page_has_its_translation_with_the_same_gaps(language: Language) -> None:
    from preflight.server.ui.words import ENGLISH

    told = {text: in_context(language, "page", text) for text in ENGLISH.values()}
    alike = {text for text, words in told.items() if words == text} - {"preflight", "Preflight", "{name}: {verdict}"}
    assert alike - {"{when}: {state}"} == set()
    assert [text for text, words in told.items() if set(GAP.findall(text)) != set(GAP.findall(words))] == []


def test_every_rule_says_in_each_language_what_it_checks_why_and_what_to_do() -> None:
    from preflight.rules import RULES

    texts = {text for rule in RULES.values() for text in (rule.what, rule.why, rule.fix)}
    assert {text for text in texts for language in LANGUAGES if attempt(text, language) is None} == set()


SPOKEN = ("fix", "submit", "sending", "agree", "question", "in_turn", "new", "ui", "__init__")
"""Commands that a person meets first: whatever they print goes through the catalogues."""


def bare(call: ast.Call) -> bool:
    """Tell whether a call prints words of its own that pass the catalogues by."""
    if ast.unparse(call.func) != "click.echo" or not call.args:
        return False
    said = call.args[0]
    if isinstance(said, ast.Constant):
        return re.search("[a-z]{3}", str(said.value)) is not None
    return isinstance(said, ast.JoinedStr) and any(
        isinstance(part, ast.Constant) and re.search("[a-z]{3} [a-z]", str(part.value)) for part in said.values
    )


@pytest.mark.parametrize("name", SPOKEN)
def test_no_command_prints_words_that_pass_the_catalogues_by(name: str) -> None:
    tree = ast.parse((ROOT / "cli" / f"{name}.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert [ast.unparse(call) for call in calls if bare(call)] == []


def test_text_reports_style_no_words_that_pass_the_catalogues_by() -> None:
    tree = ast.parse((ROOT / "report" / "text.py").read_text(encoding="utf-8"))
    segments = [node for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) == 2]
    said = [node.elts[0] for node in segments if isinstance(node.elts[0], ast.Constant | ast.JoinedStr)]
    texts = [ast.unparse(one) for one in said if isinstance(one, ast.Constant)]
    parts = [
        str(part.value)
        for one in said
        if isinstance(one, ast.JoinedStr)
        for part in one.values
        if isinstance(part, ast.Constant)
    ]
    worded = [text for text in (*texts, *parts) if not text.strip().startswith("--") and text != "'lossless'"]
    assert [text for text in worded if re.search("[a-z]{4}", text)] == []
