"""Who may ask a server of this machine, and who may not: other programs, other pages, other names."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from preflight.server.access import Access
from tests.server.pages import Page, opened


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(tmp_path_factory.mktemp("guarded")) as page:
        yield page


@pytest.fixture
def browser(page: Page) -> Iterator[httpx.Client]:
    """A browser that has opened the address, and so has the cookie."""
    with httpx.Client(base_url=page.access.url, trust_env=False) as client:
        assert client.get("/", params={"token": page.access.token}).status_code == 200
        yield client


def own(page: Page) -> str:
    return page.access.url.rstrip("/")


def test_the_address_that_is_printed_opens_the_page_and_a_reload_needs_no_token(
    page: Page, browser: httpx.Client
) -> None:
    assert browser.get("/").status_code == 200
    assert browser.get("/api/state").json()["cards"] == []
    assert browser.cookies.get(page.access.cookie) == page.access.token


def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(page: Page) -> None:
    answer = httpx.get(page.access.secret_url, trust_env=False)
    assert set(answer.headers["set-cookie"].split("; ")[1:]) == {"Path=/", "HttpOnly", "SameSite=Strict"}


@pytest.mark.parametrize("path", ["/", "/api/state", "/api/events", "/static/app.js", "/api/assets/x/file", "/nothing"])
def test_without_the_token_nothing_is_answered(page: Page, path: str) -> None:
    assert httpx.get(f"{own(page)}{path}", trust_env=False).status_code == 403


@pytest.mark.parametrize("told", ["", "x", "token", "é"])
def test_another_token_is_none(page: Page, told: str) -> None:
    assert httpx.get(own(page), params={"token": told}, trust_env=False).status_code == 403


def test_the_token_in_the_address_opens_the_page_and_nothing_else(page: Page) -> None:
    assert httpx.get(f"{own(page)}/api/state", params={"token": page.access.token}, trust_env=False).status_code == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil:{port}", "[::1]:{port}", ""],
)
def test_a_name_that_was_pointed_here_is_refused(page: Page, host: str) -> None:
    named = host.format(port=page.access.port)
    headers = {"Host": named, "Authorization": f"Bearer {page.access.token}"}
    assert httpx.get(f"{own(page)}/api/state", headers=headers, trust_env=False).status_code == 421


def test_localhost_is_a_name_of_this_machine(page: Page) -> None:
    headers = {"Host": f"localhost:{page.access.port}"}
    assert page.client.get("/api/state", headers=headers).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_page_of_another_site_changes_and_reads_nothing(
    page: Page, browser: httpx.Client, origin: str, method: str
) -> None:
    headers = {"Origin": origin.format(port=page.access.port)}
    assert browser.request(method, "/api/samples", headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_that_says_the_request_is_of_another_site_is_believed(browser: httpx.Client, site: str) -> None:
    assert browser.get("/api/state", headers={"Sec-Fetch-Site": site}).status_code == 403


def test_a_person_may_follow_a_link_to_the_page(browser: httpx.Client) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert browser.get("/", headers=headers).status_code == 200
    assert browser.post("/", headers=headers).status_code == 403


def test_a_change_by_cookie_has_to_say_where_it_comes_from(page: Page, browser: httpx.Client) -> None:
    body = {"share": "equal"}
    assert browser.put("/api/share", json=body).status_code == 403
    assert browser.put("/api/share", json=body, headers={"Origin": own(page)}).status_code == 204


def test_no_other_site_may_read_show_or_frame_anything(page: Page) -> None:
    headers = page.client.get("/", headers={"Origin": own(page)}).headers
    assert "access-control-allow-origin" not in headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"


def test_refusals_and_errors_say_the_same_of_what_a_browser_may_do(page: Page) -> None:
    for answer in (
        httpx.get(own(page), trust_env=False),
        page.client.get("/nothing"),
        page.client.get("/api/assets/x/why"),
    ):
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_two_thousand_requests_are_all_answered(page: Page) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", page.access.port, timeout=30)
    for number in range(2_000):
        connection.request("GET", "/api/state" if number % 2 else "/static/../../etc/passwd")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 403
    connection.close()
    assert page.state()["cards"] == []


def test_tokens_differ() -> None:
    assert len({Access(port=1).token for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/..%2fapp.py"]
)
def test_nothing_outside_the_page_s_own_files_is_served(page: Page, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", page.access.port, timeout=30)
    connection.request("GET", path, headers={"Authorization": f"Bearer {page.access.token}"})
    assert connection.getresponse().status == 404
    connection.close()


def test_the_page_asks_for_nothing_but_its_own_files(page: Page) -> None:
    text = page.client.get("/").text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "<script>" not in text
    assert "style=" not in text
    folder = Path(__file__).parents[2] / "preflight/server/ui/static"
    for file in folder.iterdir():
        said = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in said, file
