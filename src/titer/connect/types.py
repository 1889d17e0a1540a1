"""The types of connection and their settings, in one table: what the command line, the hub and the host go by.

A light module: no connector's library is imported until settings are checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from titer.base.errors import Invalid

TEXT, NUMBER, INTEGER, FLAG, FILE, FOLDER = "text", "number", "integer", "flag", "file", "folder"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a type of connection.

    Attributes:
        name: as it stands in the connection's settings.
        kind: text, number, integer, flag, file or folder (paths are made absolute).
        help: what it does.
    """

    name: str
    kind: str
    help: str

    def read(self, text: str) -> Any:
        """A value that was typed.

        Raises:
            Invalid: if it is not of the setting's kind.
        """
        try:
            if self.kind == INTEGER:
                return int(text)
            if self.kind == NUMBER:
                # A whole number stays one: records hold no binary fractions that nobody wrote.
                return int(text) if text.lstrip("+-").isdigit() else float(text)
        except ValueError as error:
            raise Invalid(f"{text!r} is no {self.kind}.", where=f"settings.{self.name}") from error
        if self.kind == FLAG:
            if text.casefold() not in ("true", "false", "yes", "no"):
                raise Invalid(f"{text!r} is neither true nor false.", where=f"settings.{self.name}")
            return text.casefold() in ("true", "yes")
        return str(Path(text).resolve()) if self.kind in (FILE, FOLDER) else text


@dataclass(frozen=True, slots=True)
class ConnectionType:
    """A type of connection.

    Attributes:
        name: as it is called in commands and records.
        title: for people.
        address: how its address is written.
        channels: whether it needs a list of channels.
        encrypted: whether an endpoint that is not encrypted must be allowed by name.
        settings: all that it knows beside its address.
        of_address: the settings that an address stands for.
        check: refuses settings that make no sense.
    """

    name: str
    title: str
    address: str
    channels: bool
    encrypted: bool
    settings: tuple[Setting, ...]
    of_address: Callable[[str], dict[str, Any]]
    check: Callable[[Mapping[str, Any]], None]

    def setting(self, name: str) -> Setting:
        """The setting of a name.

        Raises:
            Invalid: if the type has none, with those that it has.
        """
        for one in self.settings:
            if one.name == name:
                return one
        raise Invalid(
            f"A connection of type {self.name} has no setting {name!r}.",
            do=f"There are {', '.join(one.name for one in self.settings)}.",
        )


def _opcua_address(address: str) -> dict[str, Any]:
    return {"endpoint": address}


def _check_opcua(settings: Mapping[str, Any]) -> None:
    from titer.connect.opcua.settings import OpcUaSettings

    OpcUaSettings.of(settings)


def _sila_address(address: str) -> dict[str, Any]:
    found = urlsplit(address if "//" in address else f"//{address}")
    try:
        port = found.port
    except ValueError:
        port = None
    if not found.hostname or port is None:
        raise Invalid(f"{address!r} is no address of a SiLA 2 server.", do="Write it as HOST:PORT.")
    return {"host": found.hostname, "port": port}


def _check_sila(settings: Mapping[str, Any]) -> None:
    from titer.connect.sila2.settings import SilaSettings

    SilaSettings.of(settings)


def _folder_address(address: str) -> dict[str, Any]:
    return {"folder": str(Path(address).resolve())}


def _check_animl(settings: Mapping[str, Any]) -> None:
    from titer.connect.files.settings import FolderSettings

    FolderSettings.of(str(settings.get("folder")), settings, animl=True)


def _check_files(settings: Mapping[str, Any]) -> None:
    from titer.connect.files.settings import FolderSettings

    FolderSettings.of(str(settings.get("folder")), settings, animl=False)


