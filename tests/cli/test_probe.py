"""Facts of files, and no verdict."""

import json

from tests.cli.conftest import MEDIA, Program


def test_probe_tells_facts_and_no_verdict(program: Program) -> None:
    clip, text = MEDIA / "video-854x480.mp4", MEDIA / "text-named.mp4"
    ended = program("probe", clip, "--format", "json")
    (asset,) = json.loads(ended.out)["assets"]
    assert asset["facts"]["frame_rate"] == "25"
    assert "verdict" not in asset
    assert (
        program("probe", clip).out == f"{clip}: video: mp4, 854 x 480 px, 25 fps, 3 s, {clip.stat().st_size:,} bytes\n"
    )
    assert program("probe", clip, "--depth", "header").status == 0
    if text.exists():
        assert program("probe", text).status == 3
