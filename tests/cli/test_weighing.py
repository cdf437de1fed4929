"""By what verdicts are weighed: the settings of the working folder, or nothing."""

import datetime as dt
from pathlib import Path

import pytest

from preflight.cli.weighing import weighing
from tests import made

ODD = made.judged(made.video(width_px=100))
IGNORED = "\n".join(
    f'[[ignore]]\nrule = "{rule}"\nreason = "old footage"\nuntil = {{until}}'
    for rule in sorted({one.rule for one in ODD.findings if one.severity == "error"})
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_settings_a_verdict_stays_as_it_is(here: Path) -> None:
    how = weighing("error")
    assert how.is_idle
    assert how.asset(ODD) is ODD
    assert how.today == dt.datetime.now(dt.UTC).date()
    assert not [*how.expired(), *how.unused()]
    assert here.is_dir()


def test_what_is_ignored_does_not_fail_and_is_counted_as_used(here: Path) -> None:
    (here / "preflight.toml").write_text(IGNORED.format(until="2999-12-31"))
    how = weighing("error")
    assert ODD.verdict == "fail"
    assert len(how.unused()) == IGNORED.count("[[ignore]]")
    assert how.asset(ODD).verdict == "pass"
    assert not [*how.expired(), *how.unused()]


def test_an_ignore_whose_day_is_over_does_nothing_and_is_told(here: Path) -> None:
    (here / "preflight.toml").write_text(IGNORED.format(until="2020-01-31"))
    how = weighing("error")
    assert how.asset(ODD).verdict == "fail"
    assert len(list(how.expired())) == IGNORED.count("[[ignore]]")


def test_the_least_severity_that_fails_is_the_caller_s(here: Path) -> None:
    warned = made.judged(made.video(location=True))
    assert {one.severity for one in warned.findings} == {"warning"}
    assert weighing("warning").asset(warned).verdict == "fail"
    assert weighing("error").asset(warned).verdict == "pass"
    assert here.is_dir()
