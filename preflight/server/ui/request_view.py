"""What the page is told of the request as a whole: settings, what the edition allows, findings, price, the prompt."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from preflight.profiles.schema import Profile
from preflight.report.html.render import SIGNS
from preflight.request.file import RequestSpec
from preflight.request.price import Estimate
from preflight.request.prompt import composed, length, mentions, offers, placed
from preflight.server.ui import views
from preflight.submission.prepare import price_of
from preflight.values.findings import Report, verdict_of
from preflight.values.units import decimal

if TYPE_CHECKING:
    from preflight.server.ui.desk import Desk

SETTINGS = ("model", "duration", "quality", "aspect_ratio", "generate_audio", "callback_url", "content_filter")


def request_view(desk: "Desk") -> dict[str, Any]:
    """Build the state of the request for the page."""
    items, spec, report = desk.ordered(), desk.spec(), desk.report
    waiting = sum(1 for item in items if item.state != "judged")
    findings = report.findings if report else ()
    verdict = report.verdict if report and not waiting else ""
    return {
        "project": {"name": desk.project.name, "folder": str(desk.project.folder)},
        "profile": desk.profile.name,
        "measuring": waiting,
        "verdict": verdict,
        "sign": SIGNS[verdict] if verdict else "",
        "set_verdict": verdict_of(findings),
        "findings": [views.finding_view(one) for one in findings],
        "shelves": views.shelf_views(items, desk.profile),
        "shared": desk.shared,
        "share": desk.share,
        "settings": {name: getattr(spec, name) for name in SETTINGS},
        "prompt": prompt_view(spec, desk.profile),
        "price": price_view(price(spec, report, desk.profile)),
        "fixable": [item.id for item in items if item.plan and item.plan.steps and item.state == "judged"],
        "uncut": [item.id for item in items if item.keep and item.which == "original"],
    }


def price(spec: RequestSpec, report: Report | None, profile: Profile) -> Estimate | None:
    """Estimate what the request costs; None where that cannot be told."""
    return price_of(spec, report, profile) if report and len(report.assets) == len(spec.assets) else None


def price_view(estimate: Estimate | None) -> dict[str, Any] | None:
    """Return a price as it is shown."""
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


def prompt_view(spec: RequestSpec, profile: Profile) -> dict[str, Any]:
    """Return the prompt with the places where it names references, and how much of its budget it uses."""
    text = composed(spec.prompt or "")
    used, limit = length(text), profile.request.prompt
    counts = {kind: len(spec.of_kind(kind)) for kind in ("image", "video", "audio")}
    part = Fraction(used.characters, limit.characters) + Fraction(used.words, limit.words) if limit else Fraction(0)
    there = placed(text, spec.assets)
    return {
        "text": text,
        "words": used.words,
        "characters": used.characters,
        "part": round(float(part) * 100, 1),
        "limited": limit is not None,
        "mentions": [
            {
                "start": one.start,
                "end": one.start + len(one.text),
                "kind": one.kind,
                "number": one.number,
                "there": one.number is None or 1 <= one.number <= counts[one.kind],
                "sure": one.is_certain,
            }
            for one in mentions(text)
        ],
        "unnamed": [str(one.role) for one in there if not one.excerpts],
        "offers": [
            {"role": str(one.role), "purpose": offer.purpose, "words": offer.words}
            for one in there
            for offer in offers(profile.phrasings.values(), one.role)
        ],
    }


def edition_view(profile: Profile) -> dict[str, Any]:
    """List the settings that an edition offers."""
    limits = profile.request
    length, ratio = limits.duration_s, limits.aspect_ratio
    return {
        "name": profile.name,
        "title": profile.title,
        "models": [{"id": name, "quality": list(model.quality)} for name, model in profile.models.items()],
        "default_model": profile.default_model,
        "duration": {name: getattr(length, name, None) for name in ("min", "max", "default")}
        | {"of": [*length.allowed, *length.special] if length else []},
        "quality": limits.quality.default if limits.quality else None,
        "aspect_ratio": {"of": list(ratio.allowed) if ratio else [], "default": ratio.default if ratio else None},
        "base_url": profile.service.base_url,
    }
