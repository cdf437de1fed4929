"""The catalogues are whole, and nothing that a person reads passes them by; the compiled files agree."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import get_args

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.locale import Language, localized, speaking
from preflight.locale.catalogue import APART, LOCALES, PLACEHOLDER, _loaded, in_context, kind_of, messages
from preflight.locale.translate import translated
from preflight.profiles import load, names
from preflight.report.remedies import SENTENCES
from preflight.report.remedies import said as worded
from preflight.rules import RULES
from preflight.values.limits import Range
from preflight.values.phrase import Phrase
from preflight.values.remedy import Remedy
from preflight.values.units import Unit, measure
from tests.locale.laws import (
    FOREIGN,
    PROSE,
    ROOT,
    built,
    data,
    error_names,
    is_named,
    literals,
    mistaken,
    modules,
    phrases,
    plain,
    templates,
    tree_of,
)
from tests.locale.test_translate import HOSTILE

LANGUAGES: tuple[Language, ...] = tuple(LOCALES)


@cache
def trees() -> dict[str, ast.Module]:
    """Parse every module; not while tests are collected, which each process does."""
    return {path.relative_to(ROOT).as_posix(): tree_of(path) for path in modules()}


def test_the_compiled_catalogues_agree_with_their_sources() -> None:
    done = subprocess.run([sys.executable, "scripts/catalogues.py", "--check"], cwd=ROOT.parent, check=False)
    assert done.returncode == 0


def test_both_languages_have_the_same_messages() -> None:
    assert set(_loaded("ko")) == set(_loaded("zh"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_message(language: Language) -> None:
    wrong = [
        message
        for message, words in _loaded(language).items()
        if set(PLACEHOLDER.findall(words)) != set(PLACEHOLDER.findall(message.rpartition(APART)[2]))
    ]
    assert wrong == []


def test_every_template_of_the_program_is_in_the_catalogues() -> None:
    known = messages("ko")
    found = {f"{name}: {one}" for name, tree in trees().items() for one in templates(tree) if one not in known}
    assert found == set()


LEADS = ("at most", "at least", "more than", "less than")
MADE = {"values/limits.py": 4}
"""Module → how many templates it makes of words and a unit; the next test lists them."""


def test_a_template_is_a_literal_or_a_name_that_holds_one() -> None:
    found = {name: sum(not is_named(call) for call in phrases(tree)) for name, tree in trees().items()}
    assert {name: count for name, count in found.items() if count} == MADE


@pytest.mark.parametrize("unit", get_args(Unit))
def test_bounds_of_every_unit_are_in_the_catalogues(unit: Unit) -> None:
    wanted = {f"{lead} {measure(unit)}" for lead in LEADS} | {f"{{n1}} to {measure(unit).replace('n', 'n2', 1)}"}
    assert wanted - set(messages("ko")) == set()


def test_a_phrase_is_given_what_its_template_names() -> None:
    found = ((name, call) for name, tree in trees().items() for call in phrases(tree))
    assert [f"{name}: {call.lineno}" for name, call in found if mistaken(call)] == []


FRAGMENTS = {
    "__init__.py": "Python's own words on a missing name",
    "scale/__init__.py": "Python's own words on a missing name",
    "cli/doctor.py": "a command for a shell",
    "cli/explain.py": "a command for a shell",
    "cli/options/common.py": "help, whose whole text is in the catalogues",
    "cli/options/option.py": "a fault of the program",
    "cli/ui.py": "help, whose whole text is in the catalogues",
    "cli/new.py": "a comment of a written request.toml",
    "flow/fix.py": "a comment of a written request.toml",
    "probe/timing.py": "how a value was measured",
    "probe/video.py": "how a value was measured",
    "report/comparison_rows.py": "Markdown for a pull request, in English as its table",
    "report/fixed.py": "a mark before words that are translated",
    "report/github.py": "a command of GitHub's",
    "report/junit.py": "XML",
}
"""Module → why a sentence that it builds is none that is translated."""


def test_no_sentence_is_built_without_a_template() -> None:
    found = {name: list(built(tree)) for name, tree in trees().items()}
    assert {name: texts for name, texts in found.items() if texts and name not in FRAGMENTS} == {}
    assert {name for name in FRAGMENTS if not found[name]} == set()


def test_no_literal_that_a_person_reads_passes_the_catalogues_by() -> None:
    errors, known = error_names(), messages("ko")
    found = {f"{name}: {text}" for name, tree in trees().items() for text in plain(tree, errors) if text not in known}
    assert found == set()


def test_an_f_string_an_unknown_template_and_a_bare_literal_are_refused() -> None:
    tree = ast.parse(
        'raise NotDone(f"{x} was not found")\nphrase("{n} parsecs long", n=1)\nraise NotDone("nobody said so")\n'
        'phrase(f"{x} of it", n=1)\nphrase("{n} s", q=1)\n'
    )
    assert list(built(tree)) == ["f'{x} was not found'"]
    assert set(templates(tree)) - set(messages("ko")) == {"{n} parsecs long"}
    assert list(plain(tree, error_names())) == ["nobody said so"]
    assert [is_named(call) for call in phrases(tree)] == [True, False, True]
    assert [mistaken(call) for call in phrases(tree)] == [False, False, True]


def test_every_message_is_used() -> None:
    bounds = {f"{lead} {measure(unit)}" for lead in LEADS for unit in get_args(Unit)}
    bounds |= {f"{{n1}} to {measure(unit).replace('n', 'n2', 1)}" for unit in get_args(Unit)}
    rules = {text for rule in RULES.values() for text in (rule.what, rule.why, rule.fix)}
    used, apart = {*literals(), *FOREIGN, *bounds, *rules, *(text for text, _ in helps())}, data()
    assert [one for one in messages("ko") if one not in used and one not in apart] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_remedy_is_without_its_translation(language: Language) -> None:
    made = [Remedy(kind, "ID", 7, "file", "video/size", "lossy", "2", "12:30", "http://x") for kind in SENTENCES]
    english = [worded(one) for one in made]
    with speaking(language):
        assert [one.kind for one, words in zip(made, english, strict=True) if worded(one) == words] == []


def test_every_sort_of_placeholder_is_there() -> None:
    names = {name for message in messages("ko") for name in PLACEHOLDER.findall(message)}
    assert {kind_of(name) for name in names} == {"n", "w", "l", "q", ""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_page_has_its_translation(language: Language) -> None:
    from preflight.server.ui.words import ENGLISH

    told = {text: in_context(language, "page", text) for text in ENGLISH.values()}
    alike = {text for text, words in told.items() if words == text}
    assert alike <= {"preflight", "Preflight", "{name}: {verdict}", "{when}: {state}"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_says_in_each_language_what_it_checks_why_and_what_to_do(language: Language) -> None:
    texts = {text for rule in RULES.values() for text in (rule.what, rule.why, rule.fix)}
    assert texts - set(messages(language)) == set()


def test_what_a_profile_says_of_a_limit_is_in_the_catalogues() -> None:
    kinds = [getattr(profile, kind) for profile in map(load, names()) for kind in ("image", "video", "audio")]
    limits = [getattr(limits, name) for limits in kinds for name in limits.__struct_fields__]
    notes = {limit.note for limit in limits if isinstance(limit, Range) and limit.note}
    assert notes - set(messages("ko")) == set()


def contexts(command: click.Command, ctx: click.Context) -> Iterator[click.Context]:
    yield ctx
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            if below := command.get_command(ctx, name):
                yield from contexts(below, below.context_class(below, info_name=name, parent=ctx))


@cache
def helps() -> tuple[tuple[str, str], ...]:
    """List each text of each command's help, and the same in Korean."""
    from preflight.cli import language as spoken
    from preflight.cli.commands import root

    told = dict[str, str]()

    def note(text: str) -> str:
        words = localized(text)
        told[text.template if isinstance(text, Phrase) else text] = words
        return words

    with pytest.MonkeyPatch.context() as patch, speaking("ko"):
        patch.setattr(spoken, "localized", note)
        for width in (80, 1000):
            for ctx in contexts(root, root.context_class(root, info_name="preflight")):
                ctx.terminal_width = ctx.max_content_width = width
                ctx.get_help()
    return tuple(told.items())


def test_no_help_is_left_in_english() -> None:
    assert [text for text, words in helps() if words == text and PROSE.search(text)] == []


@given(st.dictionaries(st.sampled_from(["q", "q1", "w", "n"]), HOSTILE, min_size=1), st.sampled_from(LANGUAGES))
def test_whatever_fills_it_no_template_of_the_catalogues_is_confused(names: dict[str, str], language: Language) -> None:
    for message in BY_NAMES.get(frozenset(names), ()):
        words = translated(Phrase(message, names), language)
        assert all(name in words for name in names.values())


BY_NAMES: dict[frozenset[str], list[str]] = {}
for one in messages("ko"):
    BY_NAMES.setdefault(frozenset(PLACEHOLDER.findall(one)), []).append(one)
