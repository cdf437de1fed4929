"""Walk through the page in Korean and in Chinese, from an empty page to a film, and take the manual's pictures of it.

    fonts from npm ── fontconfig ──> Chromium ── each state ──> docs/walk-LANGUAGE-STATE.png

It needs the system's Chromium, node, and `make setup`; fonts and libraries lie in a temporary folder for so long.
What each state shows is also looked through for English by tests/server/ui/test_languages.py.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from preflight.locale import Language, localized_in, speaking
from preflight.profiles import load
from preflight.sandbox import Faults, read_fault, running
from preflight.server.ui.start import PageOptions, running_page
from preflight.server.ui.words import ENGLISH

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, ViewportSize

DOCS = Path(__file__).parent.parent / "docs"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SIZE: "ViewportSize" = {"width": 1000, "height": 900}
PATIENCE_MS = 60_000
COLORS = 128
"""Colours of a picture, which are enough for words and frames, and keep it small."""
FONTS: dict[Language, tuple[str, str]] = {
    "ko": ("noto-sans-kr", "korean"),
    "zh": ("noto-sans-sc", "chinese-simplified"),
}
"""Language → package of @fontsource, and the set of its signs."""
WEIGHTS = (400, 700)
TAGS: dict[Language, str] = {"ko": "ko-KR", "zh": "zh-CN"}
PROMPTS: dict[Language, str] = {
    "ko": "해 질 녘 이미지 1의 기수가 넓은 평원을 가로지른다. 비디오 1의 카메라를 따르고 오디오 1이 내내 흐른다.",
    "zh": "黄昏时分，图片1的骑手穿过辽阔的平原。跟随视频1的运镜，音频1贯穿全片。",  # noqa: RUF001 - the marks are wide ones
}
Seen = Callable[[str, "Locator"], None]
"""Hears of each state that is reached: its name, and the part of the page that shows it."""


class Walk:
    """A person who goes down the page, in one language.

    Args:
        tab: a browser's page, which accepts that language.
        language: the language.
        seen: hears of each state.
        files: what is brought; the shipped samples if none.
    """

    def __init__(self, tab: "Page", language: Language, seen: Seen, files: Sequence[Path] = ()) -> None:
        self._tab, self._language, self._seen, self._files = tab, language, seen, files

    def go(self) -> None:
        """Go from files to a film: what fails, a part to keep, fixes, a prompt, a refusal, and a second try."""
        self._seen("start", self._whole())
        if self._files:
            self._tab.locator('input[type="file"]').first.set_input_files(self._files)
        else:
            self._button("drop.samples").click()
        self._failing()
        self._fixed()
        self._described()
        self._send_and_see("failed", ".now .failed")
        self._tab.locator("#sandbox").check()
        self._send_and_see("sent", ".film video")
        self._tab.locator("details.sent summary").click()
        self._seen("before", self._tab.locator("#send"))

    # ---- on the way

    def _failing(self) -> None:
        clip = self._card("video 1", "fail")
        self._card("audio 1", "fail")
        self._seen("cards", self._whole())
        clip.get_by_role("button", name=self._said("card.why"), exact=True).click()
        clip.locator(".strip img").last.evaluate("(strip) => strip.decode()")
        handle = clip.get_by_role("slider").last
        for _ in range(3):
            handle.press("Shift+ArrowLeft")
        self._seen("trim", clip)

    def _fixed(self) -> None:
        self._button("fix.all").click()
        for role in ("image 1", "video 1", "audio 1"):
            self._card(role, "pass")
        image = self._card("image 1", "pass")
        image.get_by_text(self._said("after.title")).click()
        self._seen("after", image)

    def _described(self) -> None:
        self._tab.get_by_label(self._said("prompt.label")).fill(PROMPTS[self._language])
        self._seen("prompt", self._tab.locator("#prompt"))
        self._tab.locator("#key").fill("any")
        self._button("send.key.set").click()
        self._seen("settings", self._tab.locator("#settings"))

    def _send_and_see(self, state: str, sign: str) -> None:
        self._button("send").click()
        self._seen(f"{state}-confirm", self._tab.locator("dialog"))
        self._button("send.yes").click()
        self._tab.locator(sign).first.wait_for()
        self._seen(state, self._tab.locator("#send"))

    # ---- parts of the page

    def _said(self, key: str) -> str:
        with speaking(self._language):
            return localized_in("page", ENGLISH[key])

    def _button(self, key: str) -> "Locator":
        return self._tab.get_by_role("button", name=self._said(key), exact=True).first

    def _card(self, role: str, verdict: str) -> "Locator":
        found = self._tab.locator(f'article[data-asset="{role}"][data-verdict="{verdict}"]')
        found.wait_for()
        return found

    def _whole(self) -> "Locator":
        return self._tab.locator("body")


# ---- fonts


def fonts_into(folder: Path) -> None:
    """Bring fonts for both languages into a folder, as TrueType, with the configuration that makes them known."""
    npm = shutil.which("npm") or sys.exit("npm is not installed here")
    packages = [f"@fontsource/{name}" for name, _ in FONTS.values()]
    subprocess.run([npm, "install", "--silent", "--prefix", folder, *packages], check=True)
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "fonttools", "brotli"], check=True)
    for name, signs in FONTS.values():
        for weight in WEIGHTS:
            woff = folder / "node_modules" / "@fontsource" / name / "files" / f"{name}-{signs}-{weight}-normal.woff2"
            subprocess.run([python, "-c", UNPACKED, woff, folder / f"{name}-{weight}.ttf"], check=True)
    (folder / "fonts.conf").write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")


UNPACKED = """\
import sys
from fontTools.ttLib import TTFont
font = TTFont(sys.argv[1])
font.flavor = None
font.save(sys.argv[2])
"""
CONFIGURATION = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{folder}</dir>
<cachedir>{folder}/cache</cachedir>
</fontconfig>
"""


