"""The sandbox: a stranger that behaves like the documented service, on a loopback address, and breaks on demand.

It reads the documents itself and judges with its own code, and takes nothing from the rest of the package, so that the
two can disagree.
"""

from preflight.sandbox.faults import Fault, Faults, read_fault
from preflight.sandbox.server import Sandbox, running, serve
from preflight.sandbox.settings import Settings

__all__ = ["Fault", "Faults", "Sandbox", "Settings", "read_fault", "running", "serve"]
