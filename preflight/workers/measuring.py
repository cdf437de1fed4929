"""What a child does with the files that it is given; it needs nothing of what the program needs to manage children."""

import time

from preflight.probe import Depth, probe
from preflight.values.assets import Asset
from preflight.values.probed import Fault, Probed

Measured = list[tuple[Probed, float]]
"""What was measured, each with the seconds that it took."""


def timed(asset: Asset, depth: Depth) -> tuple[Probed, float]:
    """Measure one local file, and the seconds that it took; what nobody foresaw costs this file alone."""
    begun_s = time.perf_counter()
    try:
        probed = probe(asset, depth)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of this file
        from preflight.values.unforeseen import unforeseen

        probed = unmeasured(asset, unforeseen(error))
    return probed, time.perf_counter() - begun_s


def measure_all(assets: list[Asset], depth: Depth) -> Measured:
    """Measure local files, one after the other."""
    return [timed(asset, depth) for asset in assets]


def unmeasured(asset: Asset, message: str) -> Probed:
    """Return what is known of a file that could not be measured."""
    return Probed(asset=asset, fault=Fault("unmeasured", message))
