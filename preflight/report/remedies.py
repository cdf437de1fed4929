"""Word remedies and errors for the command line."""

from typing import TYPE_CHECKING

from preflight.locale import language, localized
from preflight.locale.typography import between
from preflight.values.remedy import Advice, Kind, with_names, worded

if TYPE_CHECKING:
    from preflight.errors import PreflightError
    from preflight.plan.result import FixResult

LENGTHEN = "--extend loop, --extend freeze or --extend slow"
FIT = "--fit crop, --fit pad or --fit blur"

SENTENCES: dict[Kind, str] = {
    "reconcile-first": "Do not submit it again before `preflight task reconcile` has looked for it.",
    "reconcile-ledger-first": (
        "Do not submit it again before `preflight task reconcile --ledger {0.path}` has looked for it."
    ),
    "reconcile-before-again": (
        "It may have been accepted and paid for: `preflight task reconcile` looks for it before anything is sent again."
    ),
    "reconcile-finds-it": "`preflight task reconcile` looks for it.",
    "reconcile-finds-lost-ones": "`preflight task reconcile` looks for lost ones.",
    "reconcile-later": "`preflight task reconcile` shows what the service has; say it again at {0.until} UTC.",
    "gone-without-look": (
        "Try again when it answers. `preflight task reconcile --gone {0.entry} --sure` takes your word without a look."
    ),
    "adopt-or-gone": (
        "`preflight task reconcile --adopt {0.entry}={0.task}` says that it is;"
        " `preflight task reconcile --gone {0.entry} --sure` says that it is not."
    ),
    "show-what-becomes": (
        "A program that runs now is sending it; `preflight task show {0.entry}` says what becomes of it."
    ),
    "show-or-send-again": ("`preflight task show {0.entry}` says more; --again sends it once more, and pays twice."),
    "show-there-or-send-again": (
        "`preflight task show {0.entry} --ledger {0.path}` says more; --again sends it once more, and pays twice."
    ),
    "send-without-asking": (
        "Let it be readable again. --again sends without asking it, and may pay twice for what {0.path} knows."
    ),
    "list-tasks": "`preflight task list` lists them.",
    "wait-again": "`preflight task wait {0.task}` returns to it. Do not submit it again.",
    "note-task": (
        "It runs, and is paid for: note its id. `preflight task wait {0.task}` waits for it, and"
        " `preflight task download {0.task}` saves the video."
    ),
    "download-saves": "`preflight task download {0.task}` saves it.",
    "download-saves-video": "`preflight task download {0.task}` saves the video.",
    "download-once-more": "`preflight task download {0.task}` asks for it once more.",
    "fresh-link": "Result links live for 24 hours; `preflight task download ID` asks for a fresh one.",
    "fresh-link-or-name": (
        "The link may have ended, for they live for 24 hours: `preflight task download ID` asks for a fresh one. Or"
        " its host does not take the name by which this program goes: --user-agent or PREFLIGHT_USER_AGENT sends"
        " another one, such as Mozilla/5.0."
    ),
    "check-key": "Check EVOLINK_API_KEY.",
    "renew-key": (
        "The key is switched off or has ended: make a new one in the provider's console, and put it into"
        " EVOLINK_API_KEY."
    ),
    "name-service": "Name it: --base-url {0.address}, and --files-url for its files service.",
    "other-port": "Choose another --port or --host.",
    "recover-ledger": (
        "Copy it first; then `sqlite3 LEDGER .recover | sqlite3 NEW` saves what can be read, and --ledger NEW uses"
        " that."
    ),
    "explain-refusal": "`preflight explain {0.rule}` says what to do.",
    "send-drift": "It had been called clean here. `preflight task drift` prints what to send to the project.",
    "mend-request": "`preflight check` shows every finding, and `preflight fix` mends what can be mended.",
    "cut-request": "`preflight fix` cuts it; or remove `keep` from the request to send the whole.",
    "explain-unfixable": ("No fix is known for this; `preflight explain {0.rule}` says what can be done by hand."),
    "lengthen": (
        "Too short cannot be mended without changing what is shown: use a longer one, or say how it is made longer:"
        f" {LENGTHEN}."
    ),
    "fit": f"A refused shape is cropped or padded where that is named: {FIT}.",
    "allow": "It needs a {0.loss} step: --allow {0.loss}.",
    "allow-creative": f"It needs a creative step: say which ({FIT}), or allow any: --allow creative.",
    "allow-creative-and-lossy": (
        f"It needs a creative step: say which ({FIT}, with --allow lossy), or allow any: --allow creative."
    ),
    "mark-longer-part": (
        f"Mark at least {{0.span}} s (--keep FILE=START-END), or say how it is made longer: {LENGTHEN}."
    ),
    "make-plan": "`preflight fix --dry-run --format json` makes one.",
    "plan-anew": "Plan anew: `preflight fix --dry-run --format json`.",
    "plan-with-part": "Plan anew with --keep FILE=START-END, here {0.span}: that encodes where it must.",
    "print-schema": "`preflight profiles --schema` prints the schema.",
    "list-models": "`preflight models` lists what there is.",
    "list-rules": "`preflight rules` lists them.",
    "write-baseline": "Write it anew with --write-baseline.",
    "split-at-nul": "Use --from0.",
    "judge-in-request": "Name it by --image, --video or --audio, or in a request.toml.",
    "read-anonymously": "Or, where everybody may read it: --anonymous.",
}
"""Kind → sentence; braces are filled from the remedy."""
SETTINGS: dict[str, str] = {
    "key": "EVOLINK_API_KEY",
    "bucket": "--bucket",
    "journal": "--journal",
    "ready": "--ready",
    "rejected": "--rejected",
    "done": "--done",
    "incoming": "INCOMING",
}
"""Setting → its name on the command line."""


def said(advice: Advice) -> str:
    """Word advice as sentences; may be empty."""
    parts = advice if isinstance(advice, tuple) else (advice,)
    return between(" ", language()).join(filter(None, (localized(worded(part, SENTENCES)) for part in parts)))


def message_of(error: "PreflightError") -> str:
    """Word what happened in an error."""
    return localized(with_names(error.message, SETTINGS))


def in_full(error: "PreflightError") -> str:
    """Word an error and its advice in one line."""
    return between(". ", language()).join(filter(None, (message_of(error), said(error.remedies))))


def came_of(result: "FixResult") -> str:
    """Word why there is no new file, and what to do; may be empty."""
    return between(". ", language()).join(filter(None, (localized(result.message), said(result.remedies))))
