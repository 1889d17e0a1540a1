"""Which servers answer at an address, and by which endpoints they may be spoken to (OPC UA Part 4, 5.4 and 5.5).

Both services are asked without encryption, as the standard has it; what they say is a hint and nothing more. A
certificate found so is believed only when somebody trusts it and a secure channel is opened with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import urlparse

from asyncua import Client, ua
from cryptography import x509

from titer.base.clock import iso
from titer.base.errors import Invalid, Unavailable
from titer.connect.opcua.bounds import bound
from titer.connect.opcua.settings import POLICIES
from titer.connect.opcua.trust import facts, faults, fingerprint

TIMEOUT_S = 5.0
MESSAGE_BYTES = 4 * 1024 * 1024
MOST_SERVERS = 50
_FAULTS = (OSError, TimeoutError, ua.UaError)


@contextlib.asynccontextmanager
async def _unsecured(address: str) -> AsyncIterator[Client]:
    client = bound(Client(address, timeout=TIMEOUT_S), MESSAGE_BYTES)
    client.name = client.description = "Titer"
    try:
        await client.connect_socket()
        await client.send_hello()
        await client.open_secure_channel()
        yield client
    finally:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                await client.close_secure_channel()
        client.disconnect_socket()


async def discover(address: str, now: datetime) -> dict[str, Any]:
    """The servers that an address knows of: itself, or all that have registered where a discovery server answers.

    Args:
        address: of a server, or of a discovery server.
        now: the host's clock, for what is wrong with a certificate.

    Returns:
        `servers`: each with name, application_uri, product_uri, kind, and `endpoints`; or `problem` in words where
        the server could not be asked. An endpoint bears url, policy, mode, users (kinds of log-in), certificate
        (fingerprints, subject, issuer, valid_until, faults), `usable` with the reason where it is not, and
        `unencrypted`.

    Raises:
        Invalid: for something that is no address.
        Unavailable: if nothing answers there.
    """
    parts = urlparse(address)
    if parts.scheme != "opc.tcp" or not parts.hostname:
        raise Invalid(f"{address[:200]!r} is no OPC UA address.", do="Write it as opc.tcp://HOST:PORT/PATH.")
    try:
        async with _unsecured(address) as client:
            known = await client.find_servers()
            own = await client.get_endpoints()
    except _FAULTS as error:
        raise Unavailable(
            f"Nothing that speaks OPC UA answers at {address}: {error or type(error).__name__}.",
            do="Look whether the server runs, and whether the host may reach it.",
        ) from error
    found = []
    for one in known[:MOST_SERVERS]:
        urls = [str(url) for url in one.DiscoveryUrls or () if str(url).startswith("opc.tcp:")]
        told: dict[str, Any] = {
            "name": _text(one.ApplicationName),
            "application_uri": str(one.ApplicationUri or ""),
            "product_uri": str(one.ProductUri or ""),
            "kind": one.ApplicationType.name,
            "urls": urls,
            "endpoints": [],
            "problem": "",
        }
        mine = [e for e in own if e.Server is None or e.Server.ApplicationUri == one.ApplicationUri]
        try:
            told["endpoints"] = [_endpoint(e, address, now) for e in (mine or await _elsewhere(urls))]
        except _FAULTS as error:
            told["problem"] = f"It is known here, and does not answer: {error or type(error).__name__}."
        found.append(told)
    return {"servers": found, "more": max(0, len(known) - MOST_SERVERS)}


async def _elsewhere(urls: list[str]) -> list[ua.EndpointDescription]:
    fault: BaseException = ConnectionError("it names no address")
    for url in urls:
        try:
            async with _unsecured(url) as client:
                return list(await client.get_endpoints())
        except _FAULTS as error:
            fault = error
    raise fault


def _endpoint(one: ua.EndpointDescription, address: str, now: datetime) -> dict[str, Any]:
    url = _reachable(str(one.EndpointUrl or ""), address)
    uri = str(one.Server.ApplicationUri or "") if one.Server is not None else ""
    policy = str(one.SecurityPolicyUri or "").rpartition("#")[2] or "None"
    policy = policy.replace("Aes128_Sha256_RsaOaep", "Aes128Sha256RsaOaep")
    policy = policy.replace("Aes256_Sha256_RsaPss", "Aes256Sha256RsaPss")
    mode = one.SecurityMode.name.rstrip("_")
    secure = policy != "None" and mode in {"Sign", "SignAndEncrypt"}
    why = ""
    if not str(one.EndpointUrl or "").startswith("opc.tcp:"):
        why = "only opc.tcp is spoken here"
    elif secure and policy not in POLICIES:
        why = f"{policy} is no security that is accepted here"
    elif not secure and policy != "None":
        why = f"{policy} with {mode} protects nothing"
    return {
        "url": url,
        "told": str(one.EndpointUrl or ""),
        "policy": policy,
        "mode": mode,
        "users": sorted({token.TokenType.name for token in one.UserIdentityTokens or ()}),
        "certificate": _certificate(one.ServerCertificate, now, url, uri),
        "unencrypted": not secure or mode == "Sign",
        "usable": not why,
        "why": why,
    }


def _reachable(url: str, address: str) -> str:
    """Servers often tell a host name that only they know; where the port is the one asked, so is the host."""
    told, asked = urlparse(url), urlparse(address)
    if told.hostname and told.port == asked.port and told.hostname != asked.hostname:
        return f"opc.tcp://{asked.netloc}{told.path}"
    return url


def _certificate(data: bytes | None, now: datetime, url: str, uri: str) -> dict[str, Any] | None:
    if not data:
        return None
    try:
        read = x509.load_der_x509_certificate(data)
    except ValueError:
        unreadable = {"code": "unreadable", "what": "It cannot be read."}
        return {"fingerprint": "", "subject": "not readable", "valid_until": "", "faults": [unreadable]}
    return {
        "fingerprint": fingerprint(read),
        "thumbprint": facts(read)["thumbprint"],
        "subject": read.subject.rfc4514_string(),
        "issuer": read.issuer.rfc4514_string(),
        "valid_until": iso(read.not_valid_after_utc),
        "faults": faults(read, now, host=urlparse(url).hostname or "", uri=uri),
    }


def _text(content: Any) -> str:
    return str(content.Text or "") if content is not None else ""
