"""What people call the keys of a request in their own language, and the line of a request.toml that has a wrong key."""

import re

from preflight.files.toml_places import Spot, excerpt_at
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
    """Find the line of a request.toml with the place that a fault begins with; None where there is none.

    Args:
        content: the file.
        fault: `place: why`.
        hinted: the same with a hint, where there is one, at the key that is meant.
    """

    def corrected(line: str, spot: Spot) -> str | None:
        """Write the key that is meant, or a number without its quotes; None where that is not the fault."""
        if meant := MEANT.search(hinted):
            return f"{line[: spot.begin]}{meant[1]}{line[spot.end :]}"
        number = QUOTED_NUMBER.match(line, spot.value) if "a whole number" in fault else None
        return f"{line[: spot.value]}{number[1]}{line[number.end() :]}" if number else None

    return excerpt_at(content, fault, corrected)
