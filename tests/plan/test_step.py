"""What all steps have: a loss on a ladder, and rules that they clear."""

import msgspec
import pytest

from preflight.plan.step import LADDER, BaseStep, allowed
from preflight.values.findings import Loss


def test_a_loss_is_allowed_up_to_the_most_that_is() -> None:
    table = [[allowed(loss, most) for loss in LADDER] for most in LADDER]
    assert table == [[column <= row for column in range(4)] for row in range(4)]


@pytest.mark.parametrize("loss", LADDER)
def test_every_loss_is_within_creative_and_none_of_another_within_none(loss: Loss) -> None:
    assert allowed(loss, "creative")
    assert allowed(loss, "none") is (loss == "none")


def test_a_step_cannot_be_changed_and_has_no_place_for_what_it_does_not_know() -> None:
    step = BaseStep(loss="lossy", clears=("video/size",))
    with pytest.raises(AttributeError):
        step.loss = "none"  # type: ignore[misc] # that is what must fail
    with pytest.raises(TypeError):
        msgspec.structs.replace(step, codec="h264")
