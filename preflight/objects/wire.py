"""Requests to a store without obstore: a signed GET out, status, headers and body back; XML without its namespaces."""

import http.client
from collections.abc import Mapping
from typing import NamedTuple, Protocol
from urllib.parse import SplitResult
from xml.etree import ElementTree as ET

from preflight.objects.stores import ANSWER_S
from preflight.values.phrase import phrase

SAFE = "-_.~"
OK, PARTIAL = 200, 206
MOST_LIST_BYTES = 8 << 20
"""A page of a thousand keys of a thousand bytes, escaped."""
TRIES = 3


class Response(NamedTuple):
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Signer(Protocol):
    """Signs a GET."""

    def __call__(self) -> dict[str, str]:
        """Return the headers that sign it now."""


def get(base: SplitResult, target: str, headers: Mapping[str, str], signed: Signer) -> Response:
    """Ask for a target letter by letter, again where the server is at fault.

    Args:
        base: scheme and host.
        target: path and query, escaped.
        headers: what goes with it.
        signed: signs each attempt.

    Raises:
        OSError: nothing is answered that can be read.
    """
    kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
    for left in reversed(range(TRIES)):
        connection = kind(base.netloc, timeout=ANSWER_S)
        try:
            connection.request("GET", target, headers={"Host": base.netloc, **headers, **signed()})
            answer = connection.getresponse()
            said = Response(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read(MOST_LIST_BYTES))
        except http.client.HTTPException as error:
            raise OSError(None, phrase("its answer cannot be read: {q}", q=type(error).__name__)) from None
        finally:
            connection.close()
        if said.status < 500 or not left:  # noqa: PLR2004 - a fault of the server
            return said
    raise AssertionError


def xml(body: bytes) -> ET.Element:
    """Parse XML; take the namespaces out of names.

    Raises:
        ValueError: it is none.
    """
    try:
        root = ET.fromstring(body)  # noqa: S314 - expat guards itself against entities that grow
    except ET.ParseError as error:
        raise ValueError(str(error)) from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def listing(said: Response) -> ET.Element:
    """Return a listing's page; raise OSError where it is none, with the store's words."""
    if said.status != OK:
        raise OSError(None, told(said))
    try:
        return xml(said.body)
    except ValueError as error:
        raise OSError(None, phrase("its listing cannot be read: {why}", why=str(error))) from None


def told(said: Response) -> str:
    """Return a store's words for why it refuses."""
    try:
        root = xml(said.body)
    except ValueError:
        return f"HTTP {said.status}"
    return f"{root.findtext('Message', '')} [{root.findtext('Code', '')}]"
