"""A reactor to practise on, if none is at hand: `python practice_reactor.py [PORT]`, port 4840 if left out.

An OPC UA server with a temperature, a pH and a stirrer that follows its set-point. It is no model of anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import sys

from asyncua import Server, ua


async def main(port: int) -> None:
    """Serve until Ctrl+C."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    space = await server.register_namespace("urn:my:server")
    vessel = await server.nodes.objects.add_object(space, "Vessel")

    async def channel(name: str, value: float) -> object:
        return await vessel.add_variable(ua.NodeId(name, space), name, value)

    temperature, acidity, stirrer = [
        await channel(name, value) for name, value in (("Temperature", 37.0), ("pH", 7.0), ("Stirrer", 0.0))
    ]
    wanted = await channel("StirrerSetpoint", 0.0)
    await wanted.set_writable()
    async with server:
        for node in (temperature, acidity, stirrer):
            await server.historize_node_data_change(node, period=None, count=100_000)
        sys.stdout.write(f"The practice reactor listens at opc.tcp://127.0.0.1:{port}  (Ctrl+C ends it)\n")
        sys.stdout.flush()
        step = 0
        while True:
            step += 1
            speed = await stirrer.read_value()
            await stirrer.write_value(speed + 0.2 * (await wanted.read_value() - speed))
            await temperature.write_value(37.0 + 0.3 * math.sin(step / 50))
            await acidity.write_value(7.0 + 0.05 * math.sin(step / 90))
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 4840))
