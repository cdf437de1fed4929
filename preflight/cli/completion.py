"""`preflight completion`: a shell's name in, the script that it reads out."""

import click

from preflight.errors import NotDone
from preflight.values.phrase import phrase

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_PREFLIGHT_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(*, shell: str) -> None:
    """Print the script by which SHELL completes the commands and options of preflight.

    \b
    Example: preflight completion bash > ~/.local/share/bash-completion/completions/preflight
    Example: preflight completion zsh > "${fpath[1]}/_preflight"
    Example: preflight completion fish > ~/.config/fish/completions/preflight.fish
    """  # noqa: D301 - \b is click's mark for lines to keep
    from click.shell_completion import get_completion_class

    from preflight.cli.commands import root

    script = get_completion_class(shell)
    if script is None:
        raise NotDone(phrase("{q}: this version of click knows no completion for it", q=shell))
    click.echo(script(root, {}, "preflight", VARIABLE).source(), nl=False)
