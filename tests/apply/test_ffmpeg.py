"""The one door to another process: it always comes back, and says why."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import pytest

from preflight.apply import ffmpeg
from preflight.apply.ffmpeg import Tool, candidates, find_tool, inspect, run, run_first_able
from preflight.errors import FixFailed, NotDone
from preflight.workers.session import session, within
from tests.apply.conftest import Program
from tests.below import children

SPEAKS = """case "$2" in
  -version) echo "ffmpeg version 7.1-odd Copyright";;
  -encoders) echo " V....D libx264 H.264"; echo " A....D aac AAC";;
  -filters) echo " ... scale V->V Scale";;
esac"""


def test_a_real_ffmpeg_is_found_that_can_do_what_plans_need() -> None:
    found = find_tool({"libx264", "aac", "pcm_s16le", "scale", "fps"})
    assert found.version
    assert found.lacks({"libx264", "no-such-encoder"}) == ["no-such-encoder"]


def test_the_one_that_is_named_is_the_only_one_tried(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(SPEAKS)
    monkeypatch.setenv("PREFLIGHT_FFMPEG", path)
    assert [*candidates()] == [path]
    assert find_tool({"libx264", "scale"}) == Tool(path, "7.1-odd", frozenset({"libx264", "aac"}), frozenset({"scale"}))


def test_one_on_the_path_comes_before_the_one_in_the_wheel(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(SPEAKS, "ffmpeg")
    monkeypatch.delenv("PREFLIGHT_FFMPEG", raising=False)
    monkeypatch.setenv("PATH", str(Path(path).parent) + os.pathsep + os.environ["PATH"])
    first, *others = candidates()
    assert (first, len(others)) == (path, 1)
    assert find_tool({"scale"}).path == path
    assert find_tool({"zscale", "libx264"}).path != path


def test_one_that_does_not_run_is_told(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in (str(tmp_path / "gone"), str(tmp_path), program("exit 1")):
        monkeypatch.setenv("PREFLIGHT_FFMPEG", path)
        with pytest.raises(NotDone) as caught:
            find_tool()
        assert str(caught.value) == f"no ffmpeg that can do this: {path} (does not run)"
        assert "PREFLIGHT_FFMPEG" in caught.value.advice


def test_one_that_lacks_something_is_told_what(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(SPEAKS)
    monkeypatch.setenv("PREFLIGHT_FFMPEG", path)
    with pytest.raises(NotDone, match=r"\(lacks tonemap, zscale\)"):
        find_tool({"zscale", "tonemap", "scale"})


def test_an_empty_setting_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFLIGHT_FFMPEG", "")
    assert find_tool().encoders


def test_what_answers_without_an_encoder_is_no_ffmpeg(program: Program) -> None:
    assert inspect(program("exit 0")) is None


def test_progress_is_told_in_seconds_of_output(program: Program) -> None:
    path = program("echo out_time_us=N/A; echo out_time_us=-5; echo frame=3; echo out_time_us=1500000; echo junk")
    heard: list[Fraction] = []
    run(path, [], progress=heard.append)
    assert heard == [0, Fraction(3, 2)]


def test_a_failure_quotes_the_last_words(program: Program) -> None:
    path = program("for n in 1 2 3 4 5 6 7 8; do echo line $n >&2; done; exit 3")
    with pytest.raises(FixFailed) as caught:
        run(path, [])
    assert str(caught.value) == "ffmpeg failed: line 3; line 4; line 5; line 6; line 7; line 8"


def test_another_program_is_given_no_key(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOLINK_API_KEY", "sk-of-a-person")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-a-person")
    with pytest.raises(FixFailed) as caught:
        run(program("env >&2; exit 1"), ["x"])
    assert "of-a-person" not in caught.value.message


def test_every_ffmpeg_ends_when_what_it_is_part_of_is_interrupted(program: Program) -> None:
    told: list[str] = []

    def works() -> None:
        try:
            run(program("exec sleep 600"), ["x"])
        except FixFailed as error:
            told.append(error.message)

    def interrupted() -> None:
        with ThreadPoolExecutor(2) as workers, session():
            workers.submit(within(works))
            while not children():
                time.sleep(0.01)
            raise KeyboardInterrupt

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert told
    assert time.monotonic() - begun < 120
    run(program("exit 0"), ["x"])


def test_a_silent_failure_tells_its_status(program: Program) -> None:
    with pytest.raises(FixFailed, match="ffmpeg failed: exit status 9"):
        run(program("exit 9"), [])


def test_last_words_that_are_no_text_and_long_are_still_shown(program: Program) -> None:
    path = program("head -c 3000 /dev/zero | tr '\\0' 'x' >&2; printf '\\n\\377\\n' >&2; exit 1")
    with pytest.raises(FixFailed) as caught:
        run(path, [])
    assert len(str(caught.value)) < 600
    assert "\ufffd" in str(caught.value)


def test_a_flood_of_complaints_does_not_stop_the_run(program: Program) -> None:
    started = time.monotonic()
    run(program("head -c 3000000 /dev/zero | tr '\\0' 'y' >&2; echo out_time_us=1"), [])
    assert time.monotonic() - started < 120


def test_a_flood_of_short_lines_does_not_stop_the_run(program: Program) -> None:
    run(program("yes complaint | head -n 200000 >&2; yes out_time_us=1 | head -n 50000"), [])


def test_the_time_limit_ends_a_run_that_hangs(program: Program) -> None:
    before, started = children(), time.monotonic()
    with pytest.raises(FixFailed, match=r"ffmpeg was ended after 0\.3 s"):
        run(program("exec sleep 600"), [], limit_s=0.3)
    assert time.monotonic() - started < 120
    assert children() <= before


def test_the_time_limit_ends_a_real_ffmpeg(tmp_path: Path) -> None:
    target = tmp_path / "endless.wav"
    with pytest.raises(FixFailed, match=r"ffmpeg was ended after 0\.5 s"):
        run(find_tool().path, ["-re", "-f", "lavfi", "-i", "sine", "-f", "wav", f"file:{target}"], limit_s=0.5)


def test_a_run_that_is_interrupted_leaves_no_child(program: Program) -> None:
    def stop(_: Fraction) -> None:
        raise KeyboardInterrupt

    before = children()
    with pytest.raises(KeyboardInterrupt):
        run(program("echo out_time_us=1; exec sleep 600"), [], progress=stop)
    assert children() <= before


def test_a_killed_ffmpeg_is_a_failure(program: Program) -> None:
    with pytest.raises(FixFailed, match="ffmpeg failed: "):
        run(program("kill -9 $$"), [])


def test_what_cannot_be_started_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match="cannot be run: No such file or directory"):
        run(str(tmp_path / "gone"), [])


def test_a_run_leaves_no_thread_behind(program: Program) -> None:
    before = threading.active_count()
    for body in ("exit 0", "exit 1", "echo x >&2"):
        try:
            run(program(body), [])
        except FixFailed:
            assert body == "exit 1"
    deadline = time.monotonic() + 120
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_an_answer_is_asked_for_once(program: Program, tmp_path: Path) -> None:
    log = tmp_path / "log"
    path = program(f"echo x >> {log}\n{SPEAKS}", "counted")
    ffmpeg.inspect(path)
    asked = len(log.read_text().splitlines())
    ffmpeg.inspect(path)
    assert len(log.read_text().splitlines()) == asked == 3


WORKS = SPEAKS.replace("esac", '  *) echo worked >> "$0.log"; echo "$*" | grep -q fails && exit 1; exit 0;;\nesac')


def test_the_first_that_can_is_used_and_told(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(WORKS, "works")
    monkeypatch.setenv("PREFLIGHT_FFMPEG", path)
    assert run_first_able({"libx264"}, ["x"]) == "7.1-odd"
    assert Path(path + ".log").read_text() == "worked\n"


@pytest.mark.parametrize("body", [WORKS.replace("exit 0", "exit 1"), "exit 0", "exit 1"])
def test_where_the_first_lacks_something_the_next_is_used(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str
) -> None:
    path = program(body, "ffmpeg")
    monkeypatch.delenv("PREFLIGHT_FFMPEG", raising=False)
    monkeypatch.setenv("PATH", str(Path(path).parent) + os.pathsep + os.environ["PATH"])
    made = tmp_path / "made.wav"
    used = run_first_able({"pcm_s16le"}, ["-f", "lavfi", "-i", "sine=d=0.1", "-c:a", "pcm_s16le", f"file:{made}"])
    assert used != "7.1-odd"
    assert made.stat().st_size > 4000


def test_where_the_first_that_can_fails_the_next_is_tried(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = program(WORKS, "ffmpeg")
    monkeypatch.delenv("PREFLIGHT_FFMPEG", raising=False)
    monkeypatch.setenv("PATH", str(Path(path).parent) + os.pathsep + os.environ["PATH"])
    made = tmp_path / "fails.wav"
    used = run_first_able({"scale"}, ["-f", "lavfi", "-i", "sine=d=0.1", f"file:{made}"])
    assert used != "7.1-odd"
    assert made.exists()


def test_where_all_that_can_fail_the_first_is_quoted(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(WORKS.replace("exit 1; exit 0", "{ echo mine >&2; exit 1; }; exit 0"), "ffmpeg")
    monkeypatch.delenv("PREFLIGHT_FFMPEG", raising=False)
    monkeypatch.setenv("PATH", str(Path(path).parent) + os.pathsep + os.environ["PATH"])
    with pytest.raises(FixFailed, match=r"ffmpeg failed: mine$"):
        run_first_able({"scale"}, ["-i", "file:/nowhere/fails"])


def test_a_run_that_took_too_long_is_not_tried_again(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(WORKS.replace("exit 1;", "exec sleep 600;"), "ffmpeg")
    monkeypatch.delenv("PREFLIGHT_FFMPEG", raising=False)
    monkeypatch.setenv("PATH", str(Path(path).parent) + os.pathsep + os.environ["PATH"])
    with pytest.raises(FixFailed, match=r"ended after 0\.3 s"):
        run_first_able({"scale"}, ["fails"], limit_s=0.3)


def test_where_none_can_each_is_told(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(WORKS)
    monkeypatch.setenv("PREFLIGHT_FFMPEG", path)
    with pytest.raises(NotDone) as caught:
        run_first_able({"zscale", "libx264"}, ["fails"])
    assert str(caught.value) == f"no ffmpeg that can do this: {path} (lacks zscale)"


def test_the_one_in_the_wheel_is_not_looked_for_before_its_turn(program: Program, bare: dict[str, str]) -> None:
    path = program(SPEAKS, "ffmpeg")
    code = "import sys; from preflight.apply.ffmpeg import candidates\nprint(next(candidates()), *sys.modules)"
    env = {**bare, "PATH": str(Path(path).parent)}
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    first, *loaded = said.split()
    assert (first, "imageio_ffmpeg" in loaded) == (path, False)
