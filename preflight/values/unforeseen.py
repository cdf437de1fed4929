"""Messages for unexpected exceptions: the error, its place in this program, and where to report it.

Such an error costs one file, never the run.
"""

import os
from pathlib import Path

from preflight.values.assets import printable
from preflight.values.phrase import phrase

HERE = Path(__file__).parent.parent
MOST_CHARACTERS = 200
"""Length of the quoted message, which may quote the file."""
NO_MEMORY = "needs more memory than there is"
REPORT = "this is a fault of preflight, please report it with this line"


def unforeseen(error: BaseException) -> str:
    """Format an unexpected exception: its type, its message and its place in this program."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    said = printable(" ".join(str(error).split()))[:MOST_CHARACTERS]
    name = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return phrase("met {q1} (at {q2}): {rest}", q1=name, q2=place_of(error), rest=REPORT)


def place_of(error: BaseException) -> str:
    """Return where this program raised an exception, as `probe/image.py:93`; prefer the note of another process."""
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
"""Prefix of the note that keeps the place."""


def with_place(error: Exception) -> Exception:
    """Add a note of where the exception was raised: pickling keeps notes and drops the traceback."""
    error.add_note(f"{NOTE}{place_of(error)}")
    return error
