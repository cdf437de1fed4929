"""A request taken from its check to its task by whoever asks, with what is heard and asked on the way."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from fractions import Fraction
from pathlib import Path

import pytest

from preflight.errors import CallError
from preflight.flow.account import Endpoint, account_of
from preflight.flow.check import Measuring
from preflight.flow.fix import fix_all
from preflight.flow.submit import Begin, Ready, Steps, Terms, Unclean, submit
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.profiles import DEFAULT, load
from preflight.request.file import RequestSpec, with_roles
from preflight.sandbox import Sandbox, running
from preflight.submission.submit import Account
from preflight.values.findings import Report
from tests.specimens import MEDIA

PROFILE = load(DEFAULT)
KEY = "sk-a-key-that-is-shown-nowhere"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running(run_s=0) as service:
        yield service


@pytest.fixture
def endpoint(sandbox: Sandbox) -> Endpoint:
    return Endpoint(key=KEY, base_url=sandbox.url, files_url=sandbox.url, allow_private=True)


def how() -> AbstractContextManager[Measuring]:
    return nullcontext(Measuring())


def request(*images: Path) -> RequestSpec:
    assets = tuple(with_roles("image", list(map(str, images))))
    return RequestSpec(assets=assets, prompt="Image 1 sets the palette.", duration=4, quality="480p")


OK, BROKEN, GIF = (MEDIA / name for name in ("image-ok.jpeg", "image-truncated.jpg", "image-gif.gif"))


class Heard:
    """What a face of the program was told, in order; it agrees to everything but what it is told not to."""

    def __init__(self, folder: Path, *, agrees: bool = True) -> None:
        self.words: list[str] = []
        self._folder, self._agrees = folder, agrees

    def say(self, word: str) -> Callable[[object], None]:
        return lambda *_: self.words.append(word)

    def apply_plan(self, _report: Report, planned: RequestPlan) -> Sequence[FixResult]:
        self.words.append("mend")
        done = fix_all(planned.plans, PROFILE, self._folder)
        return done if all(one.outcome in ("fixed", "untouched") for one in done) else []

    def confirm(self, ready: Ready, _account: Account) -> bool:
        self.words.append(f"confirm {len(ready.hashes)}")
        return self._agrees

    @contextmanager
    def uploading(self, _ready: Ready) -> Iterator[Begin]:
        self.words.append("uploads")
        yield lambda _path: None

    def steps(self) -> Steps:
        return Steps(
            measured=self.say("measured"),
            judged=self.say("judged"),
            apply_plan=self.apply_plan,
            judged_again=self.say("judged again"),
            confirm=self.confirm,
            uploading=self.uploading,
            accepted=lambda sent, _account: self.words.append(sent.task_id),
        )


def test_a_clean_request_is_sent_without_a_word_to_anybody(
    endpoint: Endpoint, sandbox: Sandbox, tmp_path: Path
) -> None:
    terms = Terms(ledger=tmp_path / "ledger")
    sent = submit(request(OK), PROFILE, endpoint, how, terms=terms)
    assert sent
    assert [task.id for task in sandbox.tasks] == [sent.task_id]
    with account_of(str(sent.entry.number), PROFILE, terms.ledger, lambda _: endpoint) as (task_id, account):
        assert (task_id, account.service.task(task_id).id) == (sent.task_id, sent.task_id)
    assert KEY not in repr(endpoint)


def test_what_is_not_clean_is_mended_judged_again_and_sent(
    endpoint: Endpoint, sandbox: Sandbox, tmp_path: Path
) -> None:
    heard = Heard(tmp_path / "ready")
    sent = submit(request(GIF), PROFILE, endpoint, how, steps=heard.steps(), terms=Terms(ledger=tmp_path / "ledger"))
    assert sent
    again = ["measured", "judged again", "confirm 1", "uploads", sent.task_id]
    assert heard.words == ["measured", "judged", "mend", *again]
    assert len(sandbox.tasks) == 1


def test_a_place_is_taken_out_before_anything_is_uploaded(endpoint: Endpoint, sandbox: Sandbox, tmp_path: Path) -> None:
    heard = Heard(tmp_path / "ready")
    placed = MEDIA / "image-gps.jpg"
    sent = submit(request(placed), PROFILE, endpoint, how, steps=heard.steps(), terms=Terms(ledger=tmp_path / "ledger"))
    assert sent
    assert "mend" in heard.words
    (made,) = (tmp_path / "ready").glob("*.jpg")
    assert b"GPS" not in made.read_bytes()
    assert len(sandbox.tasks) == 1


@pytest.mark.parametrize("mends", [True, False])
def test_what_stays_unclean_is_refused_with_the_report_and_no_ledger_is_made(
    mends: bool, endpoint: Endpoint, sandbox: Sandbox, tmp_path: Path
) -> None:
    steps, ledger = Heard(tmp_path / "ready").steps() if mends else Steps(), tmp_path / "ledger"
    with pytest.raises(Unclean, match="image 1") as raised:
        submit(request(BROKEN), PROFILE, endpoint, how, steps=steps, terms=Terms(ledger=ledger))
    assert raised.value.report.verdict != "pass"
    assert sandbox.requests == []
    assert not ledger.exists()


def test_what_is_not_agreed_to_does_not_leave(endpoint: Endpoint, sandbox: Sandbox, tmp_path: Path) -> None:
    heard = Heard(tmp_path, agrees=False)
    assert submit(request(OK), PROFILE, endpoint, how, steps=heard.steps(), terms=Terms(ledger=tmp_path / "l")) is None
    assert heard.words[-1] == "confirm 1"
    assert sandbox.requests == []


def test_what_costs_too_much_is_asked_of_nobody(endpoint: Endpoint, sandbox: Sandbox, tmp_path: Path) -> None:
    heard = Heard(tmp_path)
    terms = Terms(ledger=tmp_path / "l", max_credits=Fraction(1), limit="the cap")
    with pytest.raises(CallError, match="more than the cap 1"):
        submit(request(OK), PROFILE, endpoint, how, steps=heard.steps(), terms=terms)
    assert heard.words == ["measured", "judged"]
    assert sandbox.requests == []
