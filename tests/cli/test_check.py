import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import FIXTURES, MEDIA, Program

OK, BROKEN, TOO_LARGE = MEDIA / "image-ok.jpeg", MEDIA / "video-no-index.mp4", MEDIA / "video-1920x1080.mp4"


def test_a_clean_file_ends_with_0_and_says_what_was_measured(program: Program) -> None:
    ended = program("check", OK)
    assert ended.status == 0
    assert f"{OK}: pass: jpeg, 640 x 480 px" in ended.out
    assert "PASS 1 file" in ended.out
    assert ended.err == ""


def test_a_finding_is_one_line_with_asset_rule_measured_and_allowed(program: Program) -> None:
    ended = program("check", TOO_LARGE)
    assert ended.status == 1
    line = f"{TOO_LARGE}: error video/pixels: 1920 x 1080 = 2,073,600 pixels; 409,600 to 927,408 pixels allowed"
    assert line in ended.out.splitlines()


def test_what_could_not_be_judged_outranks_a_finding(program: Program, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "empty.mp4").touch()
    ended = program("check", tmp_path)
    assert ended.status == 3
    assert "video/unjudged" in ended.out
    assert "video/readable: is empty (0 bytes)" in ended.out


def test_json_is_one_object_as_contracted(program: Program) -> None:
    ended = program("check", TOO_LARGE, OK, "--format", "json")
    report = json.loads(ended.out)
    assert report["schema"] == "preflight.report/1"
    assert report["profile"] == "seedance-2.0-2026-04"
    assert report["verdict"] == "fail"
    assert [asset["verdict"] for asset in report["assets"]] == ["fail", "pass"]
    (finding,) = report["assets"][0]["findings"]
    assert finding["rule"] == "video/pixels"
    assert finding["measured"] == 2073600
    assert finding["limit"] == "409600..927408"
    assert finding["unit"] == "pixels"
    assert finding["fix"] == "lossy"
    assert "480p-720p" in finding["source"]


def test_a_folder_is_walked_and_what_is_no_medium_is_passed_over(program: Program, tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "a.jpeg").write_bytes(OK.read_bytes())
    (tmp_path / "deep" / "notes.txt").write_text("shoot again")
    (tmp_path / "loop").symlink_to(tmp_path)
    ended = program("check", tmp_path)
    assert ended.status == 0
    assert "PASS 1 file" in ended.out


def test_an_empty_folder_was_not_judged_clean(program: Program, tmp_path: Path) -> None:
    ended = program("check", tmp_path)
    assert ended.status == 2
    assert "no picture, clip or sound found" in ended.err


@pytest.mark.parametrize("arguments", [[], ["absent.mp4"], ["a.toml", "b.mp4"], ["x", "--image", "y"]])
def test_a_wrong_call_ends_with_2_before_any_work(program: Program, arguments: list[str]) -> None:
    ended = program("check", *arguments)
    assert ended.status == 2
    assert ended.out == ""
    assert ended.err.startswith("preflight: ")


def test_an_absent_file_stops_the_call_even_beside_present_ones(program: Program) -> None:
    ended = program("check", OK, "absent.mp4")
    assert ended.status == 2
    assert "absent.mp4: No such file" in ended.err


@pytest.mark.parametrize("name", ["-x.mp4", "http:x.mp4", "img%03d.png", "파일 (1).mp4", "concat:x.mp4", "a\nb.mp4"])
def test_a_name_is_only_a_name(program: Program, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((MEDIA / "video-854x480.mp4").read_bytes())
    ended = program("check", "--", name)
    assert ended.status == 0
    assert ended.out.count("\n") == (2 if not name.endswith(".png") else 3)


def test_a_set_by_options_is_judged_as_one_request(program: Program) -> None:
    sound = MEDIA / "audio-15s.wav"
    ended = program("check", "--audio", sound, "--prompt", "Audio 1 sets the pace of image 2.")
    assert ended.status == 1
    assert "request/audio-alone" in ended.out
    assert 'request/prompt-reference: the prompt names "image 2", but no image is sent' in ended.out


def test_a_request_file_is_judged_with_its_roles(program: Program) -> None:
    ended = program("check", FIXTURES / "demo" / "request.toml", "--format", "json")
    assert ended.status == 1
    assert [asset["role"] for asset in json.loads(ended.out)["assets"]] == ["image 1", "image 2", "video 1", "audio 1"]


def test_a_request_file_that_is_wrong_names_the_place(program: Program, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('prompt = "x"\nimages = ["gone.png"]\n')
    ended = program("check", "r.toml")
    assert ended.status == 2
    assert "r.toml: images.0: gone.png: no such file" in ended.err


def test_an_unknown_model_names_those_that_are_known(program: Program, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('prompt = "x"\nmodel = "seedance-9"\n')
    ended = program("check", "r.toml")
    assert ended.status == 2
    assert "seedance-2.0-fast-reference-to-video" in ended.err


def test_a_private_url_is_not_asked_for_and_gives_no_verdict(program: Program) -> None:
    ended = program("check", "--image", "http://127.0.0.1:9/a.png", "--prompt", "Image 1.")
    assert ended.status == 3
    assert "image/unjudged" in ended.out


def test_a_prompt_that_is_no_text_is_a_wrong_call(program: Program) -> None:
    assert program("check", "--prompt", "caf\udcff").status == 2


def test_the_profile_decides(program: Program) -> None:
    assert program("check", TOO_LARGE, "--profile", "seedance-2.0-2026-10").status == 0


def test_depth_header_believes_a_file_that_is_cut_short(program: Program) -> None:
    cut = MEDIA / "image-truncated.jpg"
    assert program("check", cut).status == 1
    assert program("check", cut, "--depth", "header").status == 0


def test_depth_full_finds_damage_and_says_where_it_begins(program: Program, tmp_path: Path) -> None:
    content = bytearray((MEDIA / "video-854x480.mp4").read_bytes())
    middle = content.find(b"mdat") + 2500
    content[middle : middle + 400] = os.urandom(400)
    (tmp_path / "damaged.mp4").write_bytes(content)
    assert program("check", "damaged.mp4").status == 0
    ended = program("check", "damaged.mp4", "--depth", "full")
    assert ended.status == 1
    assert "video/readable: video is damaged from" in ended.out
