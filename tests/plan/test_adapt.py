"""What is tried after a plan that missed."""

from fractions import Fraction

import msgspec
import pytest

from preflight.plan.adapt import SHORTER_S, next_strategy
from preflight.plan.coding import LeftOut
from preflight.plan.steps import Cut, Encode, Extend, Packets, Plan, Retime, Step, Write, find
from preflight.values.assets import Asset
from preflight.values.findings import Finding, Judged
from tests import made

CUT = Cut(start_s=Fraction(0), length_s=Fraction(15), loss="lossy", clears=("video/duration",))
ENCODE = Encode(codec="libx264", max_bit_rate=1_000_000, loss="lossy", clears=())
WRITE = Write(format="mp4", loss="lossless", clears=())
SOURCE = made.video(frame_rate_hz=Fraction(35), duration_s=Fraction(20))


def plan(*steps: Step, otherwise: tuple[Step, ...] = ()) -> Plan:
    return Plan(asset=Asset(path="a.mp4"), kind="video", steps=(*steps, WRITE), otherwise=otherwise)


def result(*rules: str, seconds: str = "15") -> Judged:
    judged = made.judged(made.video(duration_s=Fraction(seconds)))
    errors = tuple(Finding(rule=rule, severity="error", message="wrong") for rule in rules)
    return msgspec.structs.replace(judged, findings=errors)


def test_the_plan_that_stands_in_comes_first() -> None:
    first = plan(msgspec.structs.replace(CUT, packets=Packets(0, 9)), otherwise=(CUT, ENCODE, WRITE))
    following = next_strategy(first, SOURCE, None)
    assert following
    assert (following.steps, following.otherwise) == ((CUT, ENCODE, WRITE), ())


def test_what_became_too_large_gets_fewer_bits() -> None:
    following = next_strategy(plan(ENCODE), SOURCE, result("video/size"))
    assert following
    encode = find(following.steps, Encode)
    assert encode
    assert encode.max_bit_rate == 600_000


def test_what_became_a_little_too_long_is_cut_shorter() -> None:
    following = next_strategy(plan(CUT, ENCODE), SOURCE, result("video/duration", seconds="15.04"))
    assert following
    cut = find(following.steps, Cut)
    assert cut
    assert cut.length_s == CUT.length_s - SHORTER_S
    assert find(following.steps, Retime) is None


@pytest.mark.parametrize(
    "missed",
    [result("video/duration", seconds="21"), result("video/frame-rate"), result()],
    ids=["far too long", "another rate", "not as planned"],
)
def test_a_clip_whose_pictures_were_counted_at_the_wrong_rate_is_made_constant(missed: Judged) -> None:
    following = next_strategy(plan(CUT, ENCODE), SOURCE, missed)
    assert following
    assert [type(step) for step in following.steps] == [Cut, Retime, Encode, Write]
    retime = find(following.steps, Retime)
    assert retime
    assert retime.frame_rate_hz == 35
    assert next_strategy(following, SOURCE, result()) is None


def test_a_rate_is_made_constant_before_a_clip_is_made_longer() -> None:
    longer = Extend(
        how="loop", from_s=Fraction(1), length_s=Fraction(2), frame_rate_hz=Fraction(35), loss="creative", clears=()
    )
    following = next_strategy(plan(longer, ENCODE), SOURCE, result())
    assert following
    assert [type(step) for step in following.steps] == [Retime, Extend, Encode, Write]


def test_there_is_no_other_way_where_nothing_came_or_no_picture_is_encoded() -> None:
    assert next_strategy(plan(CUT, ENCODE), SOURCE, None) is None
    assert next_strategy(plan(Encode(codec="aac", loss="lossy", clears=())), SOURCE, result()) is None
    assert next_strategy(plan(ENCODE), made.IMAGE, result()) is None
    assert next_strategy(plan(ENCODE), msgspec.structs.replace(SOURCE, frame_rate_hz=None), result()) is None


WEBP = Write(format="webp", loss="lossy", clears=("image/format",))


@pytest.mark.parametrize("left_out", [(), ("depth",)])
def test_a_webp_that_was_no_likeness_is_coded_without_loss(left_out: tuple[LeftOut, ...]) -> None:
    lossy = msgspec.structs.replace(WEBP, left_out=left_out)
    following = next_strategy(Plan(asset=Asset(path="a.webp"), kind="image", steps=(lossy,)), made.IMAGE, result())
    assert following
    (write,) = following.steps
    assert isinstance(write, Write)
    assert (write.lossless, write.loss, write.clears) == (True, "lossy" if left_out else "lossless", WEBP.clears)
    assert next_strategy(following, made.IMAGE, result()) is None


@pytest.mark.parametrize(
    "write", [msgspec.structs.replace(WEBP, kept=True), msgspec.structs.replace(WEBP, format="jpeg")]
)
def test_a_picture_that_is_kept_or_has_no_exact_form_has_no_other_way(write: Write) -> None:
    assert next_strategy(Plan(asset=Asset(path="a.webp"), kind="image", steps=(write,)), made.IMAGE, result()) is None


def test_a_picture_that_still_fails_has_no_other_way() -> None:
    failing = result("image/size")
    assert next_strategy(Plan(asset=Asset(path="a.webp"), kind="image", steps=(WEBP,)), made.IMAGE, failing) is None
