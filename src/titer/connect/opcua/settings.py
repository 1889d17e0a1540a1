"""The settings of an OPC UA connection, checked before anything is opened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from titer.base.errors import Invalid, Refused
from titer.connect.opcua import revocation
from titer.connect.opcua.methods import Method, read_methods

_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
POLICIES = ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")


@dataclass(frozen=True, slots=True)
class OpcUaSettings:
    """How to reach a server and how to listen to it.

    Attributes:
        endpoint: `opc.tcp://host:port/path`.
        policy: one of `POLICIES`, or "None" (which needs `allow_unencrypted`).
        mode: "SignAndEncrypt" or "Sign".
        certificate, private_key: what the host shows itself with, PEM or DER; None = the host's own.
        trust_folder: certificates of servers, or of their issuers, that are trusted; None = those that people
            trusted by signature.
        list_required: refuse a server that only an authority vouches for, where no revocation list of the authority
            holds (setting `revocation_list`).
        methods: what commands may call, by name; nothing else is ever called.
        allow_unencrypted: the connection's approver accepts an endpoint that anybody can read and alter.
        username, password_file: the session's user; the password never stands in the settings.
        password: of the user, where somebody gave it for one look; no setting.
        user_certificate: name of a certificate with which the user proves who he is, `NAME.der` and `NAME.pem` (its
            key) in the folder `.opcua/users` of the host.
        pinned: SHA-256 of the one certificate that is believed, where somebody compared it for one look; no setting.
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
        alarms: listen to the server's alarms and conditions.
        results: carry finished results of laboratory devices (LADS) to the record, as documents.
        results_every_s: how often is looked for them.
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
    list_required: bool = True
    allow_unencrypted: bool = False
    username: str = ""
    password_file: Path | None = None
    password: str = field(default="", repr=False)
    user_certificate: str = ""
    pinned: str = ""
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
    alarms: bool = False
    results: bool = False
    results_every_s: float = 10.0
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
                do="Set security_policy, "
                "or allow_unencrypted: true, which is shown as a risk wherever the connection appears.",
            )
        if not {"password"}.isdisjoint(raw):
            raise Refused(
                "A password does not stand in a connection's settings: they are a record that many may read.",
                do="Write it into a file on the connector host, and name that in password_file.",
            )
        for name in ("certificate", "private_key", "trust_folder"):
            path = paths[name]
            if policy != "None" and path is not None and not path.exists():
                raise Invalid(
                    f"The connection names {name}, and {path} does not exist.",
                    where=f"settings.{name}",
                    do="Give the path of a file (trust_folder: of a folder) on the connector host, or leave it out.",
                )
        if (paths["certificate"] is None) != (paths["private_key"] is None):
            raise Invalid(
                "A certificate and its key go together.",
                where="settings.certificate",
                do="Give both, or leave both out: then the host shows its own.",
            )
        user_certificate = str(raw.get("user_certificate") or "")
        if user_certificate and not _USER.fullmatch(user_certificate):
            raise Invalid(
                f"{user_certificate[:60]!r} is no name of a user's certificate.",
                where="settings.user_certificate",
                do="Name the file without its ending: NAME for .opcua/users/NAME.der on the connector host.",
            )
        revocation_list = str(raw.get("revocation_list") or revocation.REQUIRED)
        if revocation_list not in revocation.SETTINGS:
            raise Invalid(
                f"{revocation_list[:60]!r} says nothing about revocation lists.",
                where="settings.revocation_list",
                do=f"Use {revocation.REQUIRED}, or {revocation.IF_THERE} where the authority issues none.",
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
            ("results_every_s", "results_every_s", float, 0.1),
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
            list_required=revocation_list == revocation.REQUIRED,
            allow_unencrypted=bool(raw.get("allow_unencrypted", False)),
            username=str(raw.get("username") or ""),
            password_file=paths["password_file"],
            user_certificate=user_certificate,
            keep_subscription=bool(raw.get("keep_subscription", True)),
            trigger=trigger,
            history=bool(raw.get("history", True)),
            alarms=bool(raw.get("alarms", False)),
            results=bool(raw.get("results", False)),
            methods=read_methods(raw.get("methods") or {}),
            **numbers,
        )
