"""Links as people and services write them → addresses that can be asked: encoded where they have to be, or named."""

import re

import httpx

from preflight.errors import CallError
from preflight.service.http import AnswerLost, shown_url


def encoded(url: str) -> httpx.URL:
    """Return a link with blanks and letters beyond ASCII percent-encoded; what is encoded already stays.

    Raises:
        CallError: it is no address, or holds a line end or another control character.
    """
    if re.search(r"[\x00-\x1f\x7f]", url):
        raise CallError(f"{shown_url(url)}: a line end or another control character stands in the address")
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        raise CallError(f"{shown_url(url)}: not an address") from None


def led_to(here: httpx.URL, response: httpx.Response) -> httpx.URL:
    """Return where a redirect leads.

    Raises:
        AnswerLost: its Location is no address.
        CallError: it is one out of the web.
    """
    try:
        there = here.join(response.headers["Location"])
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise AnswerLost("leads to what is no address") from None
    if there.scheme not in ("http", "https") or not there.host:
        raise CallError("leads to what is not an http or https URL")
    return there
