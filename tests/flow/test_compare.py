"""Several editions side by side: measured once, judged by each."""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from preflight.errors import CallError
from preflight.flow.check import Measuring, check_assets, check_request
from preflight.flow.compare import compare_assets, compare_request, rows_of
from preflight.profiles import Profile, load
from preflight.request.file import RequestSpec, load_spec, with_roles
from preflight.values.assets import Asset, collect
from preflight.values.findings import Finding, Judged, Report
from preflight.values.standing import Row, Standing
from preflight.workers.pool import WorkerPool
from tests.specimens import EDITIONS as NAMES
from tests.specimens import FIXTURES, media

EDITIONS = [load(name) for name in NAMES]
OLDER, NEWER, FRAMES, WORDS = EDITIONS
PICTURE, LARGE, SOUND = "image-ok.png", "video-1920x1080.mp4", "audio-5s.wav"


def assets(*specimens: str) -> list[Asset]:
    return [Asset(path=media(name)) for name in specimens]


def judged(verdict: str) -> Judged:
    """Make up an asset with this verdict."""
    rules = {"pass": [], "fail": ["video/pixels"], "unsure": ["video/unjudged"]}[verdict]
    found = tuple(Finding(rule=rule, severity="error", message="x") for rule in rules)
    return Judged(asset=Asset(path="a.mp4"), kind="video", findings=found)


def standing(rows: Iterable[Row], profiles: Sequence[Profile], reports: Sequence[Report] = ()) -> Standing:
    """Let rows go by, and what is said of a request as a whole."""
    found = Standing([profile.name for profile in profiles])
    for row in rows:
        found.add(row)
    if reports:
        found.add_request(reports)
    return found


def of_request(reports: Sequence[Report], profiles: Sequence[Profile] = EDITIONS) -> Standing:
    return standing(rows_of(reports), profiles, reports)


def test_each_asset_is_judged_by_each_edition_as_by_that_edition_alone() -> None:
    given = assets(PICTURE, LARGE, SOUND)
    rows = list(compare_assets(given, EDITIONS))
    for profile, column in zip(EDITIONS, zip(*rows, strict=True), strict=True):
        assert list(column) == list(check_assets(given, profile))
    assert [[one.verdict for one in row] for row in rows] == [
        ["pass", "pass", "pass", "fail"],
        ["fail", "pass", "fail", "fail"],
        ["pass", "pass", "fail", "fail"],
    ]


def test_a_file_is_measured_once_however_many_editions_judge_it() -> None:
    measured = Counter[str]()

    def watch(path: str, _seconds: float) -> None:
        measured[path] += 1

    pool = WorkerPool("exact")
    pool.watch = watch
    given = assets(PICTURE, LARGE)
    assert len(list(compare_assets(given, EDITIONS, Measuring(pool=pool)))) == len(given)
    assert measured == {asset.path: 1 for asset in given}


@pytest.mark.parametrize(
    ("said", "verdict", "status"),
    [
        (["pass", "pass"], "pass", 0),
        (["fail", "pass"], "pass", 0),
        (["pass", "fail"], "pass", 0),
        (["fail", "fail"], "fail", 1),
        (["unsure", "pass"], "unsure", 3),
        (["fail", "unsure"], "unsure", 3),
    ],
)
def test_the_status_is_that_of_the_best_edition_and_not_to_know_outranks_it(
    said: Sequence[str], verdict: str, status: int
) -> None:
    found = Standing(["old", "new"])
    found.add((judged("pass"), judged("pass")))
    found.add(tuple(map(judged, said)))
    assert (found.verdict, found.exit_code) == (verdict, status)
    assert found.verdicts == dict(zip(found.editions, said, strict=True))


def test_two_editions_that_each_take_a_part_are_not_one_that_takes_everything() -> None:
    found = standing(compare_assets(assets(PICTURE, LARGE), [OLDER, FRAMES]), [OLDER, FRAMES])
    assert (found.taking, found.verdict, found.files) == ((), "fail", 2)
    assert found.passing == {OLDER.name: 1, FRAMES.name: 1}
    assert standing(compare_assets(assets(PICTURE, LARGE), [OLDER, NEWER]), [OLDER, NEWER]).taking == (NEWER.name,)


def test_what_is_said_of_the_whole_request_counts_beside_its_assets() -> None:
    said = Finding(rule="request/video-count", severity="warning", message="x")
    lenient = Report(profile=OLDER.name, assets=(judged("pass"),), findings=(said,))
    reports = [lenient, msgspec.structs.replace(lenient, profile=NEWER.name, fail_on="warning")]
    found = of_request(reports, [OLDER, NEWER])
    assert found.verdicts == {OLDER.name: "pass", NEWER.name: "fail"}
    assert found.passing == {OLDER.name: 1, NEWER.name: 1}


def test_a_row_goes_by_before_the_next_block_is_found() -> None:
    def endless() -> Iterator[Asset]:
        while True:
            yield Asset(path=media(PICTURE))

    rows = compare_assets(endless(), [OLDER, NEWER])
    assert [one.verdict for one in next(rows)] == ["pass", "pass"]
    rows.close()  # type: ignore[attr-defined] # a generator


def test_what_a_folder_holds_besides_media_is_passed_over(tmp_path: Path) -> None:
    shutil.copy(media(PICTURE), tmp_path)
    (tmp_path / "notes.txt").write_text("shoot again")
    assert len(list(compare_assets(collect([str(tmp_path)]), [OLDER, WORDS]))) == 1


@pytest.mark.parametrize(
    ("specimen", "taking"),
    [
        ("good-everything.toml", [OLDER, NEWER]),
        ("quality-1080p.toml", [NEWER]),
        ("mini-model-720p.toml", [NEWER]),
        ("first-frame.toml", [FRAMES]),
        ("words-alone.toml", [WORDS]),
        ("words-and-image.toml", []),
    ],
)
def test_a_request_that_names_its_model_goes_where_the_model_is_described(specimen: str, taking: list[Profile]) -> None:
    reports = compare_request(load_spec(FIXTURES / "requests" / specimen), EDITIONS)
    assert of_request(reports).taking == tuple(profile.name for profile in taking)
    for profile, found in zip(EDITIONS, reports, strict=True):
        described = not any(finding.rule == "request/model" for finding in found.findings)
        assert described == (load_spec(FIXTURES / "requests" / specimen).model in profile.models)


def test_a_request_that_names_no_model_is_judged_by_each_editions_own() -> None:
    spec = RequestSpec(assets=tuple(with_roles("image", [media(PICTURE)])), prompt="Begin with image 1.")
    reports = compare_request(spec, EDITIONS)
    assert of_request(reports).taking == (OLDER.name, NEWER.name, FRAMES.name)
    assert reports == tuple(check_request(spec, profile) for profile in EDITIONS)


def test_a_model_that_no_edition_describes_stops_the_comparison() -> None:
    with pytest.raises(CallError, match="'seedance-9' is in none of the profiles") as caught:
        compare_request(RequestSpec(model="seedance-9"), [OLDER, WORDS])
    assert "seedance-2.0-mini-text-to-video" in str(caught.value.advice)
