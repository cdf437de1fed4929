"""The environment as it was given → the same without blanks and line ends around values, which no value of ours has.

A key that was pasted with its line end, or a file of variables from Windows, would else be a wrong key or address.
"""

import os
import re
from collections.abc import MutableMapping

from preflight.locale import localized
from preflight.values.phrase import joined, phrase

READ = re.compile(
    r"EVOLINK_API_KEY|PREFLIGHT_\w+|(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)|(AWS|GOOGLE|AZURE)_\w+", re.IGNORECASE
)
"""Variables that are read here, or by what is called from here."""
EDGES = " \t\r\n\f\v\u00a0\u200b\ufeff"


def trim(environ: MutableMapping[str, str]) -> list[str]:
    """Cut blanks, line ends and invisible marks off around values, and return the names of those that had some."""
    found = [name for name, value in environ.items() if READ.fullmatch(name) and value != value.strip(EDGES)]
    for name in found:
        environ[name] = environ[name].strip(EDGES)
    return sorted(found)


def trim_aloud() -> None:
    """Trim this program's environment, and say what was cut off; no value is shown."""
    found = trim(os.environ)
    if found:
        import click

        names = joined(found)
        words = phrase("{l}: blanks or line ends around the value were cut off", l=names)
        if len(found) > 1:
            words = phrase("{l}: blanks or line ends around the values were cut off", l=names)
        click.echo(f"preflight: {localized(words)}", err=True)
