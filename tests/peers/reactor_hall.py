"""An asyncua server with a reactor to look through: units, ranges, names of states, a loop, what no channel can be.

`python reactor_hall.py PORT READY [FOLDER [REGISTER [URI]]]` serves until it is killed, and makes the file READY when
it does. With a FOLDER that holds `server.der` and `server.pem` its endpoint is encrypted; with the address of a
discovery server in REGISTER it registers itself there.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asyncua import Node, Server, ua, uamethod
from asyncua.crypto.permission_rules import SimpleRoleRuleset

from titer.connect.opcua.own import Own
from titer.testing.connectors import patience, quiet_port

URI = "urn:titer:test:browse"
GUARDED = "urn:titer:test:guarded-hall"


@contextlib.contextmanager
def hall(own: Own | None = None, register: str = "", uri: str = "") -> Iterator[str]:
    """The server in a process of its own; gives its address.

    Args:
        own: its certificate and key; then its endpoint is encrypted, and there is no other.
        register: address of a discovery server that it registers itself with.
        uri: what it calls itself, where it is not alone.
    """
    port = quiet_port()
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "ready")
        if own is not None:
            Path(folder, "server.der").write_bytes(own.certificate)
            Path(folder, "server.pem").write_bytes(own.key)
        more = [folder if own is not None else "-", register, uri]
        serving = subprocess.Popen(
            [sys.executable, __file__, str(port), str(ready), *more], stderr=subprocess.DEVNULL
        )
        try:
            end = time.monotonic() + 60 * patience()
            while not ready.exists():
                assert serving.poll() is None, "the reactor hall could not be opened"
                assert time.monotonic() < end, "the reactor hall did not open in time"
                time.sleep(0.05)
            yield f"opc.tcp://127.0.0.1:{port}/hall"
        finally:
            serving.kill()
            serving.wait()


async def analog(
    parent: Node, space: int, name: str, value: float, unit: ua.EUInformation | None, low: float, high: float
) -> Node:
    node = await parent.add_variable(ua.NodeId(f"{name}", space), name, value)
    if unit is not None:
        await node.add_property(0, "EngineeringUnits", unit)
    await node.add_property(0, "EURange", ua.Range(Low=low, High=high))
    return node


def cefact(number: int, shown: str) -> ua.EUInformation:
    return ua.EUInformation(
        NamespaceUri="http://www.opcfoundation.org/UA/units/un/cefact",
        UnitId=number,
        DisplayName=ua.LocalizedText(shown),
        Description=ua.LocalizedText(shown),
    )


def argument(name: str, type_: int) -> ua.Argument:
    return ua.Argument(Name=name, DataType=ua.NodeId(type_), ValueRank=-1)


async def main(port: int, ready: str, folder: str = "-", register: str = "", uri: str = "") -> None:
    server = Server()
    await server.init()
    server.set_server_name("Reactor hall")
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/hall")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    if uri:
        await server.set_application_uri(uri)
    if folder != "-":
        await server.set_application_uri(GUARDED)
        server.set_security_policy(
            [ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt], permission_ruleset=SimpleRoleRuleset()
        )
        await server.load_certificate(str(Path(folder, "server.der")))
        await server.load_private_key(str(Path(folder, "server.pem")))
    await server.register_namespace("urn:something:before")
    space = await server.register_namespace(URI)
    reactor = await server.nodes.objects.add_object(ua.NodeId("BR-7", space), "BR-7")
    sensors = await reactor.add_object(ua.NodeId("sensors", space), "Probes & sensors")
    # Part 8: UnitId of CEL is 4408652, of P1 (percent) 20529.
    await analog(sensors, space, "Temperature", 36.9, cefact(4408652, "grados"), 0.0, 60.0)
    await analog(sensors, space, "DO", 41.5, cefact(20529, "%"), 0.0, 200.0)
    await analog(sensors, space, "Foam", 1.0, cefact(-1, "bubbles"), 5.0, 5.0)
    phase = await reactor.add_variable(
        ua.NodeId("Phase", space), "Phase", ua.Variant(1, ua.VariantType.UInt32)
    )
    await phase.add_property(0, "EnumStrings", [ua.LocalizedText("idle"), ua.LocalizedText("growth")])
    await phase.set_writable()
    pump = await reactor.add_variable(ua.NodeId("Pump", space), "Pump", True)
    await pump.add_property(0, "TrueState", ua.LocalizedText("running"))
    await pump.add_property(0, "FalseState", ua.LocalizedText("stopped"))
    await reactor.add_variable(ua.NodeId("Spectrum", space), "Spectrum", [1.0, 2.0, 3.0])
    await reactor.add_variable(ua.NodeId("Label", space), "Label", "B-2026-0001")
    calls: list[float] = []

    @uamethod  # type: ignore[untyped-decorator]
    def dose(_parent: ua.NodeId, amount: float, times: int, now: bool) -> Any:
        if amount < 0:
            return ua.StatusCode(ua.StatusCodes.BadOutOfRange)
        calls.append(amount * times)
        return amount * times, f"call {len(calls)}"

    await reactor.add_method(
        ua.NodeId("Dose", space),
        ua.QualifiedName("Dose", space),
        dose,
        [argument("amount", 11), argument("times", 6), argument("now", 1)],
        [argument("given", 11), argument("note", 12)],
    )
    await sensors.add_reference(reactor, ua.ObjectIds.Organizes)  # A loop: walks must end all the same.
    async with server:
        if register:
            await server.register_to_discovery(register, 1)
        Path(ready).touch()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
