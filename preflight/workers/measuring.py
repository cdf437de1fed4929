"""The measuring done in a child; it imports nothing of the pool."""

import time
from typing import TYPE_CHECKING

from preflight.probe import Depth, probe
from preflight.values.assets import Asset
from preflight.values.probed import Fault, Probed

if TYPE_CHECKING:
    from preflight.objects.stores import Stores

Measured = list[tuple[Probed, float]]
"""Results, each with its time in seconds."""


def timed(asset: Asset, depth: Depth, stores: "Stores | None" = None) -> tuple[Probed, float]:
    """Measure one file or object and its time in seconds; an unexpected error costs this one alone."""
    begun_s = time.perf_counter()
    try:
        probed = _probed(asset, depth, stores)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of this file
        from preflight.values.unforeseen import unforeseen

        probed = unmeasured(asset, unforeseen(error))
    return probed, time.perf_counter() - begun_s


def _probed(asset: Asset, depth: Depth, stores: "Stores | None") -> Probed:
    if stores is None or not asset.is_object:
        return probe(asset, depth)
    from preflight.objects.reading import probe_object

    return probe_object(asset, depth, stores)


def measure_all(assets: list[Asset], depth: Depth, stores: "Stores | None" = None) -> Measured:
    """Measure files and objects in order.

    Args:
        assets: what to measure.
        depth: how thoroughly.
        stores: how objects are reached; None where there are none.
    """
    return [timed(asset, depth, stores) for asset in assets]


def unmeasured(asset: Asset, message: str) -> Probed:
    """Describe a file that could not be measured."""
    return Probed(asset=asset, fault=Fault("unmeasured", message))
