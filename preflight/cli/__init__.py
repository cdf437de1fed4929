"""The command line: parse, call, render, exit status. It decides nothing.

Commands are loaded when they are called, so `preflight --help` costs no more than click itself.
"""

import importlib
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from preflight import __version__
from preflight.cli.streams import open_streams
from preflight.errors import PreflightError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "check": "Judge files, folders or a request against the documented limits.",
    "probe": "Measure files and print the facts, without a verdict.",
    "fix": "Show what would mend the findings, ask, do it, and measure again.",
    "watch": "Judge files as they arrive in a folder, and move each to where it belongs.",
    "prompt": "List the documented phrasings, with the numbers of a request's assets.",
    "submit": "Check a request, price it, upload its assets and submit it, once.",
    "task": "See, wait for and download what was submitted.",
    "callback": "Receive the service's callbacks, and believe none before asking it.",
    "explain": "Explain a rule: what it checks, why, and what to do.",
    "rules": "List every rule.",
    "profiles": "List the editions of the limits, or show one.",
    "sandbox": "Run the service on this machine, to try things against.",
    "doctor": "Say what is installed, what is missing, and what to do.",
    "completion": "Print the script by which a shell completes commands and options.",
}
INTERRUPTED = 130
UNEXPECTED = 3
GARBAGE = 50_000
"""Objects after which Python looks for garbage in circles."""


class Commands(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command's module; each holds a function named `command`."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"preflight.cli.{cmd_name}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete the name of a command without importing the commands."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem

        return [CompletionItem(name, help=words) for name, words in COMMANDS.items() if name.startswith(incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="preflight")
def root() -> None:
    """Measure, judge, mend and submit reference media for video generation.

    Exit status: 0 clean or done, 1 findings, 2 the call is wrong, 3 something could not be judged or done, 4 the
    service refused, 5 the outcome of a submission is unknown, 130 interrupted.

    \b
    Example: preflight check footage/
    """  # noqa: D301 - \b is click's mark for lines to keep


def main() -> NoReturn:
    """Run the program: the one place where an error becomes output and an exit status.

    Loading makes many objects and next to no garbage, and what is left at the end the system takes back: looking for
    garbage in circles would take a twentieth of a short run.
    """
    import gc

    gc.set_threshold(GARBAGE)
    try:
        open_streams()
        status = root.main(standalone_mode=False)
    except click.exceptions.Exit as exit_:
        status = exit_.exit_code
    except click.ClickException as error:
        error.show()
        status = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        status = INTERRUPTED
    except PreflightError as error:
        status = say(error)
    except SystemExit as ended:
        # click ends so after it completed words for a shell, with 0, and when nobody reads the output any more, with 1,
        # which would mean findings
        status = UNEXPECTED if ended.code else 0
    except OSError as error:
        from preflight.cli.unforeseen import told

        status = say(told(error))
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person never sees a traceback by default
        status = unexpected(error)
    gc.freeze()
    sys.exit(status if isinstance(status, int) else 0)


def say(error: PreflightError) -> int:
    """Print an expected failure and return its exit status."""
    from preflight.assets import printable

    click.echo(f"preflight: {printable(error.message)}", err=True)
    if error.advice:
        click.echo(printable(error.advice), err=True)
    return error.exit_code


def unexpected(error: Exception) -> int:
    """Print a failure that nobody foresaw; the trace only on request, for a report to us."""
    import os
    import traceback

    from preflight.assets import printable

    if os.environ.get("PREFLIGHT_TRACE"):
        click.echo("".join(traceback.format_exception(error)), err=True)
    click.echo(f"preflight: unexpected {type(error).__name__}: {printable(str(error))}", err=True)
    click.echo("This is a fault of the program. PREFLIGHT_TRACE=1 shows where; nothing was judged.", err=True)
    return UNEXPECTED
