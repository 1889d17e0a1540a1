"""Events of a server's conditions: what is told of each, what a refresh says, and when some may be missing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary

from titer.base.clock import ManualClock, us
from titer.base.errors import Unavailable
from titer.connect.opcua import decode
from titer.connect.opcua.conditions import CHANNEL, FIELDS, HANDLE, Conditions

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SPACES = ("http://opcfoundation.org/UA/", "urn:server", "urn:tank")
LEVEL: dict[str, Any] = {
    "event_id": b"\x01\x02",
    "event_type": ua.NodeId(9341, 0),
    "source_node": ua.NodeId("Tank", 2),
    "source_name": "Tank",
    "time": NOW.replace(tzinfo=None),
    "message": ua.LocalizedText("Level is high"),
    "severity": ua.Variant(700, ua.VariantType.UInt16),
    "condition": ua.NodeId("Tank.High", 2),
    "name": "Level high",
    "retain": True,
    "enabled": True,
    "acked": False,
    "active": True,
}


def message(*events: dict[str, Any], handle: int = HANDLE) -> decode.Publish:
    """A publish message that bears some events."""
    told = ua.EventNotificationList()
    for given in events:
        one = ua.EventFieldList()
        one.ClientHandle = handle
        for name, *_ in FIELDS:
            value = given.get(name)
            one.EventFields.append(value if isinstance(value, ua.Variant) else ua.Variant(value))
        told.Events.append(one)
    return decode.Publish(1, (), False, 1, decode.Decoded.empty(), 1, None, (struct_to_binary(told),))


def special(number: int) -> dict[str, Any]:
    return {"event_id": b"\x09", "event_type": ua.NodeId(number, 0)}


class Server:
    """Takes the monitored item and the call as a server does that agrees, or does not."""

    def __init__(self, item: int = 0, refresh: int = 0) -> None:
        self.item, self.refresh, self.calls = ua.StatusCode(item), ua.StatusCode(refresh), 0

    async def create_monitored_items(self, _wanted: Any) -> list[Any]:
        return [SimpleNamespace(StatusCode=self.item)]

    async def call(self, _wanted: Any) -> list[Any]:
        self.calls += 1
        return [SimpleNamespace(StatusCode=self.refresh)]

    @property
    def session(self) -> Any:
        link = SimpleNamespace(subscription=7, namespaces=SPACES)
        return SimpleNamespace(client=SimpleNamespace(uaclient=self), link=link)


def listening(server: Server | None = None, seen: str = "") -> Conditions:
    server = server or Server()
    made = Conditions("tank", 100, ManualClock(NOW))
    made.resume(seen)
    asyncio.run(made.subscribe(server.session))
    asyncio.run(made.refresh(server.session))
    return made


def test_a_change_of_a_condition_is_told_with_nodes_by_the_uri_of_their_namespace() -> None:
    ((event,), state) = listening().take([message(LEVEL)])
    alarm = event["alarm"]
    assert (event["kind"], event["reason"], event["from_us"]) == ("alarm", "Level is high", us(NOW))
    assert (alarm["condition"], alarm["source_node"]) == ("nsu=urn:tank;s=Tank.High", "nsu=urn:tank;s=Tank")
    assert (alarm["event_id"], alarm["severity"], alarm["active"], alarm["confirmed"]) == (
        "0102",
        700,
        True,
        None,
    )
    assert state == {"alarms_seen": str(us(NOW))}


def test_an_event_that_is_no_condition_and_one_of_another_item_are_left_out() -> None:
    made = listening()
    assert made.take([message(special(2041))])[0] == []
    assert made.take([message(LEVEL, handle=5)])[0] == []


def test_a_refresh_says_what_stands_and_its_events_are_marked() -> None:
    start, end = special(2787), special(2788)
    events, _ = listening().take([message(start, LEVEL), message(end)])
    assert [one["kind"] for one in events] == ["alarm", "alarms_refreshed"]
    assert events[0]["alarm"]["refreshed"] is True
    assert events[1]["standing"] == ["nsu=urn:tank;s=Tank.High|"]


def test_a_queue_that_overflowed_is_a_gap_of_the_alarms_and_what_stands_is_asked_for_again() -> None:
    made = listening()
    made.take([message(LEVEL)])
    events, _ = made.take([message(special(3035))])
    assert [one["kind"] for one in events] == ["gap_opened", "gap_unrecoverable"]
    assert {tag for one in events for tag in one["channels"]} == {CHANNEL}
    assert (made.wants_refresh, made.wants_refresh) == (True, False)


def test_a_server_that_asks_for_a_refresh_is_asked_what_stands() -> None:
    made = listening()
    made.take([message(special(2789))])
    assert made.wants_refresh


def test_a_new_subscription_after_an_old_one_is_a_gap_and_the_first_of_all_is_none() -> None:
    assert listening().take([])[0] == []
    events, _ = listening(seen=str(us(NOW) - 60_000_000)).take([])
    assert [one["kind"] for one in events] == ["gap_opened", "gap_unrecoverable"]
    assert events[0]["windows"] == {CHANNEL: [us(NOW) - 60_000_000, us(NOW)]}


def test_a_server_without_events_and_one_that_does_not_tell_what_stands_say_so_once() -> None:
    silent = Server(item=ua.StatusCodes.BadServiceUnsupported)
    (event,), state = listening(silent).take([])
    assert "alarms are not recorded" in event["reason"]
    assert (silent.calls, state) == (0, {})
    forgetful = Server(refresh=ua.StatusCodes.BadNotImplemented)
    made = listening(forgetful)
    asyncio.run(made.refresh(forgetful.session))
    (event,), _ = made.take([])
    assert "does not tell which alarms stand" in event["reason"]


def test_bytes_that_are_no_events_end_the_session() -> None:
    broken = message(LEVEL)
    broken.events = (broken.events[0][:-3],)
    with pytest.raises(Unavailable):
        listening().take([broken])
