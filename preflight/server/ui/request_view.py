"""What the page is told of the request as a whole: settings, what the edition allows, findings, price, the prompt."""

from typing import TYPE_CHECKING, Any

from preflight.flow.submit import Terms, foreseen_price
from preflight.locale import localized
from preflight.profiles.schema import Profile
from preflight.report.citations import cited
from preflight.report.html.render import SIGNS
from preflight.request.price import Estimate
from preflight.server.ui import views
from preflight.server.ui.editions import models_view
from preflight.server.ui.prompt_view import prompt_view
from preflight.values.findings import verdict_of
from preflight.values.units import decimal

if TYPE_CHECKING:
    from preflight.server.ui.workspace import Workspace

SETTINGS = ("model", "duration", "quality", "aspect_ratio", "generate_audio", "callback_url", "content_filter")


def request_view(workspace: "Workspace") -> dict[str, Any]:
    """Build the state of the request for the page."""
    items, spec, report = workspace.ordered(), workspace.spec(), workspace.report
    waiting = sum(1 for item in items if item.state != "judged")
    findings = report.findings if report else ()
    verdict = report.verdict if report and not waiting else ""
    return {
        "project": {"name": workspace.project.name, "folder": str(workspace.project.folder)},
        "profile": workspace.profile.name,
        "measuring": waiting,
        "verdict": verdict,
        "sign": SIGNS[verdict] if verdict else "",
        "set_verdict": verdict_of(findings),
        "findings": [] if waiting else [views.finding_view(one) for one in findings],
        "shelves": views.shelf_views(items, workspace.profile),
        "shared": workspace.shared,
        "share": workspace.share,
        "settings": {name: getattr(spec, name) for name in SETTINGS},
        "prompt": prompt_view(spec, workspace.profile),
        "price": price_view(price(workspace)),
        "fixable": [item.id for item in items if item.plan and item.plan.steps and item.state == "judged"],
        "undecided": [item.id for item in items if views.is_undecided(item)],
        "uncut": [item.id for item in items if item.keep and item.which == "original"],
    }


def price(workspace: "Workspace") -> Estimate | None:
    """Estimate what the request costs once its clips are cut as planned; None where that cannot be told."""
    spec, planned = workspace.spec(), workspace.planned
    if planned is None or len(planned.plans) != len(spec.assets):
        return None
    return foreseen_price(spec, planned, workspace.profile, Terms())


def price_view(estimate: Estimate | None) -> dict[str, Any] | None:
    """Format a price."""
    if estimate is None:
        return None
    return {
        "credits": decimal(estimate.credits, 2),
        "usd": decimal(estimate.usd, 2),
        "output_s": estimate.output_s,
        "input_s": decimal(estimate.input_s),
        "billed_s": decimal(estimate.billed_s),
        "cut_s": decimal(estimate.cut_s),
        "cut_credits": decimal(estimate.cut_credits, 2) if estimate.cut_credits > 0 else "",
        "read": estimate.read,
    }


def edition_view(profile: Profile, *, follows: bool = False) -> dict[str, Any]:
    """List the settings that an edition offers.

    Args:
        profile: the edition in use.
        follows: whether a model of another edition may be chosen.
    """
    limits = profile.request
    length, ratio = limits.duration_s, limits.aspect_ratio
    return {
        "name": profile.name,
        "title": localized(cited(profile.title)),
        "models": models_view(profile, follows=follows),
        "qualities": {name: list(model.quality) for name, model in profile.models.items()},
        "takes": [name for name in ("generate_audio", "callback_url") if profile.knows(name)],
        "default_model": profile.default_model,
        "duration": {name: getattr(length, name, None) for name in ("min", "max", "default")}
        | {"of": [*length.allowed, *length.special] if length else []},
        "quality": limits.quality.default if limits.quality else None,
        "aspect_ratio": {"of": list(ratio.allowed) if ratio else [], "default": ratio.default if ratio else None},
        "base_url": profile.service.base_url,
    }
