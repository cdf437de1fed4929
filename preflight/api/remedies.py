"""Word remedies for Python: a function where there is one, else the command line."""

from collections.abc import Iterator
from contextlib import contextmanager

from preflight.errors import PreflightError
from preflight.values.remedy import Advice, Kind, worded
from preflight.workers.session import session

LENGTHEN = '`extend="loop"`, `extend="freeze"` or `extend="slow"`'
FIT = '`fit="crop"`, `fit="pad"` or `fit="blur"`'
RECONCILE = "`task reconcile` of the command line"
MAKES_PLANS = "`fix --dry-run --format json` of the command line"

SENTENCES: dict[Kind, str] = {
    "reconcile-first": f"Do not submit it again before {RECONCILE} has looked for it.",
    "reconcile-ledger-first": f"Do not submit it again before {RECONCILE}, with that ledger, has looked for it.",
    "reconcile-before-again": (
        f"It may have been accepted and paid for: {RECONCILE} looks for it before anything is sent again."
    ),
    "reconcile-finds-it": f"{RECONCILE} looks for it.",
    "reconcile-finds-lost-ones": f"{RECONCILE} looks for lost ones.",
    "reconcile-later": f"{RECONCILE} shows what the service has; say it again at {{0.until}} UTC.",
    "gone-without-look": f"Try again when it answers. {RECONCILE} takes a person's word without a look.",
    "adopt-or-gone": f"{RECONCILE} takes a person's word that it is, or that it is not.",
    "show-what-becomes": (
        "A program that runs now is sending it; `task show {0.entry}` of the command line says what becomes of it."
    ),
    "show-or-send-again": "`again=True` sends it once more, and pays twice.",
    "show-there-or-send-again": (
        "`task show {0.entry}` of the command line, with that ledger, says more;"
        " `again=True` sends it once more, and pays twice."
    ),
    "send-without-asking": (
        "Let it be readable again. `again=True` sends without asking it, and may pay twice for what {0.path} knows."
    ),
    "list-tasks": "`task list` of the command line lists them.",
    "wait-again": "`wait` returns to it. Do not submit it again.",
    "note-task": "It runs, and is paid for: note its id. `wait` waits for it, and `download` saves the video.",
    "download-saves": "`download` saves it.",
    "download-saves-video": "`download` saves the video.",
    "download-once-more": "`download` asks for it once more.",
    "fresh-link": "Result links live for 24 hours; `download` asks for a fresh one.",
    "fresh-link-or-name": (
        "The link may have ended, for they live for 24 hours: `download` asks for a fresh one. Or its host does not"
        " take the name by which this program goes: `agent=` sends another one, such as Mozilla/5.0."
    ),
    "check-key": "Check `key`.",
    "renew-key": "The key is switched off or has ended: make a new one in the provider's console, and hand it over.",
    "name-service": "Name it: base_url={0.address!r}, and files_url for its files service.",
    "other-port": "Choose another port or host.",
    "recover-ledger": (
        "Copy it first; then `sqlite3 LEDGER .recover | sqlite3 NEW` saves what can be read, and `ledger=NEW` uses"
        " that."
    ),
    "explain-refusal": "`explain {0.rule}` of the command line says what to do.",
    "send-drift": (
        "It had been called clean here. `task drift` of the command line prints what to send to the project."
    ),
    "mend-request": "`check_request` returns every finding, and `fix` mends what can be mended.",
    "cut-request": (
        "`fix` cuts it, and `with_results` returns the request with what was cut; or leave `keep` out to send the"
        " whole."
    ),
    "explain-unfixable": (
        "No fix is known for this; `explain {0.rule}` of the command line says what can be done by hand."
    ),
    "lengthen": (
        "Too short cannot be mended without changing what is shown: use a longer one, or say how it is made longer:"
        f" {LENGTHEN}."
    ),
    "fit": f"A refused shape is cropped or padded where that is named: {FIT}.",
    "allow": 'It needs a {0.loss} step: `allow="{0.loss}"`.',
    "allow-creative": f'It needs a creative step: say which ({FIT}), or allow any: `allow="creative"`.',
    "allow-creative-and-lossy": (
        f'It needs a creative step: say which ({FIT}, with `allow="lossy"`), or allow any: `allow="creative"`.'
    ),
    "mark-longer-part": (f"Mark at least {{0.span}} s (`Asset.keep`), or say how it is made longer: {LENGTHEN}."),
    "make-plan": f"{MAKES_PLANS} makes one.",
    "plan-anew": f"Plan anew: {MAKES_PLANS}.",
    "plan-with-part": "Plan anew with `Asset.keep`, here {0.span}: that encodes where it must.",
    "print-schema": "`preflight.profiles.json_schema()` returns the schema.",
    "list-models": "`preflight.profiles.names()` lists the editions.",
    "list-rules": "`rules` of the command line lists them.",
    "write-baseline": "`check --write-baseline` of the command line writes it anew.",
    "judge-in-request": "`check_request` does that.",
    "read-anonymously": "Or, where everybody may read it: AWS_SKIP_SIGNATURE=true in the environment.",
    "split-at-nul": "Its names end with NUL: split it there.",
}
"""Kind → sentence; braces are filled from the remedy."""


def said(advice: Advice) -> str:
    """Word advice as sentences; may be empty."""
    return worded(advice, SENTENCES)


@contextmanager
def to_a_program() -> Iterator[None]:
    """Run a call in its session, and word the remedies of errors for Python."""
    try:
        with session():
            yield
    except PreflightError as error:
        error.remedies = (said(error.remedies),) if error.remedies else ()
        raise
