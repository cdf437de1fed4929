"""What the stages say to a person at the command line → what it means to a program.

The stages name the command or the option that helps. Here a command that is a function goes by the function's name, an
option by its argument's; what only the command line can do is said to be there.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from preflight.errors import PreflightError
from preflight.workers.session import session

ADVICE = (
    (r"`preflight task show [^`]*` says more; --again sends", "`again=True` sends"),
    (r"`preflight ([^`]+?) --ledger [^`]*`", r"`\1` of the command line, with that ledger,"),
    (r"--again sends", "`again=True` sends"),
    (r"--ledger NEW uses that", "`ledger=NEW` uses that"),
    (r"`preflight task (wait|download)\b[^`]*`", r"`\1`"),
    (r"`preflight profiles --schema` prints the schema", "`preflight.profiles.json_schema()` returns the schema"),
    (r"`preflight ([^`]+)`", r"`\1` of the command line"),
    (r"--user-agent or PREFLIGHT_USER_AGENT sends", "`agent=` sends"),
    (r"--(allow|extend|fit) ([a-z]+)", r'`\1="\2"`'),
    (r"--keep FILE=START-END\b", "`Asset.keep`"),
    (r"\bEVOLINK_API_KEY\b", "`key`"),
)
MESSAGES = ((r"^--bucket ", "bucket "), (r"^EVOLINK_API_KEY: ", "key: "))
"""Only at the beginning: what follows may be the name of a file, or the service's words."""


def advice_of(words: str) -> str:
    """Return an advice as a program reads it."""
    return _said(words, ADVICE)


@contextmanager
def to_a_program() -> Iterator[None]:
    """Make a call one piece of work, and let errors out in the words of a program; they stay what they are."""
    try:
        with session():
            yield
    except PreflightError as error:
        error.message, error.advice = _said(error.message, MESSAGES), advice_of(error.advice)
        error.args = (error.message,)
        raise


def _said(words: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for ours, theirs in pairs:
        words = re.sub(ours, theirs, words)
    return words
