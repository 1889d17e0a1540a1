"""What a client reads of the server and is told by it, and what becomes of it while the hub is silent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import ua
from asyncua.ua.uaerrors import BadNodeIdUnknown, BadNotWritable
from tests.integration.gateway.conftest import Served, until

from titer.gateway.opcua.server import DEGRADED, HEALTHY, NO_DATA

STATE = "Batches/B-2026-0001/ProcedureState"
TEMPERATURE = "Channels/BR-201.Temperature.PV"
LATER = "2026-03-02T09:30:00.000000Z"


class Told:
    """What a subscription said, as (path, value, status)."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Any, int]] = []

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        given = data.monitored_item.Value
        self.said.append((str(node.nodeid.Identifier), value, given.StatusCode.value))


def test_a_batch_its_unit_and_its_values_are_found_by_their_names(served: Served) -> None:
    async def check() -> None:
        async with served.connected(strong=True) as seen:
            root = await seen.client.nodes.objects.get_child([f"{seen.index}:Titer", f"{seen.index}:Batches"])
            (batch,) = [one for one in await root.get_children() if await one.get_children()]
            kind = seen.client.get_node(await batch.read_type_definition())
            assert (await kind.read_browse_name()).Name == "BatchType"
            state = await (await batch.get_child(f"{seen.index}:ProcedureState")).read_data_value()
            assert (state.Value.Value, state.SourceTimestamp) == (
                "Running",
                datetime(2026, 3, 2, 8, tzinfo=UTC),
            )
            assert abs((datetime.now(UTC) - state.ServerTimestamp).total_seconds()) < 3600
            measured = seen.node(TEMPERATURE)
            assert await measured.read_value() == 36.9
            unit = await (await measured.get_child("0:EngineeringUnits")).read_value()
            assert (unit.UnitId, unit.DisplayName.Text) == (4408652, "degC")
            span = await (await measured.get_child("0:EURange")).read_value()
            assert (span.Low, span.High) == (0.0, 60.0)
            assert (await seen.value("Equipment/BR-201/BatchId")).Value.Value == "B-2026-0001"
            assert (await seen.value("Equipment/BR-201/ProcedureState")).Value.Value == "Running"

    asyncio.run(check())


def test_who_subscribed_is_told_what_changed_and_that_once(served: Served) -> None:
    async def check() -> None:
        async with served.connected() as seen:
            told = Told()
            subscription = await seen.client.create_subscription(100, told)
            await subscription.subscribe_data_change(
                [seen.node(path) for path in (STATE, TEMPERATURE, "Batches/RunningBatches")]
            )
            await until(lambda: len(told.said) == 3, "first values")
            served.refresh()
            served.hub.state["batches"][0] |= {"state": "Held", "changed_at": LATER}
            second = {**served.hub.state["batches"][0], "batch_id": "B-2026-0002", "state": "Running"}
            served.hub.state["batches"].append(second)
            served.refresh()
            await until(lambda: len(told.said) >= 5, "the change")
            served.refresh()
            await asyncio.sleep(0.3)
            assert sorted(told.said[3:]) == [
                (STATE, "Held", 0),
                ("Batches/RunningBatches", ["B-2026-0001", "B-2026-0002"], 0),
            ]
            assert (await seen.value("Batches/B-2026-0002/ProductId")).Value.Value == "MAB-7"
            await subscription.delete()

    asyncio.run(check())


def test_a_batch_that_is_told_no_longer_is_unknown_and_leaves_nothing_behind(served: Served) -> None:
    async def check() -> None:
        async with served.connected() as seen:
            told = Told()
            subscription = await seen.client.create_subscription(100, told)
            handle = await subscription.subscribe_data_change(seen.node(STATE))
            await until(lambda: told.said, "first value")
            served.hub.state["batches"] = []
            served.refresh()
            await until(lambda: told.said[-1][2] == ua.StatusCodes.BadNodeIdUnknown, "that it is gone")
            with pytest.raises(BadNodeIdUnknown):
                await seen.node(STATE).read_value()
            batches = seen.node("Batches")
            assert [(await one.read_browse_name()).Name for one in await batches.get_children()] == [
                "RunningBatches"
            ]
            await subscription.unsubscribe(handle)

    asyncio.run(check())


