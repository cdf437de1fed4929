"""Reports in files: what was asked for in; whole files under their names out, or nothing under them.

A report of an earlier run may be replaced, for it can be made again; nothing else is.
"""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TextIO, TypeVar

import msgspec

from preflight.errors import CallError, NotDone
from preflight.files.atomic import TEMPORARY, commit_over, draft_folder, hold, remove
from preflight.probe import open_without_waiting
from preflight.report import FORMATS, Header, ReportFormat, Summary, Writer, open_writer
from preflight.system.files import READ
from preflight.values.assets import SUFFIX_KINDS, Asset, printable
from preflight.values.findings import Judged

HEAD_BYTES = 1 << 16
"""How much of a file is read to tell whether it is a report; longer than any name in one."""


class Output(msgspec.Struct, frozen=True):
    """A file to be written."""

    format_name: str
    path: Path
    """As it was given."""
    target: Path
    """Where it lies, links followed."""
    begins: bytes
    """Pattern of how the files begin of which it may replace one."""
    option: str = "--output"
    """What it was asked for by."""

    def __str__(self) -> str:
        """Return the option and the file, as they may be shown."""
        return f"{self.option} {printable(str(self.path))}"


def read_outputs(
    words: Iterable[str],
    inputs: Sequence[str] = (),
    *,
    option: str = "--output",
    formats: Mapping[str, ReportFormat] = FORMATS,
) -> list[Output]:
    """Read `FILE` or `DRESS:FILE`, and refuse what must not or cannot be written.

    Args:
        words: as they were given.
        inputs: files that are read, none of which may be replaced.
        option: what they were given to.
        formats: what such a file may be.

    Raises:
        CallError: the ending names no dress, what stands there is no report or is to be checked, or is named twice.
    """
    outputs: list[Output] = []
    for word in words:
        output = _read(word, option, formats)
        reason = unfit(output, inputs)
        if any(_same(output.target, other.target) for other in outputs):
            reason = "two reports cannot be one file"
        if reason:
            raise CallError(f"{output}: {reason}", advice="Name another file; nothing was measured.")
        outputs.append(output)
    return outputs


def _read(word: str, option: str, formats: Mapping[str, ReportFormat]) -> Output:
    format_name, colon, path = word.partition(":")
    if not colon or format_name not in formats:
        path, ending = word, Asset(path=word).suffix
        format_name = next((name for name, one in formats.items() if ending in one.endings), "")
    if not format_name:
        known = ", ".join(f".{ending}" for one in formats.values() for ending in one.endings)
        advice = f"Endings: {known}. Or say it in front: {', '.join(f'{name}:' for name in formats)}"
        raise CallError(f"{option} {printable(word)}: its ending does not say what it is to be", advice=advice)
    try:
        return Output(format_name, Path(path), Path(os.path.realpath(path)), formats[format_name].begins, option)
    except (OSError, ValueError) as error:
        raise CallError(f"{option} {printable(path)}: {getattr(error, 'strerror', None) or error}") from None


def unfit(output: Output, inputs: Sequence[str] = ()) -> str:
    """Return why an output may not be written: what belongs or stands there is no report of its dress. Else nothing."""
    target = output.target
    if not target.parent.is_dir():
        return "there is no such folder"
    if any(_same(target, Path(path)) for path in inputs):
        return "is itself to be checked"
    if kind := SUFFIX_KINDS.get(target.suffix.removeprefix(".").lower()):
        return f"its ending is one of {kind} files"
    return _occupied(target, output) if os.path.lexists(target) else ""


def _occupied(target: Path, output: Output) -> str:
    """Return why what stands there may not be replaced, or nothing."""
    try:
        descriptor = open_without_waiting(str(target), READ)
    except OSError as error:
        return error.strerror or str(error)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            return "is a folder" if stat.S_ISDIR(mode) else "is no regular file"
        head = os.read(descriptor, HEAD_BYTES)
    finally:
        os.close(descriptor)
    if head and not re.match(output.begins, head, re.DOTALL):
        return f"exists, and is no {output.format_name} report that may be replaced"
    return "" if os.access(target, os.W_OK) else "exists, and may not be written"


