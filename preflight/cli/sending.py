"""What `submit` asks, and tells of what comes of it: as text for a person, or as one JSON object on standard output."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
import msgspec

from preflight._version import __version__
from preflight.cli.address import is_agreed, remember
from preflight.cli.agree import apply_agreed
from preflight.cli.check import print_report
from preflight.cli.cost import price_lines
from preflight.cli.progress import Bars
from preflight.cli.question import ask, is_anybody_there, pressed
from preflight.cli.task import bring
from preflight.errors import NotDone, OutcomeUnknown, PreflightError, Refused, TaskFailed
from preflight.flow.choosing import Choice, Open, open_choices
from preflight.flow.fix import made_before
from preflight.flow.submit import UNCUT, Ready, Submitted, Terms, Unclean, foreseen_price
from preflight.flow.turns import Turns
from preflight.locale import listed, localized
from preflight.plan.result import FixResult
from preflight.profiles import Profile
from preflight.report import text
from preflight.report.remedies import in_full
from preflight.report.schemas import SUBMIT_SCHEMA
from preflight.request.price import Estimate
from preflight.submission.duplicates import Duplicate, DuplicateUnknown
from preflight.submission.submit import Account
from preflight.values.assets import masked, printable
from preflight.values.findings import Report
from preflight.values.phrase import phrase
from preflight.values.units import decimal, number

if TYPE_CHECKING:
    from preflight.cli.submit import SubmitCall
    from preflight.flow.submit import Begin
    from preflight.plan.request import RequestPlan
    from preflight.request.file import RequestSpec

PLACED = "Take the place out with another program, or decline that step where you are asked."


CHOICES: dict[Open, tuple[str, dict[str, str]]] = {
    "fit": ("A shape is refused. Fit it by", {"c": "crop", "p": "pad", "b": "blur", "n": "nothing"}),
    "extend": ("Something is too short. Make it longer by", {"l": "loop", "f": "freeze", "s": "slow", "n": "nothing"}),
    "keep": ("Something is too long. Keep its", {"s": "start", "m": "middle", "e": "end", "b": "best"}),
}
"""What may be open → the question, and its keys."""


class Sending:
    """One submission at the command line.

    Args:
        call: what is asked.
        spec: the request.
        profile: the edition of the limits.
        terms: the terms of the submission.
        base_url: the service.
    """

    def __init__(self, call: "SubmitCall", spec: "RequestSpec", profile: Profile, terms: Terms, base_url: str) -> None:
        self._call, self._spec, self._profile, self._terms = call, spec, profile, terms
        self._base_url = base_url
        self._choice = terms.choice
        self._agreed: list[Estimate | None] = []
        """The price that a person said yes to, if asked already."""
        self._report: Report | None = None
        self._ready: Ready | None = None
        self._sent: Submitted | None = None
        self._results: list[Path] = []

    @property
    def _out(self) -> TextIO:
        """Where words for a person go."""
        return sys.stderr if self._call.is_json else sys.stdout

    def tell(self, words: str) -> None:
        """Print a sentence for a person."""
        click.echo(localized(words), file=self._out)

    def judged(self, report: Report) -> None:
        """Print the first report."""
        self._report = report
        print_report(report, "text", self._out)

    def judged_again(self, report: Report) -> None:
        """Print the report on what was fixed."""
        self.tell("Measured again:")
        self.judged(report)

    # ---- before anything is encoded ----------------------------------------------------------------------------------

    def choose(self, planned: "RequestPlan", choice: Choice) -> Choice:
        """Ask a person, a key each, for what nobody has chosen yet."""
        if self._call.yes or not is_anybody_there():
            return choice
        for name in open_choices(planned, choice):
            question, keys = CHOICES[name]
            said = listed([f"[{key}] {localized(words)}" for key, words in keys.items()])
            key = pressed(f"{localized(question)} {said}: ", keys)
            choice = _with_answer(choice, name, keys[key])
        self._choice = choice
        return choice

    def apply_plan(self, report: Report, planned: "RequestPlan") -> list[FixResult]:
        """Show the plans and the price, ask once, and apply what a person lets us; nothing where not all was done.

        What an earlier run made is taken without a question.

        Raises:
            NotDone: a part to keep was not cut, or a place not taken out.
        """
        text.write(text.share_lines(msgspec.structs.replace(planned, left=())), self._out)  # the report has told those
        results = made_before(planned, self._profile, self._call.out.output) or self._applied(planned)
        if not planned.beyond_mending and all(map(_may_go_on, results)):
            return results
        text.write(map(text.result_line, results), self._out)
        if any(one.outcome == "failed" and not one.before.asset.keep for one in results) and report.verdict == "pass":
            raise NotDone("a place could not be taken out of a file; nothing was sent", advice=PLACED)
        if report.verdict == "pass":
            raise NotDone("a part to keep is marked and was not cut; nothing was sent", advice=UNCUT)
        return []

    def _applied(self, planned: "RequestPlan") -> list[FixResult]:
        """Show the plans, and carry out what is agreed to before the price is."""
        hopeless = planned.beyond_mending or any(plan.beyond_mending for _, plan in planned.plans)
        return apply_agreed(
            list(planned.plans),
            self._profile,
            self._call.out.output,
            quiet=self._call.is_json,
            agreed=self._call.yes,
            before=None if hopeless else lambda: self._price_agreed(planned),
            turns=Turns(self._choice, self._profile, [judged.asset for judged, _ in planned.plans]),
        )

    def _price_agreed(self, planned: "RequestPlan") -> bool:
        """Show what the request will cost when it is fixed, and ask whether to submit it then."""
        price = foreseen_price(self._spec, planned, self._profile, self._terms)
        text.write(price_lines(price, self._profile, None), self._out)
        if not self._call.yes:
            if not ask(phrase("Then submit to {q}?", q=self._base_url)):
                return False
            self._agreed.append(price)
        return True

    def confirm(self, ready: Ready, account: Account) -> bool:
        """Show the price, and ask, unless a person said yes to it already."""
        self._ready = ready
        known = self._call.yes or is_agreed(self._base_url)
        text.write(price_lines(ready.price, ready.profile, account.service.credits() if known else None), self._out)
        if not (self._call.yes or self._was_agreed(ready.price) or ask(phrase("Submit to {q}?", q=self._base_url))):
            return False
        remember(self._base_url)
        return True

    def _was_agreed(self, price: Estimate | None) -> bool:
        return any(
            price is None if earlier is None else price is not None and price.credits <= earlier.credits
            for earlier in self._agreed
        )

    @contextmanager
    def uploading(self, ready: Ready) -> "Iterator[Begin]":
        """Show the uploads."""
        with Bars("uploading", len(ready.hashes)) as bars:
            yield bars.start

    # ---- when it is sent ---------------------------------------------------------------------------------------------

    def accepted(self, sent: Submitted, account: Account) -> None:
        """Say what was sent, and bring the video where a person wants to wait for it, or say how to come back."""
        self._sent = sent
        task, most, reserved = sent.task, self._call.price.max_credits, sent.task.credits_reserved
        known = {"q": printable(task.id), "n1": sent.entry.number}
        if reserved is None:
            self.tell(phrase("Submitted once: task {q} (entry {n1}).", **known))
        else:
            words = "Submitted once: task {q} (entry {n1}, {n2} credits reserved)."
            self.tell(phrase(words, **known, n2=decimal(reserved, 2)))
        if most is not None and (reserved or 0) > most:
            over = phrase("The service reserved more than --max-credits {n}.", n=decimal(most, 6))
            click.echo(localized(over), err=True)
        if self._call.waits or self._call.folder is not None:
            self._results = bring(task.id, account, self._call.folder, out=self._out)
        else:
            self.tell(phrase("It runs on its own. `preflight task wait {q}` waits for it.", q=task.id))

    def write(self, error: PreflightError | None = None) -> None:
        """Print how it ended as JSON, if that is asked for."""
        if self._call.is_json:
            from preflight.report.json import dump

            click.echo(dump(self._json(error)), nl=False)

    def _json(self, error: PreflightError | None) -> dict[str, Any]:
        known = error.known if isinstance(error, Duplicate | DuplicateUnknown) else None
        sent = self._sent
        found: dict[str, Any] = {
            "schema": SUBMIT_SCHEMA,
            "preflight": __version__,
            "outcome": self._outcome(error),
            "task_id": known.task_id if known else sent.task_id if sent else None,
            "entry": known.number if known else sent.entry.number if sent else None,
            "ledger": printable(str(known.ledger)) if known and known.ledger else None,
            "price": self._credits(known.price if known else None),
            "credits_reserved": _number(sent.task.credits_reserved if sent else None),
            "results": _paths(known.downloads if known else self._results),
            "message": printable(masked(in_full(error))) if error else "",
        }
        if isinstance(error, Unclean):
            from preflight.report.json import report_json

            found["report"] = report_json(error.report)
        return found

    def _credits(self, price: Any) -> int | float | None:  # noqa: ANN401 - a fraction, or nothing
        if price is None and self._ready and self._ready.price:
            price = self._ready.price.credits
        return _number(price)

    def _outcome(self, error: PreflightError | None) -> str:  # noqa: PLR0911 - a word for each end
        if isinstance(error, Duplicate | DuplicateUnknown):
            return "duplicate"
        if isinstance(error, Unclean):
            return "unclean"
        if isinstance(error, TaskFailed):
            return "failed"
        if isinstance(error, OutcomeUnknown):
            return "unknown"
        if self._sent:
            brought = (self._call.waits or self._call.folder is not None) and error is None
            return "completed" if brought else "submitted"
        if error is None:
            return "declined"
        return "refused" if isinstance(error, Refused) else "stopped"


def _with_answer(choice: Choice, name: Open, said: str) -> Choice:
    """Take one answer into a choice."""
    if said == "nothing":
        return choice
    if said == "best":
        return msgspec.structs.replace(choice, best=True)
    named = {"fit": {"fit_named": True}, "keep": {"keep_named": True}, "extend": {}}[name]
    options = msgspec.structs.replace(choice.fix_options, **{name: said, **named})
    return msgspec.structs.replace(choice, fix_options=options)


def _may_go_on(one: FixResult) -> bool:
    """Tell whether an asset may be sent: what passes may keep its place, where a person says so."""
    kept = one.outcome == "declined" and one.before.verdict == "pass" and not one.before.asset.keep
    return kept or one.outcome in ("untouched", "fixed")


def _number(value: Any) -> int | float | None:  # noqa: ANN401 - a fraction, or nothing
    return None if value is None else number(value)


def _paths(found: Sequence[Path | str]) -> list[str]:
    return [printable(str(path)) for path in found]
