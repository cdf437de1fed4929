import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.report import FORMATS
from preflight.system.files import me
from tests.cli.conftest import FIXTURES, MEDIA, Ended, Program
from tests.posix import file_size_limit, make_pipe
from tests.specimens import left_behind

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
    make_pipe(tmp_path / "pipe.mp4")
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
    (tmp_path / "r.toml").write_text('prompt = "x"\nmodel = "seedance-2.0-fast-reference-to-vidoe"\n')
    ended = program("check", "r.toml")
    assert ended.status == 2
    assert "Nearest: seedance-2.0-fast-reference-to-video" in ended.err


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


# ---- reports --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_name", FORMATS)
def test_each_format_tells_the_same_files_and_ends_with_the_same_status(program: Program, format_name: str) -> None:
    ended = program("check", TOO_LARGE, OK, "--format", format_name)
    assert (ended.status, ended.err) == (1, "")
    assert "video-1920x1080.mp4" in ended.out
    assert "seedance-2.0-2026-04" in ended.out


@pytest.mark.parametrize("format_name", FORMATS)
def test_each_format_tells_a_request(program: Program, format_name: str) -> None:
    ended = program("check", "--audio", MEDIA / "audio-15s.wav", "--prompt", "Image 2.", "--format", format_name)
    assert (ended.status, ended.err) == (1, "")
    assert "request/audio-alone" in ended.out


def test_reports_go_to_files_beside_what_is_printed(program: Program, tmp_path: Path) -> None:
    ended = program("check", OK, "--output", "r.json", "--output", "junit:tests.out", "--output", "notes.md")
    assert ended.status == 0
    assert "PASS 1 file" in ended.out
    assert list(left_behind(tmp_path)) == ["notes.md", "r.json", "tests.out"]
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "pass"
    assert (tmp_path / "tests.out").read_text().startswith("<?xml")


def test_a_report_of_a_request_goes_to_a_file(program: Program, tmp_path: Path) -> None:
    ended = program("check", FIXTURES / "demo" / "request.toml", "--output", "r.sarif")
    assert ended.status == 1
    assert json.loads((tmp_path / "r.sarif").read_text())["runs"][0]["invocations"][0]["exitCode"] == 1


def test_a_report_of_an_earlier_run_is_written_anew(program: Program, tmp_path: Path) -> None:
    assert program("check", TOO_LARGE, "--output", "r.json").status == 1
    assert program("check", OK, "--output", "r.json").status == 0
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "pass"


@pytest.mark.parametrize(
    "output", ["clip.json", "./clip.json", "link.json", "r.doc", "absent/r.json", "jsonl:clip.json"]
)
def test_an_output_that_must_not_be_written_is_refused_before_any_work(
    program: Program, tmp_path: Path, output: str
) -> None:
    (tmp_path / "clip.json").write_bytes(TOO_LARGE.read_bytes())
    (tmp_path / "link.json").symlink_to("clip.json")
    ended = program("check", "clip.json", "--output", "fine.json", "--output", output)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("preflight: --output ")
    assert (tmp_path / "clip.json").read_bytes() == TOO_LARGE.read_bytes()
    assert list(left_behind(tmp_path)) == ["clip.json", "link.json"]


