"""A whole request, and what is known of its assets."""

from preflight.request.file import RequestSpec
from preflight.rules.whole import WholeRequest
from preflight.values.assets import Asset, Role
from preflight.values.probed import Fault, Probed
from tests.made import AUDIO, IMAGE, VIDEO, video

IN_ARRAY, ALONE = Role("video", 1), Role("video", 0, "video_start")


def whole(*probed: Probed) -> WholeRequest:
    return WholeRequest(spec=RequestSpec(assets=tuple(one.asset for one in probed)), probed=probed, body_bytes=0)


def at(role: Role | None, **found: object) -> Probed:
    return Probed(asset=Asset(path="a", role=role), **found)  # type: ignore[arg-type] # facts or a fault


def test_an_asset_in_a_field_of_its_own_is_sent_but_not_counted_in_the_array() -> None:
    alone = whole(at(ALONE, facts=VIDEO))
    assert (alone.count("video"), alone.sends("video"), alone.sends("image")) == (0, True, False)
    assert alone.clips("video") == [VIDEO]
    assert whole(at(IN_ARRAY, facts=VIDEO)).count("video") == 1


def test_only_what_has_a_length_is_among_the_clips_of_its_place() -> None:
    unknown = video(duration_s=None)
    found = whole(
        at(IN_ARRAY, facts=VIDEO),
        at(Role("video", 2), facts=IMAGE),
        at(Role("video", 3), facts=AUDIO),
        at(Role("video", 4), facts=unknown),
        at(Role("video", 5), fault=Fault("unreadable", "cut short")),
        at(Role("audio", 1), facts=VIDEO),
        at(None, facts=VIDEO),
    )
    assert found.clips("video") == [VIDEO, AUDIO]
    assert found.clips("audio") == [VIDEO]
    assert not whole().sends("video")
