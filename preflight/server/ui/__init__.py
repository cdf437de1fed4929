"""The page for a person: files dropped, judged, trimmed, fixed, described, sent; the film played.

    browser ──► routes ──► workspace ──► flow      a workspace is one open project; its work is done in threads
       ▲                       ├──► project         a folder: request.toml, new files, films, what the page remembers
       └────── events ─────────┘

The page decides nothing that `flow` does not; its words stand in `words`.
"""
