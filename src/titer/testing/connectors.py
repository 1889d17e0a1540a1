"""What every connector must pass, ours and third parties': the means, and the verdict.

The verdict is one sentence: *every source value is stored exactly once or lies inside an explicit gap.*
The means are a cable that can be cut, a hub that can go away, and a source's own account of what it made.

Example:
    >>> hub = FakeHub()
    >>> hub.connections = [{"name": "br-201", "type": "opcua", "settings": {}, "channels": []}]
    >>> hub.start()  # doctest: +SKIP
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import math
import os
import random
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

from titer.base.errors import Unavailable
from titer.connect import Frame, split


@dataclass(slots=True)
class Account:
    """What became of a source's values.

    Attributes:
        made: values that the source made.
        stored: of these, stored exactly once.
        in_gaps: of these, not stored and inside a gap that was never filled.
        lost: (tag, source time, value) that is neither: lost in silence.
        doubled: stored more than once.
        backfilled: rows that came from the source's history.
        unknown: rows that the source never made.
    """

    made: int = 0
    stored: int = 0
    in_gaps: int = 0
    lost: list[tuple[str, int, str]] = field(default_factory=list)
    doubled: list[tuple[str, int, str]] = field(default_factory=list)
    backfilled: int = 0
    unknown: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Every source value is stored exactly once or lies inside an explicit gap."""
        return not self.lost and not self.doubled and not self.unknown

    def __str__(self) -> str:
        return (
            f"{self.made} made, {self.stored} stored once ({self.backfilled} from history), "
            f"{self.in_gaps} in gaps, {len(self.lost)} lost {self.lost[:5]}, "
            f"{len(self.doubled)} doubled {self.doubled[:5]}, {len(self.unknown)} unknown {self.unknown[:5]}"
        )


def account(made: Iterable[tuple[str, int, float | str]], frames: Iterable[Frame]) -> Account:
    """Compare what a source made with what was stored.

    Args:
        made: (tag, source time in us, value) of each value, in any order.
        frames: everything that was stored, each frame once.
    """
    stored: dict[tuple[str, int, str], int] = {}
    windows: dict[str, list[tuple[int, int]]] = {}
    result = Account()
    for frame in frames:
        for row in range(frame.rows):
            value = frame.text.get(row, float(frame.value[row]))
            mark = (frame.channels[int(frame.channel[row])], int(frame.source_us[row]), _text(value))
            stored[mark] = stored.get(mark, 0) + 1
            result.backfilled += int(frame.origin[row]) == 2
        for event in frame.events:
            if event["kind"] == "gap_unrecoverable":
                for tag, (start, end) in event["windows"].items():
                    windows.setdefault(tag, []).append((start, end))
    truth = {(tag, source, _text(value)) for tag, source, value in made}
    result.made = len(truth)
    for mark in truth:
        count = stored.get(mark, 0)
        if count == 1:
            result.stored += 1
        elif count > 1:
            result.doubled.append(mark)
        elif any(start < mark[1] < end for start, end in windows.get(mark[0], ())):
            result.in_gaps += 1
        else:
            result.lost.append(mark)
    result.unknown = sorted(stored.keys() - truth)
    return result


