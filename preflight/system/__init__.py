"""Differences between Linux, macOS and Windows: of `files`, `processes`, the `screen`, and `signals` to end.

No other module names a system. A missing feature has a substitute here, or the return value says that it is missing.
"""
