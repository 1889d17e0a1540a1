"""What the SiLA 2 server is told in titer.yaml, under `sila`."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from titer.base.errors import Invalid, Refused
from titer.gateway.reading import read_settings

_WHERE = "titer.yaml sila"
_BOUNDS: dict[str, tuple[float, float]] = {"port": (0, 65_535), "patience_s": (1, 300)}


@dataclass(frozen=True)
class SilaServerSettings:
    """What the server is told.

    Args:
        host: address to listen on; loopback unless told otherwise.
        port: to listen on.
        names: further host names or addresses under which clients reach it; they stand in its certificate.
        uuid: of this server, for good; `titer sila setup` makes it.
        name: that clients are shown.
        unencrypted: speak without TLS, on loopback alone. Somebody has to decide that.
        announce: tell the network by multicast DNS that the server is there.
        patience_s: how long the hub may take for an answer, seconds.
    """

    host: str = "127.0.0.1"
    port: int = 50052
    names: tuple[str, ...] = ()
    uuid: str = ""
    name: str = "Titer"
    unencrypted: bool = False
    announce: bool = False
    patience_s: float = 30.0

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> SilaServerSettings:
        """Read the settings, strictly.

        Raises:
            Invalid: for an unknown setting, one that is out of bounds or of another kind, or a UUID that is none.
            Refused: for a server without TLS that others than this machine reach.
        """
        made = read_settings(cls, data, where=_WHERE, bounds=_BOUNDS)
        try:
            if str(UUID(made.uuid)) != made.uuid:
                raise ValueError
        except ValueError as error:
            raise Invalid(
                f"`uuid` is {made.uuid!r}, which is no UUID.", where=_WHERE, do="Run: titer sila setup"
            ) from error
        if made.unencrypted and not is_loopback(made.host):
            raise Refused(
                f"A SiLA server at {made.host} that does not encrypt is refused.",
                why="Anybody on the network could read the tokens of those who submit results.",
                do="Leave `unencrypted` out, or listen on 127.0.0.1.",
            )
        return made


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
