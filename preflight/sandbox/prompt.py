"""Read prompts: how long one is, and whether it orders a video to be edited or extended."""

from __future__ import annotations

import re
from typing import Literal

_CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_LEAD = r"(?:^|[.!?;:\n])\s*(?:(?:please|now|then)\s+)*"
"""A verb that begins a sentence is an order; anywhere else it may describe what is seen."""
_TASKS: dict[Literal["edit", "extend"], re.Pattern[str]] = {
    "edit": re.compile(rf"{_LEAD}(?:edit|add|remove|delete|change|replace)\b", re.IGNORECASE),
    "extend": re.compile(rf"{_LEAD}(?:extend|continue)\b", re.IGNORECASE),
}
"""The words that the page names."""


def counted(prompt: str) -> tuple[int, int]:
    """Count Korean, Chinese and Japanese characters, and the words between them."""
    return len(_CJK.findall(prompt)), len(_CJK.sub(" ", prompt).split())


def fewest_tokens(prompt: str) -> int:
    """Return a lower bound of the tokens: no tokeniser makes fewer."""
    characters, words = counted(prompt)
    return characters // 2 + words


def task_of(prompt: str) -> Literal["edit", "extend"] | None:
    """Tell which task the words of a prompt choose; None where they only describe."""
    return next((task for task, order in _TASKS.items() if order.search(prompt)), None)
