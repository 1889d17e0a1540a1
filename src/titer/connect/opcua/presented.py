"""What a server showed of itself when it was spoken to, and what a user of this host proves himself with."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from titer.base import vault
from titer.base.clock import iso
from titer.base.errors import NotFound
from titer.connect.opcua.own import FOLDER
from titer.connect.opcua.trust import facts, read

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

USERS = "users"


@dataclass(frozen=True, slots=True)
class Presented:
    """The certificate that a server showed.

    Args:
        data: DER.
        host: of the endpoint it was met at.
        uri: what the server calls itself.
        own: the certificates that this host shows, DER; none where the connection names a file.
    """

    data: bytes
    host: str
    uri: str
    own: tuple[bytes, ...]

    def certificate(self) -> Certificate:
        """Read it.

        Raises:
            Invalid: if it is none.
        """
        return read(self.data, "What the server showed")

    def as_dict(self) -> dict[str, Any]:
        """For the hub, with the bytes in Base64."""
        return {
            "certificate": base64.b64encode(self.data).decode(),
            "host": self.host,
            "uri": self.uri,
            "own": [base64.b64encode(one).decode() for one in self.own],
        }


def shown(data: bytes) -> dict[str, Any]:
    """A certificate for people to compare and to take away: its facts as text, and its bytes in Base64."""
    told = facts(read(data, "A certificate"))
    times = {name: iso(told[name]) for name in ("valid_from", "valid_until")}
    return {**told, **times, "certificate": base64.b64encode(data).decode()}


def read_user(place: Path, name: str) -> tuple[Certificate, Any]:
    """A user's certificate and its key.

    Args:
        place: folder of the connector host.
        name: of the user; a name and no path, so that nobody reads another file of the host.

    Raises:
        NotFound: if one of them is not there.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    folder = place / FOLDER / USERS
    try:
        certificate = read((folder / f"{name}.der").read_bytes(), f"{name}.der")
        key = load_pem_private_key(vault.read_file(folder / f"{name}.pem"), None)
    except OSError as error:
        raise NotFound(
            f"The user certificate {name} is not on this connector host.",
            why=str(error),
            do=f"Put {name}.der and {name}.pem (its key) into {folder}.",
        ) from error
    return certificate, key
