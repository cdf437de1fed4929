"""Looking into footage for a person: where its shots begin, which part is worth keeping, and pictures to choose by.

    Judged ── propose ──► Candidates, best first ── preview ──► one PNG an asset

All decoding is done in a child that may crash, hang or balloon alone; what becomes of it is `Unmeasured`.
"""
