"""Measure, judge, mend and submit reference media for video generation."""

__version__ = "0.1.0"
