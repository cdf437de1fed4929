"""How often the good part is found, on seeds of one's own: `python scripts/good_part.py FIRST LAST`, the last left out.

Weights and thresholds were tuned on seeds below ten; the test judges on one whose draw was looked at once.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.media.labelled import RECIPES, UNTRIED, outcome_of


def main(first: int, last: int) -> None:
    """Print the misses and the two rates, of what was tuned on its like and of recipes that were never tried."""
    with tempfile.TemporaryDirectory() as name:
        for words, recipes in (("tuned kinds", RECIPES), ("untried kinds", UNTRIED)):
            places = []
            for seed in range(first, last):
                for recipe in recipes:
                    found = outcome_of(recipe, seed, Path(name))
                    found.case.path.unlink()
                    places.append(found.place or sys.maxsize)
                    if found.place != 1:
                        print(found.words())
            rates = [sum(place <= most for place in places) / len(places) for most in (1, 3)]
            print(f"{words}: {len(places)} cases, first in {rates[0]:.1%}, among three in {rates[1]:.1%}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
