"""The prompt as the service reads it: which references it mentions, and how long it is.

In: the prompt's text. Out: `Mention` values in the order of the text, and a `Length`. The text is never changed.
"""

import re
import unicodedata

import msgspec

from preflight.assets import Kind

KIND_WORDS: dict[str, Kind] = {
    "image": "image",
    "picture": "image",
    "이미지": "image",
    "사진": "image",
    "图片": "image",
    "图像": "image",
    "圖片": "image",
    "video": "video",
    "clip": "video",
    "비디오": "video",
    "동영상": "video",
    "영상": "video",
    "视频": "video",
    "視頻": "video",
    "影片": "video",
    "audio": "audio",
    "sound": "audio",
    "오디오": "audio",
    "음성": "audio",
    "音频": "audio",
    "音頻": "audio",
}
"""The words for each kind, in English, Korean and Chinese."""

_WORDS = "|".join(sorted(KIND_WORDS, key=len, reverse=True))
_UNITS = "s|secs?|seconds?|ms|min|minutes?|px|p|k|fps|%|초|프레임|개|장|편|张|个|秒"
_SHAPES = r"[:x/\u00d7]"
_POSITION = rf"\#?\d{{1,4}}(?!\d|\.\d|\s*{_SHAPES}\s*\d|\s*(?:{_UNITS})(?![a-z]))"
"""A number that is no size, rate, shape or count: not "video 16:9", "video 24fps", "영상 3개"."""
_AND = r"(?:,|[\u3001\uff0c]|&|and|or|및|와|과|和|与)"
_MORE = rf"(?:\s*{_AND}\s*(?:and\s+)?{_POSITION}(?!\s*(?:more |other )?(?:{_WORDS})))*"
_MENTION = rf"(?<![a-z])@?\[?@?({_WORDS})s?[\s_-]*({_POSITION}{_MORE})"
_WORD = r"[^\W_]\S*"
"""From a run's first letter or digit to its end: once for each run that has one."""
_EVERY = "all|every|each|both|these|the|provided|모든|所有"
_ALL = rf"(?<![a-z])(?:{_EVERY})[^.,;]{{0,30}}?({_WORDS})s?\b(?![\s_-]*\#?\d)"

WIDE_SCRIPTS = ("CJK UNIFIED", "CJK COMPATIBILITY", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO")


class Mention(msgspec.Struct, frozen=True):
    """A place where the prompt names a reference."""

    kind: Kind
    number: int | None
    """1-based position in its array; None where all of a kind are meant."""
    text: str
    start: int
    """Offset in characters of the composed text."""
    tag: bool = False
    """Whether it is written as `@image1`."""


class Length(msgspec.Struct, frozen=True):
    """A prompt's length on both of the document's scales.

    Korean and Chinese characters (and kana) count one each. Every other run of letters and digits is a word.
    """

    characters: int
    words: int


def mentions(prompt: str) -> list[Mention]:
    """Return every reference that a prompt names, in order, in English, Korean and Chinese wordings."""
    prompt = _composed(prompt)
    named = [mention for match in re.finditer(_MENTION, prompt, re.IGNORECASE) for mention in _spread(match)]
    general = [
        Mention(_kind(match[1]), None, match[0], match.start()) for match in re.finditer(_ALL, prompt, re.IGNORECASE)
    ]
    return sorted([*named, *general], key=lambda mention: mention.start)


def _spread(match: re.Match[str]) -> list[Mention]:
    """Return one mention for each number of "images 1, 2 and 3"."""
    tag = "@" in match[0][: match.start(1) - match.start()]
    return [
        Mention(_kind(match[1]), int(number), match[0], match.start(), tag=tag)
        for number in re.findall(r"\d+", match[2])
    ]


def _kind(word: str) -> Kind:
    return KIND_WORDS[word.lower()]


def length(prompt: str) -> Length:
    """Count a prompt: wide characters one by one, the rest by words.

    Nothing is made for each character, so that a hostile prompt of many megabytes takes no memory.
    """
    prompt = _composed(prompt)
    wide = [character for character in set(prompt) if _is_wide(character)]
    rest = prompt.translate(dict.fromkeys(map(ord, wide), " ")) if wide else prompt
    return Length(sum(map(prompt.count, wide)), sum(1 for _ in re.finditer(_WORD, rest)))


def _composed(prompt: str) -> str:
    """Return the text with each Korean syllable as one character; some systems write its letters one by one."""
    return unicodedata.normalize("NFC", prompt)


def _is_wide(character: str) -> bool:
    """Tell whether a character is a Korean or Chinese letter (or kana), which the document counts one by one."""
    return character > "\u10ff" and character.isalpha() and unicodedata.name(character, "").startswith(WIDE_SCRIPTS)
