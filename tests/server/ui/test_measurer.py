"""Files wait in a line and are measured a fair part at a time; each is told of once, whatever becomes of the others."""

import threading
from collections.abc import Callable, Iterator

import pytest

from preflight.server.ui.items import Item, Which, kind_by_name
from preflight.server.ui.measurer import AT_ONCE, Measurer
from preflight.server.ui.threads import Threads
from preflight.values.probed import Probed
from preflight.workers.session import Session, current
from tests.specimens import media

LONG_S = 600.0


class Told:
    """What a measurer told of, until so many came."""

    def __init__(self, count: int) -> None:
        self.begun: list[str] = []
        self.found: list[tuple[str, Which, Probed]] = []
        self._left, self._all = count, threading.Event()
        self._turn = threading.Lock()

    def begins(self, item: Item) -> bool:
        """Want all but those that were removed."""
        self.begun.append(item.name)
        return item.name != "removed"

    def done(self, item: Item, which: Which, probed: Probed) -> None:
        """Note what was found."""
        with self._turn:
            self.found.append((item.name, which, probed))
            self._left -= 1
            if self._left <= 0:
                self._all.set()

    def wait(self) -> None:
        """Wait for all of them."""
        assert self._all.wait(LONG_S), self.found


Start = Callable[[Told], Measurer]


@pytest.fixture
def start() -> Iterator[Start]:
    threads = Threads(Session(current()), lambda error: pytest.fail(str(error)))
    yield lambda told: Measurer(threads, told.begins, told.done)
    threads.close()


def item(name: str, **more: object) -> Item:
    made = Item(name=name, source=name if "//" in name else media(name), probed={}, judged={})
    made.kind = kind_by_name(made.source)
    for field, value in more.items():
        setattr(made, field, value)
    return made


def test_each_file_is_told_of_once_with_its_own_facts(start: Start) -> None:
    names = ("image-ok.png", "video-2s.mp4", "image-gps.jpg", "audio-5s.mp3", "text-named.mp4")
    told = Told(len(names))
    measurer = start(told)
    for name in names:
        measurer.add(item(name))
    told.wait()
    assert {name for name, _, _ in told.found} == {*names}
    assert all(probed.asset.path == media(name) for name, _, probed in told.found)
    assert {name for name, _, probed in told.found if probed.fault} == {"text-named.mp4"}


def test_the_file_that_is_sent_is_measured_and_its_original_too(start: Start) -> None:
    told = Told(2)
    start(told).add(item("video-2s.mp4", fixed=media("video-5s.mp4"), taken=True))
    told.wait()
    assert {which: probed.asset.path for _, which, probed in told.found} == {
        "fixed": media("video-5s.mp4"),
        "original": media("video-2s.mp4"),
    }


def test_more_than_one_child_is_given_are_all_measured(start: Start) -> None:
    told = Told(3 * AT_ONCE + 1)
    measurer = start(told)
    for _ in range(3 * AT_ONCE + 1):
        measurer.add(item("image-ok.png"))
    told.wait()
    assert len(told.found) == 3 * AT_ONCE + 1


def test_what_was_removed_meanwhile_is_not_measured(start: Start) -> None:
    told = Told(1)
    measurer = start(told)
    gone = item("image-ok.png")
    gone.name = "removed"
    measurer.add(gone)
    measurer.add(item("image-gps.jpg"))
    told.wait()
    assert [name for name, _, _ in told.found] == ["image-gps.jpg"]


def test_an_address_is_asked_of_no_network_until_a_person_asks(start: Start) -> None:
    told = Told(1)
    remote = item("http://127.0.0.1:9/a.png")
    start(told).add(remote)
    told.wait()
    ((_, _, probed),) = told.found
    assert probed.facts is None


def test_an_address_of_this_machine_is_refused_when_a_person_asks_and_the_rest_goes_on(start: Start) -> None:
    told = Told(2)
    measurer = start(told)
    measurer.fetch(item("http://127.0.0.1:9/a.png"))
    measurer.add(item("image-ok.png"))
    told.wait()
    faults = {name: probed.fault for name, _, probed in told.found}
    fault = faults["http://127.0.0.1:9/a.png"]
    assert fault
    assert fault.kind == "unmeasured"
    assert faults["image-ok.png"] is None


def test_what_was_found_in_a_folder_is_known_as_that(start: Start) -> None:
    told = Told(2)
    measurer = start(told)
    measurer.walked.add(media("text-named.mp4"))
    for name in ("text-named.mp4", "image-ok.png"):
        measurer.add(item(name))
    told.wait()
    assert {name: probed.asset.walked for name, _, probed in told.found} == {
        "text-named.mp4": True,
        "image-ok.png": False,
    }
