"""The manifest of the connector for analysers that speak ASTM; light, see `titer.connect.types`."""

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
    from titer.connect.astm.analyser import Analyser
    from titer.connect.core.live import LiveConnector

    analyser = Analyser(config, TYPE.read(config.settings), clock, folder)
    return LiveConnector(config, clock, analyser, commands=True, files=True, keeps=True)


TYPE = ConnectionType(
    "astm",
    "analyser that speaks ASTM E1394 / LIS2-A2 over TCP",
    "HOST:PORT",
    channels=True,
    encrypted=True,
    settings=(
        UNENCRYPTED,
        Setting(
            "mode",
            TEXT,
            "listen: the analyser calls; dial: it is called (listen)",
            "listen",
            choices=("listen", "dial"),
        ),
        Setting("time_zone", TEXT, "IANA name of the zone of the analyser's clock", required=True),
        Setting("encoding", TEXT, "of its text, e.g. latin-1 (latin-1)", "latin-1"),
        Setting(
            "timeout_s", NUMBER, "seconds until a frame that was begun must have ended (30)", 30, least=0.1
        ),
        Setting("answer_s", NUMBER, "seconds that the analyser may take to acknowledge (15)", 15, least=0.1),
        *HOST,
    ),
    addressing=HOST_AND_PORT,
    of_address=host_and_port(),
    insecure=always,
    make=_make,
    met="no analyser yet, only devices of its own tests",
)
