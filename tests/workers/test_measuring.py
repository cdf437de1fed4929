"""Files are measured in their order, and one that nobody foresaw costs itself alone."""

from preflight.values.assets import Asset
from preflight.values.facts import ImageFacts
from preflight.workers.measuring import measure_all, timed, unmeasured
from tests.specimens import media


def test_each_file_comes_out_in_its_order_with_its_time() -> None:
    assets = [Asset(path=media(name)) for name in ("image-ok.png", "empty.mp4", "image-ok.jpeg")]
    found = measure_all(assets, "header")
    assert [one.asset for one, _ in found] == assets
    assert [isinstance(one.facts, ImageFacts) for one, _ in found] == [True, False, True]
    assert all(seconds >= 0 for _, seconds in found)
    assert measure_all([], "full") == []


def test_a_path_that_no_system_takes_is_a_fault_and_no_error() -> None:
    probed, _ = timed(Asset(path="a\0b.png"), "exact")
    assert probed.fault
    assert probed.facts is None


def test_what_nobody_foresaw_costs_its_own_file_alone() -> None:
    odd = Asset(path=7)  # type: ignore[arg-type] # what no caller may give
    (broken, _), (whole, _) = measure_all([odd, Asset(path=media("image-ok.png"))], "header")
    assert broken.fault
    assert broken.fault.kind == "unmeasured"
    assert whole.facts


def test_a_file_that_could_not_be_measured_is_told_as_such() -> None:
    found = unmeasured(Asset(path="a.mp4"), "took too long")
    assert (found.facts, found.fault and found.fault.kind, found.kind) == (None, "unmeasured", "video")
