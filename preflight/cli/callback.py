"""`preflight callback`: the service's callbacks in, one line for each out, until Ctrl-C."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from preflight.cli.address import agreed
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionOptions
from preflight.cli.options.option import options_of
from preflight.cli.options.service import ServiceOptions, api_key
from preflight.cli.task import open_ledger
from preflight.locale import language, localized
from preflight.locale.typography import between
from preflight.report.remedies import said
from preflight.values.assets import printable
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from preflight.service.client import Service
    from preflight.submission.callbacks import News
    from preflight.submission.states import Entry


LINES_A_MINUTE = 30
MINUTE_S = 60.0


@click.command("callback")
@click.option("--port", type=click.IntRange(0, 65535), default=8788, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--once", is_flag=True, help="End when one task is over; exit status 4 if it failed.")
@options_of(EditionOptions)
@options_of(ServiceOptions)
@settings_file
def command(*, port: int, host: str, once: bool, edition: EditionOptions, service: ServiceOptions) -> None:
    """Receive the callbacks of tasks that were submitted here.

    A callback is not signed, so it is only taken as a hint: the service is asked before anything is written into the
    ledger. The service calls HTTPS addresses on the open network alone: let a proxy or tunnel of yours lead here.

    \b
    Example: preflight callback --port 8788
    """  # noqa: D301 - \b is click's mark for lines to keep
    profile = edition.load()
    api_key()  # before anything is received
    from preflight.service.callback_server import Receiver
    from preflight.submission.callbacks import news

    def service_of(entry: "Entry") -> "Service":
        return service.endpoint(profile, entry.base_url).service()

    if service.base_url or service.files_url:
        agreed(profile, service.base_url, service.files_url)

    with open_ledger(service.ledger_path) as ledger:
        receiver = Receiver(host, port)
        try:
            with receiver.open():
                click.echo(receiver.url)
                click.echo(localized(phrase("callbacks are received at {q}; Ctrl-C ends it", q=receiver.url)), err=True)
                spared: dict[str, LineRateLimit] = {}
                for one in news(receiver, ledger, service_of):
                    sparing = spared.setdefault(one.meaning, LineRateLimit(one.meaning))
                    if one.meaning == "over" or sparing.has_room():
                        _say(one)
                    if once and one.meaning == "over":
                        break
        except KeyboardInterrupt:
            if once:
                raise
            click.echo(localized("no more callbacks are received"), err=True)
            return
    if one.failure:
        raise one.failure


class LineRateLimit:
    """Lets so many lines of one meaning through in a minute, so that no flood of strangers fills a log.

    Args:
        meaning: what the lines say.
        clock: tells seconds.
    """

    def __init__(self, meaning: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._meaning, self._clock = meaning, clock
        self._until_s, self._left, self._passed_over = 0.0, 0, 0

    def has_room(self) -> bool:
        """Tell whether one more may be said; of those before that were not, the number is said first."""
        if self._clock() >= self._until_s:
            if self._passed_over:
                click.echo(
                    localized(
                        phrase(
                            "{meaning}: {n} more in the last minute", meaning=self._meaning, n=f"{self._passed_over:,}"
                        )
                    ),
                    err=True,
                )
            self._until_s, self._left, self._passed_over = self._clock() + MINUTE_S, LINES_A_MINUTE, 0
        self._left -= 1
        self._passed_over += self._left < 0
        return self._left >= 0


def _say(one: "News") -> None:
    name = printable(one.task_id) if one.task_id else one.meaning
    parts = [localized(one.words), *([said(one.advice).rstrip(".。")] if one.advice else [])]
    click.echo(f"{localized(name)}: {printable(between('; ', language()).join(parts))}", err=one.meaning == "rejected")
