"""How an edge stands, told from its folder alone: whether it runs, its backlog, disk, clock and certificate."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from titer.base.clock import from_iso, from_us
from titer.connect.core.journal import JOURNAL
from titer.connect.core.waiting import Waiting, waiting_in
from titer.connect.edge.place import Place

SILENT_AFTER = timedelta(minutes=2)
CLOCK_OFF_S = 5.0
EXPIRES_SOON = timedelta(days=30)
DISK_LOW_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class ConnectionStanding:
    """How one connection stands.

    Args:
        name: of the connection.
        state: as the running host last said it.
        message: that goes with it.
        waiting: what its journal holds for the hub.
    """

    name: str
    state: str
    message: str
    waiting: Waiting


@dataclass(frozen=True)
class Standing:
    """How an edge stands.

    Args:
        name: of the edge.
        address: of the hub's door.
        runs: whether it runs now.
        heard_at: when the hub last answered it.
        failing: what its last attempt met, "" if that went well.
        clock_offset_s: the hub's clock less the edge's, seconds, to about half a second; None if not known.
        disk_free: bytes, of `disk_total`.
        disk_total: bytes.
        expires_at: when its certificate ends.
        connections: how each stands.
        alarms: what somebody has to see to, in sentences.
    """

    name: str
    address: str
    runs: bool
    heard_at: datetime | None
    failing: str
    clock_offset_s: float | None
    disk_free: int
    disk_total: int
    expires_at: datetime
    connections: tuple[ConnectionStanding, ...]
    alarms: tuple[str, ...] = field(default=())

    @property
    def oldest_at(self) -> datetime | None:
        """When the oldest value was taken that the hub has not."""
        found = [one.waiting.oldest_us for one in self.connections if one.waiting.oldest_us]
        return from_us(min(found)) if found else None


def standing(place: Place, now: datetime) -> Standing:
    """Look at an edge; it may run meanwhile.

    Raises:
        NotFound, IntegrityFault: if no edge was enrolled in the folder, or its files cannot be read.
    """
    who, noted = place.about(), place.noted()
    link: dict[str, Any] = noted.get("hub") or {}
    said: dict[str, Any] = noted.get("connections") or {}
    connections = []
    folders = sorted(place.connections.iterdir()) if place.connections.is_dir() else []
    for folder in folders:
        if (folder / JOURNAL).exists():
            about = said.get(folder.name) or {}
            connections.append(
                ConnectionStanding(
                    folder.name,
                    str(about.get("state", "not known")),
                    str(about.get("message", "")),
                    waiting_in(folder / JOURNAL),
                )
            )
    disk = shutil.disk_usage(place.folder)
    heard, offset = link.get("heard_at"), link.get("clock_offset_s")
    found = Standing(
        name=who.name,
        address=who.address,
        runs=place.runs,
        heard_at=from_iso(heard) if heard else None,
        failing=str(link.get("failing") or ""),
        clock_offset_s=float(offset) if offset is not None else None,
        disk_free=disk.free,
        disk_total=disk.total,
        expires_at=place.expiry()[1],
        connections=tuple(connections),
    )
    return Standing(
        **{name: getattr(found, name) for name in found.__dataclass_fields__ if name != "alarms"},
        alarms=tuple(alarms(found, now)),
    )


def alarms(edge: Standing, now: datetime) -> list[str]:
    """What somebody has to see to, each in a sentence that says what to do."""
    found = []
    if not edge.runs:
        found.append("The edge does not run: nothing is taken from the instruments. Start it: titer edge run")
    if edge.expires_at <= now:
        found.append(
            f"The certificate ended on {edge.expires_at:%Y-%m-%d}. Invite and enrol the edge anew; "
            "what its journals hold stays."
        )
    elif edge.expires_at - now < EXPIRES_SOON:
        found.append(
            f"The certificate ends on {edge.expires_at:%Y-%m-%d}, and was not renewed. Let the edge reach the hub."
        )
    if edge.failing:
        found.append(f"The hub is not reached: {edge.failing}")
    elif edge.runs and edge.heard_at is not None and now - edge.heard_at > SILENT_AFTER:
        found.append(f"The hub was last heard at {edge.heard_at:%Y-%m-%d %H:%M} UTC. Look at the network.")
    for one in edge.connections:
        if one.state == "journal_full":
            found.append(f"Nothing is taken from {one.name}: {one.message}")
    if edge.disk_free < DISK_LOW_BYTES:
        found.append(
            f"{edge.disk_free // 2**20} MiB are left on the disk. Free space, or bring the hub back."
        )
    if edge.clock_offset_s is not None and abs(edge.clock_offset_s) > CLOCK_OFF_S:
        found.append(
            f"The edge's clock differs from the hub's by {-edge.clock_offset_s:+.1f} s. "
            "Let both follow a time server."
        )
    return found
