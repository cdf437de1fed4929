"""TLS on loopback, by a company's own certificates: trusted where a person says so, else named as what they are."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from preflight.errors import Unreachable
from preflight.sandbox import Sandbox
from preflight.service.http import HttpChannel
from tests.cli.conftest import Ended

PROGRAM = Path(sys.executable).with_name("preflight")
OPENSSL = shutil.which("openssl")
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
REQUEST = 'prompt = "A rider."\nduration = 4\nquality = "480p"\n'

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl here to make certificates with")


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run([str(OPENSSL), *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a company's own authority, and certificates of a service that it signed."""
    folder = tmp_path_factory.mktemp("company")
    openssl(folder, "req", "-x509", *EC, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Company", "-days", "9")
    for name, host, days in (("good", "localhost", 9), ("expired", "localhost", -1), ("other", "elsewhere.example", 9)):
        names = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
        openssl(folder, "req", *EC, "-keyout", f"{name}.key", "-out", f"{name}.csr", *names)
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-copy_extensions", "copyall", "-days", str(days))
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem")
    return folder


class Front:
    """A port that speaks TLS and leads to a service that does not."""

    def __init__(self, certificate: Path, service: Sandbox) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        self._target = int(service.url.rpartition(":")[2])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                accepted, _ = self.listener.accept()
                threading.Thread(target=self._lead, args=(accepted,), daemon=True).start()

    def _lead(self, accepted: socket.socket) -> None:
        with (
            accepted,
            suppress(OSError),
            self._context.wrap_socket(accepted, server_side=True) as caller,
            socket.create_connection(("127.0.0.1", self._target)) as service,
        ):
            back = threading.Thread(target=_pump, args=(service, caller), daemon=True)
            back.start()
            _pump(caller, service)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(1 << 16):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def fronted(certificate: Path, service: Sandbox) -> Iterator[str]:
    front = Front(certificate, service)
    threading.Thread(target=front.serve, daemon=True).start()
    try:
        yield front.url
    finally:
        front.listener.shutdown(socket.SHUT_RDWR)
        front.listener.close()


def run(folder: Path, *arguments: str, **environment: str) -> Ended:
    """Run the program in a process of its own."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("SSL_CERT", "PREFLIGHT_"))}
    ours |= {"EVOLINK_API_KEY": "secret-key-of-a-test", "PREFLIGHT_LEDGER": str(folder / "ledger.sqlite3")}
    done = subprocess.run(
        [str(PROGRAM), *arguments],
        cwd=folder,
        env={**ours, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def submitted(folder: Path, url: str, **environment: str) -> Ended:
    (folder / "r.toml").write_text(REQUEST)
    return run(folder, "submit", "r.toml", "--yes", "--base-url", f"{url}/v1", **environment)


def test_a_service_behind_a_company_s_certificate_is_reached_where_its_authority_is_named(
    company: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    with fronted(company / "good.pem", sandbox) as url:
        ended = submitted(tmp_path, url, SSL_CERT_FILE=str(company / "ca.pem"))
    assert ended.status == 0, ended.err
    assert len(sandbox.tasks) == 1


def test_an_authority_that_nobody_named_is_not_trusted_and_nothing_has_left(
    company: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    with fronted(company / "good.pem", sandbox) as url:
        ended = submitted(tmp_path, url)
    assert ended.status == 3
    assert f"{url}: its certificate is signed by nobody who is trusted here" in ended.err
    assert "SSL_CERT_FILE=FILE.pem" in ended.err
    assert "secret" not in ended.err + ended.out
    assert not sandbox.requests


@pytest.mark.parametrize(
    ("certificate", "words", "advice"),
    [
        ("expired", "its certificate has expired", "Is this machine's clock right?"),
        ("other", "its certificate is another host's", "Is the address right?"),
    ],
)
def test_a_certificate_that_does_not_fit_is_named_as_what_it_is(
    company: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, *, certificate: str, words: str, advice: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(company / "ca.pem"))
    with (
        fronted(company / f"{certificate}.pem", sandbox) as url,
        HttpChannel(url, "k") as line,
        pytest.raises(Unreachable) as failed,
    ):
        line.call("GET", "/v1/credits")
    assert failed.value.message.startswith(f"{url}: {words} (")
    assert failed.value.advice.startswith(advice)
    assert not sandbox.requests


def test_the_doctor_says_by_which_certificates_a_service_is_judged(company: Path, tmp_path: Path) -> None:
    ended = run(tmp_path, "doctor", "--format", "json", SSL_CERT_FILE=str(company / "ca.pem"))
    (found,) = [one for one in json.loads(ended.out)["checks"] if one["name"] == "certificates"]
    assert found["ok"]
    assert found["found"] == f"are taken from SSL_CERT_FILE={company / 'ca.pem'}"
    ended = run(tmp_path, "doctor", "--format", "json", SSL_CERT_FILE=str(company / "ca.key"))
    (found,) = [one for one in json.loads(ended.out)["checks"] if one["name"] == "certificates"]
    assert (found["ok"], "holds no certificates" in found["found"]) == (False, True)
