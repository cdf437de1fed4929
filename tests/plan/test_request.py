"""Planning a whole request: each asset by itself, and the seconds shared where together they are too many."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from preflight.plan import FixOptions
from preflight.plan.request import RequestPlan, plan_request, shared_lengths
from preflight.plan.steps import Cut, Extend, Plan, find
from preflight.report.remedies import said
from preflight.request.file import RequestSpec
from preflight.rules import WholeRequest, judge, judge_request
from preflight.values.assets import Role, Window
from preflight.values.facts import AudioFacts, Facts, VideoFacts
from preflight.values.findings import Judged, Report
from tests.made import IMAGE, audio, measured, video
from tests.specimens import PROFILE

if TYPE_CHECKING:
    from preflight.values.probed import Probed

NTSC = Fraction(30000, 1001)
URL = "https://example.com/a.mp4"


def lasting(seconds: Fraction | str, **more: Any) -> VideoFacts:  # noqa: ANN401 - any field of the facts
    return video(**{"duration_s": Fraction(seconds), "header_duration_s": Fraction(seconds), **more})


def heard(seconds: Fraction | str, **more: Any) -> AudioFacts:  # noqa: ANN401 - any field of the facts
    whole = Fraction(seconds)
    return audio(**{"duration_s": whole, "stored_duration_s": whole, "header_duration_s": whole, **more})


def reported(*facts: Facts | None, keeps: dict[int, str] | None = None, paths: dict[int, str] | None = None) -> Report:
    """Judge made-up assets as one request; `keeps` and `paths` are by place."""
    probed: list[Probed] = []
    for place, fact in enumerate(facts):
        kind = "audio" if isinstance(fact, AudioFacts) else "image" if fact == IMAGE else "video"
        number = 1 + sum(one.asset.role is not None and one.asset.role.kind == kind for one in probed)
        one = measured(fact, (paths or {}).get(place, f"{place}.{kind}"), role=Role(kind, number))  # type: ignore[arg-type] # one of the kinds
        keep = Window.parse(keeps[place]) if keeps and place in keeps else None
        probed.append(msgspec.structs.replace(one, asset=msgspec.structs.replace(one.asset, keep=keep)))
    spec = RequestSpec(assets=tuple(one.asset for one in probed), prompt="x")
    whole = WholeRequest(spec=spec, probed=tuple(probed), body_bytes=100)
    judged = tuple(judge(one, PROFILE) for one in probed)
    return Report(profile=PROFILE.name, assets=judged, findings=judge_request(whole, PROFILE))


def planned(report: Report, **fix_options: Any) -> RequestPlan:  # noqa: ANN401 - any wish
    return plan_request(report, PROFILE, FixOptions(**fix_options))


def cuts(found: RequestPlan) -> list[Cut | None]:
    return [find(plan.steps, Cut) for _, plan in found.plans]


def left(judged: Judged, plan: Plan) -> Fraction:
    """Return how long an asset is after its plan."""
    facts = judged.facts
    assert isinstance(facts, VideoFacts | AudioFacts)
    made = find(plan.steps, Extend) or find(plan.steps, Cut)
    return made.length_s if made else facts.duration_s or Fraction(0)


def test_clips_that_fit_together_are_planned_one_by_one() -> None:
    found = planned(reported(lasting("5"), lasting("5"), lasting("5"), heard("15"), IMAGE))
    assert all(plan.steps == () for _, plan in found.plans)
    assert (found.shared, found.beyond_mending) == ((), ())


def test_clips_that_are_together_too_long_each_give_their_part() -> None:
    found = planned(reported(lasting("7"), lasting("7"), lasting("7"), IMAGE))
    assert [cut.length_s if cut else None for cut in cuts(found)] == [5, 5, 5, None]
    assert {cut.clears for cut in cuts(found) if cut} == {("request/video-total-duration",)}
    (shared,) = found.shared
    assert (shared.kind, shared.rule) == ("video", "request/video-total-duration")
    assert [one.ways for one in shared.alternatives] == [("longest",)]


def test_a_way_may_be_wished_for() -> None:
    found = planned(reported(lasting("7"), lasting("7"), lasting("7")), share="longest")
    assert [cut.length_s if cut else None for cut in cuts(found)] == [None, 6, 2]
    assert found.shared[0].chosen.ways == ("longest",)


def test_clips_and_sounds_are_shared_by_themselves() -> None:
    found = planned(reported(lasting("10"), lasting("10"), heard("10"), heard("20")))
    assert [shared.kind for shared in found.shared] == ["video", "audio"]
    assert [cut.length_s for cut in cuts(found) if cut] == [Fraction("7.48"), Fraction("7.48"), 6, 9]


def test_the_part_that_stays_is_where_it_is_wished() -> None:
    for keep, start in (("start", 0), ("middle", Fraction(5, 2)), ("end", 5)):
        first, _ = cuts(planned(reported(heard("12.5"), heard("12.5")), keep=keep))
        assert first
        assert [first.start_s, first.length_s] == [start, Fraction("7.5")]


def test_a_marked_part_is_kept_and_the_others_give() -> None:
    found = planned(reported(lasting("8"), lasting("20"), lasting("8"), keeps={1: "3.0-10.0"}))
    first, marked, last = cuts(found)
    assert first
    assert marked
    assert last
    assert [first.length_s, marked.start_s, marked.length_s, last.length_s] == [4, 3, 7, 4]
    assert found.shared[0].chosen.why.startswith("video 2 keeps its marked 7 s; video 1 and video 3 give up 4 s each")


def test_a_mark_may_stand_in_the_wishes() -> None:
    found = planned(reported(lasting("8"), lasting("8")), keep_of={"1.video": Window(Fraction(1), Fraction(7))})
    assert [cut.length_s if cut else None for cut in cuts(found)] == [None, 6]


def test_marks_that_fit_together_clear_the_finding_without_a_share() -> None:
    found = planned(reported(lasting("10"), lasting("10"), keeps={0: "1-6", 1: "2-9"}))
    assert found.shared == ()
    assert [cut.clears for cut in cuts(found) if cut] == [("request/video-total-duration",)] * 2


def test_marks_are_shortened_within_themselves_when_there_is_no_other_way() -> None:
    report = reported(heard("20"), heard("20"), heard("20"), keeps={0: "1-7", 1: "2-8", 2: "3-9"})
    found = planned(report, keep="end")
    assert found.shared[0].chosen.shortens_marks
    assert [[cut.start_s, cut.length_s] for cut in cuts(found) if cut] == [[2, 5], [3, 5], [4, 5]]


def test_what_one_cut_clears_of_the_asset_and_of_the_request_is_said_of_it() -> None:
    (cut,) = cuts(planned(reported(lasting("20"))))
    assert cut
    assert cut.clears == ("video/duration", "request/video-total-duration")


def test_a_clip_is_never_cut_to_fewer_frames_than_it_must_have() -> None:
    found = planned(reported(*[lasting("7.007", frame_rate_hz=NTSC)] * 3), share="longest")
    last = cuts(found)[2]
    assert last
    assert last.length_s >= 2
    assert (last.length_s * NTSC).denominator == 1


def test_what_lies_at_a_url_gives_nothing() -> None:
    found = planned(reported(lasting("8"), lasting("8"), paths={0: URL}))
    assert [cut.length_s if cut else None for cut in cuts(found)] == [None, 7]


def test_a_clip_that_is_brought_to_another_rate_may_not_grow_by_it() -> None:
    found = planned(reported(lasting("5.01", frame_rate_hz=Fraction(23)), lasting("12")), share="longest")
    first, _ = cuts(found)
    assert first
    assert first.length_s == 5


def test_a_cut_mp3_leaves_room_for_what_it_stores_besides() -> None:
    found = planned(reported(*[heard("6", format="mp3", codec="mp3", stored_duration_s=Fraction("6.05"))] * 3))
    assert sum(cut.length_s + Fraction(1, 10) for cut in cuts(found) if cut) <= 15


def test_what_a_header_claims_counts_too() -> None:
    found = planned(reported(lasting("5", header_duration_s=Fraction(7)), lasting("10")))
    assert sum(left(*both) for both in found.plans) <= 15
    assert cuts(found)[0]


def test_what_cannot_be_shared_is_said_and_nothing_is_cut_for_it() -> None:
    paths = {0: URL, 1: URL}
    found = planned(reported(lasting("8"), lasting("8"), lasting("3"), paths=paths))
    assert [finding.rule for finding in found.beyond_mending] == ["request/video-total-duration"]
    assert found.beyond_mending[0].source
    assert cuts(found) == [None, None, None]


def test_what_was_not_measured_is_not_shared() -> None:
    found = planned(reported(lasting("9"), lasting("9"), None))
    assert found.shared == ()


def test_a_cut_that_is_not_allowed_leaves_the_finding() -> None:
    found = planned(reported(lasting("9"), lasting("9")), allow="lossless")
    for _, plan in found.plans:
        assert plan.steps == ()
        assert [finding.rule for finding in plan.beyond_mending] == ["request/video-total-duration"]
        assert said(plan.remedies) == "It needs a lossy step: --allow lossy."


def test_what_is_extended_counts_by_its_new_length() -> None:
    found = planned(reported(lasting("1.5"), lasting("13.4")), extend="loop")
    assert found.shared
    assert [left(*both) for both in found.plans] == [2, 13]


RATES = st.sampled_from([Fraction(24), Fraction(25), NTSC, Fraction(60), Fraction(24000, 1001), Fraction(120)])


@given(
    st.lists(st.tuples(st.integers(400, 2500), RATES, st.booleans()), min_size=1, max_size=3),
    st.sampled_from(["start", "middle", "end"]),
)
def test_planned_clips_fit_together_and_each_by_itself(clips: list[tuple[int, Fraction, bool]], keep: str) -> None:
    facts = [lasting(frames / rate, frame_rate_hz=rate, frames=frames) for frames, rate, _ in clips]
    keeps = {place: "0.5-6.25" for place, (_, _, marked) in enumerate(clips) if marked}
    found = planned(reported(*facts, keeps=keeps), keep=keep)
    assert found.beyond_mending == ()
    lengths = [left(*both) for both in found.plans]
    assert sum(lengths) <= 15
    assert all(2 <= length <= 15 for length in lengths)
    for (judged, _), cut in zip(found.plans, cuts(found), strict=True):
        assert isinstance(judged.facts, VideoFacts)
        assert cut is None or cut.start_s + cut.length_s <= (judged.facts.duration_s or 0)


@given(st.lists(st.tuples(st.fractions("2.2", 30, max_denominator=100), st.booleans()), min_size=1, max_size=3))
def test_planned_sounds_fit_together_with_all_they_store(sounds: list[tuple[Fraction, bool]]) -> None:
    facts = [
        heard(s, **({"format": "mp3", "codec": "mp3", "stored_duration_s": s + Fraction(1, 20)} if mp3 else {}))
        for s, mp3 in sounds
    ]
    found = planned(reported(*facts))
    assert found.beyond_mending == ()
    total = Fraction(0)
    for (judged, plan), (_, mp3) in zip(found.plans, sounds, strict=True):
        cut = find(plan.steps, Cut)
        padded = Fraction(1, 10 if cut else 20) if mp3 else Fraction(0)
        assert left(judged, plan) >= 2
        total += left(judged, plan) + padded
    assert total <= 15


# ---- the best part ------------------------------------------------------------------------------------------------


def test_the_best_part_is_as_long_as_the_share_of_the_request() -> None:
    report = reported(lasting("10"), lasting("10"), lasting("10"))
    lengths = shared_lengths(report, PROFILE, FixOptions())
    assert lengths == dict.fromkeys(("0.video", "1.video", "2.video"), Fraction(5))
    best = {path: Window(Fraction(2 + place), Fraction(7 + place)) for place, path in enumerate(lengths)}
    found = planned(report, best_of=best)
    assert [cut.start_s for cut in cuts(found) if cut] == [2, 3, 4]
    assert [cut.length_s for cut in cuts(found) if cut] == [5, 5, 5]
    assert found.shared[0].chosen.total_s == 15


def test_the_best_part_of_what_need_not_give_is_kept_too() -> None:
    report = reported(lasting("40"))
    assert shared_lengths(report, PROFILE, FixOptions()) == {}
    (cut,) = cuts(planned(report, best_of={"0.video": Window(Fraction(20), Fraction(32))}))
    assert cut
    assert cut.start_s == 20
    assert cut.length_s == 12


def test_what_a_person_marked_stands_over_the_best_part_and_has_no_share_to_choose_from() -> None:
    report = reported(lasting("10"), lasting("10"), keeps={0: "1-9"})
    assert set(shared_lengths(report, PROFILE, FixOptions())) == {"1.video"}
    best = {path: Window(Fraction(0), Fraction(4)) for path in ("0.video", "1.video")}
    first, second = cuts(planned(report, best_of=best))
    assert first
    assert second
    assert first.start_s == 1
    assert first.length_s == 8
    assert second.start_s == 0
    assert second.length_s == 4


def test_a_best_part_longer_than_its_share_ends_earlier() -> None:
    report = reported(lasting("10"), lasting("10"), lasting("10"))
    found = planned(report, best_of={"0.video": Window(Fraction(1), Fraction(9))})
    first = cuts(found)[0]
    assert first
    assert first.start_s == 1
    assert first.length_s == 5
