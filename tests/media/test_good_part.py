"""How often the part that a person would keep is found, of clips and sounds of which it is known.

Weights and thresholds were chosen on the seeds below ten; the draw of this seed was looked at once. The recipes of
`labelled.UNTRIED` were written after that. `python scripts/good_part.py 1000 1010` judges on more seeds.
"""

from pathlib import Path

import pytest

from tests.media.labelled import RECIPES, UNTRIED, Outcome, outcome_of

SEED = 1000
FIRST, AMONG_THREE = 0.7, 0.95
LEAST_CASES = 30


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    folder = tmp_path_factory.mktemp("labelled")
    return [outcome_of(recipe, SEED, Path(folder)) for recipe in (*RECIPES, *UNTRIED)]


def test_the_good_part_comes_first_in_seven_of_ten_and_among_three_in_nineteen_of_twenty(
    outcomes: list[Outcome],
) -> None:
    assert len(outcomes) >= LEAST_CASES
    for one in outcomes:
        if one.place != 1:
            print(one.words())  # noqa: T201 - shown where the test fails: which cases were missed, and how
    assert sum(one.place == 1 for one in outcomes) >= FIRST * len(outcomes)
    assert sum(one.place is not None and one.place <= 3 for one in outcomes) >= AMONG_THREE * len(outcomes)


def test_offers_lie_within_the_limit(outcomes: list[Outcome]) -> None:
    for one in outcomes:
        lengths = [found.window.end_s - found.window.start_s for found in one.found]
        assert lengths
        assert max(lengths) <= one.case.longest_s + 1e-6