# ---- pictures


WHOLE = ("start", "cards")
"""States of which what is seen in the window is taken."""
PROJECT = "(line) => { line.textContent = line.textContent.replace(/\\S*\\/dusk/, '~/films/dusk') }"
LOADED = """async (part) => {
  document.activeElement.blur();
  for (const image of part.querySelectorAll("img")) { image.loading = "eager"; await image.decode().catch(() => null); }
  for (const film of part.querySelectorAll(".film video")) film.currentTime = 1;
  await new Promise((going) => setTimeout(going, 800));
}"""
"""Waits until every picture of a part is there."""
SHOWN = ("start", "cards", "trim", "after", "prompt", "settings", "failed", "sent")
"""States of which the manual has a picture."""


def walk(language: Language, seen: Seen, folder: Path, chromium: str) -> None:
    """Walk through the page in a language, on a project in a folder."""
    from playwright.sync_api import sync_playwright

    with (
        running(run_s=0.5, faults=Faults(faults=(read_fault("outcome:moderation"),))) as refusing,
        running_page(PageOptions(request=folder / "request.toml", profile=load(), base_url=refusing.url)) as (
            _,
            access,
        ),
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        tab = browser.new_page(viewport=SIZE, locale=TAGS[language], reduced_motion="reduce")
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(access.secret_url)
        Walk(tab, language, seen).go()
        browser.close()


def pictures(language: Language) -> Seen:
    """Return what takes a picture of each state that the manual shows."""

    def taken(state: str, part: "Locator") -> None:
        if state not in SHOWN:
            return
        target = DOCS / f"walk-{language}-{state}.png"
        page = part.page
        page.locator("#queue").evaluate("(bar) => { bar.style.display = 'none' }")
        page.locator("#project").evaluate(PROJECT)
        page.mouse.move(5, 5)
        part.evaluate(LOADED)
        (page if state in WHOLE else part).screenshot(path=target)
        with Image.open(target) as picture:
            picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(target, optimize=True)
        page.locator("#queue").evaluate("(bar) => { bar.style.display = '' }")
        print(f"{target}: {target.stat().st_size:,} bytes")

    return taken


def main() -> None:
    """Write the pictures of both languages."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("no Chromium is installed here")
    with tempfile.TemporaryDirectory() as folder:
        fonts_into(Path(folder))
        os.environ["FONTCONFIG_FILE"] = str(Path(folder) / "fonts.conf")
        for language in FONTS:
            project = Path(folder) / language / "dusk"
            walk(language, pictures(language), project, chromium)


if __name__ == "__main__":
    main()
