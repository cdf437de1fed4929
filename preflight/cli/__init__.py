"""The command line: parse, call, render, exit status. It decides nothing.

Commands are loaded when they are called. Where one is going to look into files, the children that do so are started
before anything else is loaded, click included: they get ready meanwhile.
"""

import os
import sys
from contextlib import AbstractContextManager, nullcontext, suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, NoReturn

from preflight.errors import PreflightError
from preflight.system.signals import as_ctrl_c

if TYPE_CHECKING:
    from preflight.workers.process import Load

KEYS = frozenset({"EVOLINK_API_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
INTERRUPTED = 130
SIGNALLED = 128
"""What shells add to the number of a signal that ended a program."""
UNEXPECTED = 3
UNFORESEEN = "This is a fault of the program. PREFLIGHT_TRACE=1 shows where; nothing was judged."
GARBAGE = 50_000
"""Objects after which Python looks for garbage in circles."""
LOOKING = frozenset({"check", "probe", "fix", "new", "submit"})
"""Commands that look into files at once."""
FIRST: "dict[str, Load]" = {
    **dict.fromkeys(("mp4", "mov", "mkv", "webm", "mp3", "wav", "m4a", "flac"), "av"),
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "heic"), "pillow"),
}
"""Ending of a name → which libraries are needed first."""


def main() -> NoReturn:
    """Run the program.

    Loading makes many objects and next to no garbage, and what is left at the end the system takes back: looking for
    garbage in circles would take a twentieth of a short run.
    """
    import gc

    gc.set_threshold(GARBAGE)
    if not KEYS.isdisjoint(os.environ):
        from preflight.system.processes import keep_undumped

        keep_undumped()
    with as_ctrl_c() as came:
        try:
            with _children(sys.argv[1:]):
                status = copy_context().run(_spoken)
        except KeyboardInterrupt:  # before a command began, or after it ended
            status = INTERRUPTED
        gc.freeze()
    if came and status == INTERRUPTED:
        status = SIGNALLED + came[-1]
    sys.exit(status if isinstance(status, int) else 0)


def _children(arguments: list[str]) -> AbstractContextManager[object]:
    """Start what measures, for as long as the program runs, where it is going to be needed."""
    if not LOOKING.intersection(arguments[:1]):
        return nullcontext()
    begun, words = None, arguments[1:]
    files = [word for word in words if os.path.isfile(word)]  # noqa: PTH113 - any bytes may be a name
    if is_sure(words, files):
        from preflight.workers.forked import earliest

        with suppress(OSError):  # whoever needs it tries again, and says why it cannot be
            begun = earliest(needed(arguments[0], files))
    from preflight.workers.session import session

    return session(begun)


def is_sure(words: list[str], files: list[str]) -> bool:
    """Tell whether something is going to be measured: help is not asked for, and no cache is that knows it already."""
    if "_PREFLIGHT_COMPLETE" in os.environ or not {"--help", "-h"}.isdisjoint(words):
        return False
    return "--no-cache" in words or len(files) == 1


def needed(command: str, files: list[str]) -> "Load":
    """Guess which libraries are needed first as far as a glance tells; a file may be called what it is not."""
    if command in ("check", "probe") and len(files) == 1:
        return FIRST.get(files[0].rpartition(".")[2].lower(), "everything")
    return "everything"


def _spoken() -> object:
    """Run a command in the language of whoever calls, and return its exit status."""
    from preflight.cli.language import language_for
    from preflight.cli.settled import heed_settings, is_help
    from preflight.locale import speak

    speak(language_for(sys.argv[1:], os.environ))
    if is_help(sys.argv[1:]):
        heed_settings(sys.argv[1:], os.environ)
    return _run()


def _run() -> object:  # noqa: PLR0911 - an exit status for each kind of end
    """Run a command and return its exit status: the one place where an error becomes output and a status."""
    import click

    from preflight.cli.commands import root
    from preflight.cli.environment import trim_aloud
    from preflight.cli.language import show_error
    from preflight.cli.settled import heed_settings
    from preflight.cli.streams import open_streams
    from preflight.locale import localized

    try:
        open_streams()
        trim_aloud()
        return root.main(standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        heed_settings(sys.argv[1:], os.environ)
        show_error(error)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo(localized("interrupted"), err=True)
        return INTERRUPTED
    except PreflightError as error:
        return say(error)
    except SystemExit as ended:
        # click ends so after it completed words for a shell, with 0, and when nobody reads the output any more, with 1,
        # which would mean findings
        return UNEXPECTED if ended.code else 0
    except OSError as error:
        from preflight.cli.unforeseen import told

        return say(told(error))
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person never sees a traceback by default
        return unexpected(error)


def say(error: PreflightError) -> int:
    """Print an expected failure and return its exit status."""
    import click

    from preflight.report.remedies import message_of, said
    from preflight.values.assets import printable

    if error.__cause__ is not None:
        trace(error)
    click.echo(f"preflight: {printable(message_of(error))}", err=True)
    if error.excerpt is not None:
        from preflight.report.excerpt import excerpt_lines

        for words in excerpt_lines(error.excerpt):
            click.echo(words, err=True)
    if error.remedies:
        click.echo(printable(said(error.remedies)), err=True)
    return error.exit_code


def unexpected(error: Exception) -> int:
    """Print a failure that nobody foresaw; the trace only on request, for a report to us."""
    import click

    from preflight.locale import localized
    from preflight.values.assets import printable
    from preflight.values.phrase import phrase

    trace(error)
    words = phrase("unexpected {w}: {q}", w=type(error).__name__, q=printable(str(error)))
    click.echo(f"preflight: {localized(words)}", err=True)
    click.echo(localized(UNFORESEEN), err=True)
    return UNEXPECTED


def trace(error: Exception) -> None:
    """Print where an error comes from, if that was asked for."""
    import traceback

    import click

    if os.environ.get("PREFLIGHT_TRACE"):
        click.echo("".join(traceback.format_exception(error)), err=True)
