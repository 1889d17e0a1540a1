"""The manifest of the connector for MT-SICS balances; light, see `titer.connect.types`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from titer.base.clock import Clock
from titer.connect.types import (
    HOST,
    HOST_AND_PORT,
    NUMBER,
    UNENCRYPTED,
    ConnectionType,
    Setting,
    always,
    host_and_port,
)

if TYPE_CHECKING:
    from titer.connect.core.contract import ConnectionConfig, Connector


def _make(config: ConnectionConfig, clock: Clock, folder: Path) -> Connector:
    from titer.connect.core.live import LiveConnector
    from titer.connect.mtsics.balance import Balance

    settings = TYPE.read(config.settings)
    balance = Balance(config, settings)
    return LiveConnector(
        config, clock, balance, commands=True, command_patience_s=settings["command_patience_s"]
    )


TYPE = ConnectionType(
    "mtsics",
    "balance that speaks MT-SICS, over TCP or a serial device server",
    "HOST:PORT",
    channels=True,
    encrypted=True,
    settings=(
        UNENCRYPTED,
        Setting("poll_s", NUMBER, "seconds between two readings (0.5)", 0.5, least=0.02),
        Setting("timeout_s", NUMBER, "seconds that it may take to answer (3)", 3, least=0.05),
        Setting("stable_s", NUMBER, "seconds that a command waits for a stable weight (40)", 40, least=1),
        Setting("command_patience_s", NUMBER, "how long a command waits for a connection (15)", 15, least=0),
        *HOST,
    ),
    addressing=HOST_AND_PORT,
    of_address=host_and_port(4305),
    insecure=always,
    make=_make,
    met="no balance yet, only devices of its own tests",
)
