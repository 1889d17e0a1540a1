"""The door of the edges: TLS on a port of its own that demands an edge's certificate.

Behind it stand the routes of connector hosts, and nothing else. Who comes in is who the connection's certificate
says, whatever headers say; the record is asked at each request, and connections of an edge that is revoked, or whose
certificate ends, are closed (docs/decisions/0030).
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from titer.app import Platform
from titer.base.errors import TiterError
from titer.record.http import EDGE
from titer.server import problems

log = logging.getLogger("titer.edges")

THREADS = 200
"""An edge keeps two long polls, and each takes a thread."""
PATHS = "/api/connect/"
_LEFT_OUT = frozenset({b"authorization", b"cookie"})
_LOOK_EVERY_S = 2.0
_TOLD_WITHIN_S = 3.0


class EdgeDoor:
    """Serves edges in a thread of its own.

    Args:
        platform: whose edges.
        app: the hub's application.
    """

    def __init__(self, platform: Platform, app: ASGIApp) -> None:
        self._platform = platform
        self._app = app
        self._connections: dict[H11Protocol, tuple[bytes, float]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads: list[threading.Thread] = []
        self._server: uvicorn.Server | None = None
        self._strangers = _Strangers()

    @property
    def started(self) -> bool:
        """Whether it listens."""
        return self._server is not None and self._server.started

    def start(self, listener: socket.socket) -> None:
        """Begin to serve on a listening socket.

        Raises:
            TiterError: if the authority's key or certificate cannot be read.
        """
        with self._platform.record.reading() as session:
            origin = str(self._platform.record.installation(session).id)
        self._platform.edges.authority.make(origin)
        context = self._platform.edges.authority.door()
        context.sslobject_class = self._strangers.watched()
        config = uvicorn.Config(
            self._application,
            http=_connections(self),
            interface="asgi3",
            ws="none",
            log_level="warning",
            access_log=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=3,
            server_header=False,
            proxy_headers=False,
            ssl_context_factory=lambda _config, _default: context,
        )
        self._server = uvicorn.Server(config)
        self._thread("edges", lambda server=self._server: server.run(sockets=[listener]))  # type: ignore[misc]
        self._thread("edges' standing", self._watch)

    def stop(self) -> None:
        """Close every connection and listen no more."""
        self._stop.set()
        if self._server is not None:
            self._server.should_exit = True
        for thread in self._threads:
            thread.join(timeout=6)

    def _thread(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    # --- connections --------------------------------------------------------------------------------------------

    def opened(self, connection: H11Protocol, certificate: bytes) -> None:
        """A connection was opened with a certificate of the authority."""
        with self._lock:
            self._connections[connection] = (certificate, time.monotonic())

    def closed(self, connection: H11Protocol) -> None:
        """A connection is gone."""
        with self._lock:
            self._connections.pop(connection, None)

    def _watch(self) -> None:
        """Close the connections of edges that may not come in any more, as soon as the record says so.

        One that never was good is told why first, and has a moment to hear it.
        """
        record, seen, failing = self._platform.record, -1, False
        good: set[H11Protocol] = set()
        while not self._stop.is_set():
            seen = record.wait_for_commit(seen, _LOOK_EVERY_S)
            with self._lock:
                held = dict(self._connections)
            try:
                here = {certificate for certificate, _ in held.values()}
                refused = {one for one in here if self._platform.edges.refusal(one)}
            except (TiterError, SQLAlchemyError) as error:
                if not failing:
                    log.warning("the standing of the edges cannot be asked: %s", error)
                failing = True
                self._stop.wait(1)
                continue
            failing = False
            now = time.monotonic()
            for connection, (certificate, since) in held.items():
                told = connection in good or now - since > _TOLD_WITHIN_S
                if certificate in refused and told and self._loop is not None:
                    self._loop.call_soon_threadsafe(connection.transport.abort)
            good = {connection for connection, (certificate, _) in held.items() if certificate not in refused}
            self._stop.wait(0.1)

    # --- the application ----------------------------------------------------------------------------------------

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What every connection gets: the routes of connector hosts, in the name of its certificate."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http" or EDGE not in scope:
            raise RuntimeError("a request at the door of the edges without a certificate")
        if not scope["path"].startswith(PATHS):
            answer = problems.problem(
                404,
                "Not found",
                "The door of the edges has no such thing.",
                do="People use the pages, at the hub's own address.",
            )
            await answer(scope, receive, send)
            return
        kept = [(name, value) for name, value in scope["headers"] if name.lower() not in _LEFT_OUT]
        await self._app({**scope, "headers": kept}, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._loop = asyncio.get_running_loop()
        current_default_thread_limiter().total_tokens = THREADS
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _connections(door: EdgeDoor) -> type[H11Protocol]:
    """The class of the door's connections: each knows the certificate that it was opened with."""

    class EdgeConnection(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
            certificate = tls.getpeercert(binary_form=True) if tls is not None else None
            if certificate is None:
                transport.abort()
                return
            self.app = _known_by(certificate, self.app)
            door.opened(self, certificate)

        def connection_lost(self, exc: Exception | None) -> None:
            door.closed(self)
            super().connection_lost(exc)

    return EdgeConnection


def _known_by(certificate: bytes, app: Any) -> Any:
    async def known(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, EDGE: certificate}, receive, send)

    return known


class _Strangers:
    """Says who is turned away before a connection is there: once a minute, with their number.

    Anybody who reaches the port can make an attempt, so none is entered into the ledger: entries are for ever.
    """

    def __init__(self) -> None:
        self._said_at = float("-inf")
        self._since = 0

    def watched(self) -> type[ssl.SSLObject]:
        """A class of TLS objects that tells when a certificate is refused."""
        strangers = self

        class Watched(ssl.SSLObject):
            def do_handshake(self) -> None:
                try:
                    super().do_handshake()
                except ssl.SSLWantReadError:
                    raise
                except ssl.SSLError as error:
                    strangers.turned_away(error)
                    raise

        return Watched

    def turned_away(self, error: ssl.SSLError) -> None:
        """A handshake failed."""
        self._since += 1
        if time.monotonic() - self._said_at < 60:
            return
        reason = getattr(error, "verify_message", "") or error.reason or str(error)
        more = f" ({self._since} attempts since it was last said)" if self._since > 1 else ""
        log.warning("the door of the edges turned somebody away: %s%s", reason, more)
        self._said_at, self._since = time.monotonic(), 0
