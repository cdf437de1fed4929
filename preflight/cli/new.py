"""`preflight new`: files in; a request.toml that names each in its role out."""

from pathlib import Path
from typing import Annotated

import click

from preflight.cli.check import nothing, require
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.choices import FixChoices
from preflight.cli.options.common import EditionOptions
from preflight.cli.options.measuring import MeasuringOptions
from preflight.cli.options.option import FILE, Argument, Group, Option, options_of, stored
from preflight.cli.progress import Waiting, looking
from preflight.errors import CallError
from preflight.flow.choosing import ChoosingCallbacks
from preflight.flow.new import Draft, draft_request, write_draft
from preflight.locale import localized, sentence
from preflight.profiles import DEFAULT, Profile
from preflight.report import text
from preflight.request.template import is_chosen
from preflight.values.assets import collect, printable
from preflight.values.choices import Strategy
from preflight.values.phrase import phrase

UNMEASURED = 3
REQUEST = "request.toml"


class NewCall(Group, frozen=True, kw_only=True):
    """What a call of `new` asks."""

    paths: Annotated[tuple[str, ...], Argument("PATH...", stored)] = ()
    wanted: Annotated[
        Path, Option("The request file to write; where it exists, the next free name.", ("--output",), FILE)
    ] = Path(REQUEST)
    keeps: Annotated[
        tuple[str, ...],
        Option(
            "What stays of what is too long: start, middle, end, best or FILE=3.0-9.5; repeatable.",
            flags=("--keep",),
            metavar="WHERE",
        ),
    ] = ()
    share: Annotated[
        Strategy, Option("Who gives up seconds where the clips, or the sounds, are together too long.")
    ] = "proportion"
    edition: EditionOptions = EditionOptions()
    measuring: MeasuringOptions = MeasuringOptions()


@click.command("new")
@options_of(NewCall)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, call: NewCall) -> None:
    """Write a request.toml of each PATH: images, clips and sounds in their roles, by what the files hold.

    Where clips or sounds are too long, alone or together, the parts to keep are marked, so that each is encoded once.
    The prompt is a stub that names every asset; comments say what the edition allows. Nothing is encoded or sent.

    \b
    Example: preflight new footage/
    Example: preflight new style.png take-1.mov take-2.mov song.mp3 --keep best --output night-drive.toml
    """  # noqa: D301 - \b is click's mark for lines to keep
    require(call.paths)
    profile = call.edition.load()
    if call.wanted.suffix.lower() != ".toml":
        raise CallError(
            phrase("--output: {q}: the name of a request file ends in .toml", q=printable(str(call.wanted)))
        )
    choice = FixChoices(keeps=call.keeps, share=call.share).choice()
    with call.measuring.opened(several=True) as how, Waiting("measuring and planning") as wait:
        note = wait.around(lambda line: click.echo(line, err=True))
        heard = ChoosingCallbacks(tell=wait.around(click.echo), note=note, looking=wait.pausing(looking))
        draft = draft_request(collect(call.paths), choice, profile, how, heard)
        passed_over = how.passed.files
    if not draft.spec.assets:
        nothing(passed_over)
    path = write_draft(draft, profile, call.wanted, _lead(call.edition.profile_name, profile))
    _tell(draft, path, passed_over)
    ctx.exit(UNMEASURED if any(one.unmeasured for one in draft.left_out) else 0)


def _lead(said: str | None, profile: Profile) -> list[str]:
    known = said in (None, DEFAULT) or is_chosen(profile)
    both = "" if known else f", both with --profile {said}"
    return [f"A request: change it, then look with `preflight check`, and send with `preflight submit`{both}."]


def _tell(draft: Draft, path: Path, passed_over: int) -> None:
    """Say what stands where, what is given up or left out, and what to do next."""
    for asset in draft.spec.assets:
        text.write([((str(asset.role), "bold"), (f" <- {printable(asset.path)}: {localized(draft.notes[asset])}", ""))])
    text.write(text.share_lines(draft.planned))
    if passed_over:
        click.echo(sentence(text.passed_words(passed_over)))
    for one in draft.left_out:
        click.echo(localized(phrase("left out: {q}", q=one)), err=True)
    name = printable(str(path))
    click.echo(localized(phrase("request written: {q}. Write its prompt; then `preflight submit {q}`.", q=name)))
