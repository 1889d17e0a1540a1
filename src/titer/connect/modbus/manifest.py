"""The manifest of the Modbus TCP connector; light, see `titer.connect.types`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from titer.base.clock import Clock
from titer.connect.types import (
    HOST,
    HOST_AND_PORT,
    INTEGER,
    NUMBER,
    TEXT,
    UNENCRYPTED,
    ConnectionType,
    Setting,
    always,
    host_and_port,
)

if TYPE_CHECKING:
    from titer.connect.core.contract import ConnectionConfig, Connector

DATA = ("bool", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64")
ORDERS = ("big", "little")


def _make(config: ConnectionConfig, clock: Clock, folder: Path) -> Connector:
    from titer.connect.core.live import LiveConnector
    from titer.connect.modbus.device import ModbusDevice

    settings = TYPE.read(config.settings)
    device = ModbusDevice(config, settings)
    return LiveConnector(
        config, clock, device, commands=True, command_patience_s=settings["command_patience_s"]
    )


TYPE = ConnectionType(
    "modbus",
    "Modbus TCP device or gateway",
    "HOST:PORT",
    channels=True,
    encrypted=True,
    settings=(
        UNENCRYPTED,
        Setting(
            "unit_id", INTEGER, "unit behind a gateway; a line may have its own (1)", 1, least=0, most=255
        ),
        Setting(
            "word_order", TEXT, "which register of a long number comes first (big)", "big", choices=ORDERS
        ),
        Setting("poll_s", NUMBER, "seconds between two readings (1)", 1, least=0.02),
        Setting("timeout_s", NUMBER, "seconds that it may take to answer (3)", 3, least=0.05),
        Setting(
            "life_node", TEXT, "a register that differs after a restart, e.g. holding:12, a count of starts"
        ),
        Setting("command_patience_s", NUMBER, "how long a command waits for a connection (15)", 15, least=0),
        *HOST,
    ),
    addressing=HOST_AND_PORT,
    of_address=host_and_port(502),
    insecure=always,
    channel_settings=(
        Setting("data", TEXT, "how the registers are read (uint16; bool for coils)", choices=DATA),
        Setting("word_order", TEXT, "of this number, if not the connection's", choices=ORDERS),
        Setting("scale", TEXT, "what the raw number is multiplied by, decimal (1)", "1"),
        Setting("offset", TEXT, "what is added then, decimal (0)", "0"),
        Setting("no_value", INTEGER, "raw number by which the device says that it has none, e.g. -32768"),
        Setting("unit_id", INTEGER, "unit behind the gateway", least=0, most=255),
    ),
    make=_make,
    met="servers of pymodbus; no device yet",
)
