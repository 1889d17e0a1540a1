"""The settings of a SiLA 2 connection, checked before anything is opened."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from titer.base.errors import Invalid, Refused

_SECONDS = {
    # setting: the least that makes sense
    "poll_s": 0.05,
    "heartbeat_s": 0.1,
    "timeout_s": 0.1,
    "command_timeout_s": 1.0,
    "command_patience_s": 0.0,
}


@dataclass(frozen=True, slots=True)
class SilaSettings:
    """How to reach a SiLA 2 server and how to listen to it.

    Attributes:
        host, port: where it serves.
        tls: whether the endpoint is encrypted. Where nothing is said it is, unless `allow_unencrypted` stands
            there and no `root_certificate` does.
        root_certificate: PEM of the server's certificate or of its issuer; None = the system's own.
        certificate, private_key: the host's own, PEM, where the server asks for them.
        poll_s: seconds between two readings of an unobservable property; a channel may have its own `poll_s`.
        heartbeat_s: seconds between two questions whether the server still answers.
        timeout_s: for every request but a command.
        command_timeout_s: how long a command may run before it is given up with an unknown outcome.
        command_patience_s: how long a command waits for a connection that is away, before it fails unsent.
    """

    host: str
    port: int
    tls: bool = True
    root_certificate: bytes | None = None
    certificate: bytes | None = None
    private_key: bytes | None = None
    poll_s: float = 5.0
    heartbeat_s: float = 5.0
    timeout_s: float = 10.0
    command_timeout_s: float = 600.0
    command_patience_s: float = 15.0

    @property
    def address(self) -> str:
        """Host and port, as people write them."""
        return f"{self.host}:{self.port}"

    @property
    def timeout_ms(self) -> float:
        """`timeout_s` in the library's unit."""
        return self.timeout_s * 1000

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> SilaSettings:
        """Read a connection's settings.

        Raises:
            Invalid: for an address, a file or a number that makes no sense.
            Refused: for an unencrypted endpoint that nobody allowed.
        """
        host, port = str(raw.get("host") or ""), str(raw.get("port") or "")
        if not host:
            raise Invalid("A SiLA 2 connection needs the host of its server.", where="settings.host")
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise Invalid(f"{port!r} is no port.", where="settings.port", do="Give a number up to 65535.")
        allowed = _flag(raw, "allow_unencrypted", False)
        tls = _flag(raw, "tls", not allowed or bool(raw.get("root_certificate")))
        if not tls and not allowed:
            raise Refused(
                f"The connection to {host}:{port} is not encrypted, and nobody has allowed that.",
                why="Anybody on the network could read its values and call its commands.",
                do="Use TLS with root_certificate, or set allow_unencrypted: true, "
                "which is shown as a risk wherever the connection appears.",
            )
        return cls(
            host=host,
            port=int(port),
            tls=tls,
            root_certificate=_file(raw, "root_certificate"),
            certificate=_file(raw, "certificate"),
            private_key=_file(raw, "private_key"),
            **{name: seconds(raw, name) for name in _SECONDS if name in raw},
        )


def seconds(raw: Mapping[str, Any], name: str) -> float:
    """The setting `name` in seconds.

    Raises:
        Invalid: if it is no number, or less than makes sense.
    """
    try:
        value = float(raw[name])
    except (TypeError, ValueError) as error:
        raise Invalid(f"{raw[name]!r} is no number.", where=f"settings.{name}") from error
    if not math.isfinite(value) or value < _SECONDS[name]:
        raise Invalid(f"{raw[name]!r} is less than {_SECONDS[name]} or endless.", where=f"settings.{name}")
    return value


def _flag(raw: Mapping[str, Any], name: str, default: bool) -> bool:
    value = raw.get(name, default)
    if not isinstance(value, bool):
        raise Invalid(f"{value!r} is neither true nor false.", where=f"settings.{name}")
    return value


def _file(raw: Mapping[str, Any], name: str) -> bytes | None:
    path = raw.get(name)
    if not path:
        return None
    try:
        return Path(str(path)).read_bytes()
    except OSError as error:
        raise Invalid(
            f"{path} cannot be read: {error.strerror or error}.",
            where=f"settings.{name}",
            do="Give the path of a PEM file on the connector host.",
        ) from error