def _text(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return "nan" if math.isnan(value) else repr(float(value))


def patience() -> float:
    """How many times longer something takes here than on a quiet machine: processes that wait, for each core.

    It stretches how long a test waits for something to happen, never what must be true once it did.
    """
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def quiet_port() -> int:
    """A free port of this machine that no outgoing connection takes by chance.

    A port of the ephemeral range may be taken while its server is away: by any other connection of the machine, and
    even by a client that keeps trying to reach it, which TCP then connects to itself.
    """
    chosen = random.SystemRandom()
    for _ in range(200):
        port = chosen.randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Unavailable("No port between 15000 and 32000 is free.")


class Cable:
    """A TCP proxy that can be cut: the cable between connector and device.

    Args:
        port: the device's port on this machine.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._connected = True
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.port = 0

    async def plug_in(self) -> int:
        """Start forwarding; returns the port to connect to."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._connected = True
        return self.port

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._connected = False
        for writer in list(self._writers):
            writer.transport.abort()

    def restore(self) -> None:
        """Let connections through again."""
        self._connected = True

    def freeze(self) -> None:
        """Let nothing through, and break nothing: the other end seems to be there, and says no word."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Let what was held back through."""
        self._flowing.set()

    async def close(self) -> None:
        """Take the cable away."""
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._connected:
            writer.transport.abort()
            return
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, there_writer}
        for source, sink in ((reader, there_writer), (there_reader, writer)):
            task = asyncio.create_task(self._forward(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await source.read(65536):
                await self._flowing.wait()
                sink.write(data)
                await sink.drain()
        sink.transport.abort()
        self._writers.discard(sink)


class FakeHub:
    """A hub that is none: it speaks the connector host's protocol and keeps everything in memory.

    Intake, receipts and documents are idempotent as the protocol asks. `stop` and `start` make it go away and
    come back with its memory; `forget_answers` makes it store and then fail to say so, as a hub does that is
    killed between the two; `refuses` names files whose notices are refused for good, with the reason.
    """

    def __init__(self, token: str = "a connector token") -> None:  # noqa: S107 - of a fake
        self.token = token
        self.connections: list[dict[str, Any]] = []
        self.frames: dict[tuple[str, int, int], bytes] = {}
        self.deliveries = 0
        self.content: dict[str, bytes] = {}
        self.media_types: dict[str, str] = {}
        self.documents: dict[str, dict[str, Any]] = {}
        self.commands: dict[str, dict[str, Any]] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.questions: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.statuses: dict[str, dict[str, Any]] = {}
        self.states: list[tuple[str, str]] = []
        self.forget_answers = 0
        self.refuses: dict[str, str] = {}
        self.port = quiet_port()
        self._decoded: dict[tuple[str, int, int], Frame] = {}
        self._lock = threading.Lock()
        self._news = threading.Condition(self._lock)
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        hub = self

        class Handler(_Handler):
            def answer(self, method: str) -> tuple[int, Any]:
                return hub._answer(method, self)

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Go away."""
        if self._server is None or self._thread is None:
            return
        with self._news:
            server, self._server = self._server, None
            self._news.notify_all()
        server.shutdown()
        server.server_close()
        self._thread.join()

    def decoded(self, connection: str) -> list[Frame]:
        """Every frame of a connection, each once, in order."""
        with self._lock:
            held = {key: self.frames[key] for key in sorted(self.frames) if key[0] == connection}
        for key, data in held.items():
            if key not in self._decoded:
                self._decoded[key] = Frame.decode(data)
        return [self._decoded[key] for key in held]

    def command(self, **body: Any) -> None:
        """Offer a command to its host until its receipt comes."""
        with self._news:
            self.commands[body["key"]] = body
            self._news.notify_all()

    def ask(self, **body: Any) -> None:
        """Ask its host something until the answer comes."""
        with self._news:
            self.questions[body["id"]] = body
            self._news.notify_all()

    def _answer(self, method: str, request: _Handler) -> tuple[int, Any]:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"detail": "no such token"}
        address = urlparse(request.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        path = address.path.removeprefix("/api/connect")
        if method == "GET" and path.startswith("/hosts/"):
            return 200, self.connections
        if method == "GET" and path == "/commands":
            return 200, self._waiting_commands(float(query.get("wait", 0)))
        if method == "GET" and path == "/questions":
            return 200, self._waiting_questions(float(query.get("wait", 0)))
        with self._lock:
            code, body = self._store(path, query, request.body)
            if self.forget_answers and path in ("/intake", "/documents"):
                self.forget_answers -= 1
                return 503, {"detail": "killed after storing"}
            return code, body

    def _waiting_commands(self, wait: float) -> list[dict[str, Any]]:
        with self._news:

            def open_ones() -> list[dict[str, Any]]:
                return [body for key, body in self.commands.items() if key not in self.receipts]

            self._news.wait_for(lambda: bool(open_ones()) or self._server is None, timeout=wait)
            return open_ones()

    def _waiting_questions(self, wait: float) -> list[dict[str, Any]]:
        with self._news:

            def open_ones() -> list[dict[str, Any]]:
                return [body for key, body in self.questions.items() if key not in self.answers]

            self._news.wait_for(lambda: bool(open_ones()) or self._server is None, timeout=wait)
            return open_ones()

    def _store(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        if path == "/intake":
            self.deliveries += 1
            epoch = last = 0
            for data in split(body):
                frame = Frame.decode(data)
                if frame.connection != query["connection"]:
                    return 422, {"detail": "a frame of another connection"}
                self.frames.setdefault((frame.connection, frame.epoch, frame.last), data)
                epoch, last = frame.epoch, frame.last
            return 200, {"epoch": epoch, "acknowledged": last}
        if path == "/content":
            digest = hashlib.sha256(body).hexdigest()
            self.content[digest] = body
            self.media_types[digest] = query.get("media_type", "")
            return 200, {"digest": digest}
        said = json.loads(body)
        if path == "/documents":
            if said["digest"] not in self.content:
                return 422, {"detail": "no such content"}
            if said["file_name"] in self.refuses:
                return 422, {"detail": self.refuses[said["file_name"]]}
            self.documents.setdefault(said["key"], said)
        elif path == "/receipts":
            self.receipts.setdefault(said["key"], said)
        elif path == "/answers":
            self.answers.setdefault(said["id"], said)
        elif path == "/status":
            self.statuses[said["connection"]] = said
            self.states.append((said["connection"], said["state"]))
        else:
            return 404, {"detail": path}
        return 200, {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body = b""

    def answer(self, method: str) -> tuple[int, Any]:
        raise NotImplementedError

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests read what was stored."""

    def _serve(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        code, body = self.answer(self.command)
        data = json.dumps(body).encode()
        with contextlib.suppress(OSError):
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = _serve
