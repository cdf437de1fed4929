"""Refuse paths that are missing or hold no medium."""

import os
import stat
from typing import NoReturn

from preflight.errors import CallError
from preflight.values.assets import Asset, printable, unsupported
from preflight.values.phrase import joined, phrase
from preflight.values.remedy import Remedy

MOST_NAMES = 5000
"""Names of a folder among which the nearest is looked for."""


def refuse_absent(path: str, *, folder: bool) -> None:
    """Refuse a missing path.

    Raises:
        CallError: it does not exist, or is neither a file nor, where allowed, a folder.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - any bytes may be a name
    except (OSError, ValueError) as error:
        if why := unsupported(path):
            raise CallError(why) from None
        fault = phrase("{q}: {fault}", q=printable(path), fault=getattr(error, "strerror", None) or str(error))
        raise CallError(fault, advice=_nearest(path) if isinstance(error, FileNotFoundError) else "") from None
    if not (stat.S_ISREG(mode) or (folder and stat.S_ISDIR(mode))):
        words = "{q}: is neither a file nor a folder" if folder else "{q}: is not a file"
        raise CallError(phrase(words, q=printable(path)))


def _nearest(path: str) -> str:
    """Name what lies in the folder of a missing path and is nearly called so; empty where nothing is."""
    import difflib
    import itertools

    folder, name = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            found = {entry.name.casefold(): entry.name for entry in itertools.islice(entries, MOST_NAMES)}
    except (OSError, ValueError):
        return phrase("There is no folder {q}.", q=printable(folder)) if folder else ""
    whole = [one for low, one in found.items() if name and low.startswith(f"{name.casefold()} ")]
    if whole:
        return phrase("A name with blanks stands in quotation marks: {q}.", q=repr(printable(min(whole))))
    near = difflib.get_close_matches(name.casefold(), found, n=3, cutoff=0.6)
    return phrase("Nearest: {l}.", l=joined(printable(found[one]) for one in near)) if near else ""


def refuse_unfit(path: str) -> None:
    """Refuse what is not judged by itself, or is not there.

    Raises:
        CallError: it is a web page's URL or no address of an object, does not exist, or is neither a file nor a folder.
    """
    if Asset(path=path).is_object:
        from preflight.objects.address import parse

        parse(path)
        return
    if Asset(path=path).is_url and not os.path.lexists(path):
        words = phrase("{q}: a URL is judged as part of a request", q=printable(path))
        raise CallError(words, advice=Remedy("judge-in-request"))
    refuse_absent(path, folder=True)


def nothing(passed_over: int = 0) -> NoReturn:
    """Refuse a run without media: an empty folder is not clean."""
    said = "no picture, clip or sound found"
    advice = "Nothing was judged; is this the right folder?"
    if not passed_over:
        raise CallError(said, advice=advice)
    words = "{n} file passed over as no media" if passed_over == 1 else "{n} files passed over as no media"
    raise CallError(joined([said, phrase(words, n=f"{passed_over:,}")], "; "), advice=advice)
