"""A URL that could not be brought costs itself alone, and what to do is said in the words of who asks."""

from pathlib import Path
from typing import NoReturn

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.errors import CallError, NotDone
from preflight.flow.check import Measuring, check_request, judge_whole, measure, media, plain, refuse_unknown
from preflight.profiles import load
from preflight.report.remedies import said
from preflight.request.file import RequestSpec, with_roles
from preflight.values.assets import Asset
from preflight.values.probed import Fault, Probed
from preflight.values.remedy import Remedy
from tests.made import IMAGE

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


# ---- what is measured, in which order -------------------------------------------------------------------------------

ROW = st.sampled_from(["unread", "url", "absent"])


def asset_of(what: str, number: int) -> Asset:
    if what == "unread":
        return Asset(path=f"line {number}", unread="is no UTF-8")
    return Asset(path=f"https://h/{number}.png" if what == "url" else f"/absent/{number}.png")


@settings(max_examples=5)
@given(st.lists(ROW, max_size=5))
def test_results_stand_in_the_order_of_the_assets_each_with_its_own_fault(rows: list[str]) -> None:
    assets = [asset_of(what, number) for number, what in enumerate(rows)]
    found = list(measure(assets, Measuring()))
    assert [one.asset for one in found] == assets
    for what, one in zip(rows, found, strict=True):
        assert (one.facts, one.fault is not None) == (None, True)
        assert one.fault
        if what != "absent":
            wanted = {"unread": "is no UTF-8", "url": "is a URL, which nothing was allowed to fetch"}
            assert (one.fault.kind, one.fault.message) == ("unmeasured", wanted[what])


def test_advice_that_is_a_step_is_left_to_the_face_and_a_sentence_is_the_same_everywhere() -> None:
    assert plain(("One.", Remedy("fit"), "Two.")) == "One. Two."
    assert plain((Remedy("fit"),)) == plain(()) == ""


@pytest.mark.parametrize(
    ("walked", "name", "skipped"), [(True, "notes.txt", 1), (False, "notes.txt", 0), (True, "a.png", 0)]
)
def test_only_what_a_folder_happens_to_hold_is_passed_over(
    tmp_path: Path, walked: bool, name: str, skipped: int
) -> None:
    (tmp_path / name).write_text("no medium")
    how = Measuring()
    found = list(media([Asset(path=str(tmp_path / name), walked=walked)], how))
    assert (how.passed.count(), len(found)) == (skipped, 1 - skipped)


# ---- requests -------------------------------------------------------------------------------------------------------

EDITION = load("seedance-2.0-2026-04")


def test_a_model_of_another_edition_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CallError, match=r"^model: 'sora' is not in profile seedance") as refused:
        refuse_unknown(RequestSpec(model="sora"), EDITION)
    assert all(model in refused.value.advice for model in EDITION.models)
    for model in (None, *EDITION.models):
        refuse_unknown(RequestSpec(model=model), EDITION)


def test_a_field_that_an_edition_has_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(CallError, match="no such field") as refused:
        refuse_unknown(RequestSpec(fields={"negative_promt": "x"}), EDITION)
    assert refused.value.advice.startswith("Nearest: ")


def test_a_field_s_name_from_outside_acts_upon_no_terminal() -> None:
    with pytest.raises(CallError) as refused:
        refuse_unknown(RequestSpec(fields={"\x1b[2J": "x"}), EDITION)
    assert refused.value.message.isprintable()


def test_each_asset_is_told_of_once_however_often_it_stands_there() -> None:
    paths = ["/absent/a.png", "/absent/b.png", "/absent/a.png"]
    heard: list[str] = []
    spec = RequestSpec(assets=tuple(with_roles("image", paths)), prompt="Image 1.")
    report = check_request(spec, EDITION, progress=heard.append)
    assert sorted(heard) == ["/absent/a.png", "/absent/b.png"]
    assert [one.asset.path for one in report.assets] == paths


def test_a_request_is_judged_by_what_was_measured_and_not_measured_again() -> None:
    spec = RequestSpec(assets=tuple(with_roles("image", ["/absent/a.png"])), prompt="Image 1.", duration=5)
    probed = (Probed(asset=spec.assets[0], facts=IMAGE),)
    report = judge_whole(spec, probed, EDITION)
    assert (report.profile, report.verdict, report.assets[0].facts) == (EDITION.name, "pass", IMAGE)
    lost = judge_whole(spec, (Probed(asset=spec.assets[0], fault=Fault("unmeasured", "no")),), EDITION)
    assert lost.verdict == "unsure"
