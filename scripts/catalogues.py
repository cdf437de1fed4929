"""Compile the catalogues: `preflight/locale/*/LC_MESSAGES/preflight.po` in, the `.mo` beside each out.

With `--check` nothing is written; the exit status is 1 where a `.mo` does not agree with its `.po`.
"""

import io
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parents[1] / "preflight" / "locale"


def compiled(path: Path) -> bytes:
    """Compile a catalogue; raise ValueError where a message is fuzzy or without translation."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parent.parent.name)
    wrong = [str(one.id) for one in catalog if one.id and (one.fuzzy or not one.string)]
    if wrong:
        msg = f"{path}: fuzzy or without translation: {', '.join(wrong)}"
        raise ValueError(msg)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Write or check every catalogue; return the exit status."""
    stale = []
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/*.po")):
        content, target = compiled(path), path.with_suffix(".mo")
        if target.exists() and target.read_bytes() == content:
            continue
        stale.append(str(target))
        if "--check" not in arguments:
            target.write_bytes(content)
    if stale and "--check" in arguments:
        sys.stderr.write(f"stale, run scripts/catalogues.py: {', '.join(stale)}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
