"""How frames are turned: matrices, projections and messages as one kind of value."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.orientation import (
    MIRRORED,
    TURNS,
    UPRIGHT,
    Matrix,
    Orientation,
    of_matrices,
    of_message,
    of_projection,
)

ONE = 1 << 16
ALL = [*TURNS, *MIRRORED]


def scaled(matrix: Matrix) -> Matrix:
    a, b, c, d = matrix
    return a * ONE, b * ONE, c * ONE, d * ONE


@pytest.mark.parametrize("matrix", ALL)
def test_every_turn_and_mirror_has_its_value(matrix: Matrix) -> None:
    assert of_matrices(scaled(matrix)) == Orientation(
        MIRRORED.get(matrix, TURNS.get(matrix, 0)), mirrored=matrix in MIRRORED
    )


@pytest.mark.parametrize(("first", "second"), list(itertools.product(TURNS, TURNS)))
def test_turns_add_up(first: Matrix, second: Matrix) -> None:
    assert of_matrices(scaled(first), scaled(second)).degrees == (TURNS[first] + TURNS[second]) % 360


@pytest.mark.parametrize("matrix", MIRRORED)
def test_a_mirror_seen_twice_is_none(matrix: Matrix) -> None:
    twice = of_matrices(scaled(matrix), scaled(matrix))
    assert not twice.mirrored


@given(st.tuples(*[st.integers(-(1 << 31), (1 << 31) - 1)] * 4))
def test_any_matrix_is_some_orientation(matrix: Matrix) -> None:
    assert of_matrices(matrix).degrees in (0, 90, 180, 270)


@pytest.mark.parametrize(
    ("yaw", "roll", "found"),
    [
        (0, -90, Orientation(90)),
        (0, 90, Orientation(270)),
        (0, 180, Orientation(180)),
        (180, 0, Orientation(0, mirrored=True)),
        (-180, 90, Orientation(90, mirrored=True)),
        (180, -90, Orientation(270, mirrored=True)),
        (180, 180, Orientation(180, mirrored=True)),
        (45, 0, UPRIGHT),
        (0, 45, UPRIGHT),
        (0, float("nan"), UPRIGHT),
        (0, float("inf"), UPRIGHT),
    ],
)
def test_a_flat_projection_is_rolled_and_mirrored(yaw: float, roll: float, found: Orientation) -> None:
    assert of_projection(yaw, 0, roll) == found


def test_the_pose_of_a_sphere_turns_nothing() -> None:
    assert of_projection(0, 30, 90) == UPRIGHT


@pytest.mark.parametrize(
    ("across", "down", "anticlockwise", "found"),
    [
        (False, False, 0, UPRIGHT),
        (False, False, 1 << 14, Orientation(270)),
        (False, False, 3 << 14, Orientation(90)),
        (True, False, 0, Orientation(0, mirrored=True)),
        (False, True, 0, Orientation(180, mirrored=True)),
        (True, True, 0, Orientation(180)),
        (True, True, 1 << 15, UPRIGHT),
        (False, False, 5000, UPRIGHT),
    ],
)
def test_a_message_flips_before_it_turns(across: bool, down: bool, anticlockwise: int, found: Orientation) -> None:
    assert of_message(across=across, down=down, anticlockwise=anticlockwise) == found
