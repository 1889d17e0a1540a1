"""The manifest of the SiLA 2 connector; light, see `titer.connect.types`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titer.base.clock import Clock
from titer.connect.types import (
    FILE,
    FLAG,
    HOST,
    HOST_AND_PORT,
    NUMBER,
    TEXT,
    ConnectionType,
    Setting,
    host_and_port,
)

if TYPE_CHECKING:
    from titer.connect.core.contract import ConnectionConfig, Connector

SETTINGS = (
    Setting("allow_unencrypted", FLAG, "accept an endpoint that anybody can read and call (false)"),
    Setting("tls", FLAG, "encrypt (true, unless allow_unencrypted)"),
    Setting("root_certificate", FILE, "PEM of the server's certificate or of its issuer"),
    Setting("certificate", FILE, "the host's own, PEM, where the server asks for it"),
    Setting("private_key", FILE, "its key"),
    Setting("poll_s", NUMBER, "seconds between two readings of an unobservable property (5)"),
    Setting("heartbeat_s", NUMBER, "seconds between two questions whether the server answers (5)"),
    Setting("timeout_s", NUMBER, "for every request but a command (10)"),
    Setting("command_timeout_s", NUMBER, "how long a command may run (600)"),
    Setting("command_patience_s", NUMBER, "how long a command waits for a connection that is away (15)"),
    *HOST,
)


def _check(settings: Mapping[str, Any]) -> None:
    from titer.connect.sila2.settings import SilaSettings

    SilaSettings.of(settings)


def _insecure(settings: Mapping[str, Any]) -> bool:
    return not settings.get(
        "tls", not settings.get("allow_unencrypted") or bool(settings.get("root_certificate"))
    )


def _make(config: ConnectionConfig, clock: Clock, folder: Path) -> Connector:
    from titer.connect.sila2.connector import SilaConnector

    return SilaConnector(config, clock, folder)


async def _explore(
    kind: str, about: dict[str, Any], settings: dict[str, Any], _clock: Clock, _folder: Path
) -> Mapping[str, Any]:
    from titer.connect.sila2.explore import explore

    return await explore(kind, about, settings)


TYPE = ConnectionType(
    "sila2",
    "SiLA 2 server",
    "HOST:PORT",
    channels=False,
    encrypted=True,
    settings=SETTINGS,
    of_address=host_and_port(),
    make=_make,
    check=_check,
    insecure=_insecure,
    channel_settings=(
        Setting("poll_s", NUMBER, "seconds between two readings, where the property is not observable"),
        Setting("axis", TEXT, "of a list of numbers: the property that holds its axis, FEATURE/PROPERTY"),
        Setting("axis_unit", TEXT, "unit of that axis"),
    ),
    addressing=HOST_AND_PORT,
    strict=False,
    explore=_explore,
    explored_by=(
        "host",
        "port",
        "allow_unencrypted",
        "tls",
        "root_certificate",
        "certificate",
        "private_key",
        "timeout_s",
    ),
    met="servers of unitelabs-sila and sila2",
    cancels=True,
)
