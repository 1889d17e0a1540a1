"""What is asked of a server again, by the numbers of its messages, and what is said of those that are gone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from titer.base.clock import ManualClock
from titer.base.errors import Unavailable
from titer.connect.core.contract import Batch, ConnectionConfig, Known, Resume
from titer.connect.opcua import connector as connectors
from titer.connect.opcua.connector import OpcUaConnector
from titer.connect.opcua.decode import Decoded, Publish
from titer.connect.opcua.session import REPUBLISH_LIMIT, Link, Session, following
from titer.connect.opcua.settings import OpcUaSettings

CLOCK = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
SETTINGS = {"endpoint": "opc.tcp://127.0.0.1:4840", "allow_unencrypted": True}


def message(number: int) -> Publish:
    """One value of the one channel; its source time in us is ten times the message's number."""
    data = Decoded([1], [float(number)], [0], [number * 10], [0], {})
    return Publish(7, (), False, number, data, 1, None, ())


class Scripted:
    """A session whose messages are given."""

    def __init__(self, link: Link, arrived: list[list[Publish]], kept: dict[int, Publish]) -> None:
        self.link, self.arrived, self.kept = link, arrived, kept
        self.asked: list[int] = []

    def listen(self) -> None:
        pass

    async def messages(self) -> list[Publish]:
        if not self.arrived:
            raise Unavailable("It is over.")
        return self.arrived.pop(0)

    async def fetch(self, numbers: list[int]) -> dict[int, Publish]:
        self.asked += numbers
        return {number: self.kept[number] for number in numbers if number in self.kept}

    async def drop(self, *, close: bool = False) -> None:
        pass


def played(
    monkeypatch: pytest.MonkeyPatch,
    *,
    durable: int,
    replayed: list[Publish],
    arrived: list[list[Publish]],
    kept: dict[int, Publish] | None = None,
) -> tuple[list[Batch], OpcUaConnector, Scripted]:
    """What the connector makes of such a session, up to its end."""
    config = ConnectionConfig.of(
        {"name": "c", "type": "opcua", "settings": SETTINGS, "channels": [{"tag": "A", "node": "i=1"}]}
    )
    adapter = OpcUaConnector(config, CLOCK, Path())
    adapter._link.subscription, adapter._link.durable = 7, durable
    session = Scripted(adapter._link, arrived, kept or {})
    monkeypatch.setattr(connectors, "Session", lambda *_: session)

    async def begin(_: Any) -> tuple[None, list[Publish]]:
        return None, replayed

    monkeypatch.setattr(adapter, "_begin", begin)

    async def work() -> list[Batch]:
        await adapter.open(Resume({"A": Known(durable * 10, float(durable), None, 0)}, {}, 1))
        batches: list[Batch] = []
        with pytest.raises(Unavailable):
            async for batch in adapter.stream():
                batches.append(batch)
                adapter._batcher.undurable = 0
        return batches

    return asyncio.run(work()), adapter, session


def test_messages_that_the_server_no_longer_keeps_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    batches, adapter, _ = played(
        monkeypatch, durable=4, replayed=[message(8), message(9)], arrived=[[message(10)]]
    )
    assert [one.columns.value.tolist() for one in batches] == [[8.0], [9.0], [10.0]], "what is kept is stored"
    assert [gap.windows for one in batches for gap in one.gaps] == [{"A": (40, 80)}]
    told = batches[0].events
    assert [one["kind"] for one in told] == ["overflow", "gap_opened"]
    assert "Messages 5 to 7 were lost" in told[0]["reason"]
    assert told[0]["channels"] == ["A"]
    assert not batches[1].events
    assert adapter._link.subscription == 7, "the subscription goes on"


def test_messages_that_are_all_kept_are_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    batches, _, _ = played(monkeypatch, durable=4, replayed=[message(5), message(6)], arrived=[[message(7)]])
    assert [one.columns.value.tolist() for one in batches] == [[5.0], [6.0], [7.0]]
    assert not any(one.gaps or one.events for one in batches)


def test_a_hole_behind_the_last_that_is_kept_is_asked_for_and_ends_the_subscription(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batches, adapter, session = played(
        monkeypatch, durable=4, replayed=[message(5)], arrived=[[message(8)]], kept={6: message(6)}
    )
    assert [one.columns.value.tolist() for one in batches] == [[5.0]]
    assert session.asked == [6, 7]
    assert adapter._link.subscription == 0, "a new one doubts every channel"


def test_a_jump_of_the_numbers_ends_the_subscription_and_asks_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    far = 4 + 0x7FFFFFFF
    _, adapter, session = played(monkeypatch, durable=4, replayed=[], arrived=[[message(far)]])
    assert session.asked == []
    assert adapter._link.subscription == 0


def test_the_numbers_to_ask_for_are_bounded_and_in_their_order() -> None:
    assert following(4, (9, 3, 8, 8)) == [8, 9]
    assert following(0xFFFFFFFE, (1, 0xFFFFFFFF, 0)) == [0xFFFFFFFF, 0, 1]
    assert following(4, ()) == []
    assert following(4, None) == list(range(5, 5 + REPUBLISH_LIMIT))
    assert following(4, (5, 5 + REPUBLISH_LIMIT)) is None, "no such number is of the same subscription"


def test_what_is_acknowledged_is_bounded_too() -> None:
    link = Link(subscription=7, durable=4)
    session = Session(OpcUaSettings.of(SETTINGS), link, CLOCK, Path())
    session.acknowledge(6)
    assert session._acks == [(7, 5), (7, 6)]
    session.acknowledge(6 + 0x70000000)
    assert len(session._acks) <= REPUBLISH_LIMIT + 3
    assert session._acks[-1] == (7, 6 + 0x70000000)
    assert link.durable == 6 + 0x70000000


def test_a_number_that_is_named_and_not_kept_is_passed_over_and_the_next_one_had() -> None:
    session = Session(OpcUaSettings.of(SETTINGS), Link(subscription=7), CLOCK, Path())
    kept = {8: message(8), 9: message(9)}

    async def one(number: int) -> Publish | None:
        return kept.get(number)

    session._republish_one = one  # type: ignore[method-assign]
    found = asyncio.run(session.republish(4, (5, 8, 9)))
    assert found is not None
    assert [each.sequence for each in found] == [8, 9]
    assert asyncio.run(session.republish(4, (5, 0x70000000))) is None
