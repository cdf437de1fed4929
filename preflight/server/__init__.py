"""HTTP on this machine: what a page for a person and a gateway for programs share, and each of them in a room below.

socket ── guard: host, origin, token ──► routes ──► flow
                                           └──► events ──► whoever listens
"""
