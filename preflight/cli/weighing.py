"""What the policy of the settings makes of verdicts: by one edition, or by several side by side."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.cli.searched import has_settings
from preflight.policy.policy import Policy, Usage, apply, apply_to_report, expired, unused_ignores
from preflight.values.choices import FailOn

if TYPE_CHECKING:
    from preflight.policy.policy import UnusedIgnore
    from preflight.values.findings import Judged, Report


class VerdictPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """By what every verdict of a run is weighed."""

    policy: Policy
    today: dt.date
    """The day in UTC with which the policy's dates are compared."""
    usage: Usage = msgspec.field(default_factory=Usage)
    """What of the policy did something."""

    @property
    def is_idle(self) -> bool:
        """Whether each verdict counts as it is."""
        return self.policy.is_idle

    def asset(self, judged: "Judged") -> "Judged":
        """Weigh one asset."""
        return judged if self.is_idle else apply(self.policy, judged, self.today, self.usage)

    def request(self, report: "Report") -> "Report":
        """Weigh a request and its assets."""
        return report if self.is_idle else apply_to_report(self.policy, report, self.today, self.usage)

    def expired(self) -> Iterator[str]:
        """Say of each entry of the policy whose day is over that it does nothing any more."""
        return expired(self.policy, self.today)

    def unused(self) -> "list[UnusedIgnore]":
        """List what of the policy did nothing in this run."""
        return list(unused_ignores(self.policy, self.usage, self.today))


def weighing(fail_on: FailOn) -> VerdictPolicy:
    """Read by what verdicts are weighed in the working folder.

    Args:
        fail_on: the least severity that fails.

    Raises:
        CallError: the settings cannot be used.
    """
    here = Path.cwd()
    policy = Policy(folder=str(here), here=str(here))
    if has_settings(here):
        from preflight.cli.settings import read_policy

        policy = read_policy(here)
    return VerdictPolicy(policy=msgspec.structs.replace(policy, fail_on=fail_on), today=dt.datetime.now(dt.UTC).date())
