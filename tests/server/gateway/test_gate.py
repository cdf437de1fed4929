"""Who stands before the routes: who may ask, by which name, and what a line of the log tells of it."""

import io
import json
from typing import Any

import httpx
import pytest
from anyio import run
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from preflight.server.gateway.errors import ApiError
from preflight.server.gateway.gate import HEADERS, Gate, Log, note, provider_key, same
from preflight.server.gateway.metrics import Metrics
from preflight.server.gateway.settings import Settings

HERE, CREATE = "http://127.0.0.1:8080", "/v1/videos/generations"
TOKEN = "a-token-of-thirty-two-characters"  # noqa: S105 - of this test alone


async def _answered(request: Request) -> Response:
    note(request.scope, outcome="passed", entry=0, task=None, report="")
    return Response(b"{}", headers={"Cache-Control": "private"})


def gate(host: str = "127.0.0.1", **settings: Any) -> tuple[Gate, io.StringIO]:  # noqa: ANN401 - fields of `Settings`
    log = io.StringIO()
    paths = (CREATE, "/healthz", "/metrics", "/preflight/check", "/v1/tasks/{task_id}")
    app = Starlette(routes=[Route(path, _answered, methods=["GET", "POST"]) for path in paths])
    return Gate(app, Settings(**settings), host, Log(log), Metrics()), log


def ask(one: Gate, path: str = CREATE, method: str = "POST", **headers: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(one), base_url=HERE) as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers=named)

    return run(asked)


@pytest.mark.parametrize("name", ["127.0.0.1", "127.0.0.1:8080", "localhost", "localhost:1", "[::1]", "[::1]:80"])
def test_a_gateway_of_this_machine_is_called_by_its_names(name: str) -> None:
    assert ask(gate()[0], Host=name).status_code == 200


@pytest.mark.parametrize(
    "name", ["", "attacker.example", "127.0.0.1.attacker.example", "10.0.0.1:8080", "[::2]:80", "[", "::"]
)
def test_by_another_name_it_is_not_called(name: str) -> None:
    answer = ask(gate()[0], Host=name)
    assert (answer.status_code, answer.json()["error"]["code"]) == (421, "misdirected_request")


def test_a_gateway_for_others_has_whatever_name_its_network_gives_it() -> None:
    assert ask(gate("0.0.0.0", tokens=(TOKEN,))[0], Host="preflight.lan", Preflight_Token=TOKEN).status_code == 200  # noqa: S104 - nothing listens
    assert ask(gate(tokens=(TOKEN,))[0], Host="preflight.lan", Preflight_Token=TOKEN).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": HERE}, 200),
        ({"Origin": "https://127.0.0.1:8080"}, 200),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
    ],
)
def test_a_page_of_another_site_may_not_ask_and_a_person_may_follow_a_link(
    headers: dict[str, str], status: int
) -> None:
    assert ask(gate()[0], **headers).status_code == status


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (CREATE, {}, 401),
        (CREATE, {"Preflight_Token": TOKEN[:-1]}, 401),
        (CREATE, {"Preflight_Token": TOKEN}, 200),
        (CREATE, {"Proxy_Authorization": f"Bearer {TOKEN}"}, 200),
        (CREATE, {"Proxy_Authorization": f"bearer   {TOKEN} "}, 200),
        (CREATE, {"Proxy_Authorization": f"Basic {TOKEN}"}, 401),
        (CREATE, {"Authorization": f"Bearer {TOKEN}"}, 401),
        ("/metrics", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("/preflight/check", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("/healthz", {}, 200),
    ],
)
def test_a_token_is_shown_beside_the_key_or_where_no_key_is_wanted(
    path: str, headers: dict[str, str], status: int
) -> None:
    answer = ask(gate(tokens=("another-token", TOKEN))[0], path, **headers)
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_health_is_told_to_anybody_by_any_name() -> None:
    assert ask(gate(tokens=(TOKEN,))[0], "/healthz", Host="elsewhere", Origin="null").status_code == 200


def test_who_comes_when_all_turns_are_taken_is_turned_away_and_who_only_looks_is_not() -> None:
    one, _ = gate(at_once=1, waiting=1)
    one.in_work = 2
    busy = ask(one)
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "2")
    assert ask(one, "/v1/tasks/t1", "GET").status_code == 200
    assert ask(one, CREATE, "GET").status_code == 200
    assert one.in_work == 2
    one.in_work = 1
    assert ask(one).status_code == 200


