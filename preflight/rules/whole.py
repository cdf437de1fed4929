"""What the rules for a request as a whole judge: what was asked for, and what was measured of its assets."""

import msgspec

from preflight.request.file import RequestSpec
from preflight.values.assets import Kind
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.values.probed import Probed

REFERENCE_KINDS: tuple[Kind, ...] = ("image", "video", "audio")


class WholeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as asked for, with what was measured of its assets."""

    spec: RequestSpec
    probed: tuple[Probed, ...]
    body_bytes: int
    """Size of the JSON body that would be sent."""

    def count(self, kind: Kind) -> int:
        """Return how many assets of a kind are sent."""
        return len(self.spec.of_kind(kind))

    def clips(self, kind: Kind) -> list[VideoFacts | AudioFacts]:
        """Return the facts of the assets of a kind that have a length."""
        facts = [p.facts for p in self.probed if p.asset.role and p.asset.role.kind == kind]
        return [f for f in facts if isinstance(f, VideoFacts | AudioFacts) and f.duration_s is not None]
