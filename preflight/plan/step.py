"""What all steps of a plan have: the loss they cost, from none to the most, and the rules they clear."""

import msgspec

from preflight.values.findings import Loss

LADDER: tuple[Loss, ...] = ("none", "lossless", "lossy", "creative")
"""From no loss to the most."""


class BaseStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    """Fields of every step."""

    loss: Loss
    clears: tuple[str, ...]
    """Ids of the rules it clears; empty for steps that the user or other steps need."""


def allowed(loss: Loss, most: Loss) -> bool:
    """Tell whether a loss is within the user's limit."""
    return LADDER.index(loss) <= LADDER.index(most)
