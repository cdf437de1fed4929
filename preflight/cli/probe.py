"""`preflight probe`: files in, facts out, no verdict."""

import click

from preflight.cli.check import nothing, require
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import TextOrJson
from preflight.cli.options.measuring import MeasuringOptions
from preflight.cli.options.option import options_of, stored
from preflight.flow.check import media
from preflight.locale import localized, sentence
from preflight.report import text
from preflight.values.assets import collect, printable
from preflight.values.phrase import phrase
from preflight.values.probed import Probed

UNMEASURED = 3


@click.command("probe")
@click.argument("paths", nargs=-1, type=stored, metavar="PATH...")
@options_of(MeasuringOptions)
@options_of(TextOrJson)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, *, paths: tuple[str, ...], measuring: MeasuringOptions, shown: TextOrJson) -> None:
    """Measure each PATH and print the facts.

    \b
    Example: preflight probe clip.mov --format json
    """  # noqa: D301 - \b is click's mark for lines to keep
    require(paths)
    with measuring.opened() as how:
        probed = list(media(collect(paths), how))
    if not probed:
        nothing(how.passed.files)
    if shown.is_json:
        from preflight.report.json import dump, facts_report

        click.echo(dump(facts_report(probed)), nl=False)
    else:
        text.write(map(_line, probed))
    if how.passed.files:
        click.echo(sentence(text.passed_words(how.passed.files)), err=shown.is_json)
    ctx.exit(UNMEASURED if any(one.fault for one in probed) else 0)


def _line(probed: Probed) -> text.Line:
    words = text.summary(probed.facts)
    if probed.fault:
        words = localized(phrase("{kind}: {why}", kind=probed.fault.kind, why=probed.fault.message))
    return (printable(probed.asset.path), "bold"), (f": {localized(probed.kind)}: {printable(words)}", "")
