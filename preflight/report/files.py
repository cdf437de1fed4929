"""Write reports to files: whole files under their names, or none.

Only a report of an earlier run may be replaced, for it can be made again.
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
from preflight.values.phrase import joined, phrase

HEAD_BYTES = 1 << 16
"""Bytes read to recognise a report; longer than any name in one."""


class Output(msgspec.Struct, frozen=True):
    """A file to write."""

    format_name: str
    path: Path
    """As given."""
    target: Path
    """Real path, links resolved."""
    begins: bytes
    """Pattern of files that it may replace."""
    option: str = "--output"
    """Option that asked for it."""

    def __str__(self) -> str:
        """Format option and file, printable."""
        return f"{self.option} {printable(str(self.path))}"


def read_outputs(
    words: Iterable[str],
    inputs: Sequence[str] = (),
    *,
    option: str = "--output",
    formats: Mapping[str, ReportFormat] = FORMATS,
) -> list[Output]:
    """Parse `FILE` or `FORMAT:FILE`, and refuse what must not or cannot be written.

    Args:
        words: as given.
        inputs: files to read, which must not be replaced.
        option: the option they were given to.
        formats: formats allowed.

    Raises:
        CallError: the extension names no format, an existing file is no report or an input, or a file is named twice.
    """
    outputs: list[Output] = []
    for word in words:
        output = _read(word, option, formats)
        reason = unfit(output, inputs)
        if any(_same(output.target, other.target) for other in outputs):
            reason = "two reports cannot be one file"
        if reason:
            raise CallError(
                phrase("{q}: {fault}", q=str(output), fault=reason), advice="Name another file; nothing was measured."
            )
        outputs.append(output)
    return outputs


def _read(word: str, option: str, formats: Mapping[str, ReportFormat]) -> Output:
    format_name, colon, path = word.partition(":")
    if not colon or format_name not in formats:
        path, extension = word, Asset(path=word).suffix
        format_name = next((name for name, one in formats.items() if extension in one.endings), "")
    if not format_name:
        known = joined(f".{extension}" for one in formats.values() for extension in one.endings)
        begins = joined(f"{name}:" for name in formats)
        advice = phrase("Endings: {l1}. Or say it in front: {l2}", l1=known, l2=begins)
        words = phrase("{w} {q}: its ending does not say what it is to be", w=option, q=printable(word))
        raise CallError(words, advice=advice)
    try:
        return Output(format_name, Path(path), Path(os.path.realpath(path)), formats[format_name].begins, option)
    except (OSError, ValueError) as error:
        raise CallError(
            phrase("{w} {q}: {why}", w=option, q=printable(path), why=getattr(error, "strerror", None) or str(error))
        ) from None


def unfit(output: Output, inputs: Sequence[str] = ()) -> str:
    """Say why an output must not be written; empty where it may."""
    target = output.target
    if not target.parent.is_dir():
        return "there is no such folder"
    if any(_same(target, Path(path)) for path in inputs):
        return "is itself to be checked"
    if kind := SUFFIX_KINDS.get(target.suffix.removeprefix(".").lower()):
        return phrase("its ending is one of {kind} files", kind=kind)
    return _occupied(target, output) if os.path.lexists(target) else ""


def _occupied(target: Path, output: Output) -> str:
    """Say why an existing file must not be replaced; empty where it may."""
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
        return phrase("exists, and is no {w} report that may be replaced", w=output.format_name)
    return "" if os.access(target, os.W_OK) else "exists, and may not be written"


def _same(one: Path, other: Path) -> bool:
    """Tell whether two paths are one file, through any links."""
    with suppress(OSError, ValueError):
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


class PendingFile:
    """A file under a temporary name; on a write fault the run goes on without it."""

    def __init__(self, output: Output, stream: TextIO) -> None:
        self.output, self.fault = output, ""
        self._stream = stream
        self._whole = False

    def fill(self, pieces: Iterable[str]) -> None:
        """Write the whole content to disk."""
        with self._kept():
            self._stream.writelines(pieces)
            self._finish()

    def _finish(self) -> None:
        self._stream.flush()
        self._whole = True

    def settle(self, temporary: Path) -> None:
        """Rename a complete file to its target, checked once more."""
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


class PendingReport(PendingFile):
    """A report to a file."""

    def __init__(self, output: Output, header: Header, stream: TextIO) -> None:
        super().__init__(output, stream)
        self._writer: Writer = open_writer(output.format_name, header, stream)

    def begin(self) -> None:
        """Write what precedes the first asset."""
        with self._kept():
            self._writer.begin()

    def asset(self, judged: Judged) -> None:
        """Write one asset."""
        if not self.fault:
            try:
                self._writer.asset(judged)
            except OSError as error:
                self._lose(error)

    def end(self, summary: Summary) -> None:
        """Write the rest to disk."""
        if not self.fault:
            with self._kept():
                self._writer.end(summary)
                self._finish()


F = TypeVar("F", bound=PendingFile)


def drafts(outputs: Iterable[Output], header: Header) -> AbstractContextManager[list[PendingReport]]:
    """Open a pending report for each output; see `opened`."""
    return opened(outputs, lambda output, stream: PendingReport(output, header, stream))


def pending_files(outputs: Iterable[Output]) -> AbstractContextManager[list[PendingFile]]:
    """Open a pending file for each output; one left unfilled gets no name.

    Raises:
        NotDone: a file cannot be made, or not be written completely.
    """
    return opened(outputs, PendingFile)


@contextmanager
def opened(outputs: Iterable[Output], make: Callable[[Output, TextIO], F]) -> Iterator[list[F]]:
    """Open a temporary file for each output; commit the complete ones at the end of the block.

    A partial file never gets its name, and one fault does not stop the others.

    Raises:
        NotDone: a file cannot be made, or not be written completely.
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
        said = joined(
            (phrase("{q}: cannot be written: {why}", q=str(draft.output), why=draft.fault) for draft in failed), "; "
        )
        raise NotDone(said, advice="Is there room? Nothing was left under that name.")


def _open(output: Output, temporary: Path) -> TextIO:
    try:
        stream = temporary.open("x", encoding="utf-8", newline="")
    except OSError as error:
        raise NotDone(phrase("{q}: cannot be written: {why}", q=output, why=error.strerror or error)) from None
    hold(stream.fileno())
    return stream
