"""The version, for the package and whatever it writes."""

__version__ = "0.1.0"
