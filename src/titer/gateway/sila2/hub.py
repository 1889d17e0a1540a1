"""The hub as the server sees it: each question is asked with the token of the system that called, and no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2 as httpx

from titer.base.errors import NotAuthenticated, TiterError, Unavailable
from titer.base.tls import pinned

_ROOT = "/api/lims/submissions"
_LARGEST = 8 * 1024 * 1024


class NotTaken(TiterError):
    """The hub has refused something, and changed nothing.

    Args:
        reason: the hub's word for it, or `invalid` where it has none.
    """

    title = "Not taken"

    def __init__(self, reason: str, what: str, *, why: str = "", do: str = "") -> None:
        super().__init__(what, why=why, do=do)
        self.reason = reason


class Hub:
    """Asks one hub.

    Args:
        url: of the hub.
        patience_s: how long it may take, seconds.
        transport: for tests; None = the network.
        certificate: the one that an HTTPS hub is trusted by; the system's authorities if left out.
    """

    def __init__(
        self,
        url: str,
        *,
        patience_s: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
        certificate: Path | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            timeout=httpx.Timeout(patience_s),
            transport=transport,
            trust_env=False,
            verify=pinned(certificate, any_name=True) if certificate is not None else True,
        )

    async def close(self) -> None:
        """Close the sockets."""
        await self._http.aclose()

    async def submitter(self, token: str) -> str:
        """The name of the machine that a token belongs to.

        Raises:
            NotAuthenticated: if the hub does not know it, or it may not submit results.
            Unavailable: if the hub does not answer.
        """
        return str((await self._ask("GET", "/submitter", token))["name"])

    async def worklist(self, token: str, instrument: str, method: str) -> list[dict[str, Any]]:
        """Open work; see `titer.lims.routes.submission`."""
        query = {"instrument": instrument, "method": method}
        found: list[dict[str, Any]] = await self._ask("GET", "/worklist", token, query=query)
        return found

    async def take(self, token: str, tests: list[str], instrument: str) -> None:
        """Take tests."""
        await self._ask("POST", "/take", token, json={"tests": tests, "instrument": instrument})

    async def give_back(self, token: str, tests: list[str], reason: str) -> None:
        """Give tests back."""
        await self._ask("POST", "/return", token, json={"tests": tests, "reason": reason})

    async def keep(self, token: str, data: bytes) -> str:
        """Keep raw bytes; returns their SHA-256."""
        return str((await self._ask("PUT", "/content", token, content=data))["digest"])

    async def submit(self, token: str, sent: dict[str, Any]) -> dict[str, Any]:
        """Submit results; what is answered is on the hub's disk."""
        found: dict[str, Any] = await self._ask("POST", "", token, json=sent)
        return found

    async def _ask(
        self,
        method: str,
        path: str,
        token: str,
        *,
        query: dict[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
    ) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        if content is not None:
            headers["Content-Type"] = "application/octet-stream"
        try:
            answer = await self._http.request(
                method, _ROOT + path, headers=headers, params=query, json=json, content=content
            )
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(
                "The laboratory does not answer, so nobody knows whether it was taken.",
                why=str(error) or type(error).__name__,
                do="Send the same again, under the same key.",
            ) from error
        if answer.status_code == httpx.codes.OK and len(answer.content) <= _LARGEST:
            return answer.json()
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> TiterError:
    """What an answer that is no success means."""
    try:
        told = json.loads(answer.content[:_LARGEST])
        words = {name: str(told.get(name) or "") for name in ("detail", "why", "do", "reason")}
    except (ValueError, AttributeError):
        words = dict.fromkeys(("detail", "why", "do", "reason"), "")
    what = words["detail"] or f"The laboratory answered {answer.status_code}."
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return NotAuthenticated(what, why=words["why"], do=words["do"])
    if answer.status_code >= 500 or answer.status_code in (httpx.codes.OK, httpx.codes.PRECONDITION_FAILED):
        return Unavailable(
            what, why=words["why"], do=words["do"] or "Send the same again, under the same key."
        )
    return NotTaken(words["reason"] or "invalid", what, why=words["why"], do=words["do"])
