"""The system's Chromium, driven by Playwright; tests that need it are skipped aloud where there is none."""

import json
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
    ),
]


def chromium() -> str | None:
    """Return where the system's Chromium is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> "Iterator[Browser]":
    """Start a browser with a profile of its own; skip the test where there is none."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium is installed here, so the page was not tried in a browser: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make setup")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


class Heard:
    """What went wrong on a page: errors of scripts, refused loads, requests that leave this machine."""

    def __init__(self, page: "Page", own: str) -> None:
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: self._asked(asked.url, own))

    def _asked(self, url: str, own: str) -> None:
        if not url.startswith((own, "blob:", "data:")):
            self.wrong.append(f"asked {url}")


@contextmanager
def busiest_task(page: "Page") -> "Iterator[list[float]]":
    """Trace a page; at the end, give the longest processor time of a task of its main thread, in milliseconds.

    How long a task lasts by the clock says as much of what else the machine does.
    """
    driver, found = page.context.browser, list[float]()
    assert driver
    driver.start_tracing(page=page, categories=["toplevel"])
    yield found
    events = json.loads(driver.stop_tracing())["traceEvents"]
    threads = [one for one in events if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"]
    pages = {(one["pid"], one["tid"]) for one in threads}
    tasks = [one for one in events if "RunTask" in one["name"] and (one["pid"], one["tid"]) in pages]
    found.append(max(one.get("tdur", 0) for one in tasks) / 1000)


def faults_by_axe(page: "Page") -> list[tuple[str, Any]]:
    """Return what axe finds against WCAG 2.2 AA on a page as it is now, each with the places."""
    from pathlib import Path

    import axe_playwright_python

    source = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(source)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    run = "async (tags) => (await axe.run(document, {runOnly: {type: 'tag', values: tags}})).violations"
    found = page.evaluate(run, rules)
    return [(one["id"], [(node["html"][:160], node["failureSummary"]) for node in one["nodes"]]) for one in found]
