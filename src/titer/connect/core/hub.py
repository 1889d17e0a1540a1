"""The hub as the host sees it: an HTTP client for the requests of the protocol.

The host is always the client, so a firewall needs no opening towards the instruments. Every request may be
repeated: intake is idempotent by (connection, epoch, sequence), receipts by command key, documents by key,
content by digest.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2 as httpx

from titer.base.errors import IntegrityFault, NotAuthorised, Refused, Unavailable
from titer.base.tls import pinned

LONG_POLL_SECONDS = 20.0


class Hub:
    """Talks to one hub.

    Args:
        url: address of the hub, e.g. `http://127.0.0.1:8765`.
        token: the connector token; it is sent as a bearer token and never logged. Empty for an edge.
        host: name of this connector host.
        transport: for tests; None = the network.
        certificate: the one that an HTTPS hub is trusted by; the system's authorities if left out.
        tls: an edge's, with its own certificate; then the hub knows it by that.
    """

    def __init__(
        self,
        url: str,
        token: str,
        host: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        certificate: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host
        if tls is None:
            tls = pinned(certificate, any_name=True) if certificate is not None else None
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/") + "/api/connect",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx.Timeout(15.0),
            transport=transport,
            trust_env=False,
            verify=tls if tls is not None else True,
        )

    async def close(self) -> None:
        """Close the sockets."""
        await self._http.aclose()

    async def connections(self, etag: str, wait: float) -> tuple[list[dict[str, Any]] | None, str]:
        """The connections of this host.

        Args:
            etag: what the last answer bore, "" for none; the hub may hold the request until it changes.

        Returns:
            The list (None = unchanged) and the new etag.
        """
        answer = await self._send(
            "GET",
            f"/hosts/{self._host}/connections",
            params={"etag": etag, "wait": str(int(wait))} if etag else None,
            headers={"If-None-Match": etag} if etag else None,
            timeout=wait + 15.0,
        )
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return None, etag
        return list(_json(answer)), answer.headers.get("etag", "")

    async def intake(self, connection: str, frames: Sequence[bytes]) -> tuple[int, int]:
        """Hand over frames of one epoch; returns (epoch, last acknowledged sequence)."""
        answer = await self._send(
            "POST",
            "/intake",
            params={"connection": connection},
            content=b"".join(frames),
            headers={"Content-Type": "application/octet-stream"},
            timeout=60.0,
        )
        body = _json(answer)
        return int(body["epoch"]), int(body["acknowledged"])

    async def content(self, data: bytes, media_type: str = "") -> str:
        """Store raw bytes under their media type, if it is known; returns their digest, which must be that of here.

        Raises:
            IntegrityFault: if the hub stored other bytes.
        """
        answer = await self._send(
            "PUT",
            "/content",
            params={"media_type": media_type},
            content=data,
            headers={"Content-Type": "application/octet-stream"},
            timeout=120.0,
        )
        there, here = str(_json(answer)["digest"]), hashlib.sha256(data).hexdigest()
        if there != here:
            raise IntegrityFault(f"The hub stored {there}, but the bytes sent have the digest {here}.")
        return here

    async def document(self, body: dict[str, Any]) -> None:
        """Announce a raw file whose content was stored before."""
        await self._send("POST", "/documents", json=body, timeout=60.0)

    async def commands(self, wait: float = LONG_POLL_SECONDS) -> list[dict[str, Any]]:
        """Commands for this host's connections; held by the hub until there is one."""
        answer = await self._send(
            "GET", "/commands", params={"host": self._host, "wait": str(int(wait))}, timeout=wait + 15.0
        )
        return list(_json(answer))

    async def receipt(self, body: dict[str, Any]) -> None:
        """Tell what came of a command."""
        await self._send("POST", "/receipts", json=body)

    async def questions(self, wait: float = LONG_POLL_SECONDS) -> list[dict[str, Any]]:
        """What people ask of this host's surroundings; held by the hub until there is something."""
        answer = await self._send(
            "GET", "/questions", params={"host": self._host, "wait": str(int(wait))}, timeout=wait + 15.0
        )
        return list(_json(answer))

    async def answer(self, body: dict[str, Any]) -> None:
        """Answer a question, or say why there is no answer."""
        await self._send("POST", "/answers", json=body, timeout=60.0)

    async def status(self, body: dict[str, Any]) -> None:
        """Tell how a connection is."""
        await self._send("POST", "/status", json=body)

    async def renew(self, request: str) -> str:
        """Ask for another certificate of an edge's own; returns it, PEM."""
        answer = await self._send("POST", "/certificate", json={"request": request})
        return str(_json(answer)["certificate"])

    async def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = await self._http.request(method, path, **more)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"The hub does not answer ({type(error).__name__}).",
                do="Values stay in the journal until it does; look at the hub's process and the network.",
            ) from error
        if answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED:
            return answer
        detail = answer.text[:500]
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise NotAuthorised(
                f"The hub refuses this connector host ({answer.status_code}).",
                why=detail,
                do="Give the host a valid connector token; enrol an edge anew.",
            )
        if answer.is_server_error or answer.status_code in {
            httpx.codes.REQUEST_TIMEOUT,
            httpx.codes.TOO_MANY_REQUESTS,
        }:
            raise Unavailable(f"The hub cannot take {path} now ({answer.status_code}).", why=detail)
        raise Refused(f"The hub refuses {method} {path} ({answer.status_code}).", why=detail)


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise Unavailable(
            "The hub's answer is no JSON.", do="Check that the address is a Titer hub."
        ) from error
