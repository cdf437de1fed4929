"""Judge facts by limits: all rules, and the two functions that apply them.

Probed, Profile        ── judge ──────────► Judged       (image, video, audio)
WholeRequest, Profile  ── judge_request ──► findings     (the set, the prompt, the settings)
"""

from collections.abc import Iterator

from preflight.profiles.schema import Profile
from preflight.rules import audio, image, request, video
from preflight.rules.common import PLURALS, not_taken, readable, unjudged, unmeasured
from preflight.rules.rule import Rule
from preflight.rules.whole import WholeRequest
from preflight.values.assets import Kind
from preflight.values.findings import UNJUDGED, Finding, Judged
from preflight.values.phrase import phrase
from preflight.values.probed import Probed
from preflight.values.unforeseen import unforeseen

ASSET_RULES: dict[Kind, tuple[Rule[Probed], ...]] = {
    "image": image.RULES,
    "video": video.RULES,
    "audio": audio.RULES,
    "unknown": (readable("unknown"), unjudged("unknown")),
}
NOT_TAKEN_RULES: dict[Kind, tuple[Rule[Probed], ...]] = {
    kind: (readable(kind), unjudged(kind), not_taken(kind)) for kind in PLURALS
}
"""Rules of kinds that an edition does not take: its other limits mean nothing."""
REQUEST_RULES = request.RULES

RULES: dict[str, Rule[Probed] | Rule[WholeRequest]] = {
    **{rule.id: rule for rules in ASSET_RULES.values() for rule in rules},
    **{rule.id: rule for rules in NOT_TAKEN_RULES.values() for rule in rules},
    **{rule.id: rule for rule in REQUEST_RULES},
}
"""All rules by id."""

__all__ = ["ASSET_RULES", "NOT_TAKEN_RULES", "REQUEST_RULES", "RULES", "Rule", "WholeRequest", "judge", "judge_request"]


def judge(probed: Probed, profile: Profile) -> Judged:
    """Apply the rules of the role's kind, else of the content's kind.

    Unmeasured values are ignored where measured ones already fail the asset.
    """
    family = probed.asset.role.kind if probed.asset.role else probed.kind
    profile = profile.seen_from(probed.asset.role)
    rules = ASSET_RULES if profile.takes(family) else NOT_TAKEN_RULES
    findings = [finding for rule in rules[family] for finding in _checked(rule, family, probed, profile)]
    untold = tuple(finding for finding in findings if finding.rule.endswith(UNJUDGED))
    judged = Judged(asset=probed.asset, kind=probed.kind, facts=probed.facts, untold=untold, identity=probed.identity)
    return judged.with_findings(finding for finding in findings if not finding.rule.endswith(UNJUDGED))


def _checked(rule: Rule[Probed], family: Kind, probed: Probed, profile: Profile) -> Iterator[Finding]:
    """Apply one rule; an unexpected error leaves this asset alone unjudged."""
    try:
        yield from rule.check(probed, profile)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told of this asset
        yield unmeasured(family, phrase("the rule {w} {rest}", w=rule.id, rest=unforeseen(error)))


def judge_request(whole: WholeRequest, profile: Profile) -> tuple[Finding, ...]:
    """Apply the rules of the request."""
    return tuple(finding for rule in REQUEST_RULES for finding in rule.check(whole, profile))
