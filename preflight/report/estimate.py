"""The estimate of a request's price, and the explanation of a rule, as JSON."""

from typing import Any

from preflight._version import __version__
from preflight.profiles.schema import Profile
from preflight.request.price import Estimate
from preflight.rules.rule import Rule, limit_at
from preflight.values.units import number

ESTIMATE_SCHEMA = "preflight.estimate/1"
RULE_SCHEMA = "preflight.rule/1"
PARTS = ("input_s", "billed_s", "clip_credits", "cut_s", "cut_credits")


def estimate_json(price: Estimate | None, profile: Profile) -> dict[str, Any]:
    """Convert an estimate to `preflight.estimate/1`; None where no price is known."""
    return {
        "schema": ESTIMATE_SCHEMA,
        "preflight": __version__,
        "profile": profile.name,
        "credits": None if price is None else number(price.credits),
        "usd": None if price is None else number(price.usd),
        "output_s": None if price is None else price.output_s,
        **{name: None if price is None else number(getattr(price, name)) for name in PARTS},
        "read": None if price is None else price.read,
        "source": None if price is None else price.source,
    }


def rule_json(rule: "Rule[Any]", profile: Profile) -> dict[str, Any]:
    """Convert a rule, with its limit in a profile, to `preflight.rule/1`."""
    limit = limit_at(profile, rule.limit)
    return {
        "schema": RULE_SCHEMA,
        "rule": rule.id,
        "what": rule.what,
        "why": rule.why,
        "fix": rule.fix,
        "profile": profile.name,
        "place": rule.limit,
        "limit": limit.text() if limit and hasattr(limit, "text") else None,
        "source": rule.source(profile),
        "read": limit.read.isoformat() if limit else None,
    }
