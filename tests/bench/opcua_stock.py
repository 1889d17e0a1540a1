"""The stock subscription handler, which stores nothing: `python opcua_stock.py ADDRESS CHANNELS SECONDS`.

Prints one JSON line: values that the handler was given in SECONDS, and the CPU seconds of this process meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
from typing import Any

from asyncua import Client, ua

URI = "urn:titer:bench:plant"


class Handler:
    """Counts; an application would do more."""

    def __init__(self) -> None:
        self.count = 0

    def datachange_notification(self, _node: Any, _value: Any, _data: Any) -> None:
        """One value."""
        self.count += 1


def cpu() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def main(address: str, channels: int, seconds: float) -> None:
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    async with Client(address) as client:
        space = await client.get_namespace_index(URI)
        handler = Handler()
        subscription = await client.create_subscription(100, handler)
        nodes = [client.get_node(ua.NodeId(f"C{number}", space)) for number in range(channels)]
        for start in range(0, channels, 500):
            await subscription.subscribe_data_change(nodes[start : start + 500], queuesize=1000)
        while handler.count < 3 * channels:
            await asyncio.sleep(0.05)
        count, used = handler.count, cpu()
        await asyncio.sleep(seconds)
        sys.stdout.write(json.dumps({"values": handler.count - count, "cpu_s": cpu() - used}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
