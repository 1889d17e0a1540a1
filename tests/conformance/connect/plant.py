"""An OPC UA server to be cut off, frozen and killed: `python plant.py PORT ACCOUNT HISTORY CHANNELS HERTZ`.

It writes each value that it makes into the file ACCOUNT (one JSON line, flushed before the value appears at
the server), so that the test knows the truth even after kill -9. HISTORY: `none`, `memory` (gone with the
process) or `file` (read again from ACCOUNT: a server whose history lasts). Once a file `halt` lies beside ACCOUNT it
makes no further value, says so with a file `halted`, and goes on serving.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from asyncua import Node, Server, ua

URI = "urn:titer:test:plant"


def remember(server: Server, nodes: dict[str, Node], account: str) -> None:
    kept = server.iserver.history_manager.storage._datachanges
    for line in Path(account).read_text().splitlines():
        tag, stamp, value = json.loads(line)
        moment = datetime.fromtimestamp(stamp / 1_000_000, UTC)
        kept[nodes[tag].nodeid].append(
            ua.DataValue(
                ua.Variant(value, ua.VariantType.Double), SourceTimestamp=moment, ServerTimestamp=moment
            )
        )
    for values in kept.values():
        values.sort(key=lambda one: one.SourceTimestamp)


async def main(port: int, account: str, history: str, count: int, hertz: float) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/plant")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    space = await server.register_namespace(URI)
    folder = await server.nodes.objects.add_object(space, "Plant")
    nodes = []
    for number in range(count):
        node = await folder.add_variable(ua.NodeId(f"C{number}", space), f"C{number}", 0.0)
        nodes.append(node)
    setpoint = await folder.add_variable(ua.NodeId("SP", space), "SP", 1.0)
    text = await folder.add_variable(ua.NodeId("Text", space), "Text", "idle")
    whole = await folder.add_variable(ua.NodeId("Whole", space), "Whole", ua.Variant(3, ua.VariantType.Int32))
    flag = await folder.add_variable(ua.NodeId("Flag", space), "Flag", False)
    for node in (setpoint, text, whole, flag):
        await node.set_writable()
    async with server:
        if history != "none":
            for node in nodes:
                await server.historize_node_data_change(node, period=None, count=0)
            if history == "file" and Path(account).exists():
                remember(server, dict(zip((f"C{n}" for n in range(count)), nodes, strict=True)), account)
        with open(account, "a", encoding="utf-8") as truth:  # noqa: PTH123
            value = datetime.now(UTC).timestamp()
            halt = Path(account).with_name("halt")
            while not halt.exists():
                now = datetime.now(UTC)
                stamp = int(now.timestamp() * 1_000_000)
                now = datetime.fromtimestamp(stamp / 1_000_000, UTC)
                stamp = round(now.timestamp() * 1_000_000)
                value += 0.5
                for number, node in enumerate(nodes):
                    truth.write(json.dumps([f"C{number}", stamp, value + number]) + "\n")
                    truth.flush()
                    await node.write_value(
                        ua.DataValue(
                            ua.Variant(value + number, ua.VariantType.Double),
                            SourceTimestamp=now,
                            ServerTimestamp=now,
                        )
                    )
                await asyncio.sleep(1 / hertz)
        halt.with_name("halted").touch()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])))
