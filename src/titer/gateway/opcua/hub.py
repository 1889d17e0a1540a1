"""The hub as the server sees it: one question for the state, and one for whose token somebody bears."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2 as httpx

from titer.base.errors import NotAuthenticated, Unavailable
from titer.base.tls import pinned

_PATIENCE_S = 10.0
LARGEST = 32 * 1024 * 1024
"""Bytes of a state that are taken; the hub's own bounds keep it far below."""


class Hub:
    """Asks one hub.

    Args:
        url: of the hub.
        token: a machine's, with the scope `state`; it is never logged.
        transport: for tests; None = the network.
        certificate: the one that an HTTPS hub is trusted by; the system's authorities if left out.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        certificate: Path | None = None,
    ) -> None:
        self._token = token
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            timeout=httpx.Timeout(_PATIENCE_S),
            transport=transport,
            trust_env=False,
            verify=pinned(certificate, any_name=True) if certificate is not None else True,
        )

    async def close(self) -> None:
        """Close the sockets."""
        await self._http.aclose()

    async def state(self) -> dict[str, Any]:
        """The state of the plant.

        Raises:
            Unavailable: if the hub does not answer, or refuses the token.
        """
        answer = await self._ask("/api/state", self._token)
        if answer.status_code != httpx.codes.OK:
            raise Unavailable(
                f"The hub answered {answer.status_code} to the question for the state.",
                why=answer.text[:300],
                do="Give the server a token with the scope `state`: titer opcua setup",
            )
        if len(answer.content) > LARGEST:
            raise Unavailable(f"The hub's state has {len(answer.content):,} bytes, more than is taken.")
        found: dict[str, Any] = answer.json()
        return found

    async def reader(self, token: str) -> str:
        """The name of the machine that a token belongs to.

        Raises:
            NotAuthenticated: if the hub does not know it, or it may not read the state.
            Unavailable: if the hub does not answer.
        """
        answer = await self._ask("/api/state/reader", token)
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise NotAuthenticated("The token is not one that reads the state.")
        if answer.status_code != httpx.codes.OK:
            raise Unavailable(f"The hub answered {answer.status_code} to the question whose token it is.")
        return str(answer.json()["name"])

    async def _ask(self, path: str, token: str) -> httpx.Response:
        try:
            return await self._http.get(path, headers={"Authorization": f"Bearer {token}"})
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(
                "The hub does not answer.", why=str(error) or type(error).__name__, do="Start it: titer serve"
            ) from error
