"""The manifest of the connector for HL7 version 2; light, see `titer.connect.types`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from titer.base.clock import Clock
from titer.connect.types import (
    HOST,
    HOST_AND_PORT,
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


def _make(config: ConnectionConfig, clock: Clock, folder: Path) -> Connector:
    from titer.connect.core.live import LiveConnector
    from titer.connect.hl7.receiver import Hl7Receiver

    receiver = Hl7Receiver(config, TYPE.read(config.settings), clock, folder)
    return LiveConnector(config, clock, receiver, files=True, keeps=True)


TYPE = ConnectionType(
    "hl7",
    "analyser or middleware that sends HL7 v2 results over MLLP",
    "HOST:PORT",
    channels=True,
    encrypted=True,
    settings=(
        UNENCRYPTED,
        Setting("time_zone", TEXT, "IANA name of the zone of times without one", required=True),
        Setting("encoding", TEXT, "of its text, e.g. utf-8 or latin-1 (utf-8)", "utf-8"),
        Setting(
            "timeout_s", NUMBER, "seconds until a message that was begun must have ended (30)", 30, least=0.1
        ),
        *HOST,
    ),
    addressing=HOST_AND_PORT,
    of_address=host_and_port(2575),
    insecure=always,
    make=_make,
    met="no analyser yet, only devices of its own tests",
)
