"""What became of a plan: the new file and the verdict on it, or why there is none."""

from typing import Literal

import msgspec

from preflight.plan.steps import Plan
from preflight.values.assets import Asset
from preflight.values.findings import Judged
from preflight.values.quality import Quality
from preflight.values.remedy import Remedies

Outcome = Literal["untouched", "fixed", "unfixable", "declined", "failed"]


class FixResult(msgspec.Struct, frozen=True, kw_only=True):
    """One asset after its plan was carried out, or was not."""

    plan: Plan
    outcome: Outcome
    before: Judged
    after: Judged | None = None
    """The verdict on the new file."""
    message: str = ""
    """Why nothing came of it."""
    remedies: Remedies = ()
    """What to do about that."""
    quality: Quality | None = None
    """How near the new file comes to its source, where that was asked for and something was encoded."""

    @property
    def asset(self) -> Asset:
        """The asset to go on with: the new file where there is one."""
        return self.after.asset if self.after else self.before.asset
