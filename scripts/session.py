"""An editor's session, from a folder of raw files to a submitted request: run on a terminal, and written down.

    fixtures/session.py ──► footage/ ── at most four commands against the sandbox ──► docs/session.md

`python scripts/session.py` writes the page anew; `--short` runs on short material and prints it. Needs a system with
terminals that can be made.
"""

import os
import pty
import re
import select
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

assert sys.platform != "win32", "a session is typed on a pseudo-terminal"  # noqa: S101 - mypy reads it, too

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fixtures.session import make  # noqa: E402 - found from here
from preflight.sandbox import running  # noqa: E402

PAGE = ROOT / "docs" / "session.md"
PROGRAM = Path(sys.executable).with_name("preflight")
PROMPT = """\
The rider of video 2 crosses the market of video 1 at night; the boat of video 3 passes under the bridge of image 3.
Image 2 is the panorama behind, image 4 the cafe, image 1 the sign. Audio 1 is the music, audio 2 the voice."""
TAKEN = "phone-market.mov gopro-ride.mp4 whatsapp-wide.mp4 logo.png panorama.jpg photo-bridge.jpg photo-cafe.heic"
TAKEN += " song.mp3 voice-memo.m4a"
COMMANDS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("preflight check footage/", ()),
    (f"preflight new {' '.join(f'footage/{name}' for name in TAKEN.split())} --keep best --output night.toml", ()),
    (
        "preflight submit night.toml --wait --download videos/",
        (
            ("Send it there", "y"),
            ("[c] crop", "b"),
            ("[d] details", "d"),
            ("[d] details", "a"),
            ("Then submit to", "y"),
        ),
    ),
)
"""Each command as it is typed, and the keys pressed: what is waited for, and the key."""
SPOKEN = {
    1: "The prompt is written in an editor, in place of the stub; everything else in `night.toml` stays.",
}
"""Number of a command → what is done after it by hand."""
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]")
BAR = re.compile(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ] ([^\n━╸╺⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]*?) *(?:[━╸╺]{20,}|[━╸╺]* +(?:\d+:\d\d:\d\d|-:--:--))")
COUNTED = re.compile(r": [\d,]+ files$")
STAGES = (
    *("checked", "measuring and planning", "looking", "fixing", "encoding", "checking"),
    *("uploading", "waiting", "downloading"),
)
COLUMNS, LINES = 120, 60
LIMIT_S = 300


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one command."""

    typed: str
    status: int
    said: str
    """What stood on the terminal, without bars."""
    stages: tuple[str, ...]
    """What the bars said, in order."""
    took_s: float
    begun_s: float
    """Seconds until the first sign."""
    silent_s: float
    """The longest time without a sign after that, questions left out."""


def session(folder: Path, *, short: bool = False) -> list[Ran]:
    """Make the material in a folder, and run the commands there."""
    make(folder / "footage", short=short)
    found: list[Ran] = []
    with running() as service:
        environment = {
            **os.environ,
            "EVOLINK_API_KEY": "any-key-will-do-in-the-sandbox",
            "PREFLIGHT_BASE_URL": service.url,
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_STATE_HOME": str(folder / "state"),
            "TERM": "xterm-256color",
            "COLUMNS": str(COLUMNS),
            "LINES": str(LINES),
            "PAGER": "cat",
        }
        for at, (typed, keys) in enumerate(COMMANDS):
            ran = _run(typed, keys, folder, environment)
            found.append(msgspec.structs.replace(ran, said=ran.said.replace(service.url, "http://127.0.0.1:8787")))
            if at == 1:
                _write_prompt(folder / "night.toml")
    return found


def _write_prompt(path: Path) -> None:
    """Write the prompt as a person would, in the place of the stub."""
    whole = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'(?s)prompt = """\n.*?"""', f'prompt = """\n{PROMPT}"""', whole, count=1), encoding="utf-8")


def _run(typed: str, keys: tuple[tuple[str, str], ...], folder: Path, environment: dict[str, str]) -> Ran:
    """Run a command on a terminal of its own, and press the keys."""
    begun = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(PROGRAM, typed.split(), environment)  # noqa: S606 - the program itself
    try:
        said, first, silent = _followed(terminal, list(keys))
    finally:
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    text = ESCAPES.sub("", said.replace("\r\n", "\n"))
    stages = dict.fromkeys(COUNTED.sub("", found.group(1).strip()).rsplit(": ", 1)[-1] for found in BAR.finditer(text))
    return Ran(
        typed=typed,
        status=status,
        said="\n".join(_lines(BAR.sub("", text))),
        stages=tuple(stage for stage in STAGES if stage in stages),
        took_s=time.monotonic() - begun,
        begun_s=first - begun,
        silent_s=silent,
    )


def _followed(terminal: int, keys: list[tuple[str, str]]) -> tuple[str, float, float]:
    """Read to the end and press each key at its question; return all, the moment of the first sign, and the silence."""
    said, seen, silent, until = b"", 0, 0.0, time.monotonic() + LIMIT_S
    last, first = time.monotonic(), 0.0
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                new = os.read(terminal, 1 << 16)
            except OSError:
                break
            if not new:
                break
            said += new
            first, silent = first or time.monotonic(), max(silent, time.monotonic() - last) if said != new else 0.0
            last = time.monotonic()
        elif keys and keys[0][0].encode() in said[seen:] and said.endswith(b": "):
            seen = len(said)
            os.write(terminal, keys.pop(0)[1].encode())
            last = time.monotonic()
    return said.decode("utf-8", "replace"), first, silent


def _lines(text: str) -> Iterator[str]:
    """Yield the lines that stay on the terminal, without spaces at their ends and without more than one empty one."""
    before = ""
    for line in text.split("\n"):
        stays = line.rsplit("\r", 1)[-1].rstrip()
        if stays or before:
            yield stays
        before = stays


def page(found: list[Ran]) -> str:
    """Write the session down as a page of the manual."""
    lines = [
        "# An editor's session",
        "",
        "<!-- Made by scripts/session.py: what it typed and what the program said. -->",
        "",
        "Nine clips as phones, screens, action cameras and messengers leave them, four stills, a song of three minutes",
        f"and a voice memo, from a folder to a submitted request in {len(found)} commands. The service is the sandbox",
        "on this machine, by `PREFLIGHT_BASE_URL`; in earnest `EVOLINK_API_KEY` is set alone, and the first question",
        "is not asked. Bars are told by what they said.",
        "",
    ]
    for at, ran in enumerate(found):
        lines += ["```text", f"$ {ran.typed}", *ran.said.rstrip("\n").split("\n"), "```", ""]
        if ran.stages:
            lines += [f"Moving meanwhile: {', '.join(ran.stages)}.", ""]
        if at in SPOKEN:
            lines += [SPOKEN[at], "", "```toml", 'prompt = """', *PROMPT.split("\n"), '"""', "```", ""]
    times = ", ".join(f"{ran.took_s:.0f} s" for ran in found)
    begun, silent = max(ran.begun_s for ran in found), max(ran.silent_s for ran in found)
    lines += [
        f"The commands took {times} on two busy cores, questions included. The first sign came after {begun:.1f} s at",
        f"most; from then on nothing stood still for more than {silent:.1f} s.",
        "",
    ]
    return "\n".join(lines)


def main(*, short: bool) -> None:
    """Run the session; write or print its page."""
    folder = Path(tempfile.mkdtemp(prefix="preflight-session-"))
    try:
        found = session(folder, short=short)
    finally:
        shutil.rmtree(folder)
    text = page(found)
    if short:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
    if any(ran.status != expected for ran, expected in zip(found, (1, 0, 0), strict=True)):
        sys.exit(f"exit statuses: {[ran.status for ran in found]}")


if __name__ == "__main__":
    main(short="--short" in sys.argv)
