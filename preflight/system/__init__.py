"""Differences between Linux, macOS and Windows: `files` for files, `processes` for processes, `screen` for the screen.

No other module names a system. A missing feature has a substitute here, or the return value says that it is missing.
"""
