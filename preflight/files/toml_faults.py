"""TOML errors for people who do not know TOML: a text and tomllib's message in, a cause and a corrected line out.

    TOMLDecodeError ──► the line ──► causes, the likeliest first ──► the first whose corrected line parses

A corrected line is offered only where parsing gets past it.
"""

import re
import tomllib
from collections.abc import Callable, Iterator

import msgspec

from preflight.values.excerpt import Excerpt
from preflight.values.phrase import phrase

PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
KEY = r"\s*(?:[\w.\-]+|\"[^\"]*\"|'[^']*')\s*"
KEY_AND_VALUE = re.compile(rf"({KEY}=\s*)(.*)", re.DOTALL)
QUOTES = dict.fromkeys("“”„‟«»＂〝〞「」『』", '"') | dict.fromkeys("‘’‚‛", "'")  # noqa: RUF001 - such as people type
WIDE = str.maketrans("＝，、［］｛｝＃", "=,,[]{}#")  # noqa: RUF001 - such as people type
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
BLANKS = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
BASIC = re.compile(r'"([^"]*\\[^"]*)"')
CURLY = "".join(QUOTES)
QUOTED = re.compile(rf"[{CURLY}]([^{CURLY}]*)[{CURLY}]")
WORDS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
NUMBER_WITH_UNIT = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:s|sec|seconds|초|秒)")
MOST_FAULTS = 3
"""Most corrections to one line."""
MOST_CHARACTERS = 1 << 16
"""Longest file to try corrections on: each try parses all of it."""
BETWEEN = re.compile(r"""(?<=["'}\d])\s+(?=["'{\d])""")
COMMENT = re.compile(r"\s+#.*$")


class Fault(msgspec.Struct, frozen=True):
    """An error in a TOML text."""

    cause: str
    excerpt: Excerpt


def fault_of(text: str, error: tomllib.TOMLDecodeError) -> Fault:
    """Explain why TOML cannot be parsed.

    Args:
        text: the file, without a byte order mark.
        error: the exception of `tomllib`.
    """
    lines = text.split("\n")
    if text.lstrip().startswith("{"):
        return Fault("it is JSON; a file that holds JSON is named .json", Excerpt(line=1, column=1, text=lines[0]))
    number, column = _place(lines, str(error))
    line = lines[number - 1].rstrip("\r")
    for cause, corrected in _guesses(line) if len(text) <= MOST_CHARACTERS else ():
        if _is_better(lines, number, corrected):
            return Fault(cause, Excerpt(line=number, column=_differs(line, corrected), text=line, corrected=corrected))
    return Fault(_in_words(lines, number, str(error)), Excerpt(line=number, column=column, text=line))


def _place(lines: list[str], said: str) -> tuple[int, int]:
    """Return line and column of an error, both from 1."""
    found = PLACE.search(said)
    if found and found[1]:
        number = min(int(found[1]), len(lines))
        return number, min(int(found[2]), len(lines[number - 1]) + 1)
    number = max((at for at, line in enumerate(lines, 1) if line.strip()), default=1)
    return number, len(lines[number - 1].rstrip()) + 1


def _is_better(lines: list[str], number: int, corrected: str) -> bool:
    """Tell whether parsing gets past a corrected line."""
    text = "\n".join([*lines[: number - 1], corrected, *lines[number:]])
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = PLACE.search(str(error))
        later = found is not None and found[1] is not None and int(found[1]) > number
        return later and _stands_alone([*lines[: number - 1], corrected])
    except (ValueError, RecursionError):
        return False
    return True


