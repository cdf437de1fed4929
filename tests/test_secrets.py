"""What is said of secrets, each sentence proved on the real program: the key, signed links, and answers without end.

The key comes from the environment alone. It is in no ledger, log, traceback, report, process list, nor in the sandbox's
log. No redirect carries it to another host. Answers are cut off. Signed links are masked where they are shown.
"""

import base64
import importlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from preflight.cli import main
from preflight.cli.commands import COMMANDS, root
from preflight.errors import OutcomeUnknown, PreflightError
from preflight.sandbox import running
from preflight.service import http as wire
from preflight.service.client import Service
from preflight.service.http import HttpChannel, ResponseLost, cleaned
from preflight.submission.ledger import Ledger
from preflight.values.assets import Asset
from tests.specimens import MEDIA
from tests.upload.stranger import Reply, Stranger, drop, say

PROGRAM = Path(sys.executable).with_name("preflight")
KEY = "sk-marker-7f3a9c51d2e84b60"
SIGNATURE = "s1gned-0b5c8e7d"
FORMS = {
    "plain": KEY.encode(),
    "reversed": KEY[::-1].encode(),
    "hex": KEY.encode().hex().encode(),
    "base64": base64.b64encode(KEY.encode()).rstrip(b"="),
    "half": KEY[10:].encode(),
}
"""The ways in which a key may lie about."""

QUICK = 'extends = "seedance-2.0-2026-04"\nname = "quick"\ntitle = "Quick"\n[service]\npoll_s = 1\nwait_s = 20\n'
TASK = {"id": "task-unified-1", "status": "pending"}
LIMIT_S = 120


class Ran(NamedTuple):
    status: int
    out: str
    err: str


