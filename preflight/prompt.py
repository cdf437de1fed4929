"""The prompt as the service reads it: which references it mentions, and how long it is.

In: the prompt's text. Out: `Mention` values in the order of the text, and a `Length`; with the assets, each one beside
the places that name it, and the documented words that would. The text is never changed.
"""

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from preflight.assets import Asset, Kind, Role
from preflight.profiles.schema import NUMBER, Phrasing

KIND_WORDS: dict[str, Kind] = {
    "image": "image",
    "picture": "image",
    "이미지": "image",
    "사진": "image",
    "图片": "image",
    "图像": "image",
    "圖片": "image",
    "图": "image",
    "圖": "image",
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
_NOUNS = "|".join(word for word in KIND_WORDS if len(word) > 1)
"""The words that stand alone; a single character is as often a part of another word."""
_UNITS = (
    r"s|secs?|seconds?|ms|min|minutes?|hours?|px|p|k|fps|bpm|k?hz|db|times|degrees?|%|\u00b0"
    "|초|프레임|개|장|편|张|个|秒"
)
_SHAPES = r"[:x/\u00d7]"
_PLACE = rf"(?!\.\d|x(?!\w)|\s*{_SHAPES}\s*\d|\s*(?:{_UNITS})(?![a-z]))"
"""After a number that is no size, rate, shape or count: not "video 16:9", "video 24fps", "영상 3개"."""
_DASH = r"[-\u2010-\u2015\u2212~\u301c\uff0d\uff5e]"
_AGAIN = r"(?:(?P=word)[\s_-]*)?"
_TO = (
    rf"번?(?:\s*(?:부터|至|[~\u301c\uff5e])\s*{_AGAIN}|[\s-]*(?:through|thru)[\s-]*{_AGAIN}"
    rf"|[\s-]*(?:to|到|에서(?=\s*\d+번?\s*까지))[\s-]*|(?(many)\s*{_DASH}\s*))"
)
"""Between the ends of a range. "From image 1 to image 3" may be two; and a dash between blanks joins after a plural
only: not in "image 1 - 3 dogs"."""
_POSITION = rf"\#?\d++(?:{_TO}\#?\d++{_PLACE}|(?:{_DASH}{_AGAIN}\#?\d++)?+{_PLACE})"
"""A number or a range; "images 2-3 seconds later" is neither, "video 1 to 5 seconds" the number alone."""
_ENDS = re.compile(
    rf"(\d+)(?:번?[\s-]*(?:{_DASH}|부터|에서|至|到|to|through|thru)[\s-]*(?:(?:{_WORDS})[\s_-]*)?\#?(\d+))?",
    re.IGNORECASE,
)
_AND = r"(?:,|[\u3001\uff0c]|&|and|or|및|와|과|和|与)"
_MORE = rf"(?:\s*{_AND}\s*(?:and\s+)?{_POSITION}(?!\s*(?:more |other )?(?:{_WORDS})))*"
_BEFORE = r"[\s_-]*(?:(?:nos?\.|numbers?|\u2116)\s*)?(?P<open>[(\uff08]\s*(?!(?:19|20)\d\d\s*[)\uff09]))?"
"""Between word and number; "video (2019)" is a year."""
_MENTION = (
    rf"(?<![a-z地蓝版])@?\[?@?(?P<word>{_WORDS})(?P<many>s|(?<=[^\x00-\x7f]))?"
    rf"{_BEFORE}(?P<numbers>{_POSITION}{_MORE})(?(open)\s*[)\uff09])"
)
_WORD = r"[^\W_](?:['\u2019\u02bc\u2010\u2011-]?[^\W_]){0,19}"
"""Up to twenty letters and digits of one run; an apostrophe or hyphen between them parts no words."""
_JOINERS = "\u00ad\u200c\u200d\u2060"
"""Format characters that stand inside words."""
_EVERY = "(?:all|every|each|both|these|provided)(?: of)?|모든|所有"
_BETWEEN = r"(?:(?!\bof\b)[^.,;]){0,30}?"
_ALL = rf"(?<![a-z])(?:(?:{_EVERY}){_BETWEEN}({_NOUNS})s?|the{_BETWEEN}({_NOUNS})s)(?![a-z])(?![\s_-]*\#?\d)"
"""All of a kind: "every clip", "the images"; not "the video" or "each frame of the video": that is the one to come."""

_STOPS = r"\s.,;:!?\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f"
_REST = rf"[^{_STOPS}]{{0,16}}(?:[ \t]+[^{_STOPS}]{{1,24}})?"
"""What shows where a mention stands: the rest of its word and the next one, as long as the sentence lasts."""

WIDEST = 100
"""How many numbers a range is read as; one of more counts as its two ends."""
MOST_SPREAD = 10_000
"""How many mentions a prompt has before every range counts as its two ends, so that none fills the memory."""
UNREADABLE = 10**9
"""Stands for every number of more than nine digits: a position that nothing has."""

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

    Korean and Chinese characters (and kana) count one each. Every other run of letters and digits is a word, with the
    apostrophes and hyphens inside it: "dark,moody" is two, "well-known" one. Some scripts (Thai, Lao, Khmer) put no
    blanks between words, and few words of any are longer than twenty letters: every started twenty of a run count as
    one. Accents and vowel signs are no letters.
    """

    characters: int
    words: int


def mentions(prompt: str) -> list[Mention]:
    """Return every reference that a prompt names, in order, in English, Korean and Chinese wordings.

    A range ("images 1-3") names each of its numbers, or its ends alone (see `WIDEST` and `MOST_SPREAD`).
    """
    prompt = _composed(prompt)
    named: list[Mention] = []
    for match in re.finditer(_MENTION, prompt, re.IGNORECASE):
        named += _spread(match, MOST_SPREAD - len(named))
    general = [
        Mention(_kind(match[1] or match[2]), None, match[0], match.start())
        for match in re.finditer(_ALL, prompt, re.IGNORECASE)
    ]
    return sorted([*named, *general], key=lambda mention: mention.start)


def _spread(match: re.Match[str], room: int) -> list[Mention]:
    """Return one mention for each number of "images 1, 2 and 4-6"; ranges are spread while there is room."""
    tag = "@" in match[0][: match.start("word") - match.start()]
    numbers: list[int] = []
    for first, last in _ENDS.findall(match["numbers"]):
        numbers += _range(_number(first), _number(last or first), room - len(numbers))
    return [Mention(_kind(match["word"]), number, match[0], match.start(), tag=tag) for number in numbers]


def _range(first: int, last: int, room: int) -> Iterable[int]:
    """Return the numbers from one end to the other, whichever is the lower, or both ends where they are too many."""
    if first == last:
        return [first]
    low, high = sorted((first, last))
    return range(low, high + 1) if high - low < min(WIDEST, room) else (low, high)


def _number(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= len(str(UNREADABLE - 1)) else UNREADABLE


def _kind(word: str) -> Kind:
    return KIND_WORDS[word.lower()]


def length(prompt: str) -> Length:
    """Count a prompt: wide characters one by one, the rest by words.

    Nothing is made for each character, so that a hostile prompt of many megabytes takes no memory.
    """
    prompt = _composed(prompt)
    used = set(prompt)
    wide = [character for character in used if _is_wide(character)]
    silent = [one for one in used if one in _JOINERS or unicodedata.category(one).startswith("M")]
    rest = prompt.translate({**dict.fromkeys(map(ord, wide), " "), **dict.fromkeys(map(ord, silent))})
    return Length(sum(map(prompt.count, wide)), sum(1 for _ in re.finditer(_WORD, rest)))


def is_blank(prompt: str) -> bool:
    """Tell whether a prompt shows nothing: blanks, control and format characters (U+200B and such) only."""
    return all(one.isspace() or unicodedata.category(one) in {"Cc", "Cf"} for one in set(prompt))


def _composed(prompt: str) -> str:
    """Return the text with each Korean syllable as one character; some systems write its letters one by one."""
    return unicodedata.normalize("NFC", prompt)


def _is_wide(character: str) -> bool:
    """Tell whether a character is a Korean or Chinese letter (or kana), which the document counts one by one."""
    return character > "\u10ff" and character.isalpha() and unicodedata.name(character, "").startswith(WIDE_SCRIPTS)


class Placed(msgspec.Struct, frozen=True):
    """An asset as the model will count it, beside the places of the prompt that name it."""

    role: Role
    path: str
    excerpts: tuple[str, ...]
    """The words of each place, in order; none where the prompt never mentions it."""


class Offer(msgspec.Struct, frozen=True):
    """A documented phrasing with a number put in."""

    role: Role | None
    """None where N stands for the number."""
    purpose: str
    words: str
    source: str


def placed(prompt: str, assets: Iterable[Asset]) -> list[Placed]:
    """Return the assets of a request in their order, each with the places where the prompt names it."""
    composed, found = _composed(prompt), mentions(prompt)
    roles = [(asset.role, asset.path) for asset in assets if asset.role]
    return [
        Placed(role, path, tuple(_excerpt(composed, one) for one in found if _names(one, role))) for role, path in roles
    ]


def strays(prompt: str, assets: Iterable[Asset]) -> list[Mention]:
    """Return the mentions of positions that no asset has."""
    roles = {(asset.role.kind, asset.role.number) for asset in assets if asset.role}
    return [one for one in mentions(prompt) if one.number is not None and (one.kind, one.number) not in roles]


def offers(phrasings: Iterable[Phrasing], role: Role) -> list[Offer]:
    """Return the documented phrasings for the asset of a role, with its number."""
    fit = [one for one in phrasings if one.kind == role.kind]
    return [Offer(role, one.purpose, one.words.replace(NUMBER, str(role.number)), one.source) for one in fit]


def offers_for_any(phrasings: Iterable[Phrasing]) -> list[Offer]:
    """Return the documented phrasings with N in the place of a number."""
    return [Offer(None, one.purpose, one.words.replace(NUMBER, "N"), one.source) for one in phrasings]


def _names(mention: Mention, role: Role) -> bool:
    return mention.kind == role.kind and mention.number in (None, role.number)


def _excerpt(composed: str, mention: Mention) -> str:
    end = mention.start + len(mention.text)
    rest = re.compile(_REST).match(composed, end)
    return " ".join((mention.text + (rest[0] if rest else "")).split())
