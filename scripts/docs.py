"""Write the generated parts of README.md: rules, limits, commands' help, samples of reports. `--check` only compares.

A part stands between `<!-- NAME -->` and `<!-- end NAME -->`; what stands there is replaced, nothing else is touched.
"""

import contextlib
import io
import sys
from pathlib import Path

import click

from preflight.cli.commands import COMMANDS, root
from preflight.flow.check import check_assets
from preflight.profiles import load, names
from preflight.profiles.entries import Entry, entries
from preflight.report import FORMATS, Header, open_writer, write_report
from preflight.rules import RULES
from preflight.values.assets import Asset
from preflight.values.limits import Count, OneOf, Range

README = Path(__file__).parent.parent / "README.md"
FAMILIES = ("image", "video", "audio", "request")
WIDTH = 100
SAMPLE = Asset(path="fixtures/demo/drive.mov")
SAMPLE_LINES = 7


def rules_table() -> str:
    """Return every rule with what it says and the limit it judges by."""
    rows = ["| rule | reported when | limit |", "|---|---|---|"]
    rows += [f"| `{rule.id}` | {rule.what} | {f'`{rule.limit}`' if rule.limit else ''} |" for rule in RULES.values()]
    return "\n".join(rows)


def limits_table() -> str:
    """Return the limits of every shipped edition side by side; a dash where its documents give none."""
    profiles = [load(name) for name in names()]
    rows = [f"| limit | {' | '.join(p.name for p in profiles)} |", f"|---|{'---|' * len(profiles)}"]
    for family in FAMILIES:
        for key in getattr(profiles[0], family).__struct_fields__:
            if isinstance(getattr(getattr(profiles[0], family), key), Count | OneOf | Range):
                cells = [limit_cell(entries(profile)[f"{family}.{key}"]) for profile in profiles]
                rows.append(f"| `{family}.{key}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def limit_cell(entry: Entry | None) -> str:
    """Return a limit's short form."""
    return entry.words.split(";", 1)[0].replace("|", ", ") if entry else "-"


def command_help() -> str:
    """Return what `--help` prints, for the program and for each command."""
    parts = []
    for name in ("", *COMMANDS):
        command = root.get_command(click.Context(root), name) if name else root
        if command is None:
            raise SystemExit(f"no command {name}")
        title = f"preflight {name}".strip()
        context = click.Context(command, info_name=title, terminal_width=WIDTH, max_content_width=WIDTH)
        parts.append(f"```text\n$ {title} --help\n{command.get_help(context)}\n```")
    return "\n\n".join(parts)


def report_samples() -> str:
    """Return how each report looks, for one shipped clip; long lines and long reports are cut."""
    profile, parts = load(), []
    with contextlib.chdir(README.parent):
        for format_name in (name for name in FORMATS if name not in ("text", "html")):
            out = io.StringIO()
            write_report([open_writer(format_name, Header(profile=profile.name), out)], check_assets([SAMPLE], profile))
            lines = out.getvalue().splitlines()
            shown = [line if len(line) <= WIDTH else f"{line[:WIDTH]} ..." for line in lines[:SAMPLE_LINES]]
            shown += ["..."] if len(lines) > SAMPLE_LINES else []
            told = "\n".join(shown)
            parts.append(f"```text\n$ preflight check {SAMPLE.path} --format {format_name}\n{told}\n```")
    return "\n\n".join(parts)


PARTS = {"rules": rules_table, "limits": limits_table, "help": command_help, "reports": report_samples}


def renewed(text: str) -> str:
    """Return the text with every generated part written anew."""
    for name, make in PARTS.items():
        begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
        if begin not in text or end not in text:
            raise SystemExit(f"README.md: no place for {name}: {begin} ... {end}")
        before, rest = text.split(begin, 1)
        after = rest.split(end, 1)[1]
        text = f"{before}{begin}\n\n{make()}\n\n{end}{after}"
    return text


def main() -> None:
    """Write README.md, or compare it."""
    old = README.read_text(encoding="utf-8")
    new = renewed(old)
    if "--check" in sys.argv[1:]:
        sys.exit("README.md is not up to date: run `make docs`" if new != old else 0)
    README.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