class Home:
    """A place of its own for everything that the program writes, and the program in it."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, streams: pytest.CaptureFixture[str]) -> None:
        self.folder, self._patch, self._streams = folder, patch, streams
        (folder / "quick.toml").write_text(QUICK)
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("PREFLIGHT_")}
        self.env |= {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("CACHE", "DATA", "CONFIG", "STATE")}
        self.env |= {"HOME": str(folder), "TMPDIR": str(folder / "tmp"), "EVOLINK_API_KEY": KEY}
        self.env |= {"PREFLIGHT_TRACE": "1", "PREFLIGHT_PROFILE": str(folder / "quick.toml")}
        (folder / "tmp").mkdir()

    def request(self, text: str) -> Path:
        path = self.folder / "request.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments: str | Path) -> Ran:
        """Run the program in this process, with the environment and the folder of this home."""
        with self._patch.context() as patch:
            for name in os.environ.keys() - self.env.keys():
                patch.delenv(name)
            for name, value in self.env.items():
                patch.setenv(name, value)
            patch.setattr(tempfile, "tempdir", self.env["TMPDIR"])
            patch.setattr(sys, "argv", ["preflight", *map(str, arguments)])
            patch.setenv("PREFLIGHT_START", "spawn")  # no server of its own: the one of all tests forks for it
            patch.chdir(self.folder)
            self._streams.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = self._streams.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, out, err)

    def start(self, *arguments: str | Path) -> Ran:
        """Run the program in a process of its own, to its end."""
        command = [str(PROGRAM), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def files(self) -> Iterator[Path]:
        return (path for path in self.folder.rglob("*") if path.is_file())

    def search(self, ran: Ran) -> None:
        """Look for the key in what was said and in every byte that was written."""
        for form, marker in FORMS.items():
            assert marker.decode() not in ran.out, f"{form} on stdout"
            assert marker.decode() not in ran.err, f"{form} on stderr"
            for path in self.files():
                assert marker not in path.read_bytes(), f"{form} in {path.name}"
                assert marker.decode() not in path.name


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    return Home(tmp_path, monkeypatch, capfd)


FORMATS = next(
    option.type.choices
    for option in importlib.import_module("preflight.cli.check").command.params
    if option.name == "format_name" and isinstance(option.type, click.Choice)
)
"""Every format that `check` prints."""

PLAIN = 'prompt = "A rider in the rain."\nduration = 4\nquality = "480p"\n'
WITH_IMAGE = f'{PLAIN}images = ["{MEDIA / "image-ok.jpeg"}"]\n'.replace("A rider", "Image 1 sets the palette: a rider")


# ---- from the environment alone --------------------------------------------------------------------------------------


def every_command() -> Iterator[click.Command]:
    for name in COMMANDS:
        command = root.get_command(click.Context(root), name)
        assert command
        yield command
        yield from command.commands.values() if isinstance(command, click.Group) else ()


NAME_NONE = {"--token-file", "--key-from-env"}
"""Options that name a file of secrets, or say that the environment holds one."""


@pytest.mark.parametrize("command", [*every_command()], ids=lambda command: command.name)
def test_no_option_takes_a_key(command: click.Command) -> None:
    for parameter in command.params:
        words = {*parameter.opts, *parameter.secondary_opts, str(parameter.envvar or "")} - NAME_NONE
        assert not [word for word in words if re.search(r"key|token|secret|password", word, re.IGNORECASE)]


@pytest.mark.parametrize("name", ["preflight.toml", "request.toml", "mine.toml"])
def test_no_file_gives_a_key(home: Home, name: str) -> None:
    (home.folder / name).write_text(f'api_key = "{KEY}"\n{QUICK if name == "mine.toml" else PLAIN}')
    del home.env["EVOLINK_API_KEY"]
    profile = ("--profile", "mine.toml") if name == "mine.toml" else ()
    home.request(PLAIN) if name != "request.toml" else None
    ran = home.run("submit", "request.toml", "--yes", *profile)
    assert ran.status == 2
    assert "api_key: unknown key" in ran.err


@pytest.mark.parametrize(
    "arguments", [("submit", "request.toml", "--yes"), ("task", "wait", "task-unified-1-a"), ("callback",)]
)
def test_without_the_variable_there_is_no_key(home: Home, arguments: tuple[str, ...]) -> None:
    home.request(PLAIN)
    del home.env["EVOLINK_API_KEY"]
    ran = home.run(*arguments)
    assert ran.status == 2
    assert "EVOLINK_API_KEY is not set" in ran.err


def test_what_needs_no_key_does_not_look_at_it(home: Home) -> None:
    home.request(WITH_IMAGE)
    for arguments in (("doctor",), ("check", "request.toml"), ("submit", "request.toml", "--dry-run"), ("prompt",)):
        home.search(home.run(*arguments))


# ---- in nothing that is said or written: against the sandbox ---------------------------------------------------------

OUTCOMES: dict[str, tuple[dict[str, Any], int]] = {
    "a film on disk": ({"run_s": 0}, 0),
    "no credits": ({"credits": 1.0}, 4),
    "a wrong key": ({"keys": {"sk-another"}}, 4),
    "a task that failed": ({"run_s": 0, "fail_with": "content_policy_violation"}, 4),
    "a task that should have been caught": ({"run_s": 0, "fail_with": "image_dimension_mismatch"}, 4),
}


@pytest.mark.parametrize(("settings", "status"), OUTCOMES.values(), ids=OUTCOMES.keys())
def test_the_key_is_nowhere_whatever_becomes_of_a_submission(home: Home, settings: dict[str, Any], status: int) -> None:
    request = home.request(WITH_IMAGE)
    program = home.start if status == 0 else home.run  # a process of its own sends as this one does
    with running(**settings) as sandbox:
        at = ("--base-url", sandbox.url)
        ran = program("submit", request, "--yes", "--download", "films", *at)
        assert ran.status == status, ran.err
        home.search(ran)
        for more in (("task", "list"), ("task", "show", "1"), ("task", "drift"), ("task", "drift", "--format", "json")):
            home.search(home.run(*more))
        home.search(home.run("task", "wait", "1", *at))
        home.search(home.run("task", "reconcile", *at))
    assert status != 0 or [path.suffix for path in (home.folder / "films").iterdir()] == [".mp4"]


def test_the_key_is_nowhere_when_nobody_is_there(home: Home) -> None:
    ran = home.run("submit", home.request(PLAIN), "--yes", "--base-url", "http://127.0.0.1:9")
    assert ran.status == 3
    home.search(ran)


def test_the_key_is_nowhere_when_a_callback_is_waited_for(home: Home) -> None:
    with subprocess.Popen(
        [PROGRAM, "callback", "--port", "0"],
        cwd=home.folder,
        env=home.env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT_S)
    home.search(Ran(process.returncode, first + out, err))


@contextmanager
def sandbox_process(home: Home) -> Iterator[tuple[str, list[str]]]:
    """Run `preflight sandbox` as a person does; give its address, and all that it said once it has ended."""
    said: list[str] = []
    command = [str(PROGRAM), "sandbox", "--port", "0", "--run-s", "0"]
    with subprocess.Popen(command, env=home.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), said
        finally:
            process.send_signal(signal.SIGINT)
            said += process.communicate(timeout=LIMIT_S)


def command_lines() -> Iterator[bytes]:
    """Yield the command line of every process that there is."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield path.read_bytes()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no process list to look at")
