"""The page's own files: small, without a build step, every word in the catalogue and every word of it used."""

import gzip
import re
from pathlib import Path

from preflight.report.html.render import COLORS
from preflight.server.ui.words import WORDS

UI = Path(__file__).parents[3] / "preflight" / "server" / "ui"
SCRIPTS = sorted((UI / "static").glob("*.js"))
MADE = {
    *(f"verdict.{word}" for word in ("pass", "fail", "unsure", "waiting", "measuring", "judged")),
    *(f"loss.{word}" for word in ("lossless", "lossy", "creative", "none")),
}
"""Keys that are put together where they are used."""


def test_the_whole_page_is_small() -> None:
    files = [*(UI / "static").iterdir(), COLORS, UI / "templates" / "page.html"]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 120_000


def test_no_script_outgrows_a_reader() -> None:
    sizes = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in SCRIPTS}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_no_script_makes_code_or_markup_of_text() -> None:
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            path
        )


def test_every_word_that_is_asked_for_is_in_the_catalogue() -> None:
    texts = [path.read_text(encoding="utf-8") for path in [*SCRIPTS, *UI.glob("*.py"), UI / "templates" / "page.html"]]
    asking = re.compile(r"""(?:\bt\(|\bwords_of\(|WORDS\[|words\[)["']([\w.-]+)["']""")
    asked = {key for text in texts for key in asking.findall(text)}
    assert asked - set(WORDS) == set()


def test_no_word_stands_in_the_catalogue_for_nothing() -> None:
    text = "".join(
        path.read_text(encoding="utf-8") for path in [*SCRIPTS, *UI.glob("*.py"), UI / "templates" / "page.html"]
    )
    used = {key for key in WORDS if text.count(f'"{key}"') > 1}
    stems: tuple[str, ...] = (
        "job.",
        "choice.",
        "send.",
        "state.",
        "remedy.",
        "problem.",
        "shelf.",
        "request.",
        "verdict.",
        "loss.",
    )
    stems += ("crop.", "plan.bytes.", "prompt.count.")
    assert {key for key in WORDS if key not in used and key not in MADE and not key.startswith(stems)} == set()
