"""Results of a measurement: facts, a fault, or both. Measuring never raises for the content of a file."""

from typing import Literal

import msgspec

from preflight.values.assets import Asset, Kind
from preflight.values.facts import AudioFacts, Facts, Identity, ImageFacts


class Fault(msgspec.Struct, frozen=True):
    """Why facts are missing or not reliable."""

    kind: Literal["unreadable", "unmeasured"]
    message: str


class Probed(msgspec.Struct, frozen=True, kw_only=True):
    """The result of measuring one asset."""

    asset: Asset
    facts: Facts | None = None
    fault: Fault | None = None
    hint: Kind | None = None
    """The kind by the first bytes, where nothing more could be read."""
    identity: Identity | None = None
    """The state of the measured file."""

    @property
    def kind(self) -> Kind:
        """The kind by content, else by role, first bytes or extension."""
        if self.facts is None:
            return self.asset.role.kind if self.asset.role else self.hint or self.asset.expected_kind
        if isinstance(self.facts, ImageFacts):
            return "image"
        return "audio" if isinstance(self.facts, AudioFacts) else "video"

    @property
    def is_bystander(self) -> bool:
        """Whether it is a file of a folder that is no media by content and name: a note, a sidecar, a script."""
        unread = self.fault is not None and self.fault.kind == "unreadable"
        return self.asset.walked and self.kind == "unknown" and unread
