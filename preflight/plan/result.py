"""Results of plans."""

from typing import Literal

import msgspec

from preflight.plan.steps import Plan
from preflight.values.assets import Asset
from preflight.values.findings import Judged
from preflight.values.quality import Quality
from preflight.values.remedy import Remedies

Outcome = Literal["untouched", "fixed", "unfixable", "declined", "failed"]


class FixResult(msgspec.Struct, frozen=True, kw_only=True):
    """One asset after its plan was applied, or was not."""

    plan: Plan
    outcome: Outcome
    before: Judged
    after: Judged | None = None
    """Verdict on the new file."""
    message: str = ""
    """Why there is no new file."""
    remedies: Remedies = ()
    """What to do about that."""
    quality: Quality | None = None
    """Quality of the new file, where asked for and encoded."""

    @property
    def asset(self) -> Asset:
        """The asset to go on with: the new file, if any."""
        return self.after.asset if self.after else self.before.asset
