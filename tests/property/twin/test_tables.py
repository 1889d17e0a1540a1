"""The state tables and the log of the twin under random events."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from titer.base.errors import Refused
from titer.twin import rules

PROPOSAL_EVENTS = sorted({event for _, event in rules.PROPOSAL})
INSTANCE_EVENTS = sorted({event for _, event in rules.INSTANCE})


def _walk(table: rules.Table, start: str, events: list[str]) -> list[str]:
    states = [start]
    for event in events:
        try:
            states.append(rules.move(table, "thing", states[-1], event))
        except Refused:
            assert (states[-1], event) not in table
    return states


@given(st.lists(st.sampled_from(PROPOSAL_EVENTS), max_size=30))
def test_no_walk_dispatches_a_proposal_that_was_not_checked_submitted_and_approved(events: list[str]) -> None:
    states = _walk(rules.PROPOSAL, "DRAFT", events)
    if "DISPATCHED" in states:
        before = states[: states.index("DISPATCHED")]
        assert before == ["DRAFT", "CHECKED", "SUBMITTED", "APPROVED"]


@given(st.lists(st.sampled_from(PROPOSAL_EVENTS), max_size=30))
def test_an_end_is_an_end(events: list[str]) -> None:
    states = _walk(rules.PROPOSAL, "DRAFT", events)
    for end in ("REJECTED", "EXPIRED", "CLOSED"):
        if end in states:
            assert states.index(end) == len(states) - 1


@given(st.lists(st.sampled_from(INSTANCE_EVENTS), max_size=30))
def test_no_walk_binds_a_twin_that_was_not_commissioned_or_thaws_a_frozen_one(events: list[str]) -> None:
    states = _walk(rules.INSTANCE, "DEFINED", events)
    if "BOUND" in states:
        assert "COMMISSIONED" in states[: states.index("BOUND")]
    if "FROZEN" in states:
        assert set(states[states.index("FROZEN") :]) <= {"FROZEN", "ARCHIVED"}


@given(
    st.sampled_from(["SYNCING", "LIVE", "DEGRADED"]),
    st.lists(st.text(min_size=1, max_size=3), max_size=2),
    st.integers(0, 400),
    st.floats(0, 50),
)
def test_health_only_asks_for_moves_that_the_table_has(
    state: str, reasons: list[str], hours: int, behind: float
) -> None:
    event = rules.instance_event(state, reasons, hours, behind)
    if event is not None:
        after = rules.move(rules.INSTANCE, "twin", state, event)
        assert (after == "LIVE") == (not reasons)
