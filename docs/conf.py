"""How Sphinx builds the manual: `make manual`. Nothing is asked of any network."""

from preflight._version import __version__

project = "preflight"
release = __version__
language = "en"
extensions = ["myst_parser", "sphinx_click"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3
nitpicky = True
html_theme = "furo"
html_title = "preflight"
html_show_copyright = False
html_show_sourcelink = False
