"""`preflight submit`: a request.toml in; checked, mended, priced, confirmed, uploaded, sent once; a video out."""

import sys
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import click

from preflight.cli.check import print_report, spec_of_parts
from preflight.cli.cost import price_lines
from preflight.cli.entries import say_orphan
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.choices import FixChoices
from preflight.cli.options.common import EditionOptions, OutputOptions
from preflight.cli.options.measuring import MeasuringOptions
from preflight.cli.options.option import FILE, FOLDER, Argument, Group, Option, options_of
from preflight.cli.options.price import PriceOptions
from preflight.cli.options.run import RequestParts
from preflight.cli.options.service import ServiceOptions, UploadOptions
from preflight.cli.progress import Waiting, looking
from preflight.cli.prompt import placed_lines
from preflight.cli.sending import Sending
from preflight.cli.streams import whoever_reads
from preflight.errors import CallError, PreflightError
from preflight.flow.choosing import ChoosingCallbacks, chosen_of
from preflight.flow.submit import Ready, Steps, Terms, Unclean, cleaned, cuts_due, prepared, submit
from preflight.locale import localized
from preflight.plan import Plan
from preflight.plan.steps import Cut, find
from preflight.profiles import Profile
from preflight.report import text
from preflight.request.body import build_body, encode
from preflight.request.file import RequestSpec, load_spec
from preflight.service.addresses import is_local, refuse_check_only
from preflight.submission.prepare import suffix_of
from preflight.upload.fetcher import Fetcher
from preflight.values.assets import Asset, printable
from preflight.values.findings import Report
from preflight.values.phrase import phrase
from preflight.values.units import decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from preflight.flow.account import Endpoint
    from preflight.flow.check import Measuring

WRITE_ONE = "`preflight new FOLDER` writes one; or say --image, --video, --audio and --prompt."
ARTICLES = {"image": "a picture", "video": "a clip", "audio": "a sound"}
UPLOADED = "upload://... in the body stands for the address that each upload is given."


class SubmitCall(Group, frozen=True, kw_only=True):
    """What a call of `submit` asks."""

    request: Annotated[Path | None, Argument("[REQUEST.TOML]", FILE)] = None
    parts: RequestParts = RequestParts()
    yes: Annotated[bool, Option("Mend and submit without asking.")] = False
    dry_run: Annotated[bool, Option("Check, print the body that would be sent, and stop.")] = False
    view: Annotated[
        Literal["json", "text"] | None,
        Option(
            "What stands on stdout: text for a person, which is the default, or one JSON object with what came of it. "
            "With --dry-run: the exact body, or, as text, which asset is which for the model.",
            flags=("--format",),
        ),
    ] = None
    choices: FixChoices = FixChoices()
    price: PriceOptions = PriceOptions()
    again: Annotated[bool, Option("Send a request that was sent before once more, and pay again.")] = False
    waits: Annotated[bool, Option("Wait until the video is made.", flags=("--wait",))] = False
    folder: Annotated[
        Path | None, Option("Wait, and save the video here.", flags=("--download",), kind=FOLDER, metavar="DIR")
    ] = None
    out: OutputOptions = OutputOptions()
    edition: EditionOptions = EditionOptions()
    measuring: MeasuringOptions = MeasuringOptions()
    service: ServiceOptions = ServiceOptions()
    upload: UploadOptions = UploadOptions()

    @property
    def is_json(self) -> bool:
        """Whether standard output is for a program."""
        return self.view == "json" or (self.dry_run and self.view is None)

    def spec(self) -> RequestSpec:
        """Read the request, from its file or its parts.

        Raises:
            CallError: there is none, or both.
        """
        spec = spec_of_parts(self.parts, beside=self.request is not None, what="REQUEST.TOML")
        if spec:
            return spec
        if self.request is None:
            raise CallError("no request: give a REQUEST.TOML", advice=WRITE_ONE)
        name = printable(str(self.request))
        if (kind := Asset(path=name).expected_kind) != "unknown":
            raise CallError(
                phrase("{q}: is named like {what}, not like a request", q=name, what=ARTICLES[kind]), advice=WRITE_ONE
            )
        if not self.request.exists():
            raise CallError(phrase("{q}: No such file or directory", q=name), advice=WRITE_ONE)
        return load_spec(self.request, self.edition.named)


@click.command("submit")
@options_of(SubmitCall)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, call: SubmitCall) -> None:
    """Check REQUEST.TOML, offer to mend it, price it, ask, upload its assets, and submit it, once.

    Instead of a file, --image, --video, --audio and --prompt say one request. What is open is asked before anything is
    encoded. The same request again is said first: nothing is asked, sent or paid for.

    The key is read from EVOLINK_API_KEY. Whatever becomes of the request is in the ledger: `preflight task list`.

    \b
    Example: preflight submit request.toml --dry-run
    Example: preflight submit request.toml --wait --download videos/
    Example: preflight submit --image style.png --video pov.mov --prompt "Video 1 in the style of image 1." --keep best
    """  # noqa: D301 - \b is click's mark for lines to keep
    spec, terms = call.spec(), _terms(call)
    profile = call.edition.load(spec.model)
    refuse_check_only(profile)
    if call.dry_run:
        ctx.exit(_looked_at(call, spec, profile, terms))
    endpoint = call.service.endpoint(profile)
    with whoever_reads() if call.yes else nullcontext():
        status = _submitted(call, spec, profile, endpoint, terms)
    ctx.exit(status)