def test_the_key_is_in_no_process_list_and_not_in_the_sandbox_s_log(home: Home) -> None:
    """The clip of this request is mended, so ffmpeg and the children that measure are among the processes."""
    clip = MEDIA / "video-1920x1080.mp4"
    request = home.request(f'prompt = "Video 1."\nvideos = ["{clip}"]\nduration = 4\nquality = "480p"\n')
    seen, over = set[bytes](), threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            seen.update(command_lines())

    watcher = threading.Thread(target=watch, daemon=True)
    with sandbox_process(home) as (url, said):
        watcher.start()
        ran = home.start("submit", request, "--yes", "--download", "films", "--base-url", url)
        over.set()
        watcher.join()
    assert ran.status == 0, ran.err
    home.search(ran)
    assert any(b"ffmpeg" in line for line in seen)
    assert any(b"submit" in line for line in seen)
    for marker in FORMS.values():
        assert not [line for line in seen if marker in line]
        assert marker.decode() not in "".join(said)


# ---- in nothing that is said or written: against a service that repeats it -------------------------------------------

ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
FAILED = {**TASK, "status": "failed"}
ECHOES: dict[str, tuple[Reply, ...]] = {
    "in a refusal": (say({"error": {"message": f"bad key {KEY}", "code": KEY, "type": KEY}}, 400),),
    "in a status line": (f"HTTP/1.1 400 {KEY}\r\nContent-Length: 0\r\n\r\n".encode(),),
    "in a broken answer": (f'{{"id": "{KEY}'.encode(),),
    "in no HTTP at all": (f"{KEY}\r\n\r\n".encode(),),
    "as the task's id": (say({"id": KEY, "status": "pending"}),),
    "escaped, as the task's id": (say(f'{{"id": "{ESCAPED}"}}'.encode()),),
    "in a server's fault": (say({"error": {"message": f"Bearer {KEY}"}}, 500),),
    "in a redirect": (say(b"", 302, Location=f"https://127.0.0.1:9/?key={KEY}"),),
    "in a busy answer": (say({"error": {"message": KEY}}, 429, Retry_After="0"),),
    "as a task's status": (say(TASK), say({**TASK, "status": KEY}), say({**FAILED, "error": {"message": "m"}})),
    "in a failed task": (say(TASK), say({**FAILED, "error": {"message": f"your key {KEY}", "code": KEY}})),
    "escaped, in a failed task": (
        say(TASK),
        say(f'{{"id": "task-unified-1", "status": "failed", "error": "{ESCAPED}"}}'.encode()),
    ),
    "in a result's link": (
        say(TASK),
        say({**TASK, "status": "completed", "results": [f"http://127.0.0.1:9/{KEY}.mp4"]}),
    ),
    "in a key of the answer": (say(TASK), say({**FAILED, KEY: KEY, "error": {KEY: KEY}})),
}


