"""A profile of a model of one's own, in twenty lines, to be broken in one place."""

from pathlib import Path

MINE = """
format = 2
extends = "evolink"
name = "mine"
title = "A model of our own"
default_model = "own-1"
source = "a contract of our own, page 3"
read = 2026-11-29

[image]
count = { max = 2 }
format = { allowed = ["png"] }

[request.duration_s]
allowed = [4, 8]
default = 4

[request.fields]
image_start = { kind = "image" }
style = { allowed = ["dry", "wet"], default = "dry" }

[models.own-1]
quality = ["720p"]
"""


def written(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)
