"""Remedies and errors in the words of the command line."""

import re
import shlex
from collections.abc import Iterator
from typing import get_args, get_type_hints

import click
import pytest

from preflight.cli.commands import root
from preflight.errors import CallError, NotDone
from preflight.locale import LANGUAGES, Language, speaking
from preflight.plan import FixOptions, plan
from preflight.plan.result import FixResult
from preflight.report import remedies as typed
from preflight.values.phrase import phrase
from preflight.values.remedy import Kind, Remedy, Setting
from tests.made import IMAGE, judged
from tests.specimens import PROFILE


def test_the_command_line_has_a_name_for_each_setting() -> None:
    assert set(typed.SETTINGS) == set(get_args(get_type_hints(Setting)["name"]))


# ---- errors ---------------------------------------------------------------------------------------------------------


def test_an_error_names_a_setting_as_the_face_does() -> None:
    error = CallError(phrase("{setting}: not set", setting=Setting("key")), advice=Remedy("check-key"))
    assert (str(error), error.message) == ("key: not set", "key: not set")
    assert typed.in_full(error) == "EVOLINK_API_KEY: not set. Check EVOLINK_API_KEY."


def test_a_setting_s_name_in_somebody_s_words_stays() -> None:
    assert typed.message_of(NotDone("key --bucket: {0}")) == "key --bucket: {0}"


# ---- sentences ------------------------------------------------------------------------------------------------------

KINDS = get_args(Kind)
FULL = {"task": "task-1", "entry": 7, "path": "a b.ledger"}
ALLOWING = Remedy("allow", loss="lossy")
COMMANDS = re.compile(r"`(preflight [^`]+)`")


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """Follow the words of a call to its command; what is left are its arguments."""
    found: click.Command = root
    while words and isinstance(found, click.Group):
        inner = found.get_command(click.Context(found), words[0])
        assert inner is not None, words
        found, words = inner, words[1:]
    return found, words


def flags_of(command: click.Command) -> Iterator[str]:
    for one in command.params:
        if isinstance(one, click.Option):
            yield from (*one.opts, *one.secondary_opts)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if COMMANDS.search(typed.SENTENCES[kind])])
def test_a_command_that_a_sentence_names_is_there_with_its_options(kind: Kind) -> None:
    for call in COMMANDS.findall(typed.SENTENCES[kind]):
        command, rest = command_of(shlex.split(call)[1:])
        assert {word for word in rest if word.startswith("--")} - {*flags_of(command)} == set()
        assert not isinstance(command, click.Group)


def test_an_option_that_a_sentence_names_is_one_of_some_command() -> None:
    known, open_groups = set[str](), list[click.Group]([root])
    while open_groups:
        group = open_groups.pop()
        context = click.Context(group)
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            known |= {*flags_of(found)}
            if isinstance(found, click.Group):
                open_groups.append(found)
    named = {flag for words in typed.SENTENCES.values() for flag in re.findall(r"--[a-z0-9-]+", words)}
    assert named - known == set()


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_is_whole_in_every_language(kind: Kind, tag: Language) -> None:
    with speaking(tag):
        words = typed.said(ALLOWING if kind == "allow" else Remedy(kind, **FULL))  # type: ignore[arg-type] # of a table
    assert words == words.strip() != ""
    assert not {"{", "}"} & {*words}
    assert words.endswith((".", "。"))
    for name, gap in () if kind == "allow" else (("task-1", "{w}"), ("7", "{n}"), ("a b.ledger", "{q}")):
        assert words.count(name) >= typed.SENTENCES[kind].count(gap)


@pytest.mark.parametrize("tag", ["ko", "zh"])
def test_no_sentence_stays_english(tag: Language) -> None:
    english = {kind: typed.said(Remedy(kind)) for kind in KINDS}
    with speaking(tag):
        assert [kind for kind in KINDS if typed.said(Remedy(kind)) == english[kind]] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_translation_names_the_same_commands_and_options(kind: Kind) -> None:
    wanted = sorted(re.findall(r"(?<![\w-])--[a-z0-9-]+", typed.SENTENCES[kind]))
    for tag in ("ko", "zh"):
        with speaking(tag):
            found = re.findall(r"(?<![\w-])--[a-z0-9-]+", typed.said(Remedy(kind)))
        assert sorted(found) == wanted, tag


@pytest.mark.parametrize(
    ("remedy", "words"),
    [
        (Remedy("wait-again", task="t-1"), "`preflight task wait t-1`"),
        (Remedy("explain-unfixable", rule="video/codec"), "`preflight explain video/codec`"),
        (Remedy("mark-longer-part", span="1.5-4"), "at least 1.5-4 s"),
        (Remedy("reconcile-later", until="09:30"), "at 09:30 UTC"),
        (Remedy("name-service", address="https://h"), "--base-url https://h"),
        (Remedy("show-there-or-send-again", entry=2, path="/l"), "task show 2 --ledger /l"),
        (Remedy("allow", loss="lossy"), "a lossy step: --allow lossy"),
        (Remedy("adopt-or-gone", task="t-2", entry=4), "--adopt 4=t-2"),
    ],
)
def test_a_sentence_holds_what_its_remedy_does(remedy: Remedy, words: str) -> None:
    assert words in typed.said(remedy)


def test_an_error_without_advice_is_its_message_alone() -> None:
    assert typed.in_full(NotDone("no room")) == "no room"


def test_why_there_is_no_new_file_comes_before_what_to_do() -> None:
    before = judged(IMAGE)
    planned = plan(before, PROFILE, FixOptions())
    result = FixResult(
        plan=planned, outcome="unfixable", before=before, message="too short", remedies=(Remedy("list-rules"),)
    )
    assert typed.came_of(result) == "too short. `preflight rules` lists them."
    assert typed.came_of(FixResult(plan=planned, outcome="untouched", before=before)) == ""
