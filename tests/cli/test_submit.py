import json
import re
import sqlite3
from pathlib import Path

import pytest

from preflight.sandbox import Fault, Faults, Sandbox, running
from tests.cli.conftest import FIXTURES, MEDIA, Program

OK = MEDIA / "image-ok.jpeg"

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "request.toml"
    path.write_text(f'prompt = "Image 1 sets the palette."\nimages = ["{OK}"]\nduration = 4\nquality = "480p"\n')
    return path


def image_urls(sandbox: Sandbox) -> list[str]:
    return urls(sandbox, "image_urls")


def urls(sandbox: Sandbox, array: str) -> list[str]:
    found = sandbox.tasks[0].body[array]
    assert isinstance(found, list)
    return found


@pytest.mark.usefixtures("key")
def test_a_clean_request_becomes_a_video_on_disk(
    program: Program, request_file: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    ended = program("submit", request_file, "--yes", "--download", "videos", "--base-url", sandbox.url)
    assert ended.status == 0
    assert "Price: about 25.11 credits" in ended.out
    assert "Credits left: 10,000." in ended.out
    (video,) = (tmp_path / "videos").iterdir()
    assert f"videos/{video.name}: mp4, 864 x 496 px, 24 fps, 4 s" in ended.out
    (task,) = sandbox.tasks
    assert image_urls(sandbox)[0].endswith(".jpg")
    assert "image-ok" not in json.dumps(task.body)


@pytest.mark.usefixtures("key")
def test_the_demonstration_is_mended_and_submitted_in_one_go(program: Program, sandbox: Sandbox) -> None:
    ended = program("submit", FIXTURES / "demo" / "request.toml", "--yes", "--wait", "--base-url", sandbox.url)
    assert ended.status == 0
    assert "Measured again:" in ended.out
    assert "is completed" in ended.out
    assert len(sandbox.tasks) == 1


@pytest.mark.usefixtures("key")
def test_the_same_request_is_refused_a_second_time_unless_again_is_said(
    program: Program, request_file: Path, sandbox: Sandbox
) -> None:
    send = ("submit", request_file, "--yes", "--base-url", sandbox.url)
    assert program(*send).status == 0
    ended = program(*send)
    assert ended.status == 2
    assert "was sent on" in ended.err
    assert len(sandbox.tasks) == 1
    assert program(*send, "--again").status == 0
    assert len(sandbox.tasks) == 2


def test_a_dry_run_prints_the_exact_body_and_needs_no_key(program: Program, request_file: Path) -> None:
    ended = program("submit", request_file, "--dry-run")
    assert ended.status == 0
    body = json.loads(ended.out)
    assert body["aspect_ratio"] == "16:9"
    assert body["image_urls"][0].startswith("upload://")
    assert body["duration"] == 4


def test_without_a_key_nothing_is_begun(program: Program, request_file: Path) -> None:
    ended = program("submit", request_file, "--yes")
    assert ended.status == 2
    assert "EVOLINK_API_KEY is not set" in ended.err
    assert ended.out == ""


@pytest.mark.usefixtures("key")
def test_what_is_not_clean_is_not_sent(program: Program, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(f'prompt = "Video 1."\nvideos = ["{MEDIA / "video-1.8s.mp4"}"]\n')
    assert program("submit", "r.toml", "--yes", "--base-url", sandbox.url).status == 1
    assert sandbox.requests == []


@pytest.mark.usefixtures("key")
def test_nobody_to_ask_is_no_consent(program: Program, request_file: Path, sandbox: Sandbox) -> None:
    assert program("submit", request_file, "--base-url", sandbox.url).status == 2
    assert sandbox.tasks == []


@pytest.mark.usefixtures("key")
def test_a_service_that_is_down_is_told_and_nothing_is_lost(program: Program, request_file: Path) -> None:
    ended = program("submit", request_file, "--yes", "--base-url", "http://127.0.0.1:9")
    assert ended.status == 3
    assert "127.0.0.1:9" in ended.err
    assert "Nothing left this machine." in ended.err


@pytest.mark.usefixtures("key")
def test_a_refusal_ends_with_4_in_the_words_of_the_service(program: Program, request_file: Path) -> None:
    with running(credits=1.0) as poor:
        ended = program("submit", request_file, "--yes", "--base-url", poor.url)
    assert ended.status == 4
    assert "credits" in ended.err
    assert "refused" in program("task", "list").out


@pytest.mark.usefixtures("key")
def test_a_task_that_fails_ends_with_4_and_says_that_it_was_not_charged(program: Program, request_file: Path) -> None:
    with running(run_s=0, fail_with="content_policy_violation") as strict:
        ended = program("submit", request_file, "--yes", "--wait", "--base-url", strict.url)
    assert ended.status == 4
    assert "not charged" in ended.err
    assert "failed" in program("task", "list").out


def test_the_key_is_nowhere_but_in_the_environment(
    program: Program, request_file: Path, sandbox: Sandbox, key: str, tmp_path: Path
) -> None:
    ended = program("submit", request_file, "--yes", "--wait", "--base-url", sandbox.url)
    assert key not in ended.out + ended.err
    with sqlite3.connect(tmp_path / "ledger.sqlite3") as ledger:
        dump = "\n".join(ledger.iterdump())
    ledger.close()
    assert key not in dump
    assert b"secret-key" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.usefixtures("key")
def test_a_url_of_the_service_s_own_machine_is_judged_by_its_content(
    program: Program, sandbox: Sandbox, request_file: Path, tmp_path: Path
) -> None:
    program("submit", request_file, "--yes", "--base-url", sandbox.url)
    (url,) = image_urls(sandbox)
    (tmp_path / "r.toml").write_text(f'prompt = "Image 1, again."\nimages = ["{url}"]\n')
    ended = program("submit", "r.toml", "--yes", "--base-url", sandbox.url)
    assert ended.status == 0
    assert sandbox.tasks[1].body["image_urls"] == [url]


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("keep", ["3.5-9", "40-50"])
def test_a_marked_part_that_cannot_be_cut_is_not_sent_whole(
    program: Program, sandbox: Sandbox, tmp_path: Path, keep: str
) -> None:
    clip = MEDIA / "video-854x480.mp4"
    (tmp_path / "r.toml").write_text(f'prompt = "Video 1."\nvideos = [{{ path = "{clip}", keep = "{keep}" }}]\n')
    ended = program("submit", "r.toml", "--yes", "--base-url", sandbox.url)
    assert ended.status == 3
    assert "nothing was sent" in ended.err
    assert sandbox.tasks == []


@pytest.mark.usefixtures("key")
def test_a_marked_part_of_what_lies_at_a_url_is_not_sent_whole(
    program: Program, sandbox: Sandbox, request_file: Path, tmp_path: Path
) -> None:
    clip = MEDIA / "video-5s.mp4"
    (tmp_path / "first.toml").write_text(f'prompt = "Video 1."\nvideos = ["{clip}"]\n')
    program("submit", "first.toml", "--yes", "--base-url", sandbox.url)
    (url,) = urls(sandbox, "video_urls")
    request_file.write_text(f'prompt = "Video 1."\nvideos = [{{ path = "{url}", keep = "1-4" }}]\n')
    ended = program("submit", request_file, "--yes", "--base-url", sandbox.url)
    assert ended.status == 3
    assert "download it, and name the file instead" in ended.out
    assert len(sandbox.tasks) == 1


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder with two clips of 5 s, and one that is too short."""
    for name, source in (("a", "video-5s"), ("b", "video-5s"), ("short", "video-1.8s")):
        (tmp_path / f"{name}.mp4").write_bytes((MEDIA / f"{source}.mp4").read_bytes())
    return tmp_path


def written(folder: Path, videos: str, prompt: str = "Video 1.") -> Path:
    path = folder / "clips.toml"
    path.write_text(f'prompt = "{prompt}"\nvideos = [{videos}]\nduration = 4\nquality = "480p"\n')
    return path


@pytest.mark.parametrize("view", ["json", "text"])
def test_a_dry_run_says_what_is_cut_first_and_names_no_hash_of_the_whole(
    program: Program, clips: Path, view: str
) -> None:
    path = written(clips, '"a.mp4", { path = "b.mp4", keep = "1-4" }', "Video 1 and video 2.")
    ended = program("submit", path, "--dry-run", "--format", view)
    assert ended.status == 0
    said = "video 2 is cut to 1-4 s first; its address depends on the new file"
    assert said in (ended.err if view == "json" else ended.out)
    if view == "json":
        first, second = json.loads(ended.out)["video_urls"]
        assert len(first.removeprefix("upload://")) == 64 + len(".mp4")
        assert second == "upload://video-2-when-cut"
    assert not (clips / "preflight-fixed").exists()


def test_one_file_may_be_sent_both_cut_and_whole(program: Program, clips: Path) -> None:
    path = written(clips, '{ path = "a.mp4", keep = "1-4" }, "a.mp4"', "Video 1 and video 2.")
    cut, whole = json.loads(program("submit", path, "--dry-run").out)["video_urls"]
    assert cut == "upload://video-1-when-cut"
    assert whole.endswith(".mp4")


@pytest.mark.usefixtures("key")
def test_what_a_dry_run_says_is_cut_is_what_is_sent(program: Program, clips: Path, sandbox: Sandbox) -> None:
    path = written(clips, '{ path = "a.mp4", keep = "1-4" }')
    assert "video 1 is cut to 1-4 s first" in program("submit", path, "--dry-run").err
    ended = program("submit", path, "--yes", "--base-url", sandbox.url)
    assert ended.status == 0
    assert "a.mp4: lossy: keep 1 to 4 s (drops" in ended.out
    assert len(urls(sandbox, "video_urls")) == 1


@pytest.mark.parametrize("view", ["json", "text"])
def test_a_dry_run_of_a_part_that_cannot_be_cut_prints_no_body(program: Program, clips: Path, view: str) -> None:
    path = written(clips, '{ path = "a.mp4", keep = "1-2" }')
    ended = program("submit", path, "--dry-run", "--format", view)
    assert ended.status == 3
    assert ended.out == ""
    assert "the part to keep lasts 1 s; 2 to 15 s allowed" in ended.err
    assert "nothing would be sent" in ended.err


def test_a_dry_run_of_a_part_that_is_cut_short_by_the_end_says_so(program: Program, clips: Path) -> None:
    ended = program("submit", written(clips, '{ path = "a.mp4", keep = "2-9" }'), "--dry-run")
    assert "a.mp4: 2-9 s cannot be kept whole: there are only 5 s" in ended.err
    assert "video 1 is cut to 2-5 s first" in ended.err


@pytest.mark.parametrize("videos", ['"short.mp4"', '"a.mp4", "b.mp4"'])
def test_a_dry_run_of_what_is_not_clean_prints_the_numbering_or_the_report_and_no_body(
    program: Program, clips: Path, videos: str
) -> None:
    path = written(clips, videos, "Video 1 and video 3.")
    ended = program("submit", path, "--dry-run", "--format", "text")
    assert ended.status == 1
    assert "video 1 <- " in ended.out
    assert "video 3: names video 3, which is not sent" in ended.out
    assert ended.err.splitlines()[-1].startswith("nothing was sent: the request is not clean. Change ")
    ended = program("submit", path, "--dry-run")
    assert ended.status == 1
    told = json.loads(ended.out)
    assert (told["schema"], told["verdict"]) == ("preflight.report/1", "fail")
    assert "prompt" not in told
    assert "video 1 <- " in ended.err


@pytest.mark.usefixtures("key")
def test_what_nothing_can_mend_is_told_once_and_last_that_nothing_was_sent(
    program: Program, clips: Path, sandbox: Sandbox
) -> None:
    path = written(clips, '"a.mp4", "b.mp4"', "Video 1 and video 3.")
    ended = program("submit", path, "--yes", "--base-url", sandbox.url)
    assert ended.status == 1
    assert "Measured again:" not in ended.out
    assert ended.out.count("request/prompt-reference: the prompt names") == 1
    assert ended.err.splitlines()[-1].startswith("nothing was sent: the request is not clean. Change ")
    assert sandbox.tasks == []


@pytest.mark.usefixtures("key")
def test_what_is_still_not_clean_when_it_was_mended_is_measured_again_and_not_sent(
    program: Program, clips: Path, sandbox: Sandbox
) -> None:
    path = written(clips, f'"{MEDIA / "video-20s.mp4"}"', "Video 1 and video 3.")
    ended = program("submit", path, "--yes", "--base-url", sandbox.url)
    assert ended.status == 1
    assert "Measured again:" in ended.out
    assert "nothing was sent: the request is not clean" in ended.err
    assert sandbox.tasks == []


# ---- what goes wrong on the way --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("follow", ["submit", "task wait"])
def test_an_unknown_status_is_said_once_with_how_long_it_is_asked_for(
    program: Program, request_file: Path, follow: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "short.toml").write_text((tmp_path / "quick.toml").read_text() + "wait_s = 3\n")
    monkeypatch.setenv("PREFLIGHT_PROFILE", str(tmp_path / "short.toml"))
    with running(run_s=60, faults=Faults(1, (Fault("task", "wrong-status"),))) as odd:
        send = ("submit", request_file, "--yes", "--base-url", odd.url)
        ended = program(*send, *(("--wait",) if follow == "submit" else ()))
        ended = ended if follow == "submit" else program("task", "wait", "1")
    assert ended.status == 3
    said = re.findall(
        r"task \S+ has (?:no status|the unknown status '.*'): trying again until \d\d:\d\d:\d\d UTC", ended.err
    )
    assert len(said) == 1
    assert "not over after 3 s" in ended.err


@pytest.mark.usefixtures("key")
def test_a_known_status_is_not_remarked_upon(program: Program, request_file: Path, sandbox: Sandbox) -> None:
    ended = program("submit", request_file, "--yes", "--wait", "--base-url", sandbox.url)
    assert (ended.status, "trying again" in ended.err) == (0, False)


@pytest.mark.usefixtures("key")
def test_a_submission_says_what_waits_when_the_service_breaks_off(program: Program, request_file: Path) -> None:
    with running(run_s=0, faults=Faults(1, (Fault("task", "truncated", times=2),))) as broken:
        ended = program("submit", request_file, "--yes", "--wait", "--base-url", broken.url)
    assert ended.status == 0
    assert len(re.findall(r": trying again until \d\d:\d\d:\d\d UTC", ended.err)) == 1


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("kind", ["truncated", "drop-after"])
def test_an_upload_that_breaks_off_says_that_nothing_was_paid_and_what_to_do(
    program: Program, request_file: Path, kind: str
) -> None:
    with running(run_s=0, faults=Faults(1, (Fault("upload", kind),))) as broken:
        ended = program("submit", request_file, "--yes", "--base-url", broken.url)
        assert broken.calls["create"] == 0
    assert ended.status == 3
    assert "Nothing was submitted or paid for: submit it again." in ended.err


@pytest.mark.usefixtures("key")
def test_a_result_that_breaks_off_says_that_it_is_paid_for_and_how_to_get_it(
    program: Program, request_file: Path
) -> None:
    with running(run_s=0, faults=Faults(1, (Fault("result", "truncated", times=4),))) as broken:
        ended = program("submit", request_file, "--yes", "--download", "videos", "--base-url", broken.url)
        assert ended.status == 3
        assert "The video is made and paid for: `preflight task download 1` asks for it once more." in ended.err
        assert program("task", "download", "1", "videos").status == 0
