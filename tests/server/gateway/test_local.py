"""What the provider cannot take: files of this machine, inline bytes, forms."""

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from preflight.sandbox import Sandbox
from preflight.server.gateway.incoming import inline
from tests.posix import make_pipe
from tests.server.gateway.conftest import CLEAN, MODEL, WRONG, Gateway, Opened, body, sent_images
from tests.specimens import MEDIA

BYTES = (MEDIA / CLEAN).read_bytes()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "a picture.jpg").write_bytes(BYTES)
    (tmp_path / "outside.jpg").write_bytes(BYTES)
    (folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (folder / "inner.jpg").symlink_to(folder / "in" / "a picture.jpg")
    (tmp_path / "root-beside").mkdir()
    (tmp_path / "root-beside" / "a.jpg").write_bytes(BYTES)
    make_pipe(folder / "pipe.jpg")
    return folder


@pytest.fixture
def gateway(opened: Opened, root: Path) -> Iterator[Gateway]:
    with opened(roots=(root.resolve(),)) as one:
        yield one


def test_a_file_below_the_root_is_uploaded_under_its_hash(gateway: Gateway, sandbox: Sandbox, root: Path) -> None:
    names = ("in/a picture.jpg", "inner.jpg")
    answers = [gateway.create(body(f"file://{quote(str(root / name))}", duration=4 + len(name) % 9)) for name in names]
    for number, answer in enumerate(answers):
        assert answer.status_code == 200, answer.text
        (url,) = sent_images(sandbox.tasks[number])
        assert url.startswith(f"{sandbox.url}/files/preflight/")
        assert gateway.http.get(url).content == BYTES
    assert "a picture" not in str([task.body for task in sandbox.tasks])
    shown = gateway.http.get(answers[1].headers["Preflight-Report"]).json()["assets"][0]["path"]
    assert shown == f"file://{quote(str(root / 'inner.jpg'))}"
    assert list((gateway.serving.state.folder / "contents").iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "file://{root}/link.jpg",
        "file://{root}/../outside.jpg",
        "file://{root}/%2e%2e/outside.jpg",
        "file://{root}/in/../../root-beside/a.jpg",
        "file://{root}-beside/a.jpg",
        "file://{root}",
        "file://{root}/in",
        "file://{root}/pipe.jpg",
        "file://{root}/nothing.jpg",
        "file://{root}/a%00.jpg",
        "file://elsewhere{root}/in/a%20picture.jpg",
        "file:relative.jpg",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "file:///proc/self/environ",
    ],
)
def test_nothing_else_is_read(gateway: Gateway, sandbox: Sandbox, root: Path, address: str) -> None:
    answer = gateway.create(body(address.format(root=root)))
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "image_urls[0]")
    assert sandbox.calls["upload"] == 0


def test_without_a_root_no_file_is_read(asked: Gateway, root: Path) -> None:
    answer = asked.create(body(f"file://{root}/in/a%20picture.jpg"))
    assert (answer.status_code, "--root" in answer.json()["error"]["message"]) == (400, True)


def test_inline_bytes_are_uploaded(gateway: Gateway, sandbox: Sandbox) -> None:
    plain = base64.b64encode(BYTES).decode()
    texts = (f"data:image/jpeg;base64,{plain}", f"data:;base64,{plain}", plain)
    answers = [gateway.create(body(text, duration=4 + number)) for number, text in enumerate(texts)]
    for number, answer in enumerate(answers):
        assert answer.status_code == 200, answer.text
        assert gateway.http.get(sent_images(sandbox.tasks[number])[0]).content == BYTES
    shown = gateway.http.get(answers[2].headers["Preflight-Report"]).json()["assets"][0]["path"]
    assert shown.startswith("inline, 2,071 ")
    assert len(sandbox.uploads) == 1
    assert list((gateway.serving.state.folder / "contents").iterdir()) == []


def test_inline_bytes_are_judged_as_any(gateway: Gateway, sandbox: Sandbox) -> None:
    wrong = base64.b64encode((MEDIA / WRONG).read_bytes()).decode()
    assert gateway.create(body(f"data:image/png;base64,{wrong}")).status_code == 422
    assert gateway.create(body("data:image/png;base64,")).status_code == 400
    assert gateway.create(body("data:image/png;base64,!!!!")).status_code == 400
    assert sandbox.calls["create"] == sandbox.calls["upload"] == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("data:,a%20b", b"a b"),
        ("data:text/plain;charset=utf-8;base64,YWI=", b"ab"),
        ("data:image/png;BASE64,YW\nI", b"ab"),
        ("data:image/png;base64,-_-_", b"\xfb\xff\xbf"),
        ("data:image/png;base64,a", None),
        ("YWI=", None),
        ("example.com/a.jpg", None),
    ],
)
def test_inline_bytes_are_read_as_written(text: str, found: bytes | None) -> None:
    assert inline(text) == found


def test_a_form_brings_its_files(gateway: Gateway, sandbox: Sandbox) -> None:
    told = {"model": MODEL, "prompt": "Image 1 sets the palette.", "duration": "4", "generate_audio": "false"}
    answer = gateway.http.post(
        "/v1/videos/generations", data=told, files=[("image_urls[]", ("private name.jpg", BYTES, "image/jpeg"))]
    )
    assert answer.status_code == 200, answer.text
    (task,) = sandbox.tasks
    assert gateway.http.get(sent_images(task)[0]).content == BYTES
    assert task.body == {**told, "duration": 4, "generate_audio": False, "image_urls": sent_images(task)}
    again = gateway.http.post("/v1/videos/generations", data=told, files=[("image", ("another.jpg", BYTES))])
    assert again.headers["idempotency-replayed"] == "true"
    wrong = gateway.http.post("/v1/videos/generations", data=told, files=[("picture", ("a.jpg", BYTES))])
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "picture")
    assert list((gateway.serving.state.folder / "contents").iterdir()) == []


def test_the_files_service_takes_what_passes_under_its_hash(gateway: Gateway, sandbox: Sandbox) -> None:
    path = "/api/v1/files/upload/stream"
    told = gateway.http.post(path, files={"file": ("my name.jpg", BYTES)}, data={"uploadPath": "mine"}).json()
    assert (told["success"], told["code"], told["data"]["file_size"]) == (True, 200, len(BYTES))
    assert gateway.http.get(told["data"]["file_url"]).content == BYTES
    assert "my name" not in str(told)
    assert gateway.http.get("/api/v1/files/list").json()["data"]["total"] == 1
    wrong = gateway.http.post(path, files={"file": ("a.gif", (MEDIA / WRONG).read_bytes())})
    assert (wrong.status_code, wrong.json()["success"], wrong.json()["findings"][0]["rule"]) == (
        422,
        False,
        "image/format",
    )
    assert gateway.http.post(path, data={"uploadPath": "mine"}).json()["success"] is False
    inline_bytes = {"base64_data": base64.b64encode(BYTES).decode(), "file_name": "mine.jpg"}
    for how, sent in (("base64", inline_bytes), ("url", {"file_url": told["data"]["file_url"]})):
        again = gateway.http.post(f"/api/v1/files/upload/{how}", json=sent).json()
        assert again["data"]["file_url"] == told["data"]["file_url"], again
        assert gateway.http.post(f"/api/v1/files/upload/{how}", json={"file_url": "x"}).json()["code"] == 400
    assert gateway.http.delete(f"/api/v1/files/{sandbox.uploads[0].file_id}").json()["success"] is True
    assert sandbox.uploads == []
