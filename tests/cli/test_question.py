"""One key answers, of any keyboard; any other is passed over."""

import sys
from collections.abc import Iterator

import click
import pytest

from preflight.cli.question import HANGUL, ask, pressed
from preflight.errors import CallError


def typing(monkeypatch: pytest.MonkeyPatch, *keys: str) -> Iterator[str]:
    waiting = iter(keys)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "getchar", lambda: next(waiting))
    return waiting


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (["a"], "a"),
        (["A"], "a"),
        (["a\r"], "a"),
        (["y"], "a"),
        (["\r"], "a"),
        (["\n"], "a"),
        (["q"], "n"),
        (["\x1b"], "n"),
        (["\u3141"], "a"),
        (["\u3142"], "n"),
        (["\u315b"], "a"),
        (["\uff2c"], "l"),
        (["\u3143"], "n"),
        (["z", "", "\x1b[A", "7", "l"], "l"),
    ],
)
def test_keys_that_mean_the_same_are_the_same(typed: list[str], key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = typing(monkeypatch, *typed)
    assert pressed("? ", ["a", "l", "n"]) == key
    assert list(rest) == []


@pytest.mark.parametrize(
    ("typed", "yes"), [("y", True), ("n", False), ("q", False), ("\u315b", True), ("\u315c", False), ("\uff59", True)]
)
def test_yes_is_yes_on_every_keyboard(typed: str, yes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch, typed)
    assert ask("Go on?") is yes


def test_no_two_letters_of_a_korean_keyboard_are_one_key() -> None:
    assert len(set(HANGUL.values())) == len(HANGUL)


def test_where_nobody_is_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(CallError, match="there is nobody to ask"):
        ask("Go on?")
    assert capsys.readouterr() == ("", "")
