"""Plans carried out by whoever asks: one way to fan them out, for every face of the program."""

import shutil
from pathlib import Path

from preflight.flow.check import check_assets
from preflight.flow.fix import fix_all, plan_fixes
from preflight.plan import FixOptions
from preflight.profiles import DEFAULT, load
from preflight.values.assets import Asset
from tests.specimens import MEDIA

PROFILE = load(DEFAULT)


def test_each_new_file_may_go_to_a_folder_of_its_own(tmp_path: Path) -> None:
    sources = [tmp_path / "a" / "take.wav", tmp_path / "b" / "take.wav"]
    for source in sources:
        source.parent.mkdir()
        shutil.copy(MEDIA / "audio-15.001s.wav", source)
    judged = check_assets([Asset(path=str(source)) for source in sources], PROFILE)
    done = fix_all(
        plan_fixes(judged, PROFILE, FixOptions()), PROFILE, lambda plan: Path(plan.asset.path).parent / "ready"
    )
    assert [one.outcome for one in done] == ["fixed", "fixed"]
    assert [Path(one.asset.path) for one in done] == [source.parent / "ready" / "take.wav" for source in sources]