@pytest.mark.parametrize("replies", ECHOES.values(), ids=ECHOES.keys())
def test_the_key_is_nowhere_when_the_service_repeats_it(home: Home, replies: tuple[Reply, ...]) -> None:
    request = home.request(PLAIN)
    with Stranger(say({"remaining_credits": 7, "name": KEY}), *replies) as stranger:
        ran = home.run("submit", request, "--yes", "--download", "films", "--base-url", stranger.url)
    assert ran.status in (3, 4, 5)
    assert any(heard.headers.get("authorization") == f"Bearer {KEY}" for heard in stranger.heard)
    home.search(ran)
    home.search(home.run("task", "show", "1"))
    home.search(home.run("task", "drift", "--format", "json"))


def test_the_key_is_nowhere_when_the_answer_never_comes(home: Home) -> None:
    with Stranger(say({}), drop) as stranger:
        ran = home.run("submit", home.request(PLAIN), "--yes", "--base-url", stranger.url)
    assert ran.status == 5
    home.search(ran)


CRASH = """
import sys
from preflight.service import client as api
from preflight.cli import main

def broken(*_, **__):
    raise RuntimeError("nobody foresaw this")

setattr(api, sys.argv.pop(1), broken)
main()
"""


@pytest.mark.parametrize("place", ["read_task", "retry"])
def test_the_key_is_not_in_the_trace_of_a_fault_that_nobody_foresaw(home: Home, place: str) -> None:
    home.request(PLAIN)
    with running(run_s=0) as sandbox:
        command = [sys.executable, "-c", CRASH, place, "submit", "request.toml", "--yes", "--base-url", sandbox.url]
        done = subprocess.run(
            command, cwd=home.folder, env=home.env, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    assert done.returncode == 5
    assert "Traceback" in done.stderr
    assert "nobody foresaw this" in done.stderr
    assert "`preflight task reconcile`" in done.stderr
    home.search(Ran(done.returncode, done.stdout, done.stderr))


@pytest.mark.parametrize("key", ["two words", "café-0123456789", "new\nline-of-a-key", "tab\tin-a-key"])
def test_a_key_that_cannot_be_one_is_refused_unseen(home: Home, key: str) -> None:
    home.env["EVOLINK_API_KEY"] = key
    ran = home.run("submit", home.request(PLAIN), "--yes", "--base-url", "http://127.0.0.1:9")
    assert ran.status == 2
    assert key not in ran.out + ran.err
    assert "EVOLINK_API_KEY: not a key" in ran.err


def test_a_short_word_in_place_of_a_key_mangles_no_answer() -> None:
    """Any key will do for the sandbox: "id" is one, and every answer has an "id"."""
    with Stranger(say(TASK)) as stranger, Service(stranger.url, "id") as service:
        assert service.task("task-unified-1").id == "task-unified-1"


@pytest.mark.parametrize("key", ["any", "a", "request"])
def test_a_short_word_in_place_of_a_key_mangles_no_message(key: str) -> None:
    assert cleaned("too many requests of a kind", key) == "too many requests of a kind"
    with (
        Stranger(say({"error": {"message": "too many requests"}}, 403)) as stranger,
        Service(stranger.url, key) as service,
        pytest.raises(PreflightError, match="HTTP 403: too many requests"),
    ):
        service.task("task-unified-1")


def test_a_key_is_masked_in_words_from_its_shortest_length_on() -> None:
    assert wire.MASKED_MIN == 8
    for length in range(wire.MASKED_MIN, len(KEY) + 1):
        assert cleaned(f"your key {KEY[:length]}.", KEY[:length]) == "your key [key]."


# ---- no redirect carries it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_of_a_create_call_takes_the_key_to_another_host(home: Home, status: int) -> None:
    with Stranger(say(TASK)) as other, Stranger(say(b"", status, Location=f"{other.url}/v1/x")) as stranger:
        ran = home.run("submit", home.request(PLAIN), "--yes", "--base-url", stranger.url)
    assert ran.status in (4, 5)
    assert other.connections == 0
    home.search(ran)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", ["/v1/credits", "/v1/tasks/x", "/api/v1/files/upload/stream"])
def test_no_redirect_of_any_other_call_takes_it_either(status: int, path: str) -> None:
    with (
        Stranger(say(TASK)) as other,
        Stranger(say(b"", status, Location=f"{other.url}{path}")) as stranger,
        HttpChannel(stranger.url, KEY) as calls,
        pytest.raises(PreflightError),
    ):
        calls.call("POST" if "upload" in path else "GET", path)
    assert other.connections == 0


def test_a_result_s_host_and_those_it_leads_to_never_hear_the_key(tmp_path: Path) -> None:
    with Stranger(say(b"film")) as last, Stranger(say(b"", 302, Location=f"{last.url}/film")) as first:
        with Service("http://127.0.0.1:9", KEY) as service:
            service.download(f"{first.url}/result", tmp_path, "a.mp4")
        heard = [*first.heard, *last.heard]
    assert len(heard) == 2
    assert not [one for one in heard if "authorization" in one.headers or KEY in str(one)]


def test_an_asset_s_host_never_hears_the_key(home: Home) -> None:
    image = (MEDIA / "image-ok.jpeg").read_bytes()
    with Stranger(say(image, Content_Type="image/jpeg")) as shelf, running(run_s=0) as sandbox:
        home.request(f'prompt = "Image 1."\nimages = ["{shelf.url}/a.jpg"]\nduration = 4\nquality = "480p"\n')
        ran = home.run("submit", "request.toml", "--yes", "--base-url", sandbox.url)
    assert ran.status == 0, ran.err
    assert shelf.heard
    assert not [one for one in shelf.heard if "authorization" in one.headers or KEY in str(one)]


# ---- answers are cut off ---------------------------------------------------------------------------------------------


def endless(connection: socket.socket) -> None:
    """Answer without end, or until the other side has had enough."""
    connection.sendall(b"HTTP/1.1 200 Fine\r\nContent-Type: application/json\r\n\r\n[")
    with suppress(OSError):
        for _ in range(1 << 14):
            connection.sendall(b"1," * 8192)


TERABYTE = say(b"[" + b"1," * (3 << 20), Content_Length=str(1 << 40))


@pytest.mark.parametrize("reply", [endless, TERABYTE], ids=["endless", "promising a terabyte"])
def test_an_answer_without_end_is_cut_off_and_its_outcome_unknown(reply: Reply) -> None:
    begun = time.monotonic()
    with Stranger(reply) as stranger, Service(stranger.url, KEY, sleep=lambda _: None) as service:
        with pytest.raises(OutcomeUnknown, match="larger than"):
            service.submit(b"{}", "preflight-0123456789abcdef")
        with pytest.raises(ResponseLost, match="larger than"):
            service.task("task-unified-1")
        assert service.credits() is None
    assert time.monotonic() - begun < 120


def test_an_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def dripping(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 Fine\r\n\r\n")
        with suppress(OSError):
            for _ in range(10_000):
                connection.sendall(b" ")
                time.sleep(0.02)

    monkeypatch.setattr(wire, "ANSWER_S", 0.3)
    with (
        Stranger(dripping) as stranger,
        HttpChannel(stranger.url, KEY) as calls,
        pytest.raises(ResponseLost, match="not whole"),
    ):
        calls.call("GET", "/v1/credits")


# ---- signed links are masked -----------------------------------------------------------------------------------------


@pytest.fixture
def signed(home: Home) -> Iterator[str]:
    """A picture at an address with a signature, in a request that is ready to be sent."""
    image = say((MEDIA / "image-ok.jpeg").read_bytes(), Content_Type="image/jpeg")
    with Stranger(image) as shelf:
        url = f"{shelf.url}/a.jpg?X-Signature={SIGNATURE}&t=1"
        home.request(f'prompt = "Image 1."\nimages = ["{url}"]\nduration = 4\nquality = "480p"\n')
        yield shelf.url


def test_a_signed_link_is_masked_in_everything_that_is_shown_of_a_submission(home: Home, signed: str) -> None:
    with running(run_s=0) as sandbox:
        ran = home.run("submit", "request.toml", "--yes", "--wait", "--base-url", sandbox.url)
        assert ran.status == 0, ran.err
        (task,) = sandbox.tasks
    assert SIGNATURE in json.dumps(task.body)
    for shown in (ran, home.run("task", "list"), home.run("task", "show", "1"), home.run("prompt", "request.toml")):
        assert SIGNATURE not in shown.out + shown.err
    assert f"{signed}/a.jpg?..." in home.run("task", "show", "1").out


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_signed_link_is_masked_in_every_report_on_one_that_cannot_be_fetched(home: Home, format_name: str) -> None:
    ran = home.run("check", "request.toml", "--format", format_name)  # an address of this machine, which is not asked
    assert ran.status == 3
    assert "127.0.0.1" in ran.out
    assert SIGNATURE not in ran.out + ran.err


def test_a_signed_link_s_ending_is_that_of_its_path() -> None:
    assert Asset(path=f"https://h/a.jpg?sig={SIGNATURE}.exe").suffix == "jpg"
    assert Asset(path="https://h/a.mp4#t=1.5").suffix == "mp4"
    assert Asset(path="a.b?c.png").suffix == "png"


@pytest.mark.usefixtures("signed")
def test_only_the_exact_body_of_a_dry_run_holds_it(home: Home) -> None:
    with running(run_s=0) as sandbox:
        local = ("--base-url", sandbox.url)
        body = home.run("submit", "request.toml", "--dry-run", *local)
        view = home.run("submit", "request.toml", "--dry-run", "--format", "text", *local)
    assert SIGNATURE in body.out
    assert SIGNATURE not in body.err + view.out + view.err


def test_a_signed_link_that_the_service_repeats_is_masked(home: Home) -> None:
    link = f"https://user:pw@cdn.example.com/a.jpg?sig={SIGNATURE}"
    with Stranger(say({"error": {"message": f"Error while downloading {link}, sorry"}}, 400)) as stranger:
        ran = home.run("submit", home.request(PLAIN), "--yes", "--base-url", stranger.url)
    assert ran.status == 4
    assert "https://cdn.example.com/a.jpg?..." in ran.err
    for shown in (ran, home.run("task", "list"), home.run("task", "drift", "--format", "json")):
        assert SIGNATURE not in shown.out + shown.err
        assert "user:pw" not in shown.out + shown.err


def test_a_result_s_link_is_masked_where_it_cannot_be_followed(home: Home) -> None:
    done = {**TASK, "status": "completed", "results": [f"http://127.0.0.1:9/r.mp4?sig={SIGNATURE}"]}
    with Stranger(say({}), say(TASK), say(done)) as stranger:
        ran = home.run("submit", home.request(PLAIN), "--yes", "--download", "films", "--base-url", stranger.url)
    assert ran.status == 3
    assert "http://127.0.0.1:9/r.mp4?..." in ran.err
    assert SIGNATURE not in ran.out + ran.err


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("see https://h/x?sig=1.", "see https://h/x?..."),
        ("see http://u:p@h/x", "see http://h/x"),
        ("(HTTPS://h/x#frag)", "(HTTPS://h/x?..."),
        ('"https://h/a?b","https://h/c?d"', '"https://h/a?...","https://h/c?..."'),
        ("no link, user@host?", "no link, user@host?"),
    ],
)
def test_links_within_words_are_masked_each(words: str, shown: str) -> None:
    assert cleaned(words) == shown


def test_the_ledger_holds_the_link_that_was_sent_and_nobody_else_may_read_it(home: Home, signed: str) -> None:
    with running(run_s=0) as sandbox:
        home.run("submit", "request.toml", "--yes", "--base-url", sandbox.url)
    (path,) = (home.folder / "data").rglob("ledger.sqlite3")
    with Ledger(path) as ledger:
        (entry,) = ledger.entries()
    assert entry.assets[0].url.startswith(signed)
    assert path.stat().st_mode & 0o077 == 0
