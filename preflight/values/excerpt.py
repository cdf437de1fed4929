"""The line of a text file at which reading it failed, as a person may be shown it."""

import msgspec

LONGEST = 100
"""Characters of a line that are shown."""


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a file, and the place in it."""

    line: int
    """Number of the line, from 1."""
    column: int
    """Number of the character, from 1; one past the end where something is missing there."""
    text: str
    """The line without its ending."""
    corrected: str | None = None
    """The line as it could be read; None where that is not known."""

    @property
    def around(self) -> "Excerpt":
        """The same place in as much of the line as fits a terminal."""
        if len(self.text) <= LONGEST:
            return self
        first = min(max(self.column - 1 - LONGEST // 2, 0), len(self.text) - LONGEST)
        return Excerpt(line=self.line, column=self.column - first, text=self.text[first : first + LONGEST])