_HOST = (
    Setting("journal_limit_mb", INTEGER, "most that the host keeps on disk while the hub is away (2048)"),
    Setting("clock_interval_s", NUMBER, "seconds between two comparisons of the clocks (60)"),
)
_FILES = (
    Setting("time_zone", TEXT, "IANA name of the zone of times without one"),
    Setting("encoding", TEXT, "of text in the files, e.g. utf-8 or cp1252"),
    Setting("pattern", TEXT, "which files are taken (*.animl for animl, else *)"),
    Setting("recursive", FLAG, "folders below as well (false)"),
    Setting("scan_s", NUMBER, "seconds between two looks (0.3)"),
    Setting("stable_scans", INTEGER, "looks without a change before a file is taken (2)"),
    Setting("patience_s", NUMBER, "how long an incomplete file may rest before it is taken as it is (30)"),
    Setting("max_bytes", INTEGER, "largest file that is taken (256 MiB)"),
    *_HOST,
)
_OPCUA = (
    Setting("allow_unencrypted", FLAG, "accept an endpoint that anybody can read and alter (false)"),
    Setting("security_policy", TEXT, "Basic256Sha256, Aes128Sha256RsaOaep or Aes256Sha256RsaPss"),
    Setting("security_mode", TEXT, "SignAndEncrypt or Sign"),
    Setting("certificate", FILE, "the host's own"),
    Setting("private_key", FILE, "its key"),
    Setting("trust_folder", FOLDER, "certificates of servers, or of their issuers, that are trusted"),
    Setting("username", TEXT, "the session's user"),
    Setting("password_file", FILE, "file with the user's password"),
    Setting("publishing_interval_ms", NUMBER, "asked for (100)"),
    Setting("sampling_interval_ms", NUMBER, "asked for; 0 = as fast as the server can (0)"),
    Setting(
        "queue_size", INTEGER, "values that the server keeps for each channel while nobody listens (1000)"
    ),
    Setting("publish_requests", INTEGER, "outstanding at a time (3)"),
    Setting("request_timeout_s", NUMBER, "for every request but publish (4)"),
    Setting("liveness_s", NUMBER, "silence after which the connection is built anew (5)"),
    Setting("lifetime_s", NUMBER, "how long the server is asked to keep the session without us (600)"),
    Setting("keep_subscription", FLAG, "take the subscription up again after a broken connection (true)"),
    Setting("trigger", TEXT, "status_value_timestamp or status_value"),
    Setting("history", FLAG, "read gaps from the server's history (true)"),
    Setting("history_margin_s", NUMBER, "how far beyond a gap's ends history is read (1)"),
    Setting("history_chunk", INTEGER, "values asked for in one HistoryRead (10000)"),
    Setting("readback_s", NUMBER, "how long a written value may take to be read back (3)"),
    Setting("command_patience_s", NUMBER, "how long a command waits for a connection that is away (15)"),
    Setting("message_bytes", INTEGER, "longest message accepted (4 MiB)"),
    Setting("clock", TEXT, "none: do not compare the clocks"),
    Setting("clock_samples", INTEGER, "requests in one comparison (20)"),
    *_HOST,
)
_SILA = (
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
    *_HOST,
)

TYPES: Mapping[str, ConnectionType] = MappingProxyType(
    {
        one.name: one
        for one in (
            ConnectionType(
                "opcua",
                "OPC UA server",
                "opc.tcp://HOST:PORT/PATH",
                True,
                True,
                _OPCUA,
                _opcua_address,
                _check_opcua,
            ),
            ConnectionType(
                "sila2", "SiLA 2 server", "HOST:PORT", False, True, _SILA, _sila_address, _check_sila
            ),
            ConnectionType(
                "animl",
                "folder into which an instrument drops AnIML files",
                "FOLDER",
                False,
                False,
                (
                    *_FILES,
                    Setting("schemas", FOLDER, "AnIML's core schema, for the host's own check"),
                    Setting("techniques", FOLDER, "technique definitions, for the host's own check"),
                ),
                _folder_address,
                _check_animl,
            ),
            ConnectionType(
                "files",
                "folder of files of any kind",
                "FOLDER",
                False,
                False,
                _FILES,
                _folder_address,
                _check_files,
            ),
        )
    }
)
"""Every type of connection, by its name."""


def is_insecure(type_: str, settings: str | Mapping[str, Any]) -> bool:
    """Whether a connection speaks without encryption; it is shown as a risk everywhere.

    Args:
        type_: of the connection.
        settings: as a mapping, or as JSON text.
    """
    read = json.loads(settings) if isinstance(settings, str) else settings
    if type_ == "opcua":
        return str(read.get("security_policy") or "None") == "None"
    if type_ == "sila2":
        tls = read.get("tls", not read.get("allow_unencrypted") or bool(read.get("root_certificate")))
        return not tls
    return False
