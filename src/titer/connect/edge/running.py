"""A running edge: the connector host, the renewal of its certificate, and a note of how it is."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Callable

from titer.base.clock import Clock, iso
from titer.connect.core.children import Processes
from titer.connect.core.host import Host
from titer.connect.core.supervise import Once, repeat
from titer.connect.edge.enrolling import new_key, request_of
from titer.connect.edge.link import EdgeHub
from titer.connect.edge.place import Place

log = logging.getLogger("titer.edge")

NOTED_EVERY_S = 2.0
LOOKED_AT_EVERY_S = 3600.0
RENEWED_IN_LAST = 3
"""A certificate is renewed in the last third of its life, so that an edge may be away for months."""


async def run(place: Place, clock: Clock, chance: Callable[[], float]) -> None:
    """Serve the connections of an edge until cancelled.

    Args:
        place: its folder; it is held meanwhile.
        clock: the edge's clock.
        chance: for the pauses before a process is started again.

    Raises:
        NotFound, IntegrityFault, Unavailable: if it was not enrolled, or its key cannot be opened.
        Conflict: if it runs already.
    """
    who = place.about()
    with place.held():
        tls = place.tls()
        hub = EdgeHub(who.address, who.name, tls, clock)
        try:
            within = Processes()
            host = Host(hub, place.connections, clock, within, explorer=within, chance=chance)
            async with asyncio.TaskGroup() as group:
                group.create_task(host.run(), name="host")
                group.create_task(
                    repeat(lambda: _renew(place, hub, tls, clock), Once(log, "certificate"), most=600.0),
                    name="certificate",
                )
                group.create_task(
                    repeat(lambda: _note(place, hub, clock), Once(log, "state of the edge")), name="state"
                )
        finally:
            await hub.close()


async def _renew(place: Place, hub: EdgeHub, tls: ssl.SSLContext, clock: Clock) -> float:
    """Ask for another certificate, with another key, in the last third of the old one's life."""
    begins, ends = await asyncio.to_thread(place.expiry)
    if (ends - clock.now()) * RENEWED_IN_LAST > ends - begins:
        return LOOKED_AT_EVERY_S
    who = place.about()
    phrase = place.passphrase(who.key_file)
    key = await asyncio.to_thread(new_key, phrase)
    issued = await hub.renew(request_of(key, phrase, who.name))
    await asyncio.to_thread(place.keep, key, issued)
    place.load(tls)
    log.info("the certificate was renewed; the one before ended on %s", iso(ends))
    return LOOKED_AT_EVERY_S


async def _note(place: Place, hub: EdgeHub, clock: Clock) -> float:
    state = {
        "written_at": iso(clock.now()),
        "pid": os.getpid(),
        "hub": hub.noted(),
        "connections": hub.connections_said,
    }
    await asyncio.to_thread(place.note, state)
    return NOTED_EVERY_S
