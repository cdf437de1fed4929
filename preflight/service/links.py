"""Links as people and services write them → valid URLs."""

import re

import httpx

from preflight.errors import CallError
from preflight.service.http import ResponseLost, shown_url
from preflight.values.phrase import phrase


def encoded(url: str) -> httpx.URL:
    """Percent-encode blanks and non-ASCII letters of a link; existing encoding stays.

    Raises:
        CallError: it is no URL, or holds a control character.
    """
    if re.search(r"[\x00-\x1f\x7f]", url):
        raise CallError(phrase("{q}: a line end or another control character stands in the address", q=shown_url(url)))
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        raise CallError(phrase("{q}: not an address", q=shown_url(url))) from None


def redirect_target(here: httpx.URL, response: httpx.Response) -> httpx.URL:
    """Resolve a redirect's Location.

    Raises:
        ResponseLost: it is no URL.
        CallError: it is neither http nor https.
    """
    try:
        there = here.join(response.headers["Location"])
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise ResponseLost("leads to what is no address") from None
    if there.scheme not in ("http", "https") or not there.host:
        raise CallError("leads to what is not an http or https URL")
    return there
