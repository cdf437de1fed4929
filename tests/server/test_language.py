"""Each HTTP request is answered in its own language."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from preflight.locale import Language, language, localized, speaking
from preflight.server.language import LanguageMiddleware
from preflight.values.phrase import phrase


def answered(app: LanguageMiddleware, *headers: tuple[bytes, bytes]) -> str:
    said: list[str] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message["words"])

    async def receive() -> MutableMapping[str, Any]:
        return {}

    asyncio.run(app({"type": "http", "headers": list(headers)}, receive, send))
    return said[0]


async def speaks(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "words", "words": localized(phrase("{n} s", n=15))})


@pytest.mark.parametrize(("asked", "words"), [(b"ko-KR", "15초"), (b"zh;q=0.5, fr", "15 秒"), (b"fr", "15 s")])
def test_a_request_is_answered_in_the_language_that_it_accepts(asked: bytes, words: str) -> None:
    assert answered(LanguageMiddleware(speaks), (b"accept-language", asked)) == words
    assert language() == "en"


@pytest.mark.parametrize(("own", "words"), [("ko", "15초"), ("en", "15 s")])
def test_without_a_header_the_language_is_that_of_whoever_serves(own: Language, words: str) -> None:
    with speaking(own):
        app = LanguageMiddleware(speaks)
    assert answered(app) == words


def test_a_language_that_a_person_chose_for_the_page_stands_before_the_browser_s() -> None:
    with speaking("ko"):
        app = LanguageMiddleware(speaks, first=True)
    assert answered(app, (b"accept-language", b"en-US")) == "15초"
    assert answered(LanguageMiddleware(speaks, first=True), (b"accept-language", b"zh-CN")) == "15 秒"
