"""Input of the rules for a request: the request and the facts of its assets."""

from typing import TYPE_CHECKING

import msgspec

from preflight.values.assets import Kind
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.values.phrase import phrase
from preflight.values.probed import Probed

if TYPE_CHECKING:
    from preflight.request.file import RequestSpec

REFERENCE_KINDS: tuple[Kind, ...] = ("image", "video", "audio")


class WholeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request with the facts of its assets."""

    spec: "RequestSpec"
    probed: tuple[Probed, ...]
    body_bytes: int
    """Size of the JSON body to send."""

    def count(self, kind: Kind) -> int:
        """Count the assets of a kind."""
        return len(self.spec.of_kind(kind))

    def sends(self, kind: Kind) -> bool:
        """Tell whether any asset of a kind is sent, in its array or in a field of its own."""
        return any(asset.role and asset.role.kind == kind for asset in self.spec.assets)

    def clips(self, kind: Kind) -> list[VideoFacts | AudioFacts]:
        """List the facts of a kind's assets that have a duration."""
        facts = [p.facts for p in self.probed if p.asset.role and p.asset.role.kind == kind]
        return [f for f in facts if isinstance(f, VideoFacts | AudioFacts) and f.duration_s is not None]


SENT: dict[Kind, tuple[str, str, str]] = {
    "image": ("no image is sent", "{n} image sent", "{n} images sent"),
    "video": ("no video is sent", "{n} video sent", "{n} videos sent"),
    "audio": ("no audio is sent", "{n} audio sent", "{n} audios sent"),
}
"""Kind → words for none, one and several."""


def sent_words(kind: Kind, count: int) -> str:
    """Word how many assets of a kind are sent."""
    return phrase(SENT[kind][min(count, 2)], n=count)
