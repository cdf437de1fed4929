"""Certificates: where they are from, what is none, and what a refused one means."""

import shutil
import ssl
from pathlib import Path

import pytest

from preflight.errors import CallError
from preflight.service.certificates import certificates, refusal_of, where_from
from preflight.service.http import HttpChannel
from tests.upload.stranger import KEY

FAR = "https://api.example.com"


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_are_none_are_named_before_anything_leaves(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, str(tmp_path / "nowhere"))
    with HttpChannel(FAR, KEY) as line, pytest.raises(CallError, match=f"{name}=.*nowhere: no such f"):
        line.call("GET", "/")


def test_a_file_without_certificates_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff" * 999):
        path = tmp_path / f"{len(content)}.pem"
        path.write_bytes(content)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        with pytest.raises(CallError, match="holds no certificates"):
            certificates()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path))
    with pytest.raises(CallError, match="no such file"):
        certificates()


def test_an_authority_that_a_person_names_is_held_to_the_same_rules_by_every_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import certifi

    made = ssl.create_default_context

    def made_by_python_3_13(*, cafile: str | None = None, capath: str | None = None) -> ssl.SSLContext:
        context = made(cafile=cafile, capath=capath)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", made_by_python_3_13)
    monkeypatch.setenv("SSL_CERT_FILE", str(shutil.copy(certifi.where(), tmp_path)))
    found = certificates()
    assert not found.verify_flags & ssl.VERIFY_X509_STRICT
    assert (found.verify_mode, found.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_it_is_said_where_certificates_are_from(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert where_from() in ("the system's (truststore)", "certifi's")
    assert isinstance(certificates(), ssl.SSLContext) or where_from().startswith("the system's")
    import certifi

    monkeypatch.setenv("SSL_CERT_FILE", f" {certifi.where()}\r")
    assert where_from() == f"SSL_CERT_FILE={certifi.where()}"


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("certificate verify failed: certificate has expired (_ssl.c:1006)", "its certificate has expired"),
        ("certificate verify failed: certificate is not yet valid", "its certificate is not valid yet"),
        ("Hostname mismatch, certificate is not valid for 'a.example'.", "its certificate is another host's"),
        ("IP address mismatch, certificate is not valid for '127.0.0.1'.", "its certificate is another host's"),
        ("self-signed certificate", "its certificate is signed by nobody who is trusted here"),
        ("unable to get local issuer certificate", "its certificate is signed by nobody who is trusted here"),
    ],
)
def test_a_refused_certificate_is_told_by_what_is_wrong_with_it(said: str, means: str) -> None:
    refusal = refusal_of(f"[SSL: CERTIFICATE_VERIFY_FAILED] {said}")
    assert refusal
    assert refusal[0] == means
    assert refusal[1].count("?") == 1, "each begins with the question to ask"


@pytest.mark.parametrize("said", ["", "[SSL: WRONG_VERSION_NUMBER] wrong version number", "Connection refused"])
def test_another_fault_is_none_of_a_certificate(said: str) -> None:
    assert refusal_of(said) is None
