"""Files beside a report that a person names: where they may be, and how they are replaced."""

from pathlib import Path

from preflight.errors import CallError, NotDone
from preflight.values.assets import SUFFIX_KINDS, printable
from preflight.values.phrase import phrase


def refuse_place(path: Path) -> None:
    """Refuse, before any work, a file that cannot be written or is named like a medium.

    Raises:
        CallError: it is.
    """
    name = printable(str(path))
    if path.suffix.removeprefix(".").lower() in SUFFIX_KINDS:
        raise CallError(phrase("{q}: is named like a picture, clip or sound", q=name))
    if not path.absolute().parent.is_dir():
        raise CallError(phrase("{q}: there is no such folder", q=name))


def replace_file(path: Path, text: str) -> None:
    """Write a file so that whoever reads it sees the old one or the new one, and never a part.

    Raises:
        NotDone: it cannot be written; the old one is as it was.
    """
    from preflight.files.atomic import replace

    try:
        replace(path, text.encode())
    except NotDone as error:
        raise NotDone(
            phrase("{q}: cannot be written: {why}", q=printable(str(path)), why=error.message), advice=error.remedies
        ) from None
