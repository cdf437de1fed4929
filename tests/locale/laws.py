"""What a module says to a person, read from its syntax tree: templates, and text that passes the catalogues by."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import preflight
from preflight.locale.catalogue import PLACEHOLDER

ROOT = Path(preflight.__file__).parent
TO_PROGRAMS = ("api", "mcp", "sandbox")
"""Rooms whose words programs read, which is in English: Python's errors, an agent's tools, the service's stand-in."""
UNSAID = {
    "request/template.py": "comments of a written request.toml, which is read again",
    "request/prompt": "patterns of prompts",
    "profiles/loader.py": "descriptions in a schema",
    "profiles/common.py": "titles of generated profiles",
    "profiles/schema.py": "`{n}` of a profile's tag",
    "profiles/drift.py": "what stands in a provider's document, beside it",
    "server/ui/words.py": "words of the page, in a context of their own: tests/server/ui",
    "server/openapi.py": "names of a schema",
    "server/gateway/docs.py": "a document for programs",
    "server/gateway/metrics.py": "metrics for programs",
    "cli/completion.py": "a shell's own words",
    "probe/bitstream": "why a header cannot be used: another reader is asked",
}
"""Module or room → why its text is no message."""
UNREAD = ("how", "source", "rule", "msg", "metavar", "envvar")
"""Arguments that nobody reads in a language: how a value was measured, what the documents say, ids."""
GAP = re.compile(r"\{[a-z]\w*\}")
PROSE = re.compile(r"[a-z]{3,} [a-z]{2,}")
SHELL = re.compile("pip install ")
ROUTE = re.compile(r"[#/]")


def modules() -> Iterator[Path]:
    """Yield the modules that speak to people."""
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith((*(f"{room}/" for room in TO_PROGRAMS), *UNSAID)):
            yield path


@cache
def tree_of(path: Path) -> ast.Module:
    """Parse a module, once for all laws."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(tree: ast.Module) -> tuple[ast.AST, ...]:
    """List all that stands in a module, once for all laws."""
    return tuple(ast.walk(tree))


def templates(tree: ast.Module) -> Iterator[str]:
    """Yield every literal with a name in braces, but those of patterns, addresses and documentation."""
    silent = {id(one) for node in nodes_of(tree) for one in _silent(node)}
    for node in nodes_of(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            text = node.value
            if GAP.search(text) and not ROUTE.match(text) and PLACEHOLDER.sub("", text).strip():
                yield text


def _silent(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what below a node is no template: documentation, a pattern, a part of an f-string."""
    if isinstance(node, ast.JoinedStr):
        yield from (one for one in node.values if isinstance(one, ast.Constant))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
        yield from ast.walk(node)


def phrases(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls that make a phrase."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name == "phrase" or (name == "partial" and node.args and ast.unparse(node.args[0]) == "phrase"):
                yield node


def is_named(call: ast.Call) -> bool:
    """Tell whether a phrase's template is a literal, or a name that holds literals."""
    first = call.args[1] if ast.unparse(call.func) == "partial" else call.args[0]
    options = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
    return all(isinstance(one, ast.Constant | ast.Name | ast.Subscript | ast.Attribute | ast.Call) for one in options)


def mistaken(call: ast.Call) -> bool:
    """Tell whether a literal template and the arguments beside it have other names."""
    if ast.unparse(call.func) == "partial" or not isinstance(call.args[0], ast.Constant):
        return False
    given = {one.arg for one in call.keywords}
    return None not in given and given != set(PLACEHOLDER.findall(str(call.args[0].value)))


# ---- what passes the catalogues by -----------------------------------------------------------------------------------


def built(tree: ast.Module) -> Iterator[str]:
    """Yield the sentences that are built by f-strings, where somebody reads them."""
    above = {id(child): node for node in nodes_of(tree) for child in ast.iter_child_nodes(node)}
    for node in nodes_of(tree):
        if isinstance(node, ast.JoinedStr) and not isinstance(above.get(id(node)), ast.FormattedValue):
            words = "\0".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if PROSE.search(words) and not _is_unread(node, above):
                yield ast.unparse(node)


def _is_unread(node: ast.AST, above: dict[int, ast.AST]) -> bool:
    parent = above.get(id(node))
    if isinstance(parent, ast.Assign):
        return ast.unparse(parent.targets[0]) in UNREAD
    return isinstance(parent, ast.keyword) and parent.arg in UNREAD


def plain(tree: ast.Module, errors: frozenset[str]) -> Iterator[str]:
    """Yield the literal sentences of findings, errors with their advice, and lines printed as they are."""
    for node in nodes_of(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        if name in errors:
            said = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "advice")]
        elif name in ("Finding", "Fault"):
            said = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "message")]
        elif name in ("echo", "localized"):
            said = node.args[:1]
        else:
            continue
        yield from (text for one in said for text in _literals(one) if PROSE.search(text) and not SHELL.match(text))


def _literals(node: ast.expr) -> Iterator[str]:
    """Yield the literals that a value may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_literals(node.body), *_literals(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from (text for one in node.values for text in _literals(one))
    elif isinstance(node, ast.Tuple):
        yield from (text for one in node.elts for text in _literals(one))


def error_names() -> frozenset[str]:
    """Name the errors whose message a person reads."""
    tree = {"PreflightError", "Unreadable", "Unmeasured", "TextError", "TableError", "RemoteError", "NoRules", "Unread"}
    parents = {
        node.name: {ast.unparse(base) for base in node.bases}
        for path in ROOT.rglob("*.py")
        for node in nodes_of(tree_of(path))
        if isinstance(node, ast.ClassDef)
    }
    while more := {name for name, bases in parents.items() if bases & tree} - tree:
        tree |= more
    return frozenset(tree)


FOREIGN = frozenset(
    {
        *(
            "Address already in use",
            "Connection refused",
            "File name too long",
            "Is a directory",
            "No space left on device",
        ),
        *("No such file or directory", "Not a directory", "Permission denied", "Read-only file system"),
        *("Too many levels of symbolic links", "End of file", "Invalid data found when processing input"),
        *("bad Huffman code", "could not create decoder object", "premature end of JPEG file"),
        *("premature end of data segment", "Arguments", "Missing command.", "PASS", "FAIL", "UNSURE"),
    }
)
"""What systems, libav, libjpeg, Pillow and click say, and verdicts in capitals."""


def literals() -> Iterator[str]:
    """Yield every literal of the program, its parts between commas, and paragraphs with their lines joined."""
    for path in ROOT.rglob("*.py"):
        for node in nodes_of(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
                yield from (part.strip(" .()[]") for part in re.split(r"[,;:] ", node.value))
                yield from (" ".join(one.split()) for one in node.value.split("\n\n"))


def data() -> str:
    """Join what stands in profiles, tables and pages."""
    names = ("*.toml", "*.html", "*.json", "*.js")
    return "\n".join(path.read_text(encoding="utf-8") for name in names for path in sorted(ROOT.rglob(name)))
