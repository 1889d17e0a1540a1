"""The tank of `alarmed_tank.js` as an asyncua server: `python alarmed_tank.py PORT FOLDER`.

asyncua (2.1.0) has events of conditions and ConditionRefresh of its own; of AcknowledgeableConditionType it has the
nodes alone, so acknowledging and confirming are written here, as OPC 10000-9 has them: the EventId must be the
newest. The level is what stands in FOLDER/level; above 80 % the alarm is active. What the server holds of the
condition is written into FOLDER/condition. It knows no session's user, so `ClientUserId` stays empty.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from asyncua import Server, ua

HIGH, HIGH_HIGH = 80.0, 95.0


class Alarm:
    """The condition of the level.

    Args:
        server: is told of each change by an event.
        node: of the condition.
        source: of its events.
    """

    def __init__(self, server: Server, node: ua.NodeId, source: ua.NodeId) -> None:
        self._server, self._node, self._source = server, node, source
        self.active, self.acked, self.confirmed, self.comment = False, True, True, ""
        self._band = 0
        self._generator: Any = None

    async def open(self) -> None:
        """Make its event, and take the methods on."""
        self._generator = await self._server.get_event_generator(
            ua.NodeId(ua.ObjectIds.ExclusiveLimitAlarmType)
        )
        event = self._generator.event
        event.SourceNode, event.SourceName = self._source, "Level"
        event.NodeId, event.ConditionName = self._node, "Level high"
        event.InputNode, event.Severity = self._source, 700
        event.BranchId, event.Quality = ua.NodeId(), ua.StatusCode(ua.UInt32(0))
        for method, function in (
            (ua.ObjectIds.AcknowledgeableConditionType_Acknowledge, self._acknowledge),
            (ua.ObjectIds.AcknowledgeableConditionType_Confirm, self._confirm),
        ):
            self._server.link_method(self._server.get_node(ua.NodeId(method)), function)

    async def level(self, percent: float) -> None:
        """The level is so much."""
        band = 2 if percent > HIGH_HIGH else 1 if percent > HIGH else 0
        if band == self._band:
            return
        if band and not self._band:
            self.acked, self.confirmed, self.comment = False, False, ""
        self._band, self.active = band, band > 0
        await self._tell(f"Level is {percent:.3f} %")

    async def _tell(self, message: str) -> None:
        event = self._generator.event
        event.Retain = self.active or not (self.acked and self.confirmed)
        event.Comment = ua.LocalizedText(self.comment)
        for name, value in (
            ("EnabledState/Id", True),
            ("ActiveState/Id", self.active),
            ("AckedState/Id", self.acked),
            ("ConfirmedState/Id", self.confirmed),
        ):
            event.add_property(name, value, ua.VariantType.Boolean)
        await self._generator.trigger(message=message)

    async def _acknowledge(self, parent: ua.NodeId, event_id: ua.Variant, comment: ua.Variant) -> Any:
        refused = self._refused(parent, event_id, self.acked, ua.StatusCodes.BadConditionBranchAlreadyAcked)
        if refused is not None:
            return refused
        self.acked, self.comment = True, comment.Value.Text
        await self._tell(self._generator.event.Message.Text)
        return []

    async def _confirm(self, parent: ua.NodeId, event_id: ua.Variant, comment: ua.Variant) -> Any:
        refused = self._refused(
            parent, event_id, self.confirmed, ua.StatusCodes.BadConditionBranchAlreadyConfirmed
        )
        if refused is not None:
            return refused
        self.confirmed, self.comment = True, comment.Value.Text
        await self._tell(self._generator.event.Message.Text)
        return []

    def _refused(
        self, parent: ua.NodeId, event_id: ua.Variant, done: bool, already: int
    ) -> ua.StatusCode | None:
        newest = self._generator.event.EventId
        newest = newest.Value if isinstance(newest, ua.Variant) else newest
        if parent != self._node:
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadNodeIdUnknown))
        if event_id.Value != newest:
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadEventIdUnknown))
        return ua.StatusCode(ua.UInt32(already)) if done else None


async def main(port: int, folder: Path) -> None:
    """Serve until it is killed."""
    server = Server()
    server.iserver.bind_condition_methods = True
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/tank")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    own = await server.register_namespace("urn:pilot-works:tank-4")
    tank = await server.nodes.objects.add_object(ua.NodeId("Tank", own), ua.QualifiedName("Tank", own))
    level = await tank.add_variable(ua.NodeId("Tank.Level", own), ua.QualifiedName("Level", own), 50.0)
    condition = await tank.add_object(ua.NodeId("Tank.LevelHigh", own), ua.QualifiedName("LevelHigh", own))
    alarm = Alarm(server, condition.nodeid, level.nodeid)
    await alarm.open()
    async with server:
        while True:
            percent = float((folder / "level").read_text())
            if percent != await level.read_value():
                await level.write_value(percent)
            await alarm.level(percent)
            held = {name: getattr(alarm, name) for name in ("active", "acked", "confirmed", "comment")}
            (folder / "condition.new").write_text(json.dumps(held))
            (folder / "condition.new").rename(folder / "condition")
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
