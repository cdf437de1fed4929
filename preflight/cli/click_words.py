"""What click says of a wrong call: its finished English sentence in, the same with its template out.

Only here is a sentence read again: click words its own errors, and gives no template with them.
"""

import re

from preflight.values.phrase import Phrase

TEMPLATES = (
    "Invalid value for {q}: {why}",
    "Invalid value: {why}",
    "No such command {q}. (Did you mean one of: {q2}?)",
    "No such option {q}. (Did you mean one of: {q2}?)",
    "No such option: {w} (Possible options: {q})",
    "No such option {q}. (Possible options: {q2})",
    "Got unexpected extra arguments ({q})",
    "No such command {q}. Did you mean {q2}?",
    "Got unexpected extra argument ({q})",
    "No such option: {w} Did you mean {q}?",
    "No such option {q}. Did you mean {q2}?",
    "Missing option {q}. Choose from: {q2}",
    "Option {q} does not take a value.",
    "{q} is not a valid integer range.",
    "Option {q} requires an argument.",
    "Option {q} requires {n} arguments.",
    "{q} is not a valid float range.",
    "Directory {q} is not readable.",
    "Directory {q} is not writable.",
    "Directory {q} does not exist.",
    "{q} is not a valid integer.",
    "{q} is not in the range {q2}.",
    "{q} is not a valid float.",
    "File {q} is not readable.",
    "File {q} is not writable.",
    "File {q} does not exist.",
    "File {q} is a directory.",
    "Directory {q} is a file.",
    "Path {q} does not exist.",
    "Missing parameter: {q}",
    "Missing argument {q}.",
    "No such command {q}.",
    "Missing option {q}.",
    "No such option: {w}",
    "No such option {q}.",
    "{q} is not one of {q2}.",
)
"""Messages of click 8 (`exceptions.py`, `parser.py`, `types.py`). The first that fits is meant: those that hold another
stand first, then the longest."""
PATTERNS = {"w": r"[^\s,;]+", "n": r"\d+"}
GAP = re.compile(r"\{(\w+)\}")


def phrased(said: str) -> str:
    """Find the template of a sentence of click; one of another's hand stays as it is."""
    found = (Phrase(one, match.groupdict()) for one in TEMPLATES if (match := _pattern(one).fullmatch(said)))
    best = next(found, None)
    if best is None:
        return said
    why = best.arguments.get("why")
    return Phrase(best.template, {**best.arguments, "why": phrased(why)}) if isinstance(why, str) else best


def _pattern(template: str) -> re.Pattern[str]:
    """Compile a template: its words as they are, anything in its gaps."""
    parts = GAP.split(template)
    gaps = (f"(?P<{one}>{PATTERNS.get(one, '.+')})" if at % 2 else re.escape(one) for at, one in enumerate(parts))
    return re.compile("".join(gaps), re.DOTALL)
