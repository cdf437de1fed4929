"""Display orientation of a clip's frames, by container or codec.

Sources: ISO 14496-12, 6.2.2 and 8.2.2 (matrices of movie and track); RFC 9559, 5.1.4.1.28.41 (Projection of Matroska);
ITU-T H.264, D.2.27, and H.265, D.3.17 (display orientation message).
"""

from functools import lru_cache

import msgspec

Matrix = tuple[int, int, int, int]
"""a, b, c, d: a point (x, y) is displayed at (ax + cy, bx + dy), y downwards."""
UNCHANGED: Matrix = (1, 0, 0, 1)
TURNS: dict[Matrix, int] = {(1, 0, 0, 1): 0, (0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}
MIRRORED: dict[Matrix, int] = {(-1, 0, 0, 1): 0, (0, 1, 1, 0): 90, (1, 0, 0, -1): 180, (0, -1, -1, 0): 270}
"""Rotation before the mirror."""
QUARTER, FULL_TURN = 90, 360
ANGLE_UNITS = 1 << 16
"""Parts of a full turn in anticlockwise_rotation."""
NEARLY = 2
"""Tolerance of a quarter turn, in degrees."""


class Orientation(msgspec.Struct, frozen=True):
    """A rotation by quarter turns, then an optional mirror."""

    degrees: int = 0
    """Clockwise: 0, 90, 180 or 270."""
    mirrored: bool = False
    """Whether left and right are swapped, after the rotation."""


UPRIGHT = Orientation()


@lru_cache(maxsize=64)
def of_matrices(*matrices: Matrix) -> Orientation:
    """Return the orientation by a product of matrices; players ignore other angles than quarter turns."""
    whole = UNCHANGED
    for matrix in matrices:
        whole = _product(whole, matrix)
    a, b, c, d = ((value > 0) - (value < 0) for value in whole)
    signs: Matrix = (a, b, c, d)
    if signs in MIRRORED:
        return Orientation(MIRRORED[signs], mirrored=True)
    return Orientation(TURNS.get(signs, 0))


def of_projection(yaw: float, pitch: float, roll: float) -> Orientation:
    """Return the orientation by a flat projection's pose in degrees; half a turn around the vertical axis is a mirror.

    So libav writes and reads it; other poses belong to spherical video.
    """
    turn = _quarter(roll)
    if pitch or turn is None or abs(yaw) not in (0, 180):
        return UPRIGHT
    return Orientation(turn, mirrored=True) if yaw else Orientation(-turn % FULL_TURN)


def of_message(*, across: bool, down: bool, anticlockwise: int) -> Orientation:
    """Return the orientation by a display orientation message: flips, then a rotation.

    Args:
        across: hor_flip.
        down: ver_flip.
        anticlockwise: anticlockwise_rotation, in parts of a full turn.
    """
    turn = _quarter(anticlockwise * FULL_TURN / ANGLE_UNITS)
    if turn is None:
        return UPRIGHT
    clockwise = next(matrix for matrix, degrees in TURNS.items() if degrees == -turn % FULL_TURN)
    return of_matrices((-1 if across else 1, 0, 0, -1 if down else 1), clockwise)


def _product(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d = first
    e, f, g, h = second
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h


def _quarter(degrees: float) -> int | None:
    """Round an angle to quarter turns, 0 to 270 degrees; None where it is none."""
    if not abs(degrees) < FULL_TURN * FULL_TURN:
        return None
    turns = round(degrees / QUARTER)
    return turns * QUARTER % FULL_TURN if abs(degrees - turns * QUARTER) <= NEARLY else None
