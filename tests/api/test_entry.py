"""What a program hands over by mistake is refused on entry, within the tree, with what is allowed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import preflight
from tests.api.conftest import KEY, OK, a_request
from tests.upload.stranger import closed_url

ANY: Any = preflight
"""The same functions, where the point is what their types forbid."""
DEPTHS = "depth: expected 'header', 'exact', 'full', got 'deep'"
COUNT = "jobs: expected a whole number of 1 or more, or None, got"
TEXT = "task_id: expected a task's id or the number of an entry, as text, got int"
SECONDS = "expected a number of seconds of 0 or more, or None, got"

WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a depth that is none": (lambda: ANY.check(OK, depth="deep"), DEPTHS),
    "the same of a request": (lambda: ANY.check_request(a_request(), depth="deep"), DEPTHS),
    "a depth that is no text": (lambda: ANY.check(OK, depth=["exact"]), "depth: expected 'header'"),
    "no jobs": (lambda: preflight.check(OK, jobs=0), f"{COUNT} 0"),
    "jobs of a request": (lambda: preflight.check_request(a_request(), jobs=-1), f"{COUNT} -1"),
    "half a job": (lambda: ANY.check(OK, jobs=1.5), f"{COUNT} 1.5"),
    "no jobs to fix": (lambda: preflight.fix(preflight.check(OK), "out", jobs=0), f"{COUNT} 0"),
    "no path": (lambda: ANY.check(7), "check: expected a path, got 7"),
    "an asset without a path": (lambda: ANY.check(preflight.Asset(path=ANY)), "check: Asset.path: expected a path"),
    "no path of a request": (lambda: ANY.check_request(None), "request: expected a path, got None"),
    "no request file": (lambda: ANY.load_request(3), "path: expected a path, got 3"),
    "no folder for new files": (lambda: ANY.fix(preflight.check(OK), None), "output: expected a path, got None"),
    "no profile": (lambda: ANY.check(OK, profile=3), "profile: expected a path, got 3"),
    "no list": (lambda: ANY.build_request("A.", images=None), "images: expected a list of paths, got NoneType"),
    "bytes for a list": (lambda: ANY.build_request("A.", videos=b"a.mp4"), "videos: expected a list of paths"),
    "a number in a list": (lambda: ANY.build_request("A.", audios=[3]), "audios: expected a path, got 3"),
    "a number for an id": (lambda: ANY.wait(99, key=KEY), TEXT),
    "the same to download": (lambda: ANY.download(99, "videos", key=KEY), TEXT),
    "no folder for a film": (lambda: ANY.download("1", 3, key=KEY), "folder: expected a path, got 3"),
    "no ledger": (lambda: ANY.wait("1", key=KEY, ledger=3), "ledger: expected a path, got 3"),
    "an absent key": (lambda: ANY.wait("1", key=None), "key: expected the service's key, as text, got NoneType"),
    "the same to submit": (lambda: ANY.submit(a_request(), key=None), "key: expected the service's key, as text"),
    "a pause that is text": (lambda: ANY.wait("1", key=KEY, poll_s="1"), f"poll_s: {SECONDS} '1'"),
    "a limit below 0": (lambda: preflight.wait("1", key=KEY, limit_s=-1), f"limit_s: {SECONDS} -1"),
    "a limit without end": (lambda: preflight.wait("1", key=KEY, limit_s=float("nan")), f"limit_s: {SECONDS} nan"),
}


@pytest.mark.parametrize(("work", "says"), WRONG.values(), ids=WRONG.keys())
def test_what_is_not_allowed_is_refused_on_entry_with_what_is(work: Callable[[], object], says: str) -> None:
    with pytest.raises(preflight.CallError) as raised:
        work()
    assert raised.value.message.startswith(says)


def test_a_key_of_a_wrong_type_is_not_shown() -> None:
    with pytest.raises(preflight.CallError) as raised:
        ANY.submit(a_request(), key=KEY.encode(), base_url=closed_url())
    assert KEY not in str(raised.value)


def test_a_value_without_end_is_shown_in_short() -> None:
    with pytest.raises(preflight.CallError) as raised:
        ANY.check(OK, jobs="9\x1b" * 1000)
    assert len(raised.value.message) < 300
    assert "\x1b" not in raised.value.message


def test_a_path_may_be_bytes(tmp_path: Path) -> None:
    name = os.fsencode(OK)
    assert preflight.check(name) == preflight.check(str(OK))
    assert preflight.build_request("Image 1.", images=[name]) == preflight.build_request("Image 1.", images=[OK])
    path = tmp_path / "request.toml"
    path.write_text(f'prompt = "Image 1."\nimages = ["{OK}"]\n')
    assert preflight.load_request(os.fsencode(path)) == preflight.load_request(path)


def test_bytes_that_are_no_text_name_their_file(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff.jpeg"
    Path(os.fsdecode(name)).write_bytes(OK.read_bytes())
    assert preflight.check(name).verdict == "pass"
