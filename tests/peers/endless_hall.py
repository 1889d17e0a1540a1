"""An asyncua server whose address space has no end: whatever is looked at has two parts more, with long names.

`python endless_hall.py PORT READY` serves until it is killed, and makes the file READY when it does.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from asyncua import Server, ua

from titer.testing.connectors import patience, quiet_port

NAME = "x" * 9_000
"""A hundred and sixty such names, twice each, are under the 4 MB that a message may have."""


@contextlib.contextmanager
def endless_hall(folder: Path) -> Iterator[str]:
    """The server in a process of its own; gives its address."""
    port, ready = quiet_port(), folder / "ready"
    with (folder / "hall.log").open("wb") as log:
        serving = subprocess.Popen([sys.executable, __file__, str(port), str(ready)], stderr=log)
    try:
        end = time.monotonic() + 60 * patience()
        while not ready.exists():
            assert serving.poll() is None, (folder / "hall.log").read_text()
            assert time.monotonic() < end, "the endless hall did not open in time"
            time.sleep(0.05)
        yield f"opc.tcp://127.0.0.1:{port}/hall"
    finally:
        serving.kill()
        serving.wait()


async def main(port: int, ready: Path) -> None:
    """Serve."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/hall")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    numbers = itertools.count(1)

    def part() -> ua.ReferenceDescription:
        number = next(numbers)
        return ua.ReferenceDescription(
            ReferenceTypeId=ua.NodeId(ua.ObjectIds.HasComponent),
            IsForward=True,
            NodeId=ua.ExpandedNodeId(number, 1),
            BrowseName=ua.QualifiedName(f"{number}{NAME}", 1),
            DisplayName=ua.LocalizedText(f"{number}{NAME}"),
            NodeClass=ua.NodeClass.Object,
            TypeDefinition=ua.ExpandedNodeId(ua.ObjectIds.BaseObjectType),
        )

    def browse(asked: ua.BrowseParameters) -> list[ua.BrowseResult]:
        return [ua.BrowseResult(References=[part(), part()]) for _ in asked.NodesToBrowse]

    server.iserver.view_service.browse = browse
    async with server:
        ready.touch()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