def _same(one: Path, other: Path) -> bool:
    """Tell whether two paths are one file, by whatever links."""
    with suppress(OSError, ValueError):
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


class PendingFile:
    """A file on its way to its name. When it cannot be written any more, the run goes on without it."""

    def __init__(self, output: Output, stream: TextIO) -> None:
        self.output, self.fault = output, ""
        self._stream = stream
        self._whole = False

    def fill(self, pieces: Iterable[str]) -> None:
        """Write all that it is to hold, and put it on the disk."""
        with self._kept():
            self._stream.writelines(pieces)
            self._finish()

    def _finish(self) -> None:
        self._stream.flush()
        self._whole = True

    def settle(self, temporary: Path) -> None:
        """Give the file its name, if it is whole; what stands there by now is looked at once more."""
        with suppress(OSError):
            self._stream.close()
        if self._whole:
            self.fault = unfit(self.output)
        if self._whole and not self.fault:
            with self._kept():
                commit_over(temporary, self.output.target)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._lose(error)

    def _lose(self, error: OSError) -> None:
        self.fault = error.strerror or str(error)


class Draft(PendingFile):
    """A report of verdicts on its way to a file."""

    def __init__(self, output: Output, header: Header, stream: TextIO) -> None:
        super().__init__(output, stream)
        self._writer: Writer = open_writer(output.format_name, header, stream)

    def begin(self) -> None:
        """Write what stands before the first asset."""
        with self._kept():
            self._writer.begin()

    def asset(self, judged: Judged) -> None:
        """Write one asset."""
        if not self.fault:
            try:
                self._writer.asset(judged)
            except OSError as error:
                self._lose(error)

    def end(self, ending: Summary) -> None:
        """Write the rest, and put it on the disk."""
        if not self.fault:
            with self._kept():
                self._writer.end(ending)
                self._finish()


F = TypeVar("F", bound=PendingFile)


def drafts(outputs: Iterable[Output], header: Header) -> AbstractContextManager[list[Draft]]:
    """Open a report of verdicts for each output; else as `pending_files`."""
    return opened(outputs, lambda output, stream: Draft(output, header, stream))


def pending_files(outputs: Iterable[Output]) -> AbstractContextManager[list[PendingFile]]:
    """Open a file for each output, which is to be filled; one that is not gets no name.

    Raises:
        NotDone: a file cannot be made, or could not be written to its end.
    """
    return opened(outputs, PendingFile)


@contextmanager
def opened(outputs: Iterable[Output], make: Callable[[Output, TextIO], F]) -> Iterator[list[F]]:
    """Open a file under a temporary name for each output, and give it its name when all is written.

    Nothing half-written stands under a name, whatever happens in between. One that fails does not stop the others.

    Raises:
        NotDone: a file cannot be made, or could not be written to its end.
    """
    going: list[tuple[F, Path]] = []
    try:
        for output in outputs:
            temporary = draft_folder(output.target.parent) / f"{TEMPORARY}{os.urandom(8).hex()}.part"
            going.append((make(output, _open(output, temporary)), temporary))
        yield [draft for draft, _ in going]
    finally:
        for draft, temporary in going:
            draft.settle(temporary)
            remove(temporary)
    if failed := [draft for draft, _ in going if draft.fault]:
        said = "; ".join(f"{draft.output}: cannot be written: {draft.fault}" for draft in failed)
        raise NotDone(said, advice="Is there room? Nothing was left under that name.")


def _open(output: Output, temporary: Path) -> TextIO:
    try:
        stream = temporary.open("x", encoding="utf-8", newline="")
    except OSError as error:
        raise NotDone(f"{output}: cannot be written: {error.strerror or error}") from None
    hold(stream.fileno())
    return stream
