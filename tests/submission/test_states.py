"""The states of a submission: where each may lead, and in which money is or may be spent."""

from typing import get_args

from preflight.submission.states import NEXT, ORPHANS, PAID, STATES, State


def reached(begin: State) -> set[State]:
    """Follow every step that is allowed."""
    found, todo = set[State](), [begin]
    while todo:
        state = todo.pop()
        if state not in found:
            found.add(state)
            todo += NEXT[state]
    return found


def test_every_state_has_its_steps_and_can_be_reached_from_the_intent() -> None:
    assert set(NEXT) == set(STATES) == set(get_args(State)) == reached("intended")


def test_nothing_leads_back_before_the_answer_once_there_is_one() -> None:
    early = {"intended", "sent", "unknown", "refused"}
    for state in ("accepted", "completed", "failed", "downloaded"):
        assert not reached(state) & early


def test_what_was_refused_is_over() -> None:
    assert reached("refused") == {"refused"}


def test_an_intent_is_never_accepted_without_having_been_sent() -> None:
    assert "accepted" not in NEXT["intended"]
    assert "completed" not in NEXT["sent"]


def test_no_money_is_spent_only_where_the_service_said_so() -> None:
    assert set(STATES) - set(PAID) == {"refused", "failed"}


def test_what_an_ended_program_left_takes_a_legal_step_and_is_never_taken_for_unpaid_once_it_was_sent() -> None:
    assert set(ORPHANS) == {"intended", "sent"}
    assert all(after in NEXT[before] for before, (after, _) in ORPHANS.items())  # type: ignore[index] # a state
    assert ORPHANS["sent"][0] in PAID
    assert ORPHANS["intended"][0] not in PAID
