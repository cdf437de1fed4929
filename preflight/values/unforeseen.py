"""Words for what nobody foresaw: an exception in; what it was, where it was raised, and what to do about it out.

Such an error costs the one file at which it was met.
"""

import os
from pathlib import Path

from preflight.values.assets import printable

HERE = Path(__file__).parent.parent
MOST_CHARACTERS = 200
"""Of what an exception says: it may quote the file."""
NO_MEMORY = "needs more memory than there is"
REPORT = "this is a fault of preflight, please report it with this line"


def unforeseen(error: BaseException) -> str:
    """Return what is said of an exception that was met at a file: its kind, its words and its place in the program."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    said = printable(" ".join(str(error).split()))[:MOST_CHARACTERS]
    name = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return f"met {name} (at {place_of(error)}): {REPORT}"


def place_of(error: BaseException) -> str:
    """Return where in the program an exception was raised, as `probe/image.py:93`; noted before it crossed a border."""
    notes: list[str] = getattr(error, "__notes__", [])
    noted = next((note for note in notes if note.startswith(NOTE)), None)
    if noted:
        return noted.removeprefix(NOTE)
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(HERE)]
    if not ours:
        return f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "an unknown place"  # noqa: PTH119 - `<string>` is no path
    return f"{Path(ours[-1].filename).relative_to(HERE).as_posix()}:{ours[-1].lineno}"


NOTE = "raised at "
"""How the note begins that keeps an exception's place."""


def noting_where(error: Exception) -> Exception:
    """Return an exception with a note of where it was raised, which pickling keeps and a traceback it does not."""
    error.add_note(f"{NOTE}{place_of(error)}")
    return error
