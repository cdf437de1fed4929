"""Words of the tool in a person's language: English text in, the same in Korean or Chinese out.

English is the source and the form that ledgers, caches and children keep; other languages are made at the edge, where
a person reads. The language is that of the running command, task or request, never of the process.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, get_args

Language = Literal["en", "ko", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
ENGLISH: Language = "en"
VARIABLE = "PREFLIGHT_LANG"
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Variables that name the locale of messages; the first that is set counts."""

_current: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def language() -> Language:
    """Read the language of the running command, task or request."""
    return _current.get()


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Use a language within a block; threads begun in it speak English unless told."""
    token = _current.set(chosen)
    try:
        yield
    finally:
        _current.reset(token)


def speak(chosen: Language) -> None:
    """Use a language until the current context ends: for a command, which runs in a context of its own."""
    _current.set(chosen)


def localized(text: str) -> str:
    """Translate text into the current language; text that the catalogue does not know stays English."""
    chosen = _current.get()
    if chosen == ENGLISH or not text:
        return text
    from preflight.locale.translate import translated

    return translated(text, chosen)


def localized_in(context: str, text: str) -> str:
    """Translate text as it is meant in a context of the catalogue (gettext's `msgctxt`), its placeholders unfilled."""
    if _current.get() == ENGLISH:
        return text
    from preflight.locale.catalogue import in_context

    return in_context(_current.get(), context, text)


def listed(parts: list[str]) -> str:
    """Join translated parts as the language writes a list."""
    return ("、" if language() == "zh" else ", ").join(parts)


def sentence(words: str) -> str:
    """End translated words with the language's full stop."""
    return f"{words}{'。' if language() == 'zh' else '.'}"


def language_of(tag: str) -> Language | None:
    """Read a language tag or locale name, such as `ko_KR.UTF-8` or `zh-Hans`; None for one without a catalogue."""
    primary = tag.strip().replace("-", "_").split("_")[0].split(".")[0].lower()
    return next((one for one in LANGUAGES if one == primary), None)


def from_locale(environ: Mapping[str, str]) -> Language:
    """Choose by the locale of the environment; English where it names no language of ours."""
    named = next((value for name in LOCALE if (value := environ.get(name))), "")
    return language_of(named) or ENGLISH


def accepted(header: str) -> Language:
    """Choose by an `Accept-Language` header (RFC 9110, 12.5.4): the language of greatest weight that there is."""
    best, most = ENGLISH, 0.0
    for part in header.split(","):
        tag, _, rest = part.partition(";")
        weight = _weight(rest)
        found = ENGLISH if tag.strip() == "*" else language_of(tag)
        if found and weight > most:
            best, most = found, weight
    return best


def _weight(parameters: str) -> float:
    """Read `q=0.8`; 1 without, 0 where it is no number from 0 to 1."""
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
