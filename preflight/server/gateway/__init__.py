"""The gateway for programs: the provider's own paths, checked, mended and sent once on the way.

socket ── gate: who, how many, how long ──► routes ── Incoming ──► flow.relay ──► Passed | Refused | a job of its own
                                              └──► the provider, as it came: tasks, credits, files
"""
