"""The measuring done in a child; it imports nothing of the pool."""

import time

from preflight.probe import Depth, probe
from preflight.values.assets import Asset
from preflight.values.probed import Fault, Probed

Measured = list[tuple[Probed, float]]
"""Results, each with its time in seconds."""


def timed(asset: Asset, depth: Depth) -> tuple[Probed, float]:
    """Measure one local file and its time in seconds; an unexpected error costs this file alone."""
    begun_s = time.perf_counter()
    try:
        probed = probe(asset, depth)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of this file
        from preflight.values.unforeseen import unforeseen

        probed = unmeasured(asset, unforeseen(error))
    return probed, time.perf_counter() - begun_s


def measure_all(assets: list[Asset], depth: Depth) -> Measured:
    """Measure local files in order."""
    return [timed(asset, depth) for asset in assets]


def unmeasured(asset: Asset, message: str) -> Probed:
    """Describe a file that could not be measured."""
    return Probed(asset=asset, fault=Fault("unmeasured", message))
