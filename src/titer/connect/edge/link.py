"""The hub as an edge sees it: the same protocol, and a note of how the link is."""

from __future__ import annotations

import ssl
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2 as httpx

from titer.base.clock import Clock, iso
from titer.base.errors import NotAuthorised, TiterError
from titer.connect.core.hub import Hub


class EdgeHub(Hub):
    """A hub that is reached by its door for edges.

    Args:
        address: `name:port` of the door.
        name: of the edge.
        tls: with the edge's certificate.
        clock: the edge's clock.
    """

    def __init__(self, address: str, name: str, tls: ssl.SSLContext, clock: Clock) -> None:
        super().__init__(f"https://{address}", "", name, tls=tls)
        self._clock = clock
        self.heard_at: datetime | None = None
        self.failing = ""
        self.refused = ""
        self.clock_offset_s: float | None = None
        self.connections_said: dict[str, dict[str, Any]] = {}

    async def status(self, body: dict[str, Any]) -> None:
        """Tell how a connection is, and remember it: who asks the edge is told the same while the hub is away."""
        self.connections_said[str(body["connection"])] = body
        await super().status(body)

    async def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        asked = self._clock.now()
        try:
            answer = await super()._send(method, path, **more)
        except TiterError as error:
            if isinstance(error, NotAuthorised):
                self.refused = str(error)
            self.failing = str(error)
            raise
        now = self._clock.now()
        self.heard_at, self.failing, self.refused = now, "", ""
        date = answer.headers.get("date")
        if date and (now - asked).total_seconds() < 1.0:
            # The header has whole seconds, cut off: its middle is half a second later.
            there = parsedate_to_datetime(date).timestamp() + 0.5
            self.clock_offset_s = there - (asked.timestamp() + now.timestamp()) / 2
        return answer

    def noted(self) -> dict[str, Any]:
        """How the link is, as JSON."""
        return {
            "heard_at": iso(self.heard_at) if self.heard_at else None,
            "failing": self.failing,
            "refused": self.refused,
            "clock_offset_s": None if self.clock_offset_s is None else f"{self.clock_offset_s:.1f}",
        }
