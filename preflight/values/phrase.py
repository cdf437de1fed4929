"""Messages that can be translated: English text that keeps the template and the arguments it was made of.

In: a template, which is a message of the catalogues, and what fills it. Out: a `str` like any other: it compares,
hashes and prints as its text. `preflight.locale` finds the translation by the template, never by the text.
"""

TYPE_CHECKING = False
"""As in `typing`, which need not load so early."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Self


class Phrase(str):
    """A sentence, or a part of one, filled from its template; make it by `phrase`."""

    __slots__ = ("arguments", "template")
    template: str
    arguments: "Mapping[str, object]"
    """What fills a placeholder: a phrase or listing, translated in turn; a number, a word, other text."""

    def __new__(cls, template: str, arguments: "Mapping[str, object]") -> "Self":
        """Fill a template."""
        made = super().__new__(cls, template.format_map(arguments))
        made.template, made.arguments = template, arguments
        return made

    def __reduce__(self) -> "tuple[type[Phrase], tuple[str, Mapping[str, object]]]":
        """Pickle template and arguments."""
        return Phrase, (self.template, self.arguments)


class Listing(str):
    """Items joined as English does; make it by `any_of`, `all_of` or `joined`."""

    __slots__ = ("between", "items", "last")
    items: tuple[str, ...]
    between: str
    last: str
    """Stands before the last item."""

    def __new__(cls, items: "Iterable[str]", between: str, last: str) -> "Self":
        """Join the items."""
        every = tuple(items)
        head = between.join(every[:-1])
        made = super().__new__(cls, last.join(filter(None, (head, *every[-1:]))))
        made.items, made.between, made.last = every, between, last
        return made

    def __reduce__(self) -> tuple[type["Listing"], tuple[tuple[str, ...], str, str]]:
        """Pickle the items."""
        return Listing, (self.items, self.between, self.last)


def phrase(template: str, /, **arguments: object) -> Phrase:
    """Word a message that can be translated.

    Args:
        template: the message of the catalogues, as a literal, with a name in braces for each argument. The name's first
            letter, alone or before digits, says how its text is treated: `{n}` a number, `{w}` one word, `{l}` a list
            and `{q}` any text from outside are kept as they are; any other name is looked up in the catalogue.
        arguments: what fills it, formatted; phrases and listings are translated whatever their name is.

    Raises:
        KeyError: an argument is missing.
    """
    return Phrase(template, arguments)


def any_of(items: "Iterable[str]") -> Listing:
    """List alternatives: "jpeg, png or webp"."""
    return Listing(items, ", ", " or ")


def all_of(items: "Iterable[str]") -> Listing:
    """List what belongs together: "jpeg, png and webp"."""
    return Listing(items, ", ", " and ")


def joined(items: "Iterable[str]", between: str = ", ") -> Listing:
    """Join items by commas, or by another sign that the languages have: "; ", ". " or a blank."""
    return Listing(items, between, between)


def error_words(error: BaseException) -> str:
    """Return the message of an error with its template, which `str(error)` loses."""
    said = error.args[0] if len(error.args) == 1 else None
    return said if isinstance(said, str) else str(error)


def plain(value: object) -> str:
    """Convert a phrase to its text, for msgspec, which takes no subclass of `str`."""
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError(type(value).__name__)


# ---- where only text is kept -----------------------------------------------------------------------------------------

PACKED = "\0"
"""Begins text that holds a template; no message of a person does."""


def packed(text: str) -> str:
    """Write a message and its template as text, for a store; `unpacked` reads it."""
    if not isinstance(text, Phrase | Listing):
        return text
    import json

    return PACKED + json.dumps(_parts(text))


def unpacked(text: str) -> str:
    """Read a message that `packed` wrote.

    Raises:
        ValueError: it is damaged.
    """
    if not text.startswith(PACKED):
        return text
    import json

    made: str = _made(json.loads(text.removeprefix(PACKED)))
    return made


def _parts(value: object) -> object:
    """Take a phrase apart, to values of JSON."""
    if isinstance(value, Phrase):
        return {"template": value.template, "arguments": {name: _parts(one) for name, one in value.arguments.items()}}
    if isinstance(value, Listing):
        return {"items": [_parts(one) for one in value.items], "between": value.between, "last": value.last}
    return value if isinstance(value, int) else str(value)


def _made(parts: "Any") -> "Any":  # noqa: ANN401 - any value of JSON
    """Put a phrase together."""
    if not isinstance(parts, dict):
        return parts
    if "items" in parts:
        return Listing(map(_made, parts["items"]), parts["between"], parts["last"])
    return Phrase(parts["template"], {name: _made(one) for name, one in parts["arguments"].items()})
