"""The seconds that the clips, or the sounds, of a request have together: who has how many, and fewer of them."""

from fractions import Fraction

import msgspec

from preflight.errors import CallError
from preflight.plan import FixOptions
from preflight.plan.request import shared_lengths
from preflight.plan.share import share as share_seconds
from preflight.server.ui.items import Item
from preflight.server.ui.planning import shareable
from preflight.server.ui.words import WORDS
from preflight.server.ui.workspace import Workspace
from preflight.values.assets import Window


def share_s(workspace: Workspace, item: Item) -> Fraction | None:
    """Compute the seconds left to an original in its request; None where its own limit is all that counts."""
    judged = item.judged.get("original")
    with workspace.turn:
        role, report = workspace.roles().get(item.id), workspace.report
    if judged is None or role is None or report is None:
        return None
    asset = msgspec.structs.replace(judged.asset, role=role, keep=None)
    whole = msgspec.structs.replace(judged, asset=asset)
    assets = tuple(whole if one.asset.role == role else one for one in report.assets)
    options = FixOptions(share=workspace.share)
    return shared_lengths(msgspec.structs.replace(report, assets=assets), workspace.profile, options).get(asset.path)


def shorten(workspace: Workspace, together_s: Fraction) -> None:
    """Mark a part of each clip so that all together last so long; each gives its part.

    Raises:
        CallError: they cannot be cut to that.
    """
    with workspace.turn:
        clips = [(item, judged) for item in workspace.of_kind("video") if (judged := item.judged.get("original"))]
        parts = [part for item, judged in clips if (part := shareable(item, judged))]
        limits = workspace.profile.video
        ways = share_seconds(parts, msgspec.structs.replace(limits.total_duration_s, max=together_s), limits.duration_s)
        if len(parts) < len(clips) or not ways:
            raise CallError(WORDS["error.not-cut"])
        for (item, _), length in zip(clips, ways[0].lengths_s, strict=True):
            start = item.keep.start_s if item.keep else Fraction(0)
            workspace.keep(item.id, Window(start, start + length))
