"""TOML errors for people who do not know TOML: a text and tomllib's message in, a cause and a corrected line out.

    TOMLDecodeError ──► the line ──► causes, the likeliest first ──► the first whose corrected line parses

A corrected line is offered only where parsing gets past it. What several lines share is in `toml_spans`.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping

import msgspec

from preflight.files.toml_spans import Span, plain_key, span_of, unclosed
from preflight.values.excerpt import Excerpt
from preflight.values.phrase import phrase

PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
KEY = r"\s*(?:[\w.\-]+|\"[^\"]*\"|'[^']*')\s*"
KEY_AND_VALUE = re.compile(rf"({KEY}=\s*)(.*)", re.DOTALL)
QUOTES = dict.fromkeys("“”„‟«»＂〝〞「」『』", '"') | dict.fromkeys("‘’‚‛", "'")  # noqa: RUF001 - such as people type
WIDE = str.maketrans("＝，、［］｛｝＃", "=,,[]{}#")  # noqa: RUF001 - such as people type
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
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
BETWEEN = re.compile(r"""("(?:[^"\\]|\\.)*"|'[^']*'|[}\d])\s+(?=["'{\d])|"(?:[^"\\]|\\.)*"|'[^']*'""")
"""The end of an entry and blanks before the next one, or an entry that is text: no blank within one counts."""
OPEN_QUOTE = 'Expected "\'"'
COMMENT = re.compile(r"\s+#.*$")
COMMENTED = re.compile(r"\s*(?://|--|;|%|<!--|```|~~~)")
"""How comments begin in other languages; Markdown fences what is quoted."""
ENTRY = re.compile(r"(\s*)([^\s=\[\]{}\"'#,](?:[^=\[\]{}\"'#,]*[^\s=\[\]{}\"'#,])?)(\s*,?)\s*")
"""A bare entry of a list that has a line of its own."""
INLINE = re.compile(r"""([\w\-]+)\s*[:=]\s*("[^"]*"|'[^']*'|[^\s,{}\[\]"'][^,{}\[\]"']*)""")
"""A key and its value between braces."""


class Fault(msgspec.Struct, frozen=True):
    """An error in a TOML text."""

    cause: str
    excerpt: Excerpt


def fault_of(text: str, error: tomllib.TOMLDecodeError, names: Mapping[str, str] | None = None) -> Fault:
    """Explain why TOML cannot be parsed.

    Args:
        text: the file, without a byte order mark.
        error: the exception of `tomllib`.
        names: what people call a key in their own language → the key.
    """
    lines = text.split("\n")
    if text.lstrip().startswith("{"):
        return Fault("it is JSON; a file that holds JSON is named .json", Excerpt(line=1, column=1, text=lines[0]))
    number, column = _place(lines, str(error))
    line = lines[number - 1].rstrip("\r")
    if len(text) <= MOST_CHARACTERS:
        straight = [_straight(one.rstrip("\r")) for one in lines]
        if (span := span_of(straight, number, PLACE.sub("", str(error)))) and _is_past(lines, span):
            return _of_span(lines, span)
        for cause, corrected in _guesses(line):
            if _is_past(lines, Span(number, number, corrected, cause)):
                return _named(cause, Excerpt(line=number, column=1, text=line, corrected=corrected), names or {})
    return Fault(_in_words(lines, number, str(error)), Excerpt(line=number, column=column, text=line))


def _of_span(lines: list[str], span: Span) -> Fault:
    """Explain a fault that several lines share, at the first that is to be written otherwise."""
    line = lines[span.first - 1].rstrip("\r")
    column = _differs(line, span.corrected)
    return Fault(span.cause, Excerpt(line=span.first, column=column, text=line, corrected=span.corrected))


def _named(cause: str, excerpt: Excerpt, names: Mapping[str, str]) -> Fault:
    """Name the key that a person called otherwise, and point at where the corrected line differs."""
    corrected = excerpt.corrected or ""
    key, equals, value = corrected.partition("=")
    if equals and (known := names.get(plain_key(key.strip()))):
        corrected = f"{known} ={value}"
        if cause == OTHER_LETTERS:
            cause = phrase("this key is named {q}", q=known)
    column = _differs(excerpt.text, corrected)
    return Fault(cause, msgspec.structs.replace(excerpt, column=column, corrected=corrected))


def _place(lines: list[str], said: str) -> tuple[int, int]:
    """Return line and column of an error, both from 1."""
    found = PLACE.search(said)
    if found and found[1]:
        number = min(int(found[1]), len(lines))
        return number, min(int(found[2]), len(lines[number - 1]) + 1)
    number = _opened(lines, said) or max((at for at, line in enumerate(lines, 1) if line.strip()), default=1)
    return number, len(lines[number - 1].rstrip()) + 1


def _opened(lines: list[str], said: str) -> int | None:
    """Find the line of a single quote that nothing closes: `tomllib` looks for its end to that of the file."""
    if not said.startswith(OPEN_QUOTE):
        return None
    return max((at for at, line in enumerate(lines, 1) if "'" in line), default=None)


def _is_past(lines: list[str], span: Span) -> bool:
    """Tell whether parsing gets past the line that others are replaced by."""
    above, number = [*lines[: span.first - 1], span.corrected], span.first
    text = "\n".join([*above, *lines[span.last :]])
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = PLACE.search(str(error))
        later = found is not None and found[1] is not None and int(found[1]) > number
        return later and (_stands_alone(above) or _stands_alone([*above, "]"]))
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
    return _straight(QUOTED.sub(lambda found: _as_text(found[1]), line))


def _straight(line: str) -> str:
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
    if not found or not value or value[0].translate(WIDE) in "[{" or value[0] in QUOTES:
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


def _decimal_point(line: str) -> str | None:
    found = re.fullmatch(rf"({KEY}=\s*-?\d+),(\d+)\s*", line)
    return f"{found[1]}.{found[2]}" if found else None


def _no_zero(line: str) -> str | None:
    found = re.fullmatch(rf"({KEY}=\s*-?)0+(\d[\d.]*)\s*", line)
    return f"{found[1]}{found[2]}" if found else None


def _one_equals(line: str) -> str | None:
    found = re.fullmatch(rf"({KEY})(?::=|={{2,3}}|=>)(.*)", line)
    return f"{found[1]}={found[2]}" if found else None


def _commented(line: str) -> str | None:
    return f"# {line.strip()}" if COMMENTED.match(line) else None


def _quoted_entry(line: str) -> str | None:
    """Quote a bare entry of a list that has a line of its own."""
    found = ENTRY.fullmatch(line)
    return f"{found[1]}{_as_text(found[2])}{found[3]}" if found else None


def _inline(line: str) -> str | None:
    """Put `=` between the keys and values inside braces, and text in quotes."""
    begin, end = line.find("{"), line.rfind("}")
    if begin < 0 or end < begin:
        return None
    inner = INLINE.sub(lambda found: f"{found[1]} = {_inline_value(found[2].strip())}", line[begin:end])
    return line[:begin] + inner + line[end:]


def _inline_value(value: str) -> str:
    return value if value[0] in "\"'" or value in ("true", "false") or value.isdecimal() else _as_text(value)


def _opened_list(line: str) -> str | None:
    """Open a list that is closed only."""
    found = KEY_AND_VALUE.fullmatch(line)
    value = found[2].rstrip() if found else ""
    return f"{found[1]}[{value}" if found and value.endswith("]") and not value.startswith("[") else None


def _no_comma(line: str) -> str:
    return line.rstrip().rstrip(",;").rstrip()


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
    inner = inner if inner.endswith("]") else f"{inner}]"
    return found[1] + BETWEEN.sub(lambda two: f"{two[1]}, " if two[1] else two[0], inner)


def _quoted_entries(line: str) -> str | None:
    """Quote the bare entries of a list."""
    found = KEY_AND_VALUE.fullmatch(line)
    value = found[2].strip() if found else ""
    if not found or not (value.startswith("[") and value.endswith("]")) or set(value) & set("\"'{"):
        return None
    return f"{found[1]}[{', '.join(_as_text(one.strip()) for one in value[1:-1].split(','))}]"


OTHER_LETTERS = "a key of other letters than A to Z needs quotes"
CORRECTIONS: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    ("a character that cannot be seen, or a blank of another kind", _plain_blanks),
    ("curly quotes; TOML wants straight ones", _straight_quotes),
    ("a full-width sign; TOML wants the plain one", _plain_signs),
    ("a backslash between double quotes begins an escape; between single quotes it means itself", _literal),
    ("a comment begins with #", _commented),
    ("true and false are written in small letters", _known_word),
    ("one = stands between a key and its value", _one_equals),
    ("a number has a point, not a comma", _decimal_point),
    ("a number does not begin with 0", _no_zero),
    ("a number has no unit; this one is in seconds", _bare_number),
    ("nothing follows a value, no comma either", _no_comma),
    ("= is missing between a key and its value", _equals),
    ("the opening bracket of a list is missing", _opened_list),
    ("between braces, too, a key and its value have = between them, and text has quotes", _inline),
    ("a closing quote is missing", _closed),
    ("text needs quotes", _quoted),
    ("text needs quotes", _quoted_entry),
    ("a comma is missing between two entries of a list", _listed),
    ("the entries of a list need quotes", _quoted_entries),
    ("the closing bracket of a table's name is missing", _closed_table),
    (OTHER_LETTERS, _quoted_key),
)
"""Causes, the likeliest first."""
IN_WORDS = {
    "Invalid statement": "a line is a key, = and a value; a table in brackets; or a comment that begins with #",
    "Unterminated string": "a closing quote is missing",
    OPEN_QUOTE: "a closing quote is missing",
    "Expected '=' after a key": "a key is one word, and = follows it",
    'Expected \'"""\'': "three quotes open a text, and none close it",
    "Expected \"'''\"": "three quotes open a text, and none close it",
}
"""How tomllib's messages begin, and the same for people who do not know TOML."""


def _in_words(lines: list[str], number: int, said: str) -> str:
    """Translate tomllib's message for people who do not know TOML, where possible."""
    plain = PLACE.sub("", said)
    if known := next((words for begun, words in IN_WORDS.items() if plain.startswith(begun)), None):
        return known
    if "overwrite" in plain or "twice" in plain:
        return "a key is given twice"
    if "Unclosed array" in plain:
        return unclosed(lines, number)
    if "Invalid value" in plain and KEY_AND_VALUE.fullmatch(lines[number - 1].rstrip()):
        return "a value is missing, or is none that can be read"
    return plain[:1].lower() + plain[1:]
