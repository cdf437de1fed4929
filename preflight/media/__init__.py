"""Media analysis for people: shot changes, the best part to keep, and contact sheets to choose by.

    Judged ── propose ──► Candidates, best first ── preview ──► one PNG per asset

All decoding is an isolated call; one that fails is `Unmeasured`.
"""
