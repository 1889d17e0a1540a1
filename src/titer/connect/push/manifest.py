"""The manifest of the connector for values that are sent by HTTP; light, see `titer.connect.types`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titer.base.clock import Clock
from titer.base.errors import Invalid
from titer.connect.types import (
    FILE,
    FLAG,
    HOST,
    HOST_AND_PORT,
    INTEGER,
    NUMBER,
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
    from titer.connect.push.receiver import PushReceiver

    receiver = PushReceiver(config, TYPE.read(config.settings), clock)
    return LiveConnector(config, clock, receiver, keeps=True)


def _check(settings: Mapping[str, Any]) -> None:
    if settings["tls"] and not (settings["certificate"] and settings["private_key"]):
        raise Invalid(
            "A receiver that encrypts needs a certificate and its key.",
            where="settings.certificate",
            do="Give certificate and private_key.",
        )


TYPE = ConnectionType(
    "push",
    "device or script that sends its values by HTTP",
    "HOST:PORT, of the connector host",
    channels=True,
    encrypted=True,
    settings=(
        UNENCRYPTED,
        Setting("token_file", FILE, "file with the sender's token, 32 characters or more", required=True),
        Setting("tls", FLAG, "encrypt (true)", True),
        Setting("certificate", FILE, "the receiver's own, PEM; senders must trust it"),
        Setting("private_key", FILE, "its key"),
        Setting("message_bytes", INTEGER, "longest message (1 MiB)", 1 << 20, least=1024, most=16 << 20),
        Setting("timeout_s", NUMBER, "seconds in which a message must have come whole (30)", 30, least=0.1),
        *HOST,
    ),
    addressing=HOST_AND_PORT,
    of_address=host_and_port(8443),
    check=_check,
    insecure=without_tls,
    make=_make,
    met="no device yet, only scripts of its own tests",
)
