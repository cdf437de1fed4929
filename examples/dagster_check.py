"""A Dagster asset check: reference media that do not pass stop what stands on them.

    from dagster_check import preflight_check
    defs = dg.Definitions(assets=[footage], asset_checks=[preflight_check(footage, ["footage/"])])

What could not be judged raises, so that a retry policy may try it again: "could not tell" is never a pass.
"""

from collections.abc import Sequence

import dagster as dg
from gate import judged, wrong


def preflight_check(
    asset: dg.AssetsDefinition | dg.AssetKey | str, paths: Sequence[str], *, profile: str | None = None
) -> dg.AssetChecksDefinition:
    """Return the check of one asset.

    Args:
        asset: the asset that the files are.
        paths: files and folders.
        profile: an edition of the limits, or a profile file.
    """

    @dg.asset_check(asset=asset, name="preflight", blocking=True, description="Within the documented limits.")
    def check() -> dg.AssetCheckResult:
        report = judged(paths, profile=profile)
        findings = wrong(report)
        if report["verdict"] == "unsure":
            raise dg.Failure("something could not be judged", metadata={"findings": "\n".join(findings)})
        return dg.AssetCheckResult(
            passed=report["verdict"] == "pass",
            severity=dg.AssetCheckSeverity.ERROR,
            metadata={
                "profile": report["profile"],
                "files": len(report["assets"]),
                "findings": dg.MetadataValue.md("\n".join(f"- {line}" for line in findings) or "none"),
            },
        )

    return check
