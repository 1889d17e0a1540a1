"""The manifest of the OPC UA connector; light, see `titer.connect.types`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titer.base.clock import Clock
from titer.connect.types import FILE, FLAG, FOLDER, HOST, INTEGER, NUMBER, TEXT, ConnectionType, Setting

if TYPE_CHECKING:
    from titer.connect.core.contract import ConnectionConfig, Connector

SETTINGS = (
    Setting("allow_unencrypted", FLAG, "accept an endpoint that anybody can read and alter (false)"),
    Setting("security_policy", TEXT, "Basic256Sha256, Aes128Sha256RsaOaep or Aes256Sha256RsaPss"),
    Setting("security_mode", TEXT, "SignAndEncrypt or Sign"),
    Setting("certificate", FILE, "what the host shows; left out: its own, which it makes and renews"),
    Setting("private_key", FILE, "its key"),
    Setting("trust_folder", FOLDER, "of trusted certificates; left out: those trusted by signature"),
    Setting(
        "revocation_list",
        TEXT,
        "required: refuse what only an authority vouches for and no list of its clears; if_there (required)",
    ),
    Setting("username", TEXT, "the session's user"),
    Setting("password_file", FILE, "file with the user's password"),
    Setting("user_certificate", TEXT, "NAME of the user's certificate, .opcua/users/NAME.der on the host"),
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
    Setting("alarms", FLAG, "listen to the server's alarms and conditions (false)"),
    Setting("results", FLAG, "carry finished results of laboratory devices (LADS) to the record (false)"),
    Setting("results_every_s", NUMBER, "how often is looked for results (10)"),
    Setting("history_margin_s", NUMBER, "how far beyond a gap's ends history is read (1)"),
    Setting("history_chunk", INTEGER, "values asked for in one HistoryRead (10000)"),
    Setting("readback_s", NUMBER, "how long a written value may take to be read back (3)"),
    Setting("command_patience_s", NUMBER, "how long a command waits for a connection that is away (15)"),
    Setting("methods", TEXT, 'what commands may call: {"NAME": ["OBJECT NODE", "METHOD NODE"]}'),
    Setting("message_bytes", INTEGER, "longest message accepted (4 MiB)"),
    Setting("clock", TEXT, "none: do not compare the clocks"),
    Setting("clock_samples", INTEGER, "requests in one comparison (20)"),
    *HOST,
)


def _address(address: str) -> dict[str, Any]:
    return {"endpoint": address}


def _check(settings: Mapping[str, Any]) -> None:
    from titer.connect.opcua.settings import OpcUaSettings

    OpcUaSettings.of(settings)


def _insecure(settings: Mapping[str, Any]) -> bool:
    return str(settings.get("security_policy") or "None") == "None"


def _make(config: ConnectionConfig, clock: Clock, folder: Path) -> Connector:
    from titer.connect.opcua.connector import OpcUaConnector

    return OpcUaConnector(config, clock, folder)


async def _explore(
    kind: str, about: dict[str, Any], settings: dict[str, Any], clock: Clock, folder: Path
) -> Mapping[str, Any]:
    from titer.connect.opcua.explore import explore

    return await explore(kind, about, settings, clock, folder)


TYPE = ConnectionType(
    "opcua",
    "OPC UA server",
    "opc.tcp://HOST:PORT/PATH",
    channels=True,
    encrypted=True,
    settings=SETTINGS,
    of_address=_address,
    make=_make,
    check=_check,
    insecure=_insecure,
    addressing=(Setting("endpoint", TEXT, "opc.tcp://HOST:PORT/PATH", required=True),),
    strict=False,
    explore=_explore,
    explored_by=(
        "endpoint",
        "security_policy",
        "security_mode",
        "revocation_list",
        "allow_unencrypted",
        "username",
        "user_certificate",
    ),
    trusts=True,
    met="servers of asyncua and node-opcua",
)
