"""The rule for prompts that the service takes for another task, and refuses late."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from preflight.profiles.schema import Profile
from preflight.profiles.settings import TaskType
from preflight.rules.fields import value_of
from preflight.rules.rule import rule
from preflight.rules.whole import WholeRequest
from preflight.values.assets import printable
from preflight.values.findings import Finding
from preflight.values.phrase import joined, phrase

if TYPE_CHECKING:
    from preflight.rules.orders import Order

TOLD_CHARACTERS = 80
ORDERED = {
    "edit": (
        '"{q}" may be taken for the order of an edit, which demands {what}: the task would fail minutes after it was'
        " accepted"
    ),
    "extend": (
        '"{q}" may be taken for the order of an extension, which demands {what}: the task would fail minutes after it'
        " was accepted"
    ),
}
NO_ORDER = {
    "edit": "no words are found in the prompt that order to edit the clip",
    "extend": "no words are found in the prompt that order to extend the clip",
}


@rule("request/task-type", "request.task_type")
def task_type(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The prompt orders a clip to be edited or extended, and the settings are not those that this demands.

    Why: The service reads the prompt. An order such as "remove the logo from video 1" or "extend the clip" makes the
    task an edit or an extension, and then the aspect ratio has to be adaptive and, for an edit, the duration -1. What
    breaks this is accepted, and fails minutes later with InvalidParameter.TaskTypeConstraint.

    Fix: Describe the wanted result instead of giving the order: "the street of video 1, empty". Where an edit is meant,
    use a model that edits, or the settings that are named.
    """
    limit, prompt = profile.request.task_type, whole.spec.prompt
    if limit is None or prompt is None or not whole.sends("video"):
        return
    from preflight.rules.orders import orders

    for order in orders(prompt):
        if wants := _demands(order, limit, whole, profile):
            said = printable(order.words)
            said = said if len(said) <= TOLD_CHARACTERS else f"{said[: TOLD_CHARACTERS - 3]}..."
            words = ORDERED[order.task]
            yield Finding(
                rule="request/task-type",
                severity=limit.weight,
                message=limit.told(phrase(words, q=said, what=joined(wants, " and "))),
                measured=order.task,
                source=limit.source,
                doubtful=True,
            )
            return


def _demands(order: "Order", limit: TaskType, whole: WholeRequest, profile: Profile) -> list[str]:
    """List the settings that the task demands and the request lacks."""
    spec = whole.spec
    ratio, length = value_of("aspect_ratio", spec, profile), value_of("duration", spec, profile)
    wants: list[str] = (
        []
        if ratio == limit.aspect_ratio
        else [phrase("the aspect ratio {w1}, not {w2}", w1=limit.aspect_ratio, w2=printable(str(ratio)))]
    )
    if order.task == "edit" and length != limit.edit_duration:
        wants.append(phrase("the duration {w1}, not {w2}", w1=limit.edit_duration, w2=length))
    return wants


@rule("request/prompt-order", "request.order")
def prompt_order(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The prompt does not order what the model is for: to edit the clip, or to extend it.

    Why: Models that edit or extend read in the prompt what to do. One that only describes a picture may be taken for
    another task, or leave the clip as it is. The words that are known here are few, so it is a warning.

    Fix: Say it: "Edit the video: remove the logo", "Extend the video: she walks on".
    """
    limit, prompt = profile.request.order, whole.spec.prompt
    if limit is None or prompt is None:
        return
    from preflight.rules.orders import orders

    if not any(order.task == limit.task for order in orders(prompt)):
        yield Finding(
            rule="request/prompt-order",
            severity="warning",
            message=limit.told(NO_ORDER[limit.task]),
            source=limit.source,
        )
