"""The page on what is trusted: every test that it names is there, and every target."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "trusted.md").read_text(encoding="utf-8")
ENDS = re.compile(r"`(tests/[a-z_/]+\.py)::(test_[a-z0-9_]+)`")


def test_every_test_that_holds_something_is_there() -> None:
    named = ENDS.findall(PAGE)
    assert len(named) > 40
    missing = [(file, name) for file, name in named if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")]
    assert missing == []


def test_every_input_names_what_holds_it() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| **")]
    assert len(rows) > 20
    assert [row for row in rows if not ENDS.search(row)] == []


def test_every_target_that_is_named_is_one() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pages = PAGE + (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert [name for name in set(re.findall(r"`make ([a-z-]+)`", pages)) if f"\n{name}: " not in makefile] == []


def test_the_page_is_found_from_the_first_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](docs/trusted.md)" in readme
    assert "](SECURITY.md)" in readme
