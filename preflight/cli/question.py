"""Questions at a terminal: one key answers, of a Korean keyboard too; and the details of plans."""

import shutil
import sys
from typing import TYPE_CHECKING
from unicodedata import normalize

import click

from preflight.errors import CallError
from preflight.locale import localized
from preflight.plan import Plan
from preflight.report import text
from preflight.values.findings import Judged

if TYPE_CHECKING:
    from collections.abc import Collection

Plans = list[tuple[Judged, Plan]]

OTHER_KEYS = {"y": "a", "\r": "a", "\n": "a", "q": "n", "\x1b": "n"}
"""What a person may press instead: yes and Enter are all of them, q and Escape none."""
HANGUL = dict(zip("ㅁㅠㅊㅇㄷㄹㅣㅡㅜㅔㅂㄴㅛ", "abcdeflmnpqsy", strict=True))
"""Letter of a Korean keyboard that writes Hangul → the Latin one on the same key."""
SHIFTED = dict(zip("ㄸㅖㅃ", "epq", strict=True))
"""The same, with Shift held or caps locked, where that writes another letter."""


def show_details(plans: list[Plan], *, quiet: bool) -> None:
    """Show each step, with the reason for it; by pages where they are many."""
    lines = ["".join(words for words, _ in line) for plan in plans for line in text.plan_lines(plan)]
    if len(lines) > shutil.get_terminal_size().lines and not quiet:
        click.echo_via_pager("\n".join(lines))
        return
    for line in lines:
        click.echo(line, err=quiet)


def pressed(question: str, keys: "Collection[str]") -> str:
    """Ask until one of the keys is pressed, and return it.

    Raises:
        CallError: standard input is no terminal.
    """
    refuse_nobody()
    click.echo(localized(question), nl=False, err=True)
    while True:
        key = click.getchar().lower()
        key = key.rstrip("\r\n") or key[:1]
        key = HANGUL.get(key) or SHIFTED.get(key) or normalize("NFKC", key)  # full width, by a Chinese keyboard
        key = key if key in keys else OTHER_KEYS.get(key, key)
        if key in keys:
            click.echo(key if key.isprintable() else "", err=True)
            return key


def is_anybody_there() -> bool:
    """Tell whether there is a terminal at which a person could answer."""
    return sys.stdin.isatty()


def refuse_nobody() -> None:
    """Raise CallError where there is nobody to ask."""
    if not is_anybody_there():
        raise CallError("there is nobody to ask", advice="Say --yes to go on without asking, or --dry-run to look.")


def ask(question: str) -> bool:
    """Ask a person yes or no; refuse where there is none.

    Raises:
        CallError: standard input is no terminal.
    """
    return pressed(f"{localized(question)} {localized('[y]es, [n]o')}: ", "yn") == "y"
