"""How a player turns a clip's frames: what a container or a codec says in, `Orientation` out.

Sources: ISO 14496-12, 6.2.2 and 8.2.2 (matrices of movie and track); RFC 9559, 5.1.4.1.28.41 (Projection of Matroska);
ITU-T H.264, D.2.27, and H.265, D.3.17 (display orientation message).
"""

from functools import lru_cache

import msgspec

Matrix = tuple[int, int, int, int]
"""a, b, c, d: a point (x, y) of the frame is shown at (ax + cy, bx + dy), y counted downwards."""
UNCHANGED: Matrix = (1, 0, 0, 1)
TURNS: dict[Matrix, int] = {(1, 0, 0, 1): 0, (0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}
MIRRORED: dict[Matrix, int] = {(-1, 0, 0, 1): 0, (0, 1, 1, 0): 90, (1, 0, 0, -1): 180, (0, -1, -1, 0): 270}
"""What is turned by so much, and then mirrored."""
QUARTER, FULL_TURN = 90, 360
ANGLE_UNITS = 1 << 16
"""anticlockwise_rotation counts in parts of a full turn."""
NEARLY = 2
"""Degrees by which a quarter turn may be missed."""


class Orientation(msgspec.Struct, frozen=True):
    """A turn by quarters, and then perhaps a mirror."""

    degrees: int = 0
    """Clockwise: 0, 90, 180 or 270."""
    mirrored: bool = False
    """Whether left and right are exchanged, after the turn."""


UPRIGHT = Orientation()


@lru_cache(maxsize=64)
def of_matrices(*matrices: Matrix) -> Orientation:
    """Return what matrices do one after the other; what is no quarter turn no player applies."""
    whole = UNCHANGED
    for matrix in matrices:
        whole = _product(whole, matrix)
    a, b, c, d = ((value > 0) - (value < 0) for value in whole)
    signs: Matrix = (a, b, c, d)
    if signs in MIRRORED:
        return Orientation(MIRRORED[signs], mirrored=True)
    return Orientation(TURNS.get(signs, 0))


def of_projection(yaw: float, pitch: float, roll: float) -> Orientation:
    """Return what the pose of a flat projection does, in degrees: half a turn about the upright axis is a mirror.

    libav writes and reads it so; other poses are of spheres, and no player of flat clips applies them.
    """
    turn = _quarter(roll)
    if pitch or turn is None or abs(yaw) not in (0, 180):
        return UPRIGHT
    return Orientation(turn, mirrored=True) if yaw else Orientation(-turn % FULL_TURN)


def of_message(*, across: bool, down: bool, anticlockwise: int) -> Orientation:
    """Return what a display orientation message does: flips first, then a turn.

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
    """Return an angle as whole quarter turns, 0 to 270 degrees; None where it is none of them."""
    if not abs(degrees) < FULL_TURN * FULL_TURN:
        return None
    turns = round(degrees / QUARTER)
    return turns * QUARTER % FULL_TURN if abs(degrees - turns * QUARTER) <= NEARLY else None
