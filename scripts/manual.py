"""Build the manual: the pages of docs/, a page a rule, and the JSON Schemas, by Sphinx; warnings are errors.

    docs/ ────┐
    rules ────┼──> build/pages ── sphinx ──> build/manual/index.html
    schemas ──┘

Run by `make manual`, which installs what it needs.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from preflight.report.schemas import SCHEMAS, schema_of
from preflight.rules import RULES
from preflight.rules.rule import Rule

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "build" / "pages"
TARGET = ROOT / "build" / "manual"
FILES_OF_THE_ROOT = ("SECURITY.md",)
"""Pages that the manual refers to and that lie above it."""


def rule_page(rule: Rule[Any]) -> str:
    """Write the page of a rule from its docstring."""
    lines = [f"# {rule.id}", "", rule.what, "", f"**Why.** {rule.why}", ""]
    lines += [f"**Fix.** {rule.fix}", ""] if rule.fix else []
    lines += [f"**Limit.** `{rule.limit}`, which [each edition](../models.md) sets.", ""] if rule.limit else []
    return "\n".join(
        [*lines, f"`preflight explain {rule.id}` adds the limit of the edition that you use and its source.", ""]
    )


def schemas_page() -> str:
    """Write the page of the JSON Schemas."""
    lines = [
        "# JSON Schemas",
        "",
        "Names never change within a number; new ones may be added. `preflight schema NAME` prints one.",
        "",
    ]
    for name, (title, _) in SCHEMAS.items():
        lines += [f"## {name}", "", f"{title}.", "", "```json", json.dumps(schema_of(name), indent=1), "```", ""]
    return "\n".join(lines)


def gather() -> None:
    """Put every page where Sphinx reads it."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(ROOT / "docs", PAGES)
    for path in PAGES.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        for name in FILES_OF_THE_ROOT:
            text = text.replace(f"](../{name})", f"]({name})")
        path.write_text(text, encoding="utf-8")
    for name in FILES_OF_THE_ROOT:
        text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        (PAGES / name).write_text(f"---\norphan: true\n---\n{text}", encoding="utf-8")
    (PAGES / "schemas.md").write_text(schemas_page(), encoding="utf-8")
    each = PAGES / "rule"
    each.mkdir()
    for rule in RULES.values():
        (each / f"{rule.id.replace('/', '-')}.md").write_text(rule_page(rule), encoding="utf-8")
    names = "\n".join(f"rule/{rule.replace('/', '-')}" for rule in RULES)
    with (PAGES / "rules.md").open("a", encoding="utf-8") as page:
        page.write(f"\n```{{toctree}}\n:hidden:\n\n{names}\n```\n")


def main() -> int:
    """Build the manual; return Sphinx's exit status."""
    from sphinx.cmd.build import build_main

    gather()
    status: int = build_main(["-q", "-W", "--keep-going", "-b", "html", str(PAGES), str(TARGET)])
    return status


if __name__ == "__main__":
    sys.exit(main())
