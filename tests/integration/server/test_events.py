"""What the pages are told while they are open."""

from __future__ import annotations

import pytest

from titer.record import Actor, Record, Training
from titer.server.events import Changes

TIMER = Actor.timer("test")


def _train(record: Record) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="c", document="d", trained_at=unit.process_now))


def test_each_kind_of_record_that_changes_is_told_once_though_no_message_follows_from_it(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = Changes(record)
    assert changes.since() == [], "what was there before a page was opened is asked for by the page"
    _train(record)
    assert changes.since() == ["record_training"]
    assert changes.since() == []
    _train(record)
    _train(record)
    assert changes.since() == ["record_training"]
    monkeypatch.setattr("titer.server.events._MOST", 3)
    _train(record)
    assert changes.since() is None, "of very many nobody lists the kinds"
