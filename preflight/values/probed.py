"""What measuring an asset gave: facts, a fault, or both; a measurement never raises for what it finds in a file."""

from typing import Literal

import msgspec

from preflight.values.assets import Asset, Kind
from preflight.values.facts import AudioFacts, Facts, Identity, ImageFacts


class Fault(msgspec.Struct, frozen=True):
    """Why facts are missing or cannot be trusted."""

    kind: Literal["unreadable", "unmeasured"]
    message: str


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """What measuring an asset gave."""

    asset: Asset
    facts: Facts | None = None
    fault: Fault | None = None
    hint: Kind | None = None
    """The kind that the first bytes promise, where nothing more could be read."""
    identity: Identity | None = None
    """The state of the file that was measured."""

    @property
    def kind(self) -> Kind:
        """The kind by content, or else what the role, the first bytes or the name promise."""
        if self.facts is None:
            return self.asset.role.kind if self.asset.role else self.hint or self.asset.expected_kind
        if isinstance(self.facts, ImageFacts):
            return "image"
        return "audio" if isinstance(self.facts, AudioFacts) else "video"

    @property
    def is_bystander(self) -> bool:
        """Whether it was found in a folder and is no medium, by content or by name: a note, a sidecar, a script."""
        unread = self.fault is not None and self.fault.kind == "unreadable"
        return self.asset.walked and self.kind == "unknown" and unread
