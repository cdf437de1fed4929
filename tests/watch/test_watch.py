import json
import os
from pathlib import Path
from typing import Any

import pytest

from preflight.plan import FixOptions
from preflight.watch import Watch, fixing, folders_of
from preflight.watch.journal import state_folder
from tests.specimens import MEDIA
from tests.watch.conftest import Yard, files

PASSES, FAILS, BROKEN = "image-ok.jpeg", "video-1920x1080.mp4", "video-no-index.mp4"
MENDABLE = "image-heic-named.jpg"


def report(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_name(f"{path.name}.report.json").read_bytes())
    return found


def steps(yard: Yard) -> list[tuple[str, str]]:
    lines = (state_folder(yard.folders.incoming) / "journal.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in lines[1:]]
    return [(one["step"], Path(one["path"]).name) for one in told]


def test_each_file_goes_where_its_verdict_sends_it_with_a_report_beside_it(yard: Yard) -> None:
    for name in (PASSES, FAILS, BROKEN):
        yard.arrive(name)
    watch = yard.once()
    assert (yard.ready(), yard.rejected(), yard.waiting()) == ({PASSES}, {FAILS, BROKEN}, set())
    assert dict(watch.became) == {"ready": 1, "rejected": 2}
    passed, failed = report(yard.folders.ready / PASSES), report(yard.folders.rejected / BROKEN)
    assert (passed["schema"], passed["verdict"]) == ("preflight.report/1", "pass")
    (asset,) = failed["assets"]
    assert asset["path"] == str(yard.folders.rejected / BROKEN)
    assert [finding["rule"] for finding in asset["findings"]] == ["video/readable"]
    assert "fix" not in failed


def test_subfolders_are_mirrored_and_what_is_no_medium_stays(yard: Yard) -> None:
    yard.arrive(PASSES, "a/b c/x.jpeg")
    (yard.folders.incoming / "a" / "notes.txt").write_text("shoot again")
    yard.arrive(PASSES, "a/y.jpeg.part")
    yard.once()
    assert yard.ready() == {"a/b c/x.jpeg"}
    assert yard.waiting() == {"a/notes.txt", "a/y.jpeg.part"}


def test_nothing_is_overwritten(yard: Yard) -> None:
    yard.folders.ready.mkdir()
    (yard.folders.ready / PASSES).write_bytes(b"theirs")
    for round_ in range(3):
        yard.arrive(PASSES)
        yard.once()
        assert len(yard.ready()) == round_ + 2
    assert (yard.folders.ready / PASSES).read_bytes() == b"theirs"
    assert yard.ready() == {PASSES, "image-ok-2.jpeg", "image-ok-3.jpeg", "image-ok-4.jpeg"}
    assert [Path(news.target or "").name for news in yard.news] == [f"image-ok-{n}.jpeg" for n in (2, 3, 4)]


@pytest.mark.parametrize("name", [b"a\nb.jpeg", b"\"'$(x)`;.jpeg", b"\xff\xfe.jpeg", b"-rf.jpeg", b"http:x.jpeg", b" "])
def test_a_name_is_only_a_name(yard: Yard, name: bytes) -> None:
    yard.arrive(PASSES, os.fsdecode(name))
    yard.once()
    assert {os.fsencode(one) for one in yard.ready()} == {name}
    json.loads((yard.folders.ready / os.fsdecode(name + b".report.json")).read_bytes())


def test_each_step_of_each_file_is_in_the_journal_in_its_order(yard: Yard) -> None:
    yard.arrive(PASSES)
    yard.arrive(FAILS)
    yard.once()
    told = steps(yard)
    for name in (PASSES, FAILS):
        assert [step for step, one in told if one == name] == ["seen", "judged", "moved"]


def test_hard_links_of_one_file_are_each_a_file(yard: Yard) -> None:
    first = yard.arrive(PASSES, "0.jpeg")
    for number in range(1, 40):
        os.link(first, first.with_name(f"{number}.jpeg"))
    yard.once()
    assert yard.ready() == {f"{number}.jpeg" for number in range(40)}
    assert yard.waiting() == set()


def test_links_are_left_alone_and_nothing_outside_is_touched(yard: Yard, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.jpeg").write_bytes((MEDIA / PASSES).read_bytes())
    (yard.folders.incoming / "folder").symlink_to(outside)
    (yard.folders.incoming / "link.jpeg").symlink_to(outside / "x.jpeg")
    yard.once()
    assert yard.ready() == yard.rejected() == set()
    assert (outside / "x.jpeg").exists()


def test_a_folder_that_becomes_a_link_meanwhile_is_not_followed(yard: Yard, tmp_path: Path) -> None:
    path = yard.arrive(PASSES, "sub/x.jpeg")

    def swap(watch: Watch) -> None:
        real = watch._arrivals.whole  # noqa: SLF001 - the moment between looking and moving cannot be had otherwise

        def whole() -> list[object]:
            found: list[object] = list(real())
            (tmp_path / "outside").mkdir()
            path.rename(tmp_path / "outside" / "x.jpeg")
            path.parent.rmdir()
            path.parent.symlink_to(tmp_path / "outside")
            return found

        watch._arrivals.whole = whole  # type: ignore[method-assign, assignment] # noqa: SLF001 - as above

    watch = yard.once(before=swap)
    assert files(tmp_path / "outside") == {"x.jpeg"}
    assert yard.ready() == set()
    assert watch.became["failed"] == 1
    assert "has become a link" in yard.news[0].reason


def test_what_could_not_be_judged_stays_where_it_is_and_says_why(yard: Yard) -> None:
    from preflight.flow.check import Measuring
    from preflight.values.bounds import Bounds
    from preflight.watch import Journal, Judging
    from preflight.workers.pool import WorkerPool
    from tests.specimens import PROFILE

    yard.arrive(PASSES)
    with (
        Journal(yard.folders.incoming) as journal,
        WorkerPool("exact", jobs=1, bounds=Bounds(seconds=0.000001)) as pool,
    ):
        judging = Judging(profile=PROFILE, how=Measuring(pool=pool))
        watch = Watch(yard.folders, judging, journal, settle_s=0, tell=yard.news.append, note=yard.notes.append)
        watch.once()
    assert yard.waiting() == {PASSES}
    (news,) = yard.news
    assert (news.became, news.rules, news.target) == ("unsure", ("image/unjudged",), None)
    assert "took more than" in news.reason
    assert "tried again after 5 s" in news.reason
    assert steps(yard)[-1] == ("left", PASSES)
    yard.once()
    assert yard.ready() == {PASSES}


def test_a_target_that_cannot_be_written_leaves_the_file_where_it_is(yard: Yard) -> None:
    yard.arrive(PASSES, "sub/x.jpeg")
    yard.arrive(PASSES, "y.jpeg")
    yard.folders.ready.mkdir()
    (yard.folders.ready / "sub").write_bytes(b"a file where the folder should be")
    watch = yard.once()
    assert yard.waiting() == {"sub/x.jpeg"}
    assert yard.ready() == {"sub", "y.jpeg"}
    assert watch.became["failed"] == 1
    assert "Not a directory" in next(news.reason for news in yard.news if news.became == "failed")


def test_another_file_system_gets_a_whole_copy_and_the_original_goes(yard: Yard, elsewhere: Path) -> None:
    path = yard.arrive(PASSES, "sub/x.jpeg")
    os.utime(path, ns=(10**18, 10**18))
    yard.folders = folders_of(yard.folders.incoming, elsewhere / "ready", yard.folders.rejected)
    yard.arrive(FAILS)
    yard.once()
    target = elsewhere / "ready" / "sub" / "x.jpeg"
    assert target.read_bytes() == (MEDIA / PASSES).read_bytes()
    assert target.stat().st_mtime_ns == 10**18
    assert (yard.waiting(), yard.rejected()) == (set(), {FAILS})
    assert {path.name for path in target.parent.iterdir()} == {"x.jpeg", "x.jpeg.report.json"}


# ---- mending --------------------------------------------------------------------------------------------------------


def test_a_mended_file_is_ready_with_its_record_and_its_original_is_kept(yard: Yard) -> None:
    yard.arrive(MENDABLE, "sub/p.jpg")
    yard.arrive(BROKEN)
    yard.arrive(PASSES)
    watch = yard.once(fix_options=FixOptions(allow="lossless"))
    assert yard.ready() == {"sub/p.png", "sub/p.png.preflight.json", PASSES}
    assert yard.rejected() == {"originals/sub/p.jpg", BROKEN}
    assert dict(watch.became) == {"fixed": 1, "rejected": 1, "ready": 1}
    new, old = report(yard.folders.ready / "sub" / "p.png"), report(yard.folders.done / "sub" / "p.jpg")
    assert (new["verdict"], old["verdict"]) == ("pass", "fail")
    assert (old["fix"]["outcome"], old["fix"]["output"]) == ("fixed", str(yard.folders.ready / "sub" / "p.png"))
    record = json.loads((yard.folders.ready / "sub" / "p.png.preflight.json").read_bytes())
    assert (record["origin"]["source"]["name"], record["output"]["name"]) == ("p.jpg", "p.png")
    beyond = report(yard.folders.rejected / BROKEN)["fix"]
    assert beyond["outcome"] == "unfixable"
    assert list((state_folder(yard.folders.incoming) / "made").iterdir()) == []


def test_more_loss_than_is_allowed_is_not_taken(yard: Yard) -> None:
    yard.arrive(FAILS)
    yard.once(fix_options=FixOptions(allow="lossless"))
    assert (yard.ready(), yard.rejected()) == (set(), {FAILS})


def test_files_of_one_name_and_one_content_each_get_a_new_file(yard: Yard) -> None:
    for name in ("a/p.jpg", "b/p.jpg", "a/p.jpeg"):
        yard.arrive(MENDABLE, name)
    yard.once(fix_options=FixOptions())
    records = {name for name in yard.ready() if name.endswith(".json")}
    assert yard.ready() - records == {"a/p.png", "a/p-2.png", "b/p.png"}
    for name in yard.ready() - records:
        path = yard.folders.ready / name
        record = json.loads(path.with_name(f"{path.name}.preflight.json").read_bytes())
        (asset,) = report(path)["assets"]
        assert (record["output"]["name"], asset["path"]) == (path.name, str(path))


def test_a_new_file_that_does_not_count_as_clean_here_is_not_ready(yard: Yard) -> None:
    from preflight.flow.check import Measuring
    from preflight.watch import Journal, Judging
    from preflight.workers.pool import WorkerPool
    from tests.specimens import PROFILE, judged

    yard.arrive(MENDABLE)
    found = judged(Path(MEDIA / MENDABLE)).findings
    with Journal(yard.folders.incoming) as journal, WorkerPool("exact", jobs=1) as pool:
        judging = Judging(
            profile=PROFILE,
            how=Measuring(pool=pool),
            weigh=lambda all_: (one.with_findings(found) for one in all_),
            fix_options=FixOptions(),
        )
        Watch(yard.folders, judging, journal, settle_s=0, tell=yard.news.append, note=yard.notes.append).once()
    assert (yard.ready(), yard.rejected()) == (set(), {MENDABLE})


def test_a_name_that_is_no_text_is_mended_like_any_other(yard: Yard) -> None:
    yard.arrive(MENDABLE, "\udcff.jpg")
    yard.arrive(MENDABLE, "p.jpg")
    yard.once(fix_options=FixOptions())
    assert {name for name in yard.ready() if not name.endswith(".json")} == {"\udcff.png", "p.png"}
    assert yard.rejected() == {"originals/\udcff.jpg", "originals/p.jpg"}


def test_what_was_made_for_files_that_are_gone_is_removed_at_the_start(yard: Yard) -> None:
    stage = state_folder(yard.folders.incoming) / "made"
    kept = yard.arrive(PASSES)
    for path in (str(kept), str(yard.folders.incoming / "gone.mov")):
        fixing.stage_of(stage, path).mkdir(parents=True)
    fixing.clear(stage, [str(kept)])
    assert [one.name for one in stage.iterdir()] == [fixing.stage_of(stage, str(kept)).name]
