"""Markup: words and other markup in, markup out in which words can do nothing. Here, and only here, text is escaped.

What is written is HTML and well-formed XML at once, so that any strict reader can check it.
"""

import html
import re

from preflight.values.assets import printable

EMPTY = frozenset({"img", "meta", "br", "rect", "line", "path"})
"""Elements that hold nothing."""


class Markup(str):
    """Text in which everything that could act has been escaped; of the words of others only this module makes it."""

    __slots__ = ()


def escaped(words: str) -> Markup:
    """Return words as they are shown, and as nothing else."""
    return Markup(html.escape(printable(words), quote=True))


def joined(*parts: str, between: str = "") -> Markup:
    """Return parts one after the other; those that are words are escaped."""
    return Markup(escaped(between).join(part if isinstance(part, Markup) else escaped(part) for part in parts))


def tag(name: str, /, *parts: str, **attributes: str | int | None) -> Markup:
    """Return an element.

    Args:
        name: what it is called.
        parts: what stands in it; words are escaped, markup is not escaped again.
        attributes: `class_` is called class, `aria_label` aria-label; those that are None are left out.
    """
    given = (f' {_called(key)}="{escaped(str(said))}"' for key, said in attributes.items() if said is not None)
    begin = f"<{name}{''.join(given)}"
    if name in EMPTY:
        return Markup(f"{begin}/>")
    return Markup(f"{begin}>{joined(*parts)}</{name}>")


def block(name: str, /, *parts: str, **attributes: str | int | None) -> Markup:
    """Return an element that ends its line."""
    return Markup(f"{tag(name, *parts, **attributes)}\n")


def prose(words: str) -> Markup:
    """Return words of this program, what stands between `` ` `` as code."""
    pieces = re.split(r"`([^`]+)`", words)
    return joined(*[tag("code", piece) if at % 2 else piece for at, piece in enumerate(pieces)])


def _called(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
