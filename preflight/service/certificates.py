"""TLS certificates: SSL_CERT_FILE or SSL_CERT_DIR, else the system's by truststore, else certifi's.

Unreadable files are reported before a connection is made.
"""

import os
import ssl
from functools import cache
from pathlib import Path

from preflight.errors import CallError
from preflight.service.origin import trimmed
from preflight.system.files import TRUST_LIES_IN_FILES
from preflight.values.assets import printable
from preflight.values.phrase import phrase

COMPANY = (
    "Is there a company's proxy that signs by itself? pip install 'preflight-media[truststore]' takes the system's"
    " certificates; SSL_CERT_FILE=FILE.pem takes those of a file."
)
"""Advice where no trusted authority signed."""
CLOCK = "Is this machine's clock right? If it is, whoever runs that host has to renew its certificate."
REFUSALS = (
    ("certificate has expired", "its certificate has expired", CLOCK),
    ("certificate is not yet valid", "its certificate is not valid yet", CLOCK),
    (" mismatch, certificate is not valid for", "its certificate is another host's", "Is the address right?"),
    ("", "its certificate is signed by nobody who is trusted here", COMPANY),
)
"""OpenSSL's words on a refused certificate → meaning and advice; the first match counts."""


def refusal_of(said: str) -> tuple[str, str] | None:
    """Explain a refused certificate, with advice, from TLS's message; None for other faults."""
    if "CERTIFICATE_VERIFY_FAILED" not in said:
        return None
    return next((words, advice) for part, words, advice in REFUSALS if part in said)


def certificates() -> ssl.SSLContext:
    """Build the TLS context, cached: reading takes 20 ms.

    Raises:
        CallError: SSL_CERT_FILE or SSL_CERT_DIR names nothing that holds certificates.
    """
    return _context(*(trimmed(os.environ.get(name, "")) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")))


def where_from() -> str:
    """Describe the source of the certificates.

    Raises:
        CallError: SSL_CERT_FILE or SSL_CERT_DIR names nothing that holds certificates.
    """
    certificates()
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if value := trimmed(os.environ.get(name, "")):
            return f"{name}={printable(value)}"
    return "the system's (truststore)" if _truststore() else "certifi's"


@cache
def _context(file: str, folder: str) -> ssl.SSLContext:
    import certifi

    if file:
        return _read("SSL_CERT_FILE", file, file=file)
    if folder:
        return _read("SSL_CERT_DIR", folder, folder=folder)
    return _truststore() or ssl.create_default_context(cafile=certifi.where())


def _read(name: str, value: str, *, file: str | None = None, folder: str | None = None) -> ssl.SSLContext:
    where, advice = f"{name}={printable(value)}", phrase("Correct it, or leave {q} unset.", q=name)
    if file and not Path(file).is_file():
        raise CallError(phrase("{q}: no such file", q=where), advice=advice)
    if folder and not any(Path(one).is_dir() for one in folder.split(os.pathsep)):
        raise CallError(phrase("{q}: no such folder", q=where), advice=advice)
    try:
        context = ssl.create_default_context(cafile=file, capath=folder)
    except ssl.SSLError:
        raise CallError(
            phrase("{q}: holds no certificates", q=where), advice=phrase("It has to be PEM text. {rest}", rest=advice)
        ) from None
    except OSError as error:
        raise CallError(
            phrase("{q}: cannot be read: {why}", q=where, why=error.strerror or error), advice=advice
        ) from None
    if file and not context.cert_store_stats()["x509"]:
        raise CallError(phrase("{q}: holds no certificates", q=where), advice=advice)
    # Python 3.13 began to refuse authorities without key usage, which companies have; who names one trusts it.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _truststore() -> ssl.SSLContext | None:
    """Load the system's certificates; None where truststore or a system store is missing."""
    try:
        import truststore
    except ImportError:
        return None
    paths = ssl.get_default_verify_paths()
    if TRUST_LIES_IN_FILES and not (paths.cafile or _holds_files(paths.capath)):
        return None
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _holds_files(folder: str | None) -> bool:
    return folder is not None and any(Path(folder).glob("*"))
