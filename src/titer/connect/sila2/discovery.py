"""Who offers SiLA 2 on the network, by multicast DNS (SiLA 2 part B, server discovery).

What is announced is a claim: anybody on the network may announce anything, a certificate too. So a certificate that
came this way is shown by its fingerprint, for a person to compare, and is never trusted by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from dataclasses import dataclass

from sila import client as sila

from titer.base.errors import Invalid, Unavailable

MOST = 200
LONGEST_S = 600.0


@dataclass(frozen=True, slots=True)
class Announced:
    """A server that was announced.

    Attributes:
        address, port: where it is said to serve.
        certificate: PEM that came along, "" if none did.
        fingerprint: SHA-256 of that certificate, "" if none came or it is none.
    """

    uuid: str
    name: str
    address: str
    port: int
    version: str
    description: str
    certificate: str
    fingerprint: str


async def find(seconds: float, *, interface: str | None = None, uuid: str = "") -> list[Announced]:
    """Ask the network who offers SiLA 2, and listen.

    Args:
        seconds: how long; with a UUID, at the most.
        interface: IPv4 address of the network interface to ask on; the system's choice if left out.
        uuid: listen only until this server was heard.

    Raises:
        Invalid: for a time that makes no sense.
        Unavailable: if the interface cannot be used for multicast.
    """
    if not 0 < seconds <= LONGEST_S:
        raise Invalid(f"{seconds} s is no time to listen; it lies between 0 and {LONGEST_S:g}.")
    listening = sila.Discovery(interface)
    try:
        await listening.start()
        try:
            if uuid:
                await listening.wait_for(uuid=uuid, timeout=seconds * 1000)
            else:
                await asyncio.sleep(seconds)
        except TimeoutError:
            pass  # what was heard until then is told
        heard = list(listening.services.values())[:MOST]
    except OSError as error:
        raise Unavailable(
            "The network cannot be asked by multicast.",
            why=error.strerror or str(error),
            do="Name the address of an interface that has multicast.",
        ) from error
    finally:
        await listening.stop()
    found = [_told(one) for one in heard]
    return sorted(found, key=lambda one: (one.name, one.uuid, one.address))


def _told(one: sila.ServiceInfo) -> Announced:
    certificate = (one.certificate or b"").decode("ascii", "replace")
    return Announced(
        uuid=one.uuid,
        name=one.name or "",
        address=next(iter(one.addresses), ""),
        port=one.port,
        version=one.version or "",
        description=one.description or "",
        certificate=certificate,
        fingerprint=_fingerprint(certificate),
    )


def _fingerprint(certificate: str) -> str:
    try:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.strip())).hexdigest()
    except ValueError:
        return ""
