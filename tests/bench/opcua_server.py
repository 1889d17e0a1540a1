"""A plant to measure with: `python opcua_server.py PORT CHANNELS HERTZ READY`.

It makes CHANNELS values HERTZ times a second. Each value is the number of its round, so that what arrived can be
counted and what is missing be seen. It is no part of what is measured: its CPU is its own.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from asyncua import Server, ua

URI = "urn:titer:bench:plant"


async def main(port: int, channels: int, hertz: float, ready: str) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/plant")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    space = await server.register_namespace(URI)
    folder = await server.nodes.objects.add_object(space, "Plant")
    nodes = [
        (await folder.add_variable(ua.NodeId(f"C{number}", space), f"C{number}", 0.0)).nodeid
        for number in range(channels)
    ]
    async with server:
        Path(ready).touch()
        step, due = 0.0, time.monotonic()
        while True:
            step += 1.0
            now = datetime.now(UTC)
            value = ua.DataValue(
                ua.Variant(step, ua.VariantType.Double), SourceTimestamp=now, ServerTimestamp=now
            )
            for number, node in enumerate(nodes):
                await server.write_attribute_value(node, value)
                if number % 250 == 249:
                    await asyncio.sleep(0)
            # A round that came late is not caught up with: it would pile one on the next.
            due = max(due + 1 / hertz, time.monotonic())
            await asyncio.sleep(due - time.monotonic())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
