"""The group of commands; each is imported when it is called, so `preflight --help` costs no more than click itself."""

import importlib
from typing import TYPE_CHECKING

import click

from preflight._version import __version__
from preflight.cli.language import with_language
from preflight.errors import CallError
from preflight.locale import localized
from preflight.values.phrase import any_of, phrase

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

GROUPS = {
    "Look": {
        "check": "Judge files, folders or a request against the documented limits.",
        "probe": "Measure files and print the facts, without a verdict.",
        "report": "Sum up the verdicts of many assets: by rule, by folder, worst first.",
        "where": "Say which models take files as they are, after which fix, or never.",
    },
    "Mend": {
        "fix": "Show what would mend the findings, ask, do it, and measure again.",
        "ui": "Open a page in the browser: drop files, see, trim, fix, describe, send.",
    },
    "Send": {
        "new": "Write a request.toml of files: roles, shared seconds, a prompt to fill in.",
        "prompt": "List the documented phrasings, with the numbers of a request's assets.",
        "submit": "Check a request, price it, upload its assets and submit it, once.",
        "task": "See, wait for and download what was submitted.",
        "callback": "Receive the service's callbacks, and believe none before asking it.",
    },
    "Serve": {
        "serve": "Stand between programs and the service: check, mend, send once.",
        "mcp": "Serve the same as tools for agents, by the Model Context Protocol.",
        "watch": "Judge files as they arrive in a folder, and move each to where it belongs.",
        "sandbox": "Run the service on this machine, to try things against.",
    },
    "Know": {
        "explain": "Explain a rule: what it checks, why, and what to do.",
        "rules": "List every rule.",
        "models": "List every model: its limits, their sources, its price, what changed.",
        "profiles": "List the editions of the limits, or show one.",
        "schema": "Print the JSON Schema of what a command prints or reads.",
        "doctor": "Say what is installed, what is missing, and what to do.",
        "completion": "Print the script by which a shell completes commands and options.",
    },
}
"""What a person wants → the commands for it, in the order in which they are met."""
COMMANDS = {name: words for group in GROUPS.values() for name, words in group.items()}
FIRST_STEPS = """\
preflight check footage/    says what is wrong with files, and `preflight fix footage/` mends it.
preflight ui                opens a page for all of it in the browser.
preflight --help            lists everything else.\
"""
"""What to type next, for whoever types the name alone."""
WRONG_CALL = 2


class Commands(click.Group):
    """A group whose commands are imported when they are needed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Say what to type next where nothing was typed."""
        if not args and not ctx.resilient_parsing:
            click.echo(localized(FIRST_STEPS), err=True)
            ctx.exit(WRONG_CALL)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """List the commands in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command's module; each holds a function named `command`."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"preflight.cli.{cmd_name}").command
        return with_language(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is typed; lead on from what is none.

        Raises:
            CallError: there is no such command.
        """
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        import os
        import sys

        from preflight.cli.settled import heed_settings
        from preflight.values.assets import printable

        heed_settings(sys.argv[1:], os.environ)
        raise CallError(phrase("{w}: no such command", w=printable(name)), advice=_meant(name))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete the name of a command without importing the commands."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem

        return [CompletionItem(name, help=words) for name, words in COMMANDS.items() if name.startswith(incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands without importing them."""
        width = max(map(len, COMMANDS))
        for title, commands in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:<{width}}", words) for name, words in commands.items()])


def _meant(name: str) -> str:
    """Say what somebody may have meant who typed something else than a command."""
    import difflib
    import os
    import shlex

    from preflight.values.assets import Asset, printable

    if name in ("help", "version"):
        return phrase("`preflight --{w}` says it.", w=name)
    if os.path.exists(name) or Asset(path=name).expected_kind != "unknown":  # noqa: PTH110 - any bytes may be a name
        return phrase("A file? `preflight check {q}` judges it.", q=printable(shlex.quote(name)))
    near = difflib.get_close_matches(name, COMMANDS, n=2, cutoff=0.5)
    return phrase("Did you mean {l}?", l=any_of(near)) if near else "`preflight --help` lists them."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="preflight")
def root() -> None:
    """Measure, judge, mend and submit reference media for video generation.

    Exit status: 0 clean or done, 1 findings, 2 the call is wrong, 3 something could not be judged or done, 4 the
    service refused, 5 the outcome of a submission is unknown, 130 interrupted (143 by SIGTERM).

    \b
    Example: preflight check footage/
    """  # noqa: D301 - \b is click's mark for lines to keep


with_language(root)
