"""The request is told as a whole: how it stands, what may be chosen, and what it costs once its clips are cut."""

import json
from typing import Any

import msgspec
import pytest

from preflight.profiles import load, names
from preflight.server.ui.request_view import SETTINGS, edition_view, price, price_view, request_view
from preflight.server.ui.workspace import Workspace
from preflight.values.assets import Window
from tests.server.ui.held import held


def judged(workspace: Workspace, *items: Any) -> Workspace:  # noqa: ANN401 - items, whose class is in another room
    workspace.items |= {item.id: item for item in items}
    workspace._judge()  # noqa: SLF001 - what its thread does, without the thread
    return workspace


def view(workspace: Workspace) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(msgspec.json.encode(request_view(workspace), enc_hook=str))
    return told


def test_a_request_of_nothing_has_every_setting_and_no_verdict_that_is_good(workspace: Workspace) -> None:
    told = view(judged(workspace))
    assert {*told["settings"]} == {*SETTINGS}
    assert told["measuring"] == 0
    assert told["verdict"] != "pass" or told["findings"] == []
    assert (told["fixable"], told["undecided"], told["uncut"]) == ([], [], [])


def test_while_something_is_measured_there_is_no_verdict(workspace: Workspace) -> None:
    item = held("image-ok.png")
    judged(workspace, item)
    item.state = "measuring"
    told = view(workspace)
    assert (told["measuring"], told["verdict"], told["sign"], told["findings"]) == (1, "", "", [])


def test_what_can_be_fixed_or_wants_a_choice_is_told_apart(workspace: Workspace) -> None:
    fixable, undecided, clean = held("image-gif.gif"), held("image-299x750.png"), held("image-ok.png")
    told = view(judged(workspace, fixable, undecided, clean))
    assert (told["fixable"], told["undecided"]) == ([fixable.id], [undecided.id])
    assert told["verdict"] == "fail"


def test_a_part_that_was_marked_and_not_cut_is_told(workspace: Workspace) -> None:
    clip = held("video-10s.mp4", keep=Window.parse("1-5"))
    assert view(judged(workspace, clip))["uncut"] == [clip.id]


def test_a_price_is_that_of_the_clips_as_they_will_be_cut(workspace: Workspace) -> None:
    workspace.set({"prompt": "A rider.", "duration": 4, "quality": "480p"})
    whole = price(judged(workspace, held("video-10s.mp4")))
    assert whole
    assert float(whole.input_s) == pytest.approx(10, abs=0.1)
    workspace.items.clear()
    cut = price(judged(workspace, held("video-10s.mp4", keep=Window.parse("0-4"))))
    assert cut
    assert float(cut.input_s) == pytest.approx(4, abs=0.1)
    assert cut.credits < whole.credits


def test_without_a_plan_for_each_asset_there_is_no_price(workspace: Workspace) -> None:
    assert price(workspace) is None
    assert price_view(None) is None
    judged(workspace, held("image-ok.png"))
    workspace.items |= {(more := held("image-gps.jpg")).id: more}
    assert price(workspace) is None


def test_a_price_is_shown_in_decimals(workspace: Workspace) -> None:
    workspace.set({"prompt": "A rider.", "duration": 4, "quality": "480p"})
    shown = price_view(price(judged(workspace, held("image-ok.png"))))
    assert shown
    assert (shown["output_s"], shown["input_s"], shown["cut_credits"]) == (4, "0", "")
    assert float(shown["credits"]) > float(shown["usd"]) > 0


@pytest.mark.parametrize("name", sorted(names()))
def test_every_edition_offers_what_it_takes_by_default(name: str) -> None:
    edition = load(name)
    told = json.loads(msgspec.json.encode(edition_view(edition), enc_hook=str))
    assert told["default_model"] in [one["id"] for one in told["models"]]
    assert {*told["qualities"]} == {*edition.models}
    assert told["quality"] is None or any(told["quality"] in of for of in told["qualities"].values())
    length, ratio = told["duration"], told["aspect_ratio"]
    assert (
        length["default"] is None
        or length["default"] in length["of"]
        or length["min"] <= length["default"] <= length["max"]
    )
    assert ratio["default"] is None or ratio["default"] in ratio["of"]