def test_while_the_hub_is_silent_values_are_uncertain_then_bad_then_good_again(served: Served) -> None:
    async def check() -> None:
        async with served.connected() as seen:
            told = Told()
            subscription = await seen.client.create_subscription(100, told)
            await subscription.subscribe_data_change(seen.node(TEMPERATURE), queuesize=10)
            level = seen.client.get_node(ua.ObjectIds.Server_ServiceLevel)
            assert await level.read_value() == HEALTHY
            served.hub.away = True
            served.refresh()
            doubted = await seen.value(TEMPERATURE)
            assert (doubted.Value.Value, doubted.StatusCode.name) == (36.9, "UncertainLastUsableValue")
            assert doubted.SourceTimestamp == datetime(2026, 3, 2, 8, tzinfo=UTC)
            assert await level.read_value() == DEGRADED
            served.seconds += 29
            served.refresh()
            assert await level.read_value() == DEGRADED
            served.seconds += 1
            served.refresh()
            assert await level.read_value() == NO_DATA
            lost = await seen.value(TEMPERATURE)
            assert (lost.Value.Value, lost.StatusCode.name) == (None, "BadNoCommunication")
            assert (await seen.value(STATE)).StatusCode.name == "BadNoCommunication"
            served.hub.away = False
            served.refresh()
            again = await seen.value(TEMPERATURE)
            assert (again.Value.Value, again.StatusCode.name) == (36.9, "Good")
            assert await level.read_value() == HEALTHY
            await until(lambda: len(told.said) >= 3 and told.said[-1][2] == 0, "that it is good again")
            assert {one[2] >> 30 for one in told.said} >= {0, 2}

    asyncio.run(check())


def test_nothing_can_be_written_called_or_added(served: Served) -> None:
    async def check() -> None:
        async with served.connected() as seen:
            for path in (STATE, TEMPERATURE):
                with pytest.raises(BadNotWritable):
                    await seen.node(path).write_value(ua.Variant("Aborted"))
            with pytest.raises(ua.UaError):
                await seen.client.nodes.objects.add_object(seen.index, "mine")
            with pytest.raises(ua.UaError):
                await seen.client.nodes.server.call_method("0:GetMonitoredItems", 1)
            with pytest.raises(ua.UaError):
                await seen.client.delete_nodes([seen.node(STATE)])
            assert (await seen.value(STATE)).Value.Value == "Running"
            level = await seen.node(STATE).read_attribute(ua.AttributeIds.UserAccessLevel)
            assert level.Value.Value == ua.AccessLevel.CurrentRead.mask

    asyncio.run(check())


def test_browsing_goes_on_in_pieces(served: Served) -> None:
    async def check() -> None:
        async with served.connected() as seen:
            asked = ua.BrowseParameters()
            asked.RequestedMaxReferencesPerNode = 4
            one = ua.BrowseDescription()
            one.NodeId = ua.NodeId("Batches/B-2026-0001", seen.index)
            one.BrowseDirection = ua.BrowseDirection.Forward
            one.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HasComponent)
            one.ResultMask = 63
            asked.NodesToBrowse = [one]
            (result,) = await seen.client.uaclient.browse(asked)
            names = [reference.BrowseName.Name for reference in result.References]
            assert len(names) == 4
            while result.ContinuationPoint:
                again = ua.BrowseNextParameters(False, [result.ContinuationPoint])
                (result,) = await seen.client.uaclient.browse_next(again)
                names += [reference.BrowseName.Name for reference in result.References]
            assert len(names) == len(set(names)) == 11
            stale = ua.BrowseNextParameters(False, [b"nonsense"])
            (refused,) = await seen.client.uaclient.browse_next(stale)
            assert refused.StatusCode.name == "BadContinuationPointInvalid"

    asyncio.run(check())
