"""Files mended once for all reports of them."""

import pytest

from preflight.flow.fix import fix_one, order_of, plan_fixes
from preflight.plan import FixOptions
from preflight.plan.result import FixResult
from tests import specimens
from tests.report.mended import NAMES
from tests.specimens import PROFILE, copied


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[FixResult]:
    """Mend a clip and a sound, leave a picture, and fail with a clip that is too short."""
    folder = tmp_path_factory.mktemp("fixed")
    plans = plan_fixes([specimens.judged(copied(name, folder)) for name in NAMES], PROFILE, FixOptions())
    return [fix_one(judged, plan, order_of(PROFILE, folder / "ready")) for judged, plan in plans]
