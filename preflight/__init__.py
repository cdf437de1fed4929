"""Measure, judge, mend and submit reference media for video generation, before anything leaves the machine.

     files, URLs, request.toml
       │
     assets ──► probe ──► facts ──► rules, profile ──► findings ──► plan ──► fix ──┐
                            ▲                                                      │ measured again
                            └──────────────────────────────────────────────────────┘
                                                  │ clean
                                                  ▼
                              request ──► upload ──► submit ──► wait ──► download
                                             └───── ledger ─────┘

Each arrow is a module, each word between two arrows a frozen value; `flow` alone knows the order.
"""

__version__ = "0.1.0"
