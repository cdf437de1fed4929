"""Who of several processes is still there: a name in, a lock that the system gives back when its process ends out."""

import fcntl
import os
import uuid
from pathlib import Path
from typing import IO


class Life:
    """This process's sign of life beside a file; nothing is made before `show` is called."""

    def __init__(self, path: Path) -> None:
        self.name = uuid.uuid4().hex
        self._path = path
        self._file: IO[bytes] | None = None

    def show(self) -> None:
        """Hold the lock from now on."""
        if self._file is None:
            file = os.fdopen(os.open(self._place(self.name), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file = file

    def end(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._place(self.name).unlink(missing_ok=True)
            self._file.close()
            self._file = None

    def is_over(self, name: str) -> bool:
        """Tell whether the process of this name has ended, and tidy up after it."""
        if name == self.name:
            return False
        path = self._place(name)
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            return True
        except BlockingIOError:
            return False
        return True

    def _place(self, name: str) -> Path:
        return self._path.with_name(f"{self._path.name}-alive-{name}")
