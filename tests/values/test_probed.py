"""What kind of file was measured: by its content, else its role, its first bytes, its name."""

import pytest

from preflight.values.assets import Asset, Kind, Role
from preflight.values.facts import Facts
from preflight.values.probed import Fault, Probed
from tests.made import AUDIO, IMAGE, VIDEO

UNREAD = Fault("unreadable", "cut short")


@pytest.mark.parametrize(("facts", "kind"), [(IMAGE, "image"), (VIDEO, "video"), (AUDIO, "audio")])
def test_content_outranks_role_first_bytes_and_name(facts: Facts, kind: Kind) -> None:
    for role in (None, Role("image", 1), Role("video", 1)):
        assert Probed(asset=Asset(path="a.txt", role=role), facts=facts, hint="unknown").kind == kind


def test_without_facts_the_role_comes_first_then_the_first_bytes_then_the_name() -> None:
    named = Asset(path="a.mp4")
    in_request = Asset(path="a.mp4", role=Role("audio", 1))
    assert Probed(asset=in_request, fault=UNREAD, hint="image").kind == "audio"
    assert Probed(asset=named, fault=UNREAD, hint="image").kind == "image"
    assert Probed(asset=named, fault=UNREAD).kind == "video"
    assert Probed(asset=Asset(path="a"), fault=UNREAD).kind == "unknown"


def test_a_note_in_a_folder_is_passed_over() -> None:
    assert Probed(asset=Asset(path="notes.txt", walked=True), fault=UNREAD).is_bystander


@pytest.mark.parametrize(
    "measured",
    [
        Probed(asset=Asset(path="notes.txt"), fault=UNREAD),
        Probed(asset=Asset(path="notes.mp4", walked=True), fault=UNREAD),
        Probed(asset=Asset(path="notes.txt", walked=True), fault=UNREAD, hint="image"),
        Probed(asset=Asset(path="notes.txt", walked=True), fault=Fault("unmeasured", "timed out")),
        Probed(asset=Asset(path="notes.txt", walked=True), facts=IMAGE),
    ],
    ids=["named by a person", "a clip by name", "an image by content", "not measured in time", "read after all"],
)
def test_what_may_be_media_or_was_asked_for_is_not(measured: Probed) -> None:
    assert not measured.is_bystander
