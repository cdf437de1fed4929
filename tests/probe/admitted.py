"""Files of bytes made up for a test: measured, or refused in words."""

from pathlib import Path

from tests.specimens import media, probed


def content(name: str) -> bytes:
    return Path(media(name)).read_bytes()


def fault_of(whole: bytes, folder: Path, name: str = "clip.mp4") -> str:
    """Return the words of the fault of these bytes, which must be that nothing can be read."""
    path = folder / name
    path.write_bytes(whole)
    fault = probed(path).fault
    assert fault
    assert fault.kind == "unreadable", fault
    return fault.message


def facts_of(whole: bytes, folder: Path, name: str = "clip.mp4") -> object:
    path = folder / name
    path.write_bytes(whole)
    found = probed(path)
    assert found.fault is None, found.fault
    return found.facts
