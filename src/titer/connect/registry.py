"""The connector types that come with Titer; each loads its library when its first connection starts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from titer.base.clock import Clock

if TYPE_CHECKING:
    from titer.connect.core.contract import ConnectionConfig, Connector
    from titer.connect.core.host import ConnectorFactory


def opcua(config: ConnectionConfig, clock: Clock, folder: Path) -> Connector:
    """An OPC UA server."""
    from titer.connect.opcua.connector import OpcUaConnector

    return OpcUaConnector(config, clock, folder)


def sila2(config: ConnectionConfig, clock: Clock, folder: Path) -> Connector:
    """A SiLA 2 server."""
    from titer.connect.sila2.connector import SilaConnector

    return SilaConnector(config, clock, folder)


def files(config: ConnectionConfig, clock: Clock, folder: Path) -> Connector:
    """A folder of raw files; `animl` differs only in what it looks for and how it checks a file."""
    from titer.connect.files.connector import FolderConnector

    return FolderConnector(config, clock, folder)


CONNECTORS: dict[str, ConnectorFactory] = {"opcua": opcua, "sila2": sila2, "files": files, "animl": files}
