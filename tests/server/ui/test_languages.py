"""A person who reads only Korean, or only Chinese, goes from files to a film and meets no English sentence."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight.locale import Language
from preflight.sandbox import Faults, read_fault, running
from preflight.server.ui.start import PageOptions, running_page
from scripts.walk import TAGS, Walk
from tests.server.browsers import browser
from tests.specimens import MEDIA, PROFILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

FILES = [MEDIA / name for name in ("image-heic.heic", "video-20s.mp4", "audio-20s.wav")]
SHOWN = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  const said = [];
  const nodes = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) {
    const { parentElement: parent, textContent: text } = nodes.currentNode;
    if (!parent.closest("script, style, optgroup")) said.push(text);
  }
  const told = ["title", "alt", "placeholder", "aria-label", "aria-valuetext", "aria-description"];
  for (const one of document.querySelectorAll("*")) {
    for (const name of told) if (one.hasAttribute(name)) said.push(one.getAttribute(name));
  }
  return said;
}"""
"""Every text and description on a page, what is folded up too; names of models apart."""
SERVICE = "the content may contain real person [content_policy_violation]"
"""The service's own words."""
NAMES = re.compile(
    r"https?://\S+|(?:image|video|audio)(?:/[a-z-]+| \d+)|[\w.-]+\.(?:heic|mp4|wav|png)|task-unified-[\w-]+|"
    r"['“]\w+['”]|request\.toml|Seedance [\w.-]+(?: [\w-]+)?"
)
"""Names of files, references, rules, models, fields and headings."""
WORDS = {
    *("Preflight", "preflight", "dusk", "mutagen", "Pillow", "Shift"),
    *("aac", "adaptive", "fps", "heic", "hevc", "mov", "mp4", "jpeg", "png", "wav", "webp", "ready", "videos", "any"),
}
"""Products, formats, units, fields and folders."""
ENGLISH = re.compile(r"(?<![\w@#./-])[A-Za-z][a-z']+(?![\w./-])")


def english(text: str) -> list[str]:
    """Find the English words of a text that are no names."""
    return [word for word in ENGLISH.findall(NAMES.sub("", text.replace(SERVICE, ""))) if word not in WORDS]


@pytest.fixture(scope="module")
def chrome() -> Iterator["Browser"]:
    with browser() as opened:
        yield opened


def test_no_english_is_met_on_the_way_from_files_to_a_film(chrome: "Browser", tmp_path: Path) -> None:
    """Walk in Korean, and look at the same page in Chinese beside it."""
    left: dict[str, tuple[str, Language]] = {}

    def seen(state: str, _: "Locator") -> None:
        for language, tab in tabs.items():
            for text in tab.evaluate(SHOWN):
                if english(text):
                    left.setdefault(text.strip(), (state, language))

    refusing = Faults(faults=(read_fault("outcome:moderation"),))
    with running(run_s=0.2, faults=refusing) as service:
        start = PageOptions(request=tmp_path / "dusk" / "request.toml", profile=PROFILE, base_url=service.url)
        with running_page(start) as (_context, access):
            tabs = {language: opened(chrome, language, access.secret_url) for language in TAGS}
            Walk(tabs["ko"], "ko", seen, FILES).go()
            for tab in tabs.values():
                tab.context.close()
    assert left == {}


def opened(chrome: "Browser", language: Language, url: str) -> "Page":
    """Open the page in a browser of a language."""
    tab = chrome.new_context(locale=TAGS[language], reduced_motion="reduce").new_page()
    tab.set_default_timeout(30_000)
    tab.goto(url)
    return tab
