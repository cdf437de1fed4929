"""What people call the keys of a request in their own language, and the line of a request.toml that has a wrong key."""

import re

from preflight.files.text import TextError, text_of
from preflight.files.toml_spans import GIVEN, plain_key
from preflight.values.excerpt import Excerpt

OWN_WORDS = {
    **dict.fromkeys(("이미지", "사진", "그림", "图片", "图像", "圖片"), "images"),
    **dict.fromkeys(("비디오", "동영상", "영상", "클립", "视频", "影片", "動画"), "videos"),
    **dict.fromkeys(("오디오", "음악", "소리", "음성", "音频", "音樂", "音乐", "音声"), "audios"),
    **dict.fromkeys(("프롬프트", "설명", "提示词", "提示"), "prompt"),
    **dict.fromkeys(("길이", "초", "时长", "長さ"), "duration"),
    **dict.fromkeys(("모델", "模型"), "model"),
    **dict.fromkeys(("화질", "质量", "清晰度"), "quality"),
    **dict.fromkeys(("비율", "화면비", "比例", "宽高比"), "aspect_ratio"),
}
"""What people write in their own language → the key that is meant."""
MEANT = re.compile(r"did you mean '(\w+)'\?$")
QUOTED_NUMBER = re.compile(r"[\"'](\d+)[\"']")


def excerpt_of(content: bytes, fault: str, hinted: str) -> Excerpt | None:
    """Find the line of a request.toml with the key that a fault begins with; None where there is none.

    Args:
        content: the file.
        fault: `key: why`.
        hinted: the same with a hint, where there is one, at the key that is meant.
    """
    key, _, why = fault.partition(":")
    try:
        lines = text_of(content).replace("\r", "").split("\n")
    except TextError:
        return None
    for number, line in enumerate(lines, 1):
        found = GIVEN.fullmatch(line)
        if found and plain_key(found[2]) == plain_key(key):
            corrected = _corrected(found, why, hinted)
            column = len(found[1]) + 1 if "unknown key" in why else found.start(4) + 1
            return Excerpt(line=number, column=column, text=line, corrected=corrected)
    return None


def _corrected(found: re.Match[str], why: str, hinted: str) -> str | None:
    """Write the key that is meant, or a number without its quotes; None where that is not the fault."""
    if meant := MEANT.search(hinted):
        return f"{found[1]}{meant[1]}{found[3]}{found[4]}"
    number = QUOTED_NUMBER.fullmatch(found[4].strip()) if "a whole number" in why else None
    return f"{found[1]}{found[2]}{found[3]}{number[1]}" if number else None
