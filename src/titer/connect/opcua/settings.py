"""The settings of an OPC UA connection, checked before anything is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from titer.base.errors import Invalid, Refused
from titer.connect.opcua.methods import Method, read_methods

POLICIES = ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")


@dataclass(frozen=True, slots=True)
class OpcUaSettings:
    """How to reach a server and how to listen to it.

    Attributes:
        endpoint: `opc.tcp://host:port/path`.
        policy: one of `POLICIES`, or "None" (which needs `allow_unencrypted`).
        mode: "SignAndEncrypt" or "Sign".
        certificate, private_key: the host's own, PEM or DER.
        trust_folder: certificates of servers, or of their issuers, that are trusted.
        methods: what commands may call, by name; nothing else is ever called.
        allow_unencrypted: the connection's approver accepts an endpoint that anybody can read and alter.
        username, password_file: the session's user; the password never stands in the settings.
        publishing_ms: publishing interval asked for.
        sampling_ms: sampling interval asked for; 0 = as fast as the server can.
        queue_size: values that the server keeps for each channel while nobody listens.
        requests: PublishRequests outstanding at a time.
        request_timeout_s: for every request but publish.
        liveness_s: silence after which the client is discarded and built anew.
        lifetime_s: how long the server is asked to keep session and subscription without us.
        keep_subscription: take a subscription up again after a broken connection (nothing is missed then);
            False makes a new one each time and reads the outage from history, for servers that lose it.
        trigger: "status_value_timestamp" or "status_value".
        history: read gaps from the server's history.
        history_margin_s: how far beyond both ends of a gap history is read.
        history_chunk: values asked for in one HistoryRead.
        readback_s: how long a written value may take to be read back.
        command_patience_s: how long a command waits for a connection that is away, before it fails unsent.
        message_bytes: longest message accepted.
    """

    endpoint: str
    policy: str = "None"
    mode: str = "SignAndEncrypt"
    certificate: Path | None = None
    private_key: Path | None = None
    trust_folder: Path | None = None
    allow_unencrypted: bool = False
    username: str = ""
    password_file: Path | None = None
    publishing_ms: float = 100.0
    sampling_ms: float = 0.0
    queue_size: int = 1000
    requests: int = 3
    request_timeout_s: float = 4.0
    liveness_s: float = 5.0
    lifetime_s: float = 600.0
    keep_subscription: bool = True
    trigger: str = "status_value_timestamp"
    history: bool = True
    history_margin_s: float = 1.0
    history_chunk: int = 10_000
    readback_s: float = 3.0
    command_patience_s: float = 15.0
    message_bytes: int = 4 * 1024 * 1024
    methods: Mapping[str, Method] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> OpcUaSettings:
        """Read a connection's settings.

        Raises:
            Invalid: for an address, a policy or a number that makes no sense.
            Refused: for an unencrypted endpoint that nobody allowed.
        """
        endpoint = str(raw.get("endpoint") or "")
        address = urlparse(endpoint)
        if address.scheme != "opc.tcp" or not address.hostname:
            raise Invalid(
                f"{endpoint!r} is no OPC UA address.",
                where="settings.endpoint",
                do="Write it as opc.tcp://HOST:PORT/PATH.",
            )
        policy = str(raw.get("security_policy") or "None")
        mode = str(raw.get("security_mode") or "SignAndEncrypt")
        if policy not in (*POLICIES, "None") or mode not in {"Sign", "SignAndEncrypt"}:
            raise Invalid(
                f"{policy}, {mode} is no security that is accepted here.",
                where="settings.security_policy",
                do=f"Use one of {', '.join(POLICIES)} with SignAndEncrypt.",
            )
        paths = {
            name: Path(str(raw[name])) if raw.get(name) else None
            for name in ("certificate", "private_key", "trust_folder", "password_file")
        }
        if policy == "None" and not raw.get("allow_unencrypted"):
            raise Refused(
                f"The connection to {endpoint} is not encrypted, and nobody has allowed that.",
                why="Anybody on the network could read its values and alter them.",
                do="Set security_policy, certificate, private_key and trust_folder, "
                "or allow_unencrypted: true, which is shown as a risk wherever the connection appears.",
            )
        if policy != "None":
            for name in ("certificate", "private_key", "trust_folder"):
                path = paths[name]
                if path is None or not path.exists():
                    raise Invalid(
                        f"An encrypted connection needs {name}, and {path or 'none'} does not exist.",
                        where=f"settings.{name}",
                        do="Give the path of a file (trust_folder: of a folder) on the connector host.",
                    )
        numbers: dict[str, Any] = {}
        for name, setting, kind, least in (
            ("publishing_ms", "publishing_interval_ms", float, 10),
            ("sampling_ms", "sampling_interval_ms", float, -1),
            ("queue_size", "queue_size", int, 1),
            ("requests", "publish_requests", int, 1),
            ("request_timeout_s", "request_timeout_s", float, 0.1),
            ("liveness_s", "liveness_s", float, 1),
            ("lifetime_s", "lifetime_s", float, 3),
            ("history_margin_s", "history_margin_s", float, 0),
            ("history_chunk", "history_chunk", int, 2),
            ("readback_s", "readback_s", float, 0),
            ("command_patience_s", "command_patience_s", float, 0),
            ("message_bytes", "message_bytes", int, 8192),
        ):
            if setting not in raw:
                continue
            try:
                numbers[name] = kind(raw[setting])
            except (TypeError, ValueError) as error:
                raise Invalid(f"{raw[setting]!r} is no number.", where=f"settings.{setting}") from error
            if numbers[name] < least:
                raise Invalid(f"{raw[setting]!r} is less than {least}.", where=f"settings.{setting}")
        trigger = str(raw.get("trigger") or "status_value_timestamp")
        if trigger not in {"status_value", "status_value_timestamp"}:
            raise Invalid(f"{trigger!r} is no trigger.", where="settings.trigger")
        return cls(
            endpoint=endpoint,
            policy=policy,
            mode=mode,
            certificate=paths["certificate"],
            private_key=paths["private_key"],
            trust_folder=paths["trust_folder"],
            allow_unencrypted=bool(raw.get("allow_unencrypted", False)),
            username=str(raw.get("username") or ""),
            password_file=paths["password_file"],
            keep_subscription=bool(raw.get("keep_subscription", True)),
            trigger=trigger,
            history=bool(raw.get("history", True)),
            methods=read_methods(raw.get("methods") or {}),
            **numbers,
        )