def test_a_route_that_fails_gives_its_turn_back() -> None:
    async def fails(*_: object) -> None:
        raise ZeroDivisionError

    one = Gate(fails, Settings(), "127.0.0.1", Log(None), Metrics())
    with pytest.raises(ZeroDivisionError):
        ask(one)
    assert one.in_work == 0


def test_what_is_no_request_goes_through_as_it_is() -> None:
    seen: list[str] = []

    async def app(scope: Any, *_: object) -> None:  # noqa: ANN401 - as ASGI has it
        seen.append(scope["type"])

    async def nothing(*_: object) -> Any:  # noqa: ANN401 - as ASGI has it
        raise AssertionError

    async def begin() -> None:
        await Gate(app, Settings(), "127.0.0.1", Log(None), Metrics())({"type": "lifespan"}, nothing, nothing)

    run(begin)
    assert seen == ["lifespan"]


def test_every_answer_says_what_a_browser_may_do_and_a_route_may_say_more() -> None:
    for answer in (ask(gate()[0]), ask(gate()[0], Host="elsewhere")):
        assert {name: answer.headers[name] for name in HEADERS if name != "Cache-Control"}.items() <= HEADERS.items()
        assert len(answer.headers["Preflight-Request"]) == 16
    assert ask(gate()[0]).headers["Cache-Control"] == "private"


# ---- what is told ---------------------------------------------------------------------------------------------------


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_line_a_request_with_what_its_route_noted_and_no_secret() -> None:
    one, log = gate()
    answer = ask(one, f"{CREATE}?key=sk-secret", Authorization="Bearer sk-secret")
    (line,) = lines(log)
    assert (line["method"], line["path"], line["status"], line["outcome"], line["entry"]) == (
        "POST",
        CREATE,
        200,
        "passed",
        0,
    )
    assert line["request"] == answer.headers["Preflight-Request"]
    assert not {"task", "report"} & set(line)
    assert "sk-secret" not in log.getvalue()


def test_a_line_is_ascii_in_whatever_letters_a_path_is_and_has_an_end() -> None:
    one, log = gate()
    ask(one, f"/v1/tasks/{'클립' * 300}%0A", "GET")
    (line,) = lines(log)
    assert log.getvalue().isascii()
    assert line["path"] == f"/v1/tasks/{'클립' * 300}"[:200]


def test_a_log_without_a_stream_says_nothing_and_two_gateways_differ() -> None:
    Log(None).say("start")
    assert Log(None).run != Log(None).run


def test_a_route_without_a_gate_may_note_what_it_likes() -> None:
    note({"type": "http"}, outcome="passed")


def test_no_name_of_a_client_s_own_becomes_a_label() -> None:
    metrics = Metrics()
    app = Starlette(routes=[Route("/healthz", _answered)])
    one = Gate(app, Settings(), "127.0.0.1", Log(None), metrics)
    for method in ("BREW", "GET", "POST"):
        ask(one, "/healthz", method)
        ask(one, "/nothing", method)
    assert "BREW" not in metrics.text({})


# ---- keys -----------------------------------------------------------------------------------------------------------


def key_of(authorization: str | None, **settings: Any) -> str:  # noqa: ANN401 - fields of `Settings`
    headers = Headers({} if authorization is None else {"Authorization": authorization})
    return provider_key(headers, Settings(**settings))


@pytest.mark.parametrize("said", ["Bearer sk-1", "bearer sk-1", "BEARER   sk-1  "])
def test_a_program_s_own_key_is_read(said: str) -> None:
    assert key_of(said) == "sk-1"


@pytest.mark.parametrize(
    "said", [None, "", "Bearer", "Bearer ", "Basic sk-1", "sk-1", "Bearer a b", "Bearer ké", f"Bearer {'k' * 1025}"]
)
def test_what_is_no_key_is_refused_before_anything_is_done(said: str | None) -> None:
    with pytest.raises(ApiError) as refused:
        key_of(said)
    assert (refused.value.status, refused.value.code) == (401, "invalid_api_key")


def test_a_gateway_s_key_stands_before_a_program_s() -> None:
    assert key_of("Bearer sk-mine", key="sk-house") == "sk-house"
    assert key_of(None, key="sk-house") == "sk-house"


def test_a_token_is_never_sent_to_the_service_as_a_key() -> None:
    with pytest.raises(ApiError, match="token"):
        key_of(f"Bearer {TOKEN}", tokens=(TOKEN,))


@pytest.mark.parametrize(("shown", "is_same"), [(TOKEN, True), ("", False), (TOKEN + "x", False), ("\udcff", False)])
def test_secrets_are_the_same_or_not(shown: str, is_same: bool) -> None:
    assert same(shown, TOKEN) is is_same
