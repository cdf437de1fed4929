"""Write the generated parts of README.md and the manual: rules, limits, samples of reports. `--check` only compares.

A part stands between `<!-- NAME -->` and `<!-- end NAME -->`; what stands there is replaced, nothing else is touched.
"""

import contextlib
import io
import sys
from pathlib import Path

from preflight.flow.check import check_assets
from preflight.profiles import edition_for, load, names
from preflight.profiles.entries import Entry, entries
from preflight.profiles.index import INDEX, made_index, written
from preflight.report import FORMATS, Header, open_writer, write_report
from preflight.rules import RULES
from preflight.values.assets import Asset

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGE = DOCS / "models.md"
EXTRACT = (
    "seedance-2.0-reference-to-video",
    "seedance-2.5-reference-to-video",
    "minimax-h3-reference-to-video",
    "wan3.0-reference-video",
    "kling-o3-reference-to-video",
)
EXTRACT_PLACES = (
    *("image.count", "image.format", "image.side_px", "image.bytes"),
    *("video.count", "video.duration_s", "video.total_duration_s", "video.side_px", "video.bytes"),
    "audio.duration_s",
)
UNSHOWN = ("default_model", "service", "output")
WIDTH = 100
SAMPLE = Asset(path="fixtures/demo/drive.mov")
SAMPLE_LINES = 7


def rules_table() -> str:
    """Return every rule with what it says and the limit it judges by."""
    rows = ["| rule | reported when | limit |", "|---|---|---|"]
    rows += [f"| `{rule.id}` | {rule.what} | {f'`{rule.limit}`' if rule.limit else ''} |" for rule in RULES.values()]
    return "\n".join(rows)


def limits_table() -> str:
    """Return the limits that differ most, for a model of each family; the page of the manual has them all."""
    profiles = [load(edition_for(name)) for name in EXTRACT]
    rows = [f"| limit | {' | '.join(EXTRACT)} |", f"|---|{'---|' * len(profiles)}"]
    for place in EXTRACT_PLACES:
        cells = [limit_cell(entries(profile)[place]) for profile in profiles]
        rows.append(f"| `{place}` | {' | '.join(cells)} |")
    return "\n".join(rows)


def models_page() -> str:
    """Return the page of the manual that has the limits of every model, by edition."""
    lines = [
        "# Limits by model",
        "",
        "Made from the shipped editions by `scripts/docs.py`. A dash: the documents give no such limit.",
    ]
    lines += [
        "`in doubt` marks what they do not settle: breaking it is a warning. Sources: `preflight profiles NAME`.",
        "",
    ]
    for name in names():
        profile = load(name)
        lines += [f"## {name}", "", f"{profile.title}. Models: {', '.join(f'`{one}`' for one in profile.models)}.", ""]
        model = profile.models[profile.default_model]
        lines += [f"Source: {model.source}; read {model.read}.", ""]
        found = {place: entry for place, entry in entries(profile).items() if entry and place not in UNSHOWN}
        lines += ["| limit | value |", "|---|---|"]
        lines += [f"| `{place}` | {cell(entry)} |" for place, entry in found.items() if not place.startswith("price")]
        lines.append("")
    return "\n".join(lines)


def cell(entry: Entry) -> str:
    """Return all that a limit says, fit for a table."""
    return entry.words.replace("|", ", ")


def limit_cell(entry: Entry | None) -> str:
    """Return a limit's short form."""
    return entry.words.split(";", 1)[0].replace("|", ", ") if entry else "-"


def report_samples() -> str:
    """Return how each report looks, for one shipped clip; long lines and long reports are cut."""
    profile, parts = load(), []
    with contextlib.chdir(ROOT):
        for format_name in (name for name in FORMATS if name not in ("text", "html")):
            out = io.StringIO()
            write_report([open_writer(format_name, Header(profile=profile.name), out)], check_assets([SAMPLE], profile))
            lines = out.getvalue().splitlines()
            shown = [line if len(line) <= WIDTH else f"{line[:WIDTH]} ..." for line in lines[:SAMPLE_LINES]]
            shown += ["..."] if len(lines) > SAMPLE_LINES else []
            told = "\n".join(shown)
            parts.append(f"```text\n$ preflight check {SAMPLE.path} --format {format_name}\n{told}\n```")
    return "\n\n".join(parts)


PARTS = {
    ROOT / "README.md": {"limits": limits_table},
    DOCS / "rules.md": {"rules": rules_table},
    DOCS / "pipeline.md": {"reports": report_samples},
}
"""File → its generated parts."""


def renewed(path: Path) -> str:
    """Return a file's text with each of its generated parts written anew."""
    text = path.read_text(encoding="utf-8")
    for name, make in PARTS[path].items():
        begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
        if begin not in text or end not in text:
            raise SystemExit(f"{path.name}: no place for {name}: {begin} ... {end}")
        before, rest = text.split(begin, 1)
        after = rest.split(end, 1)[1]
        text = f"{before}{begin}\n\n{make()}\n\n{end}{after}"
    return text


def files() -> dict[Path, str]:
    """Return every file that is made, or holds parts that are, as it should be."""
    made = {INDEX: written(made_index()).decode(), PAGE: models_page()}
    return made | {path: renewed(path) for path in PARTS}


def main() -> None:
    """Write the generated parts, the page of the models and the index of the editions, or compare them."""
    for path, new in files().items():
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if "--check" in sys.argv[1:] and new != old:
            sys.exit(f"{path.name} is not up to date: run `make docs`")
        path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
