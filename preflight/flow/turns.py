"""Go through plans in turn: for each the parts to choose from, a picture of them, and the plan for the one chosen.

Judged, Plan ── offered ──► Turn(candidates, picture) ── with_part ──► Plan
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from preflight.errors import NotDone
from preflight.flow.best import Analysis, Begin, look
from preflight.flow.choosing import Choice, previews
from preflight.media.windows import Candidate
from preflight.plan import Plan, planned
from preflight.plan.crops import crops_of
from preflight.plan.cut_points import cut_points_of
from preflight.plan.steps import Crop, Cut, Pad, find
from preflight.profiles.schema import Profile
from preflight.values.assets import Asset
from preflight.values.findings import Judged
from preflight.values.phrase import error_words


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What a person may look at before an answer about one plan."""

    candidates: tuple[Candidate, ...] = ()
    """Parts that may be kept instead, best first."""
    picture: Path | None = None
    """A contact sheet of what there is to choose from."""
    fault: str = ""
    """Why there is less."""


class Turns:
    """Offers of one run.

    Args:
        choice: the choices made before.
        profile: the limits.
        assets: all assets, which crops may name.
    """

    def __init__(self, choice: Choice, profile: Profile, assets: Sequence[Asset]) -> None:
        self._profile = profile
        self._options = msgspec.structs.replace(choice.fix_options, crop_of=crops_of(choice.crops, assets))

    def offered(self, judged: Judged, plan: Plan, folder: Path, begin: Begin | None = None) -> Turn:
        """Look for the parts of what is cut where nobody asked, and draw what is cut or fitted.

        Args:
            judged: the asset.
            plan: its plan.
            folder: where the picture goes.
            begin: called when the looking begins; returns its progress callback.
        """
        cut = find(plan.steps, Cut)
        free = cut is not None and not judged.asset.keep
        if not (free or any(isinstance(step, Crop | Pad) for step in plan.steps)):
            return Turn()
        shares = {judged.asset.path: cut.length_s} if cut and judged.asset.role else {}
        looked = look([judged], self._profile, shares, begin) if free else Analysis(proposals={}, faults={})
        fault = looked.faults.get(judged.asset.path, "")
        found = Turn(candidates=looked.proposals.get(judged.asset.path, ()), fault=fault)
        try:
            (picture,) = previews([judged], looked, self._profile, self._options, folder)
        except (NotDone, ValueError) as error:
            return msgspec.structs.replace(found, fault=fault or error_words(error))
        return msgspec.structs.replace(found, picture=picture)

    def with_part(self, judged: Judged, candidate: Candidate) -> Plan:
        """Plan an asset anew, with the part that a person chose."""
        path = judged.asset.path
        options = msgspec.structs.replace(self._options, keep_of={path: candidate.window})
        return planned(judged, self._profile, options, cut_points_of(path))


__all__ = ["Turn", "Turns"]
