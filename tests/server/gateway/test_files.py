"""The files service behind a gateway: what passes is stored under its hash, what does not is not stored at all."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preflight.errors import Refused
from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.server.gateway.errors import ApiError, error_answer
from preflight.server.gateway.files import Files
from preflight.server.gateway.settings import Settings
from preflight.server.gateway.state import GatewayState
from tests.server.gateway.conftest import BROKEN, CLEAN, KEY, WRONG, Gateway
from tests.specimens import MEDIA

UPLOAD = "/api/v1/files/upload/stream"
BYTES = (MEDIA / CLEAN).read_bytes()


def told(name: str, as_name: str = "") -> dict[str, Any]:
    """Tell a specimen as Base64."""
    return {"base64_data": base64.b64encode((MEDIA / name).read_bytes()).decode(), "file_name": as_name or name}


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    with running(run_s=0) as one:
        yield one


@pytest.fixture
def state(service: Sandbox, tmp_path: Path) -> Iterator[GatewayState]:
    with GatewayState(Settings(base_url=service.url, ledger=tmp_path / "ledger.sqlite3")) as one:
        yield one


def nothing_is_left(state: GatewayState) -> bool:
    return [*state.assets.contents.folder.iterdir()] == []


def test_a_file_that_passes_is_stored_and_described_as_the_service_does(state: GatewayState, service: Sandbox) -> None:
    before = len(service.uploads)
    answer = Files(state).taken(told(CLEAN, "holiday in 1999.jpg"), KEY)
    said = json.loads(answer.body)
    assert (said["success"], said["code"], said["data"]["file_size"]) == (True, 200, len(BYTES))
    assert (said["data"]["mime_type"], said["data"]["file_url"]) == ("image/jpeg", said["data"]["download_url"])
    assert "holiday" not in answer.body.decode()
    assert len(service.uploads) == before + 1
    assert answer.headers["Preflight-Report"].startswith("/preflight/reports/")
    assert nothing_is_left(state)


def test_a_file_is_remembered_so_that_a_create_call_need_not_send_it_again(state: GatewayState) -> None:
    Files(state).taken(told(CLEAN), KEY)
    where = f"{state.endpoint(KEY).files_url}"
    digest = hashlib.sha256(BYTES).hexdigest()
    assert state.ledger.living_upload(digest, where, 60)


@pytest.mark.parametrize("name", [WRONG, BROKEN, "text-named.jpg", "empty.png"])
def test_a_file_that_does_not_pass_is_not_stored(state: GatewayState, service: Sandbox, name: str) -> None:
    before = len(service.uploads)
    table = told(name) if (MEDIA / name).stat().st_size else {"base64_data": "AA==", "file_name": name}
    with pytest.raises(ApiError) as refused:
        Files(state).taken(table, KEY)
    assert (refused.value.status, refused.value.code) == (422, "preflight_failed")
    assert refused.value.beside["findings"]
    assert refused.value.beside["report"] == refused.value.headers["Preflight-Report"]
    assert len(service.uploads) == before
    assert nothing_is_left(state)


def test_where_mending_is_asked_for_a_file_that_a_create_call_would_mend_is_stored(
    service: Sandbox, tmp_path: Path
) -> None:
    with GatewayState(Settings(base_url=service.url, ledger=tmp_path / "fix.sqlite3", on_fail="fix")) as state:
        assert Files(state).taken(told(WRONG), KEY).status == 200
        with pytest.raises(ApiError):
            Files(state).taken(told(BROKEN), KEY)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "base64_data"),
        ({"base64_data": ""}, "base64_data"),
        ({"base64_data": 7}, "base64_data"),
        ({"base64_data": "not Base64!"}, "base64_data"),
        ({"file_url": "no address"}, "file_url"),
        ({"file_url": 7}, "file_url"),
        ({"file_url": "file:///etc/passwd"}, "file_url"),
        ({"base64_data": "A", "file_url": "no address"}, "base64_data"),
    ],
)
def test_what_is_no_file_is_refused_by_the_name_of_its_field(
    state: GatewayState, table: dict[str, Any], words: str
) -> None:
    with pytest.raises(ApiError) as refused:
        Files(state).taken(table, KEY)
    assert (refused.value.status, words in refused.value.message) == (400, True)


@pytest.mark.parametrize("name", [None, 7, "", "..", "/", "a\0b.jpg", "../../etc/passwd", "é" * 400 + ".jpg"])
def test_a_name_of_any_kind_decides_nothing(state: GatewayState, name: object) -> None:
    assert Files(state).taken({**told(CLEAN), "file_name": name}, KEY).status == 200
    assert nothing_is_left(state)


@pytest.mark.parametrize(("kind", "status", "code"), [("401", 401, 401), ("40001", 200, 40001), ("40003", 200, 40003)])
def test_an_upload_that_the_service_refuses_is_told_as_it_told_it_and_leaves_nothing(
    tmp_path: Path, kind: str, status: int, code: int
) -> None:
    with running(run_s=0, faults=Faults(1, (Fault("upload", kind),))) as service:
        with GatewayState(Settings(base_url=service.url, ledger=tmp_path / "ledger.sqlite3")) as state:
            with pytest.raises(Refused) as refused:
                Files(state).taken(told(CLEAN), KEY)
            answer = error_answer(refused.value, UPLOAD)
            assert nothing_is_left(state)
        assert service.uploads == []
    said = json.loads(answer.body)
    assert (answer.status, said["code"], said["success"]) == (status, code, False)


# ---- over HTTP ------------------------------------------------------------------------------------------------------


def test_a_form_s_file_is_called_as_the_form_calls_it_and_by_its_last_part_alone(asked: Gateway) -> None:
    answer = asked.http.post(
        UPLOAD, files={"file": ("a.gif", (MEDIA / WRONG).read_bytes())}, data={"fileName": "/b/c.gif"}
    )
    report = asked.http.get(answer.headers["Preflight-Report"]).json()
    assert [one["path"] for one in report["assets"]] == ["c.gif"]


@pytest.mark.parametrize("parts", [{"fileName": "a.jpg"}, {"file": "text"}, {}])
def test_a_form_without_a_file_is_refused_in_the_service_s_shape(asked: Gateway, parts: dict[str, str]) -> None:
    boundary = {"Content-Type": "multipart/form-data; boundary=b"}
    body = "".join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in parts.items())
    answer = asked.http.post(UPLOAD, content=f"{body}--b--\r\n", headers=boundary)
    assert (answer.status_code, answer.json()["success"], answer.json()["code"]) == (400, False, 400)


def test_lists_quotas_and_deletions_are_passed_on_with_their_paths_as_they_came(asked: Gateway) -> None:
    assert asked.http.get("/api/v1/files/list?pageSize=1").json()["success"] is True
    assert asked.http.get("/api/v1/files/quota").json()["success"] is True
    assert asked.http.delete("/api/v1/files/no%2Fsuch%3Ffile").status_code == 404
