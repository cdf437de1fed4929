"""The sandbox: behaves like the documented service, on a loopback address, and fails on demand.

It reads the documents and judges with its own code, independent of the rest of the package, so that the two can
disagree.
"""

from preflight.sandbox.faults import Fault, Faults, read_fault
from preflight.sandbox.server import Sandbox, running, serve
from preflight.sandbox.settings import Settings

__all__ = ["Fault", "Faults", "Sandbox", "Settings", "read_fault", "running", "serve"]
