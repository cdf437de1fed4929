"""Word remedies and errors for agents: a tool where there is one, else what a person has to do."""

from preflight.errors import PreflightError
from preflight.plan import Plan
from preflight.plan.result import FixResult
from preflight.values.remedy import Advice, Kind, with_names, worded

LENGTHEN = "extend: loop, freeze or slow"
FIT = "fit: crop, pad or blur"
PERSON = "a person at the command line"
RECONCILE = f"`preflight task reconcile`, by {PERSON},"
AGAIN = f"Only {PERSON} sends it once more, and pays twice."

SENTENCES: dict[Kind, str] = {
    "reconcile-first": f"Do not submit it again before {RECONCILE} has looked for it.",
    "reconcile-ledger-first": f"Do not submit it again before {RECONCILE} with that ledger has looked for it.",
    "reconcile-before-again": (
        f"It may have been accepted and paid for: {RECONCILE} looks for it before anything is sent again."
    ),
    "reconcile-finds-it": f"{RECONCILE} looks for it.",
    "reconcile-finds-lost-ones": f"{RECONCILE} looks for lost ones.",
    "reconcile-later": f"{RECONCILE} shows what the service has; say it again at {{0.until}} UTC.",
    "gone-without-look": f"Try again when it answers. {RECONCILE} takes a person's word without a look.",
    "adopt-or-gone": f"{RECONCILE} takes a person's word that it is, or that it is not.",
    "show-what-becomes": (
        "A program that runs now is sending it; task_status with task_id {0.entry} says what becomes of it."
    ),
    "show-or-send-again": f"task_status with task_id {{0.entry}} says more. {AGAIN}",
    "show-there-or-send-again": f"It is in another ledger. {AGAIN}",
    "send-without-asking": f"A person has to make {{0.path}} readable again. {AGAIN}",
    "list-tasks": f"`preflight task list`, by {PERSON}, lists them.",
    "wait-again": "task_status returns to it. Do not submit it again.",
    "note-task": "It runs, and is paid for: note its id. task_status asks for it, and download_result saves the video.",
    "download-saves": "download_result saves it.",
    "download-saves-video": "download_result saves the video.",
    "download-once-more": "download_result asks for it once more.",
    "fresh-link": "Result links live for 24 hours; download_result asks for a fresh one.",
    "fresh-link-or-name": (
        "The link may have ended, for they live for 24 hours: download_result asks for a fresh one. Or its host does"
        " not take the name by which this program goes: a person starts the server with --user-agent."
    ),
    "check-key": "A person has to check EVOLINK_API_KEY, and start the server anew.",
    "renew-key": (
        "The key is switched off or has ended: a person makes a new one in the provider's console, puts it into"
        " EVOLINK_API_KEY, and starts the server anew."
    ),
    "name-service": "A person has to name it: the server's option --base-url {0.address}.",
    "other-port": "Choose another --port.",
    "recover-ledger": "A person has to repair the ledger; nothing is sent meanwhile.",
    "explain-refusal": "explain_rule with rule {0.rule} says what to do.",
    "send-drift": "It had been called clean here; `preflight task drift` prints what to send to the project.",
    "mend-request": "check_request returns every finding, and plan_fix plans what can be mended.",
    "cut-request": "plan_fix and apply_fix cut it; or leave `keep` out of the request to send the whole.",
    "explain-unfixable": "No fix is known for this; explain_rule with rule {0.rule} says what can be done by hand.",
    "lengthen": (
        "Too short cannot be mended without changing what is shown: use a longer one, or say how it is made longer"
        f" ({LENGTHEN})."
    ),
    "fit": f"A refused shape is cropped or padded where that is named ({FIT}).",
    "allow": "It needs a {0.loss} step (allow: {0.loss}).",
    "allow-creative": f"It needs a creative step: say which ({FIT}), or allow any (allow: creative).",
    "allow-creative-and-lossy": (
        f"It needs a creative step: say which ({FIT}, with allow: lossy), or allow any (allow: creative)."
    ),
    "mark-longer-part": (
        f"Mark at least {{0.span}} s (keep: FILE=START-END), or say how it is made longer ({LENGTHEN})."
    ),
    "make-plan": "plan_fix makes one.",
    "plan-anew": "Plan anew: plan_fix.",
    "plan-with-part": "Plan anew with keep: FILE=START-END, here {0.span}: that encodes where it must.",
    "print-schema": "`preflight schema profile` prints the schema.",
    "list-models": "where_accepted lists them.",
    "list-rules": "A check names them.",
    "write-baseline": f"Let it be written anew by {PERSON}.",
    "split-at-nul": "Name each path by itself.",
    "read-anonymously": "Or, where everybody may read it, set AWS_SKIP_SIGNATURE=true for this server.",
    "judge-in-request": "check_request judges it, in a request.",
}
"""Kind → sentence; braces are filled from the remedy."""
SETTINGS = {"key": "EVOLINK_API_KEY", "bucket": "--bucket"}
"""Setting → its name for the person who starts the server."""


def said(advice: Advice) -> str:
    """Word advice as sentences; may be empty."""
    return worded(advice, SENTENCES)


def in_full(error: PreflightError) -> str:
    """Word an error and its advice in one line."""
    return ". ".join(filter(None, (with_names(error.message, SETTINGS), said(error.remedies))))


def worded_plan(plan: Plan) -> Plan:
    """Word the remedies of a plan."""
    import msgspec

    words = said(plan.remedies)
    return msgspec.structs.replace(plan, remedies=(words,) if words else ())


def worded_result(one: FixResult) -> FixResult:
    """Word the remedies of a result, and of its plan."""
    import msgspec

    message = ". ".join(filter(None, (one.message, said(one.remedies))))
    return msgspec.structs.replace(one, plan=worded_plan(one.plan), message=message, remedies=())
