"""Lots: both state tables cell by cell, and every reason why one may not be used or released."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from titer.base.errors import Refused
from titer.material import rules
from titer.material.rules import LotFacts, not_ready, release_blockers

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
TABLES = (
    ("usage", rules.USAGE, rules.move_usage),
    ("disposition", rules.DISPOSITION, rules.move_disposition),
)


@pytest.mark.parametrize(("name", "table", "move"), TABLES)
def test_every_cell_moves_or_refuses_as_the_table_says(
    name: str, table: dict[str, dict[str, str]], move: object
) -> None:
    events = {event for ways in table.values() for event in ways}
    for state, ways in table.items():
        for event in events:
            if event in ways:
                assert move(state, event) in table  # type: ignore[operator]
            else:
                with pytest.raises(Refused, match="cannot"):
                    move(state, event)  # type: ignore[operator]


def lot(**told: object) -> LotFacts:
    facts = {
        "number": "L-1",
        "usage": "available",
        "disposition": "released",
        "expires_on": "2026-03-02",
        "remaining": Decimal(1),
        "unit": "kg",
    } | told
    return LotFacts(**facts)  # type: ignore[arg-type]


def test_a_released_lot_may_be_used_through_its_last_day() -> None:
    assert not_ready(lot(), AT) == []
    assert not_ready(lot(expires_on=None), AT) == []
    assert not_ready(lot(), AT.replace(hour=23, minute=59)) == []


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"expires_on": "2026-03-01"}, "expired on 2026-03-01"),
        ({"disposition": "pending", "usage": "quarantine"}, "has not been released"),
        ({"disposition": "rejected"}, "was rejected"),
        ({"disposition": "hold"}, "is on hold"),
        ({"disposition": "expired"}, "was declared expired"),
        ({"remaining": Decimal(0)}, "is used up"),
        ({"usage": "consumed"}, "is used up"),
        ({"usage": "quarantine"}, "not available"),
    ],
)
def test_every_reason_against_a_lot_is_told(told: dict[str, object], says: str) -> None:
    assert says in " ".join(not_ready(lot(**told), AT))


def test_all_reasons_are_told_at_once() -> None:
    assert len(not_ready(lot(disposition="hold", expires_on="2026-01-01", remaining=Decimal(0)), AT)) == 3


@pytest.mark.parametrize(
    ("facts", "needs", "certificate", "by", "says"),
    [
        ({}, ["certificate"], False, "lot", "certificate of lot L-1 is missing"),
        ({}, ["tests"], True, "lot", "has not been sampled"),
        ({}, [], True, "batch", "released with it"),
        ({"expires_on": "2026-03-01"}, [], True, "lot", "expired"),
        ({"disposition": "rejected"}, [], True, "lot", "is rejected"),
        ({"usage": "consumed"}, [], True, "lot", "nothing to release"),
    ],
)
def test_every_reason_against_a_release_is_told(
    facts: dict[str, object], needs: list[str], certificate: bool, by: str, says: str
) -> None:
    received = lot(**({"usage": "quarantine", "disposition": "pending"} | facts))
    reasons = release_blockers(received, needs=needs, has_certificate=certificate, disposed_by=by, at=AT)
    assert says in " ".join(reasons)


def test_a_lot_in_order_may_be_released() -> None:
    received = lot(usage="sampled", disposition="pending")
    assert (
        release_blockers(
            received, needs=["certificate", "tests"], has_certificate=True, disposed_by="lot", at=AT
        )
        == []
    )
