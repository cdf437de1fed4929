"""A URL that could not be brought costs itself alone, and what to do is said in the words of who asks."""

from pathlib import Path
from typing import NoReturn

import msgspec

from preflight.errors import NotDone
from preflight.flow.check import Measuring, measure
from preflight.report.remedies import said
from preflight.values.assets import Asset
from preflight.values.remedy import Remedy

ASSET = Asset(path="https://cdn.example/clip.mp4")


def gone(url: str) -> NoReturn:
    raise NotDone(f"{url}: was not found", advice=(Remedy("fresh-link"), "Look there."))


def message(how: Measuring) -> str:
    (probed,) = measure([ASSET], how)
    assert probed.fault is not None
    return probed.fault.message


def test_what_to_do_about_a_url_is_said_by_the_face_that_asked() -> None:
    how = Measuring(fetch=gone)
    assert message(how) == f"{ASSET.path}: was not found. Look there"
    worded = message(msgspec.structs.replace(how, word=said))
    assert worded.endswith("`preflight task download ID` asks for a fresh one. Look there")


def test_a_copy_is_measured_and_goes(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes(b"no medium")
    (probed,) = measure([ASSET], Measuring(fetch=lambda _: copy))
    assert (probed.asset, probed.fault is not None, copy.exists()) == (ASSET, True, False)
