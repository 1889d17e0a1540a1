"""What the OPC UA server is told in titer.yaml, under `opcua`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from titer.gateway.reading import read_settings

_WHERE = "titer.yaml opcua"
_BOUNDS: dict[str, tuple[float, float]] = {
    "port": (0, 65_535),
    "sessions": (1, 50),
    "subscriptions_per_session": (1, 20),
    "items_per_session": (1, 20_000),
    "refresh_s": (0.2, 60),
    "bad_after_s": (1, 3600),
}


@dataclass(frozen=True)
class ServerSettings:
    """What the server is told.

    Args:
        host: address to listen on; loopback unless told otherwise.
        port: to listen on; OPC UA's own is 4840.
        names: further host names or addresses under which clients reach it; they stand in its certificate and
            endpoints.
        anonymous: whether an application that is trusted may come without a user. Somebody has to decide that:
            without it each client bears a machine's token of its own.
        sessions: at the most, of all clients together.
        subscriptions_per_session: at the most.
        items_per_session: monitored items at the most.
        refresh_s: how often the state is asked of the hub, seconds.
        bad_after_s: how long the last state stands as uncertain while the hub is silent, seconds; then it is bad.
    """

    host: str = "127.0.0.1"
    port: int = 4840
    names: tuple[str, ...] = ()
    anonymous: bool = False
    sessions: int = 20
    subscriptions_per_session: int = 10
    items_per_session: int = 5_000
    refresh_s: float = 1.0
    bad_after_s: float = 30.0

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> ServerSettings:
        """Read the settings, strictly.

        Raises:
            Invalid: for an unknown setting, or one that is out of bounds or of another kind.
        """
        return read_settings(cls, data, where=_WHERE, bounds=_BOUNDS)