@contextmanager
def _how(call: SubmitCall) -> "Iterator[Measuring]":
    fetching = Fetcher(allow_private=is_local(call.service.base_url), agent=call.service.agent)
    with fetching as fetch, call.measuring.opened(fetch) as how:
        yield how


def _terms(call: SubmitCall) -> Terms:
    return Terms(
        ledger=call.service.ledger_path,
        bucket=call.upload.bucket,
        uploads_at_once=call.upload.uploads,
        again=call.again,
        choice=call.choices.choice(),
        max_credits=call.price.max_credits,
        limit="--max-credits",
        hint=": `preflight submit --dry-run` shows what of",
    )


def _submitted(call: SubmitCall, spec: RequestSpec, profile: Profile, endpoint: "Endpoint", terms: Terms) -> int:
    """Take a request as far as it may go, and return the exit status.

    Nothing that carries the key leaves before a person has said yes to the address, now or earlier.
    """
    sending, wait = Sending(call, spec, profile, terms, endpoint.base_url), Waiting("measuring and planning")
    try:
        with wait:
            steps = _steps(sending, wait)
            sent = submit(spec, profile, endpoint, partial(_how, call), steps=steps, terms=terms)
    except Unclean as refused:
        sending.write(refused)
        return _refuse(call, refused.report)
    except PreflightError as error:
        sending.write(error)
        raise
    sending.write()
    if sent is None:
        click.echo(localized("nothing was sent"), err=True)
    return 0 if sent else 1


def _steps(sending: Sending, wait: Waiting) -> Steps:
    """Gather what is told and asked on the way; meanwhile a line moves."""
    return Steps(
        judged=wait.around(sending.judged),
        apply_plan=wait.around(sending.apply_plan),
        choose=wait.around(sending.choose),
        chosen=_heard(sending.tell, wait),
        judged_again=wait.around(sending.judged_again),
        confirm=wait.around(sending.confirm),
        orphan=wait.around(say_orphan),
        uploading=wait.pausing(sending.uploading),
        accepted=wait.around(sending.accepted),
    )


def _heard(tell: "Callable[[str], None]", wait: Waiting) -> ChoosingCallbacks:
    """Tell what is chosen, and show how far the looking is."""
    note = wait.around(lambda line: click.echo(line, err=True))
    return ChoosingCallbacks(tell=wait.around(tell), note=note, looking=wait.pausing(looking))


def _looked_at(call: SubmitCall, spec: RequestSpec, profile: Profile, terms: Terms) -> int:
    """Print what would be sent, and return the exit status."""
    due: dict[Asset, Plan] = {}
    with _how(call) as how, Waiting("measuring and planning") as wait:
        heard = _heard(partial(click.echo, err=True), wait)
        spec, report = cleaned(spec, profile, how, Steps(chosen=heard), terms.choice)
        wait.around(print_report)(report, "text", sys.stderr)
        if report.verdict == "pass":
            fix_options = chosen_of(report, spec.assets, terms.choice, profile, heard)
            due = cuts_due(report, profile, wait.around(_hopeless), fix_options)
    try:
        ready = prepared(spec, report, profile, terms, uncut=True)
    except Unclean:
        if call.is_json:
            from preflight.report.json import dump, report_json

            click.echo(dump(report_json(report)), nl=False)
        text.write(placed_lines(spec, profile, everywhere=False), sys.stderr if call.is_json else sys.stdout)
        return _refuse(call, report)
    _show(ready, due, as_json=call.is_json)
    return 0


def _refuse(call: SubmitCall, report: Report) -> int:
    """Say that a request is not clean and was not sent, and what to do; return the exit status."""
    why = "the request is not clean" if report.verdict == "fail" else "not all of the request could be judged"
    name = printable(str(call.request)) if call.request else "it"
    words = phrase(
        "nothing was sent: {why}. Change {name} by what the lines above say, and submit it again.", why=why, name=name
    )
    click.echo(localized(words), err=True)
    return report.exit_code


def _hopeless(plan: Plan) -> None:
    text.write(text.plan_lines(plan), sys.stderr)


def _show(ready: Ready, due: dict[Asset, Plan], *, as_json: bool) -> None:
    """Print the body that would be sent, or which asset is which; what is still to be uploaded stands by its hash.

    What is cut first has no hash yet.
    """
    formats = {judged.asset: suffix_of(judged.facts) for judged in ready.report.assets}

    def planned(asset: Asset) -> str:
        if asset.is_url:
            return asset.path
        if asset in due:
            return f"upload://{str(asset.role).replace(' ', '-')}-when-cut"
        return f"upload://{ready.hashes[asset.path]}.{formats[asset]}"

    beside = sys.stderr if as_json else sys.stdout
    text.write(placed_lines(ready.spec, ready.profile, everywhere=False), beside)
    text.write(starmap(_due_line, due.items()), beside)
    text.write(price_lines(ready.price, ready.profile, None), beside)
    if not as_json:
        return
    if not all(asset.is_url for asset in ready.spec.assets):
        click.echo(localized(UPLOADED), err=True)
    click.echo(encode(build_body(ready.spec, ready.profile, planned)))


def _due_line(asset: Asset, plan: Plan) -> text.Line:
    cut = find(plan.steps, Cut)
    if cut is None:
        words = "loses the place in its metadata first; its address depends on the new file"
        return (str(asset.role), "bold"), (f" {localized(words)}", "")
    span = decimal(cut.start_s), decimal(cut.start_s + cut.length_s)
    said = phrase("is cut to {n1}-{n2} s first; its address depends on the new file", n1=span[0], n2=span[1])
    return (str(asset.role), "bold"), (f" {localized(said)}", "")