def _stands_alone(lines: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return False
    return True


def _differs(line: str, corrected: str) -> int:
    """Return the first column at which two lines differ, from 1."""
    pairs = enumerate(zip(line, corrected, strict=False), 1)
    return next((at for at, (one, other) in pairs if one != other), min(len(line), len(corrected)) + 1)


# ---- causes ---------------------------------------------------------------------------------------------------------


def _guesses(line: str) -> Iterator[tuple[str, str]]:
    """Yield causes and corrected lines; of several faults in a line, name the first."""
    found: dict[str, str] = {line: ""}
    for _ in range(MOST_FAULTS):
        for begun, first in list(found.items()):
            for cause, correct in CORRECTIONS:
                corrected = correct(begun)
                if corrected is not None and corrected not in found:
                    found[corrected] = first or cause
                    yield found[corrected], corrected


def _plain_blanks(line: str) -> str:
    return BLANKS.sub(" ", UNSEEN.sub("", line))


def _straight_quotes(line: str) -> str:
    """Replace curly quotes by straight ones: single ones around a double quote."""
    line = QUOTED.sub(lambda found: _as_text(found[1]), line)
    return "".join(QUOTES.get(one, one) for one in line)


def _plain_signs(line: str) -> str:
    return line.translate(WIDE)


def _literal(line: str) -> str:
    """Put text with a backslash between single quotes, which keep it unchanged."""
    return BASIC.sub(lambda found: _as_text(found[1]), line)


def _as_text(text: str) -> str:
    if "'" not in text and ("\\" in text or '"' in text):
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _equals(line: str) -> str | None:
    """Put `=` between key and value in place of a colon or nothing."""
    found = re.fullmatch(r"(\s*[\w\-]+)\s*(?::\s*(\S.*?)|\s([^\s=][^=]*?)),?\s*", line)
    return f"{found[1]} = {found[2] or found[3]}" if found else None


def _closed(line: str) -> str | None:
    """Close an open quote."""
    found = KEY_AND_VALUE.fullmatch(line)
    if not found or found[2][:1] not in ('"', "'"):
        return None
    value = found[2].rstrip()
    return f"{found[1]}{value}{value[0]}"


def _quoted(line: str) -> str | None:
    """Quote a bare value."""
    found = KEY_AND_VALUE.fullmatch(line)
    value = COMMENT.sub("", found[2]).strip().rstrip(",") if found else ""
    if not found or not value or value[0] in "[{":
        return None
    return f"{found[1]}{_as_text(_bare(value))}"


def _bare(value: str) -> str:
    """Remove the quotes at either end of a value."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value.strip('"')


def _known_word(line: str) -> str | None:
    """Spell true and false as in TOML."""
    found = KEY_AND_VALUE.fullmatch(line)
    word = WORDS.get(COMMENT.sub("", found[2]).strip().lower()) if found else None
    return f"{found[1]}{word}" if found and word else None


def _bare_number(line: str) -> str | None:
    """Remove the unit after a number of seconds."""
    found = KEY_AND_VALUE.fullmatch(line)
    number = NUMBER_WITH_UNIT.fullmatch(COMMENT.sub("", found[2]).strip()) if found else None
    return f"{found[1]}{number[1]}" if found and number else None


def _no_comma(line: str) -> str:
    return line.rstrip().rstrip(",;")


def _quoted_key(line: str) -> str | None:
    found = re.fullmatch(r"\s*([^\s=\"'\[\]#]+)\s*=(.*)", line)
    return f'"{found[1]}" ={found[2]}' if found and not found[1].isascii() else None


def _closed_table(line: str) -> str | None:
    found = re.fullmatch(r"\s*(\[{1,2})([^\[\]]+)\]?\s*", line)
    return f"{found[1]}{found[2].strip()}{']' * len(found[1])}" if found else None


def _listed(line: str) -> str | None:
    """Put a comma between two entries of a list."""
    found = KEY_AND_VALUE.fullmatch(line)
    if not found or not found[2].lstrip().startswith("["):
        return None
    inner = found[2].strip()
    return found[1] + BETWEEN.sub(", ", inner if inner.endswith("]") else f"{inner}]")


def _quoted_entries(line: str) -> str | None:
    """Quote the bare entries of a list."""
    found = KEY_AND_VALUE.fullmatch(line)
    value = found[2].strip() if found else ""
    if not found or not (value.startswith("[") and value.endswith("]")) or set(value) & set("\"'{"):
        return None
    return f"{found[1]}[{', '.join(_as_text(one.strip()) for one in value[1:-1].split(','))}]"


CORRECTIONS: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    ("a character that cannot be seen, or a blank of another kind", _plain_blanks),
    ("curly quotes; TOML wants straight ones", _straight_quotes),
    ("a full-width sign; TOML wants the plain one", _plain_signs),
    ("a backslash between double quotes begins an escape; between single quotes it means itself", _literal),
    ("true and false are written in small letters", _known_word),
    ("a number has no unit; this one is in seconds", _bare_number),
    ("nothing follows a value, no comma either", _no_comma),
    ("= is missing between a key and its value", _equals),
    ("a closing quote is missing", _closed),
    ("text needs quotes", _quoted),
    ("a comma is missing between two entries of a list", _listed),
    ("the entries of a list need quotes", _quoted_entries),
    ("the closing bracket of a table's name is missing", _closed_table),
    ("a key of other letters than A to Z needs quotes", _quoted_key),
)
"""Causes, the likeliest first."""


def _in_words(lines: list[str], number: int, said: str) -> str:
    """Translate tomllib's message for people who do not know TOML, where possible."""
    plain = PLACE.sub("", said)
    if "overwrite" in plain or "twice" in plain:
        return "a key is given twice"
    if "Unclosed array" in plain:
        opened = next((at for at in range(number, 0, -1) if "[" in lines[at - 1]), number)
        return phrase("the list that begins in line {q} is not closed with ], or a comma is missing", q=opened)
    if plain == "Invalid statement":
        return "a line is a key, = and a value; a table in brackets; or a comment that begins with #"
    if plain == "Unterminated string":
        return "a closing quote is missing"
    if "Invalid value" in plain and KEY_AND_VALUE.fullmatch(lines[number - 1].rstrip()):
        return "a value is missing, or is none that can be read"
    return plain[:1].lower() + plain[1:]
