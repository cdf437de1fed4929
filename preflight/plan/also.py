"""Choose the warnings to clear, by name.

A name is a rule's without its kind: `location`, `alpha`, `hdr`; `all` is every warning that can be fixed.
"""

import difflib
from collections.abc import Iterable, Iterator

from preflight.errors import CallError
from preflight.rules.audio import RULES as AUDIO
from preflight.rules.image import RULES as IMAGE
from preflight.rules.video import RULES as VIDEO
from preflight.values.findings import Finding
from preflight.values.phrase import joined, phrase

ALL = "all"
BEYOND = {"readable", "unjudged"}
"""Rules that no step clears."""
HEADER = "video/header"
SAID_FOR = {"cmyk": "color", "10-bit": "bit-depth", "transparency": "alpha", "gps": "location"}
"""Words that reports and people use → names."""


def also_names() -> tuple[str, ...]:
    """List the names allowed for `also`, except `all`, in order."""
    return tuple(sorted({_short(rule.id) for rule in (*IMAGE, *VIDEO, *AUDIO)} - BEYOND))


def read_also(given: Iterable[str]) -> tuple[str, ...]:
    """Parse names of warnings, also comma-separated, in any case; `SAID_FOR` has other words for some.

    Raises:
        CallError: a name is unknown; suggests the nearest.
    """
    words = [word.strip() for text in given for word in text.split(",") if word.strip()]
    found, known = dict.fromkeys(map(_name, words)), also_names()
    for word in words:
        if _name(word) != ALL and _name(word) not in known:
            near = difflib.get_close_matches(_name(word), (*known, ALL), 1, 0.5)
            advice = (
                phrase("Did you mean {q}?", q=near[0])
                if near
                else phrase("Known are {l}, and {w}.", l=joined(known), w=ALL)
            )
            raise CallError(phrase("also: no warning that can be mended is called {q}", q=repr(word)), advice=advice)
    return tuple(found)


def wished(findings: Iterable[Finding], also: tuple[str, ...]) -> Iterator[Finding]:
    """Yield the warnings to clear.

    One that the policy ignores is cleared only by its own name.

    Args:
        findings: on one asset.
        also: names from `read_also`.
    """
    for finding in findings:
        named = _short(finding.rule) in also or (ALL in also and not finding.ignored)
        if named and finding.severity != "error" and finding.fix != "none":
            yield finding


def _short(rule: str) -> str:
    return rule.rpartition("/")[2]


def _name(word: str) -> str:
    """Return the name that a word stands for; the word where it stands for none."""
    short = _short(word).lower()
    return SAID_FOR.get(short, short)
