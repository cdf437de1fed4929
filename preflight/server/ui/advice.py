"""What is to be done next, in the words of the page: remedies in, sentences out; or the command line's."""

from preflight.locale import language
from preflight.locale.typography import between
from preflight.report.remedies import said
from preflight.server.ui.words import WORDS
from preflight.values.remedy import Advice, Remedy


def advice(given: Advice) -> str:
    """Word the next steps; may be empty."""
    parts = given if isinstance(given, tuple) else (given,)
    return between(" ", language()).join(filter(None, map(_words, parts)))


def _words(part: Remedy | str) -> str:
    own = WORDS.get(f"remedy.{part.kind}") if isinstance(part, Remedy) else None
    return own.format(part) if own is not None else said(part)
