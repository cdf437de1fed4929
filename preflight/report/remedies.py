"""Word remedies and errors for the command line."""

from typing import TYPE_CHECKING

from preflight.locale import language, localized
from preflight.locale.typography import between
from preflight.values.phrase import phrase
from preflight.values.remedy import Advice, Kind, Remedy, with_names

if TYPE_CHECKING:
    from preflight.errors import PreflightError
    from preflight.plan.result import FixResult

SENTENCES: dict[Kind, str] = {
    "reconcile-first": "Do not submit it again before `preflight task reconcile` has looked for it.",
    "reconcile-ledger-first": "Do not submit it again before `preflight task reconcile --ledger {q}` has looked"
    " for it.",
    "reconcile-before-again": "It may have been accepted and paid for: `preflight task reconcile` looks for it"
    " before anything is sent again.",
    "reconcile-finds-it": "`preflight task reconcile` looks for it.",
    "reconcile-finds-lost-ones": "`preflight task reconcile` looks for lost ones.",
    "reconcile-later": "`preflight task reconcile` shows what the service has; say it again at {w} UTC.",
    "gone-without-look": "Try again when it answers. `preflight task reconcile --gone {n} --sure` takes your word"
    " without a look.",
    "adopt-or-gone": "`preflight task reconcile --adopt {n}={w}` says that it is; `preflight task reconcile"
    " --gone {n} --sure` says that it is not.",
    "show-what-becomes": "A program that runs now is sending it; `preflight task show {n}` says what becomes of it.",
    "show-or-send-again": "`preflight task show {n}` says more; --again sends it once more, and pays twice.",
    "show-there-or-send-again": "`preflight task show {n} --ledger {q}` says more; --again sends it once more,"
    " and pays twice.",
    "send-without-asking": "Let it be readable again. --again sends without asking it, and may pay twice for what"
    " {q} knows.",
    "list-tasks": "`preflight task list` lists them.",
    "wait-again": "`preflight task wait {w}` returns to it. Do not submit it again.",
    "note-task": "It runs, and is paid for: note its id. `preflight task wait {w}` waits for it, and `preflight"
    " task download {w}` saves the video.",
    "download-saves": "`preflight task download {w}` saves it.",
    "download-saves-video": "`preflight task download {w}` saves the video.",
    "download-once-more": "`preflight task download {w}` asks for it once more.",
    "fresh-link": "Result links live for 24 hours; `preflight task download ID` asks for a fresh one.",
    "fresh-link-or-name": "The link may have ended, for they live for 24 hours: `preflight task download ID` asks"
    " for a fresh one. Or its host does not take the name by which this program goes:"
    " --user-agent or PREFLIGHT_USER_AGENT sends another one, such as Mozilla/5.0.",
    "check-key": "Check EVOLINK_API_KEY.",
    "renew-key": "The key is switched off or has ended: make a new one in the provider's console, and put it into"
    " EVOLINK_API_KEY.",
    "name-service": "Name it: --base-url {q}, and --files-url for its files service.",
    "other-port": "Choose another --port or --host.",
    "recover-ledger": "Copy it first; then `sqlite3 LEDGER .recover | sqlite3 NEW` saves what can be read, and"
    " --ledger NEW uses that.",
    "explain-refusal": "`preflight explain {w}` says what to do.",
    "send-drift": "It had been called clean here. `preflight task drift` prints what to send to the project.",
    "mend-request": "`preflight check` shows every finding, and `preflight fix` mends what can be mended.",
    "cut-request": "`preflight fix` cuts it; or remove `keep` from the request to send the whole.",
    "explain-unfixable": "No fix is known for this; `preflight explain {w}` says what can be done by hand.",
    "lengthen": "Too short cannot be mended without changing what is shown: use a longer one, or say how it is"
    " made longer: --extend loop, --extend freeze or --extend slow.",
    "fit": "A refused shape is cropped or padded where that is named: --fit crop, --fit pad or --fit blur.",
    "allow": "It needs a {loss} step: --allow {w}.",
    "allow-creative": "It needs a creative step: say which (--fit crop, --fit pad or --fit blur), or allow any:"
    " --allow creative.",
    "allow-creative-and-lossy": "It needs a creative step: say which (--fit crop, --fit pad or --fit blur, with"
    " --allow lossy), or allow any: --allow creative.",
    "mark-longer-part": "Mark at least {w} s (--keep FILE=START-END), or say how it is made longer: --extend"
    " loop, --extend freeze or --extend slow.",
    "make-plan": "`preflight fix --dry-run --format json` makes one.",
    "plan-anew": "Plan anew: `preflight fix --dry-run --format json`.",
    "plan-with-part": "Plan anew with --keep FILE=START-END, here {w}: that encodes where it must.",
    "print-schema": "`preflight profiles --schema` prints the schema.",
    "list-models": "`preflight models` lists what there is.",
    "list-rules": "`preflight rules` lists them.",
    "write-baseline": "Write it anew with --write-baseline.",
    "split-at-nul": "Use --from0.",
    "judge-in-request": "Name it by --image, --video or --audio, or in a request.toml.",
    "read-anonymously": "Or, where everybody may read it: --anonymous.",
}
"""Kind → sentence; `{n}` is the entry, `{q}` the ledger or address, `{w}` the task, rule, loss, span or time of day."""
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
    return between(" ", language()).join(filter(None, (localized(_sentence(part)) for part in parts)))


def _sentence(part: str | Remedy) -> str:
    """Word a step."""
    if isinstance(part, str):
        return part
    word = part.task or part.rule or part.loss or part.span or part.until
    return phrase(SENTENCES[part.kind], n=part.entry, w=word, q=part.path or part.address, loss=part.loss)


def message_of(error: "PreflightError") -> str:
    """Word what happened in an error."""
    return localized(with_names(error.message, SETTINGS))


def in_full(error: "PreflightError") -> str:
    """Word an error and its advice in one line."""
    return between(". ", language()).join(filter(None, (message_of(error), said(error.remedies))))


def came_of(result: "FixResult") -> str:
    """Word why there is no new file, and what to do; may be empty."""
    return between(". ", language()).join(filter(None, (localized(result.message), said(result.remedies))))
