"""What comes in is looked at here first, before any route: addresses, sizes, and JSON.

It is plain ASGI: a body that is too large is refused while it arrives, whether it announces its length or not, and
nothing of it is kept. Whoever is not known sends little, and JSON is looked at beside the loop that serves all.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from titer.base import strict_json
from titer.base.errors import Invalid, TooLarge
from titer.base.files import LARGEST_FILE
from titer.server import problems

LARGEST_JSON = 4 * 1024 * 1024
"""Bytes of a body of JSON. A recipe or a method is a hundredth of it."""
LARGEST_BODY = LARGEST_FILE
"""Bytes of frames or of a file; also of JSON for a route that takes a document of 50 MB as base64."""
LARGEST_UNKNOWN = 256 * 1024
"""Bytes of a body from somebody who bears neither a session nor a token: a log-in is a thousandth of it."""
_CONTROL = frozenset(range(32)) - {9, 10, 13}
_AT_ONCE = 16 * 1024
_BODIED = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Intake:
    """Looks at requests.

    Args:
        app: what they are for.
        documents: whether the route at (method, path) takes a document inside JSON.
        known: whether whoever asks bears a session or a token that is good.
    """

    def __init__(
        self, app: ASGIApp, documents: Callable[[Scope], bool], known: Callable[[Request], bool]
    ) -> None:
        self.app = app
        self.documents = documents
        self.known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is well-formed; answer the rest with a problem document."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            _check_address(scope)
            body = await self._body(scope, receive)
        except Invalid as error:
            status = 413 if isinstance(error, TooLarge) else 422
            answer = problems.problem(
                status, error.title, error.what, why=error.why, do=error.do, where=error.where
            )
            if status == 413:
                answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        await self.app(scope, receive if body is None else _replay(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body, read and looked at; None where there can be none."""
        headers = {name.lower(): value for name, value in scope["headers"]}
        announced = headers.get(b"content-length", b"0")
        if scope["method"] not in _BODIED:
            if announced != b"0" or b"transfer-encoding" in headers:
                await self._read(receive, LARGEST_JSON)
            return None
        kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        json = kind == b"application/json" or kind.endswith(b"+json")
        if not announced.isdigit():
            raise Invalid("The header Content-Length is no number.", where="header.content-length")
        in_pieces = b"transfer-encoding" in headers
        may_be_larger = in_pieces or int(announced) > LARGEST_JSON
        # Which routes take documents is asked for large bodies alone: the first answer takes a second.
        limit = LARGEST_JSON if json and not (may_be_larger and self.documents(scope)) else LARGEST_BODY
        if int(announced) > limit:
            raise _too_large(limit)
        large = int(announced) > LARGEST_UNKNOWN
        if large or in_pieces:
            known = await run_in_threadpool(self.known, Request(scope))
            limit = limit if known else LARGEST_UNKNOWN
        if int(announced) > limit:
            raise _too_large(limit)
        body = await self._read(receive, limit)
        if json and body:
            if len(body) > _AT_ONCE:
                await run_in_threadpool(strict_json.check, body)
            else:
                strict_json.check(body)
        return body

    @staticmethod
    async def _read(receive: Receive, limit: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise _too_large(limit)
            parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"A request like this may have {limit:,} bytes at the most.",
        where="body",
        do="Send less at once, or a file by the route that takes files.",
    )


def _check_address(scope: Scope) -> None:
    for name in ("raw_path", "query_string"):
        data = unquote_to_bytes(scope.get(name) or b"")
        where = "path" if name == "raw_path" else "query"
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Invalid("The address is not UTF-8.", where=where) from error
        if any(ord(letter) in _CONTROL for letter in text):
            raise Invalid("The address holds a control character.", where=where)
        if where == "path" and any(letter in text for letter in "\r\n\t"):
            raise Invalid("The address holds a control character.", where=where)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand the body on once, then wait for the end of the connection as before."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
