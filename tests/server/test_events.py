"""News reach all who listen, from any thread, in order, and nobody who is slow holds up the others."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.locale import localized, speaking
from preflight.server.events import MOST_LISTENERS, MOST_WAITING, Events, TooMany, encoded
from preflight.values.phrase import phrase


def heard(event: bytes) -> tuple[str, Any]:
    """Read a server-sent event as the standard has it (HTML, 9.2.6)."""
    name, data, *rest = event.decode().split("\n")
    assert rest == ["", ""]
    assert (name[:7], data[:6]) == ("event: ", "data: ")
    return name[7:], json.loads(data[6:])


def stream_of(events: Events) -> AsyncIterator[bytes]:
    return events.response().body_iterator.__aiter__()  # type: ignore[return-value] # ours yields bytes alone


async def begun(events: Events) -> AsyncIterator[bytes]:
    stream = stream_of(events)
    assert heard(await anext(stream)) == ("hello", None)
    return stream


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(), lambda inner: st.lists(inner, max_size=3)
)


@given(JSON)
def test_an_event_is_one_whatever_it_holds(value: object) -> None:
    assert heard(encoded("asset", value)) == ("asset", value)


def test_everybody_hears_what_is_told_from_any_thread_in_order() -> None:
    async def listen() -> None:
        events = Events()
        one, two = await begun(events), await begun(events)

        def tell() -> None:
            for n in range(20):
                events.tell("n", partial(int, n))

        teller = threading.Thread(target=tell)
        teller.start()
        for stream in (one, two):
            assert [heard(await anext(stream)) for _ in range(20)] == [("n", n) for n in range(20)]
        teller.join()

    asyncio.run(listen())


def test_each_hears_it_in_the_own_language_whoever_tells() -> None:
    async def listen() -> None:
        events = Events()
        with speaking("ko"):
            korean = await begun(events)
        with speaking("zh"):
            chinese = await begun(events)
        events.tell("said", lambda: localized(phrase("{n} s", n=15)))
        assert [heard(await anext(one))[1] for one in (korean, chinese)] == ["15초", "15 秒"]

    asyncio.run(listen())


def test_who_listens_too_slowly_is_told_to_ask_again_and_hears_what_comes_after() -> None:
    async def listen() -> None:
        events = Events()
        slow = await begun(events)
        for n in range(MOST_WAITING + 1):
            events.tell("n", partial(int, n))
        await asyncio.sleep(0)
        events.tell("n", lambda: "later")
        assert heard(await anext(slow)) == ("again", None)
        assert heard(await anext(slow)) == ("n", "later")

    asyncio.run(listen())


def test_who_has_gone_hears_nothing_and_makes_room() -> None:
    async def listen() -> None:
        events = Events()
        streams = [await begun(events) for _ in range(MOST_LISTENERS)]
        with pytest.raises(TooMany):
            events.response()
        await streams.pop().aclose()  # type: ignore[attr-defined] # a generator
        assert heard(await anext(stream_of(events))) == ("hello", None)

    asyncio.run(listen())


def test_nobody_listening_or_a_loop_that_has_ended_is_no_fault() -> None:
    events = Events()
    events.tell("n", lambda: 1)

    async def leave() -> list[AsyncIterator[bytes]]:
        return [await begun(events)]

    loop = asyncio.new_event_loop()
    kept = loop.run_until_complete(leave())
    loop.close()
    events.tell("n", lambda: 2)
    assert len(kept) == 1
