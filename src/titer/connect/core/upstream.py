"""What a connection at work needs of the hub, whether that is reached over the network or through the host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Upstream(Protocol):
    """Where values, files, receipts and states of a connection go; every request may be repeated."""

    async def intake(self, connection: str, frames: Sequence[bytes]) -> tuple[int, int]:
        """Hand over frames of one epoch; returns (epoch, last acknowledged sequence)."""
        ...

    async def content(self, data: bytes, media_type: str = "") -> str:
        """Store raw bytes; returns their digest."""
        ...

    async def document(self, body: dict[str, Any]) -> None:
        """Announce a raw file whose content was stored before."""
        ...

    async def receipt(self, body: dict[str, Any]) -> None:
        """Tell what came of a command."""
        ...

    async def status(self, body: dict[str, Any]) -> None:
        """Tell how a connection is."""
        ...


class Remembering:
    """An upstream that adds to each state how the connection's process ended last.

    Args:
        hub: where everything goes.
        ended: the end, None while there was none.
    """

    def __init__(self, hub: Upstream, ended: Mapping[str, Any] | None) -> None:
        self._hub = hub
        self._ended = ended
        self.intake = hub.intake
        self.content = hub.content
        self.document = hub.document
        self.receipt = hub.receipt

    async def status(self, body: dict[str, Any]) -> None:
        """Tell how a connection is, and how its process ended last."""
        await self._hub.status({**body, "ended": None if self._ended is None else dict(self._ended)})
