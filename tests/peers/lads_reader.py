"""A laboratory device by the published LADS node sets on an asyncua server: a reader that makes results.

`python lads_reader.py PORT FOLDER BEFORE` serves until it is killed, and makes the file FOLDER/ready when it does.
The node sets are not in the project. Importing them teaches asyncua new types for good, so the server has a process
of its own. `BEFORE` other namespaces stand before its own. It has a finished result Run1, and Run2 and Run3 that run
until there are files FOLDER/Run2 and FOLDER/Run3.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from asyncua import Node, Server, ua

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.peers.opcua_files import Served

from titer.testing.connectors import patience, quiet_port

NODE_SETS = (
    Path(os.environ.get("TITER_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
    / "connect"
    / "opcua"
    / "lads_workshop"
)
TABLE = b"well;counts\r\nA1;4711\r\n" * 60_000
UA = "{http://opcfoundation.org/UA/2011/03/UANodeSet.xsd}"
DI = "http://opcfoundation.org/UA/DI/"
LADS = "http://opcfoundation.org/UA/LADS/"
READER = "http://spectaris.de/LuminescenceReader/"


@contextlib.contextmanager
def serving(folder: Path, before: int = 0) -> Iterator[str]:
    """The server in a process of its own; gives its address."""
    port = quiet_port()
    ready = folder / "ready"
    ready.unlink(missing_ok=True)
    command = [sys.executable, __file__, str(port), str(folder), str(before)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60 * patience()
        while not ready.exists():
            assert server.poll() is None, "the reader could not be started"
            assert time.monotonic() < end, "the reader did not start in time"
            time.sleep(0.05)
        yield f"opc.tcp://127.0.0.1:{port}/reader"
    finally:
        server.kill()
        server.wait()


def node_sets() -> list[str]:
    """The node sets in the order in which each needs the ones before.

    LADS 1.0.0 has six encoding objects that belong to nothing; asyncua takes no such node, so they are left out.
    """
    ElementTree.register_namespace("", UA[1:-1])
    texts = []
    for name in ("DI", "AMB", "Machinery", "LADS"):
        root = ElementTree.parse(NODE_SETS / f"Opc.Ua.{name}.NodeSet2.xml").getroot()  # noqa: S314 - published files
        for node in root.findall(f"{UA}UAObject"):
            backwards = [one for one in node.iter(f"{UA}Reference") if one.get("IsForward") == "false"]
            if node.get("ParentNodeId") is None and not backwards:
                root.remove(node)
        texts.append(ElementTree.tostring(root, encoding="unicode"))
    return [*texts, (NODE_SETS / "LuminescenceReader.xml").read_text("utf-8")]


async def child(node: Node, name: str) -> Node:
    for one in await node.get_children():
        if (await one.read_browse_name()).Name == name:
            return one
    raise LookupError(name)


async def result_files(files: Node, lads: int, own: int) -> None:
    """A table that can be read, one that cannot, and one that has an address alone."""
    for name, served in (
        ("Plate 1.csv", Served(TABLE)),
        ("Locked.csv", Served(TABLE, refuses=ua.StatusCodes.BadNotReadable)),
        ("Elsewhere.csv", None),
    ):
        key = f"{files.nodeid.Identifier}.{name}"
        node = await files.add_object(ua.NodeId(key, own), ua.QualifiedName(name, own), ua.NodeId(1001, lads))
        await (await child(node, "Name")).write_value(name)
        await (await child(node, "File")).delete(recursive=True)  # made with it, and without anything behind
        await (await child(node, "MimeType")).write_value("text/csv")
        if served is None:
            await (await child(node, "URL")).write_value("http://127.0.0.1:1/elsewhere.csv")
        else:
            await served.add(node, own, "File")


async def main(port: int, folder: Path, before: int) -> None:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/reader")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    for number in range(before):
        await server.register_namespace(f"urn:something:before:{number}")
    for text in node_sets():
        await server.import_xml(xmlstring=text)
    di, lads, own = [await server.get_namespace_index(uri) for uri in (DI, LADS, READER)]
    unit = server.get_node(ua.NodeId(5001, di))
    for name in ("LuminescenceReaderDevice", "FunctionalUnitSet", "LuminescenceReaderUnit"):
        unit = await child(unit, name)
    state = unit
    for name in ("FunctionSet", "TemperatureController", "ControlFunctionState", "CurrentState"):
        state = await child(state, name)
    await state.write_value(ua.LocalizedText("Running"))
    results = await child(await child(unit, "ProgramManager"), "ResultSet")
    made = []
    for name in ("Run1", "Run2", "Run3"):
        node = await results.add_object(
            ua.NodeId(f"Result.{name}", own), ua.QualifiedName(name, own), ua.NodeId(1021, lads)
        )
        made.append(node)
        await (await child(node, "Started")).write_value(datetime(2026, 11, 1, 9))  # noqa: DTZ001 - as asyncua has it
        await (await child(node, "SupervisoryTaskId")).write_value("S-2026-0042")
        # As the standard encodes them: the server's library was given no encoding of the type.
        told = [
            b"".join(len(text).to_bytes(4, "little") + text for text in (b"P-1", sample, b"A1", b""))
            for sample in (b"S-2026-0042", b"S-2026-0043")
        ]
        samples = [ua.ExtensionObject(ua.NodeId(5042, lads), body) for body in told]
        await (await child(node, "Samples")).write_value(ua.Variant(samples, ua.VariantType.ExtensionObject))
        await result_files(await child(node, "FileSet"), lads, own)
        await (await child(node, "VariableSet")).add_variable(
            ua.NodeId(f"Result.{name}.Counts", own), ua.QualifiedName("Counts", own), 4711.5
        )
    await (await child(made[0], "Stopped")).write_value(datetime(2026, 11, 1, 10))  # noqa: DTZ001
    async with server:
        (folder / "ready").touch()
        for name, node in (("Run2", made[1]), ("Run3", made[2])):
            while not (folder / name).exists():
                await asyncio.sleep(0.1)
            await (await child(node, "Stopped")).write_value(datetime(2026, 11, 1, 11))  # noqa: DTZ001
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
