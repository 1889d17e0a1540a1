"""What a person asks who sets up an OPC UA connection: who answers, by which endpoints, what there is to record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from titer.base.clock import Clock
from titer.base.errors import Invalid, Unavailable
from titer.connect.opcua.browsing import AddressSpace, namespaces_of
from titer.connect.opcua.discovery import discover
from titer.connect.opcua.own import host_identity
from titer.connect.opcua.presented import shown
from titer.connect.opcua.session import FAULTS, Link, Session
from titer.connect.opcua.settings import OpcUaSettings


async def explore(
    kind: str, about: dict[str, Any], settings: dict[str, Any], clock: Clock, folder: Path
) -> Mapping[str, Any]:
    """Answer one question.

    Args:
        kind: `discover` (about.address: FindServers and GetEndpoints), `browse` (about.node, "" = Objects: one
            level), `variables` (about.node: every variable below it), `certificates` (of the host itself).
        about: see `kind`; `certificate` is the SHA-256 of the server's, where somebody compared it for this look.
        settings: of the connection, for a session of its own that ends with the answer; `password` for it alone.
        clock: for the validity of certificates.
        folder: of the connector host.

    Raises:
        Invalid: for another kind, or a node that is none.
        Unavailable, Refused: if the server cannot be reached, or is not trusted.
    """
    if kind == "discover":
        return await discover(str(about.get("address") or ""), clock.now())
    if kind == "certificates":
        return {"own": [shown(one) for one in host_identity(folder, clock.now()).all]}
    if kind not in ("browse", "variables"):
        raise Invalid(f"An OPC UA server cannot be asked {kind!r}.")
    password = str(settings.pop("password", ""))
    chosen = OpcUaSettings.of(settings)
    chosen = replace(chosen, password=password, pinned=str(about.get("certificate") or "").lower())
    session = Session(chosen, Link(), clock, folder)
    try:
        await session.connect()
        space = AddressSpace(session.client, await namespaces_of(session.client))
        node = str(about.get("node") or "")
        found = await (space.children(node) if kind == "browse" else space.variables(node))
        return {"node": node, **found}
    except FAULTS as error:
        raise Unavailable(
            f"The server {chosen.endpoint} broke off: {error or type(error).__name__}."
        ) from error
    finally:
        await session.drop(close=True)
