"""The stages that a new file goes through, as they are told on the way."""

from typing import Literal

Doing = Literal["looking", "encoding", "checking"]
