"""Files of an OPC UA server by FileType: read piece by piece, and held against what the server promises of them."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

from asyncua import Client, Server, ua
from tests.peers.opcua_files import Served

from titer.base.errors import Invalid
from titer.connect.core.spool import Draft
from titer.connect.opcua.transfer import PIECE, fetch
from titer.testing.connectors import quiet_port

CONTENT = bytes(range(256)) * (PIECE // 100)
FILES: dict[str, tuple[Served, str]] = {
    "good": (Served(CONTENT), ""),
    "empty": (Served(b""), ""),
    "short": (Served(CONTENT, size=len(CONTENT) + 1), "by the server's word, and"),
    "huge": (Served(CONTENT, size=1 << 40), "At most"),
    "endless": (Served(b"", endless=True, size=4), "does not end within"),
    "refused": (Served(CONTENT, refuses=ua.StatusCodes.BadNotReadable), "BadNotReadable"),
    "larger": (Served(CONTENT, larger=1), "something else than"),
    "growing": (Served(CONTENT, grows=True), "changed while"),
}


def test_files_are_read_whole_or_refused_with_the_reason_and_always_closed(tmp_path: Path) -> None:
    async def check() -> dict[str, Any]:
        server = Server()
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{quiet_port()}/files")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        space = await server.register_namespace("urn:files")
        nodes = {name: await one.add(server.nodes.objects, space, name) for name, (one, _) in FILES.items()}
        without = await server.nodes.objects.add_object(
            ua.NodeId("without", space), ua.QualifiedName("w", space)
        )
        came: dict[str, Any] = {}
        async with server:
            client = Client(server.endpoint.geturl(), timeout=120)
            await client.connect()
            try:
                for name, node in {**nodes, "without": without}.items():
                    draft = Draft(tmp_path, name)
                    try:
                        await fetch(client, node.nodeid, draft, most=4 * PIECE)
                        came[name] = draft.keep(
                            connection="c", name=name, seen_us=0, media_type="", kind="", identity={}
                        ).digest
                    except (Invalid, ua.UaError) as error:
                        came[name] = f"{type(error).__name__} {error}"
                    finally:
                        draft.drop()
            finally:
                await client.disconnect()
        return came

    came = asyncio.run(check())
    assert len(CONTENT) > 2 * PIECE
    for name, content in (("good", CONTENT), ("empty", b"")):
        digest = hashlib.sha256(content).hexdigest()
        assert came[name] == digest
        assert (tmp_path / "spool" / digest).read_bytes() == content
    for name, (served, words) in FILES.items():
        assert words in came[name], (name, came[name])
        assert served.handles == {}, f"{name} was left open"
    assert "no method Open, Read, Close" in came["without"]
    assert len(list((tmp_path / "spool").iterdir())) == 2, "of what was refused nothing stays"
