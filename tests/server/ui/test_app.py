"""The application of a page: the page itself, its own files and what it may be asked, all behind the guard."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from preflight.server.ui.app import BODIES, HERE
from tests.server.pages import Page, opened


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(tmp_path_factory.mktemp("app") / 'a<b>"name') as one:
        yield one


def test_who_brings_the_token_gets_it_as_a_cookie_and_nobody_else_anything(page: Page) -> None:
    opening = httpx.get(page.access.secret_url, trust_env=False)
    assert opening.headers["set-cookie"] == page.access.set_cookie
    assert "set-cookie" not in page.client.get("/").headers
    assert httpx.get(page.access.url, trust_env=False).status_code == 403


def test_the_page_names_its_project_and_escapes_it(page: Page) -> None:
    text = page.client.get("/").text
    assert "a&lt;b&gt;" in text
    assert "<b>" not in text


def test_the_page_loads_its_own_files_alone_and_no_script_or_style_stands_within_it(page: Page) -> None:
    text = page.client.get("/").text
    for address in re.findall(r'(?:src|href)="([^"#]+)"', text):
        assert address.startswith("/static/"), address
        assert page.client.get(address).status_code == 200, address
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=", text)


@pytest.mark.parametrize("name", sorted(one.name for one in (HERE / "static").iterdir()))
def test_every_file_of_it_is_served_with_its_type_and_asks_for_no_other_machine(page: Page, name: str) -> None:
    answer = page.client.get(f"/static/{name}")
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    assert answer.headers["content-type"].startswith(kinds[Path(name).suffix])
    assert not re.search(r"""(?:from|import|url\(|fetch\()\s*["'(]*https?:""", answer.text)


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fetc%2fpasswd", "/static/", "/nothing"]
)
def test_nothing_beside_them_is_served(page: Page, path: str) -> None:
    assert page.client.get(path).status_code == 404


def test_colors_are_those_of_the_reports(page: Page) -> None:
    assert page.client.get("/static/colors.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/"), ("POST", "/api/state"), ("GET", "/api/send")])
def test_another_method_is_refused_in_the_shape_of_every_error(page: Page, method: str, path: str) -> None:
    answer = page.client.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "http")


def test_every_body_that_is_described_is_one_that_a_route_reads(page: Page) -> None:
    document = page.client.get("/api/openapi.json").json()
    told = [one for path in document["paths"].values() for one in path.values() if "requestBody" in one]
    assert len(told) == len(BODIES)


@pytest.mark.parametrize("tag", ["ko", "zh-Hans"])
def test_the_page_is_in_the_language_of_the_browser(page: Page, tag: str) -> None:
    told = page.client.get("/api/basis", headers={"Accept-Language": tag}).json()
    assert told["words"]["close"] != "Close"
    assert f'lang="{tag[:2]}' in page.client.get("/", headers={"Accept-Language": tag}).text
