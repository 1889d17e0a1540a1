"""The manifest of the Sparkplug B connector; light, see `titer.connect.types`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from titer.base.clock import Clock
from titer.connect.types import (
    FILE,
    FLAG,
    HOST,
    HOST_AND_PORT,
    INTEGER,
    NUMBER,
    TEXT,
    UNENCRYPTED,
    ConnectionType,
    Setting,
    host_and_port,
    without_tls,
)

if TYPE_CHECKING:
    from titer.connect.core.contract import ConnectionConfig, Connector


def _make(config: ConnectionConfig, clock: Clock, folder: Path) -> Connector:
    from titer.connect.core.live import LiveConnector
    from titer.connect.mqtt.host import SparkplugHost

    settings = TYPE.read(config.settings)
    host = SparkplugHost(config, settings, clock)
    return LiveConnector(
        config, clock, host, commands=True, command_patience_s=settings["command_patience_s"]
    )


TYPE = ConnectionType(
    "sparkplug",
    "MQTT broker with Sparkplug B edge nodes",
    "HOST:PORT",
    channels=True,
    encrypted=True,
    settings=(
        UNENCRYPTED,
        Setting("tls", FLAG, "encrypt (true)", True),
        Setting(
            "root_certificate",
            FILE,
            "PEM of the broker's certificate or of its issuer; the system's if left out",
        ),
        Setting("certificate", FILE, "the host's own, PEM, where the broker asks for it"),
        Setting("private_key", FILE, "its key"),
        Setting("username", TEXT, "at the broker"),
        Setting("password_file", FILE, "file with the user's password"),
        Setting("host_id", TEXT, "under which the host tells edge nodes whether it listens (titer)", "titer"),
        Setting("protocol", TEXT, "version of MQTT (5)", "5", choices=("5", "3.1.1")),
        Setting(
            "keepalive_s",
            INTEGER,
            "seconds of silence after which the broker is asked for a sign (15)",
            15,
            least=1,
        ),
        Setting("timeout_s", NUMBER, "seconds that the broker may take to answer (5)", 5, least=0.1),
        Setting("readback_s", NUMBER, "how long a written value may take to be told back (5)", 5, least=0),
        Setting("rebirth_s", NUMBER, "least time between two requests for a rebirth (5)", 5, least=0.1),
        Setting(
            "message_bytes",
            INTEGER,
            "longest message that is taken (4 MiB); a broker that begins a longer one is hung up on",
            4194304,
            least=1024,
        ),
        Setting("command_patience_s", NUMBER, "how long a command waits for a connection (15)", 15, least=0),
        *HOST,
    ),
    addressing=HOST_AND_PORT,
    of_address=host_and_port(8883),
    insecure=without_tls,
    make=_make,
    met="mosquitto, with edge nodes of its own tests",
)
