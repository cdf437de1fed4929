"""Plans on the page: what would be done, or was, in words, with what it costs and which findings it clears."""

from preflight.plan import Plan, Step
from preflight.plan.request import RequestPlan
from preflight.report.html.markup import Markup, block, joined, prose, tag
from preflight.report.text import share_lines

UNTOUCHED = "`preflight fix` would leave it as it is: what fails here is no error that a new file could clear."


def foreseen(plan: Plan) -> Markup:
    """Return what `preflight fix` would do, or why it can do nothing."""
    title = tag("h3", prose("What `preflight fix` would do"))
    if plan.beyond_mending or not plan.steps:
        return joined(title, hopeless(plan) if plan.beyond_mending else block("p", prose(UNTOUCHED), class_="advice"))
    return joined(title, steps_list(plan))


def steps_list(plan: Plan) -> Markup:
    """Return the steps in their order."""
    return block("ol", *map(_step, plan.steps), class_="steps")


def hopeless(plan: Plan) -> Markup:
    """Return what nothing clears within the allowed loss, and what a person can do about it."""
    rules = joined(
        *(tag("code", rule) for rule in dict.fromkeys(one.rule for one in plan.beyond_mending)), between=", "
    )
    return block("p", Markup("It cannot mend "), rules, Markup(". "), prose(plan.advice), class_="advice")


def _step(step: Step) -> Markup:
    reason = Markup()
    if step.clears:
        rules = joined(*(tag("code", rule) for rule in step.clears), between=", ")
        reason = tag("small", Markup(" for "), rules, class_="clears")
    return tag("li", tag("span", step.words()), Markup(" "), tag("span", step.loss, class_=f"loss {step.loss}"), reason)


def shares(planned: RequestPlan | None) -> Markup:
    """Return how the seconds of a request are shared, and how else they could be; nothing where they need not be."""
    lines = ["".join(words for words, _ in line).strip() for line in share_lines(planned)] if planned else []
    if not lines:
        return Markup()
    rows = [tag("li", line.removeprefix("the request: ")) for line in lines]
    return joined(tag("h3", "How the seconds are shared"), block("ul", *rows, class_="shares"))
