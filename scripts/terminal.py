"""Take the picture of a terminal that the README shows: `preflight check fixtures/demo`, in its colours, as SVG.

It needs a system with pseudo-terminals. The picture names no address that a browser would ask.
"""

import os
import pty
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

assert sys.platform != "win32", "the picture is taken of a pseudo-terminal"  # noqa: S101 - mypy reads it, too

ROOT = Path(__file__).parent.parent
TARGETS = {"en": "terminal.svg", "ko": "terminal.ko.svg", "zh": "terminal.zh.svg"}
"""Language → its picture in docs/."""
COMMAND = ("preflight", "check", "fixtures/demo")
WIDTH = 118
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>A terminal: preflight check fixtures/demo</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px;
line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
<rect width="{width}" height="{height}" rx="8" fill="#0c0c0c" />
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def printed(language: str) -> str:
    """Return what the command prints on a terminal in a language, its colours as escapes."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(WIDTH), "PREFLIGHT_LANG": language}
    command = [sys.executable, "-m", *COMMAND]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=theirs, stderr=subprocess.DEVNULL) as running:
        os.close(theirs)
        parts = []
        try:
            while part := os.read(ours, 65536):
                parts.append(part)
        except OSError:  # so Linux says that the other end is closed
            pass
        running.wait()
    os.close(ours)
    return b"".join(parts).decode().replace("\r\n", "\n")


def picture(language: str) -> str:
    """Draw the terminal."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True, color_system="truecolor")
        console.print(Text.assemble(("$ ", "bold green"), " ".join(COMMAND)))
        console.print(Text.from_ansi(printed(language)))
        return console.export_svg(title=" ".join(COMMAND), theme=MONOKAI, code_format=FORMAT, unique_id="terminal")


def main() -> None:
    """Write docs/terminal.svg, and the same in Korean and Chinese."""
    for language, name in TARGETS.items():
        (ROOT / "docs" / name).write_text(picture(language), encoding="utf-8")


if __name__ == "__main__":
    main()