def test_neither_a_request_file_nor_its_assets_are_replaced(program: Program, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(OK.read_bytes())
    (tmp_path / "r.toml").write_text('prompt = "Image 1."\nimages = ["a.json"]\n')
    for output in ("json:a.json", "json:r.toml"):
        ended = program("check", "r.toml", "--output", output)
        assert ended.status == 2
        assert "is itself to be checked" in ended.err
    assert program("check", "--image", "a.json", "--prompt", "Image 1.", "--output", "json:a.json").status == 2
    assert (tmp_path / "a.json").read_bytes() == OK.read_bytes()


def test_an_empty_folder_leaves_no_report(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert program("check", "empty", "--output", "r.json").status == 2
    assert list(left_behind(tmp_path)) == ["empty"]


def test_a_folder_for_fixed_files_in_the_settings_is_no_report(program: Program, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_text('output = "ready"\n')
    assert program("check", OK).status == 0
    assert list(left_behind(tmp_path)) == ["preflight.toml"]


def test_a_format_in_the_settings_is_heeded_where_it_is_known(program: Program, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_text('format = "junit"\n')
    assert program("check", OK).out.startswith("<?xml")
    assert program("check", OK, "--format", "text").out.endswith("preflight 0.1.0.\n")
    ended = program("probe", OK)
    assert ended.status == 0
    assert ended.out.startswith(str(OK))


def test_a_format_that_is_not_known_here_is_a_wrong_call_when_it_is_typed(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program("probe", OK, "--format", "junit").status == 2
    monkeypatch.setenv("PREFLIGHT_FORMAT", "junit")
    assert program("probe", OK).status == 0
    monkeypatch.setenv("PREFLIGHT_FORMAT", "junitt")
    assert program("probe", OK).status == 2


def test_verbose_says_how_each_finding_was_measured(program: Program) -> None:
    line = "    measured by PyAV, sample description; limit 409600..927408 pixels; margin -1,146,192 pixels; source "
    assert line in program("check", TOO_LARGE, "--verbose").out
    assert line not in program("check", TOO_LARGE).out
    assert line in program("check", "--video", TOO_LARGE, "--prompt", "Video 1.", "-v").out


CHECK = (sys.executable, "-c", "from preflight.cli import main; main()", "check", "--no-cache")


def in_a_process(folder: Path, *arguments: str | Path, bytes_a_file: int | None = None) -> Ended:
    """Run the program in a process of its own, in which no file can grow beyond a size."""
    bound = None if bytes_a_file is None else file_size_limit(bytes_a_file)
    command = [*CHECK, *arguments]
    done = subprocess.run(
        command, cwd=folder, preexec_fn=bound, capture_output=True, text=True, timeout=60, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_a_file_that_cannot_grow_is_told_and_the_verdict_is_still_printed(tmp_path: Path) -> None:
    outputs = ("--output", "big.sarif", "--output", "small.txt")
    ended = in_a_process(tmp_path, OK, *outputs, bytes_a_file=4000)
    assert ended.status == 3
    assert "PASS 1 file" in ended.out
    assert "preflight: --output big.sarif: cannot be written: File too large" in ended.err
    assert "PASS 1 file" in (tmp_path / "small.txt").read_text()
    assert list(left_behind(tmp_path)) == ["small.txt"]


def test_a_full_disk_leaves_the_report_of_the_earlier_run(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    made = [mount or "", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    if not (mount and umount) or subprocess.run(made, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be made here")
    try:
        assert in_a_process(disk, OK, "--output", "r.json").status == 0
        earlier = (disk / "r.json").read_bytes()
        ended = in_a_process(disk, OK, "--output", "r.json", "--output", "r.sarif")
        assert ended.status == 3
        assert "PASS 1 file" in ended.out
        assert "--output r.sarif: cannot be written: No space left on device" in ended.err
        assert list(left_behind(disk)) == ["r.json"]
        assert (disk / "r.json").read_bytes() == earlier
    finally:
        subprocess.run([umount, str(disk)], check=True)


def test_a_folder_that_may_not_be_written_is_told_before_any_work(tmp_path: Path) -> None:
    if me() == 0:
        pytest.skip("nothing is forbidden to root")
    (tmp_path / "locked").mkdir(mode=0o500)
    ended = in_a_process(tmp_path, OK, "--output", "locked/r.json")
    assert (ended.status, ended.out) == (3, "")
    assert "--output locked/r.json: cannot be written: Permission denied" in ended.err


def test_ctrl_c_leaves_reports_that_say_so(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    for number in range(3000):
        (tmp_path / "media" / f"{number:04}.jpeg").symlink_to(OK)
    outputs = ["--output", "r.json", "--output", "r.xml", "--jobs", "1"]
    with subprocess.Popen(
        [*CHECK, "media", *outputs], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=120)
    assert child.returncode == 130
    report = json.loads((tmp_path / "r.json").read_text())
    assert (report["verdict"], report["interrupted"]) == ("unsure", True)
    assert 0 < len(report["assets"]) < 3000
    assert 'name="run/unjudged"><error' in (tmp_path / "r.xml").read_text()
