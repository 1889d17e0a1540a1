"""The hub process: the ASGI server, and threads for sealer, outbox and every worker; the only writer.

python -m titer.server.hub --dir FOLDER --parent-fd N --ready-fd N
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from titer.app import Platform, open_platform
from titer.base.errors import TiterError, Unavailable
from titer.record import Worker
from titer.record.edges import EdgeSettings
from titer.server import events
from titer.server.app import clock_state, create_app
from titer.server.edge_door import EdgeDoor

log = logging.getLogger("titer.hub")

_BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0, 15.0)


class Hub:
    """Runs one platform: its server and its threads.

    Args:
        platform: wired, with the installation's lock.
        tls: files of certificate and private key; HTTP without.
    """

    def __init__(self, platform: Platform, tls: tuple[Path, Path] | None = None) -> None:
        self.platform = platform
        self._tls = tls
        self.app = create_app(platform)
        self.failing: dict[str, str] = self.app.state.failing_workers
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._server: uvicorn.Server | None = None
        self.edge_door = EdgeDoor(platform, self.app)

    def start_threads(self) -> None:
        """Start sealer, outbox, the pages' beat and the workers."""
        self._thread("sealer", self._seal)
        self._thread("outbox", self._deliver)
        self._thread("beat", self._beat)
        for worker in self.platform.workers:
            self._thread(worker.name, partial(self._work, worker))
        if self.platform.plant_clock:
            self.platform.plant_clock.start()

    def serve(
        self, listener: socket.socket, ready: Callable[[], None], edges: socket.socket | None = None
    ) -> None:
        """Serve until told to stop.

        Args:
            listener: where people and hosts come.
            ready: called when it begins.
            edges: where edges come, if they may.
        """
        config = uvicorn.Config(
            self.app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=3,
            server_header=False,
            proxy_headers=False,  # anybody on this machine could say to be another address
            ssl_certfile=str(self._tls[0]) if self._tls else None,
            ssl_keyfile=str(self._tls[1]) if self._tls else None,
        )
        self._server = uvicorn.Server(config)
        self.start_threads()
        if edges is not None:
            self.edge_door.start(edges)
        ready()
        self._server.run(sockets=[listener])
        self.stop()

    def stop(self) -> None:
        """Stop threads and server; what is committed is sealed once more."""
        if self._stop.is_set():
            return
        self._stop.set()
        self.app.state.live.close()
        self.edge_door.stop()
        if self._server:
            self._server.should_exit = True
        for thread in self._threads:
            thread.join(timeout=5)
        try:
            self.platform.sealer.seal()
        except TiterError as error:
            log.error("the last entries could not be sealed: %s", error)
        self.platform.close()

    def _thread(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _seal(self) -> None:
        seen = -1
        while not self._stop.is_set():
            seen = self.platform.record.wait_for_commit(seen, 0.5)
            if not self._try("sealer", self.platform.sealer.seal):
                return
            self._stop.wait(0.1)

    def _deliver(self) -> None:
        while not self._stop.is_set():
            handled = 0

            def deliver() -> None:
                nonlocal handled
                handled = self.platform.outbox.deliver()

            if not self._try("outbox", deliver):
                return
            if not handled:
                self._stop.wait(0.05)

    def _try(self, name: str, step: Callable[[], object]) -> bool:
        """One step of a part that the record depends on; whether it may go on.

        What may pass by itself (a database server that restarts) is logged once and tried again. Anything else stops
        all writing: a ledger that is not sealed any more must not grow in silence.
        """
        record = self.platform.record
        try:
            step()
        except Unavailable as error:
            if record.halted:
                return False
            if name not in self.failing:
                log.warning("%s cannot go on, and tries again: %s", name, error)
            self.failing[name] = str(error)
            self._stop.wait(1.0)
        except Exception as error:
            log.exception("%s failed", name)
            record.halt(f"{name} failed: {error}")
            return False
        else:
            if self.failing.pop(name, None):
                log.warning("%s works again", name)
        return True

    def _beat(self) -> None:
        live, changes = self.app.state.live, events.Changes(self.platform.record)
        while not self._stop.wait(0.5):
            live.beat(clock_state(self.platform))
            try:
                live.changed(changes.since())
            except (TiterError, SQLAlchemyError) as error:
                if "beat" not in self.failing:
                    log.warning("the pages are not told what changes: %s", error)
                self.failing["beat"] = str(error)
            else:
                if self.failing.pop("beat", None):
                    log.warning("the pages are told again what changes")

    def _work(self, worker: Worker) -> None:
        failures = 0
        while not self._stop.is_set():
            if self.platform.record.halted:
                return
            try:
                pause = worker.step()
                if failures:
                    log.warning("%s works again", worker.name)
                    self.failing.pop(worker.name, None)
                failures = 0
            except Exception as error:
                if failures == 0:
                    log.exception("%s failed; it will be tried again", worker.name)
                # Anybody may ask for the state of health, so it says the kind of failure and names no record.
                self.failing[worker.name] = f"Its last try ended with {type(error).__name__}."
                pause = _BACK_OFF[min(failures, len(_BACK_OFF) - 1)]
                failures += 1
            self._stop.wait(max(pause, 0.001))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        TiterError: if the port is taken or the address is none of this machine's.
    """
    from titer.base.errors import Unavailable

    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Unavailable(
            f"Titer cannot listen on {host}:{port}.",
            why=error.strerror or str(error),
            do="Stop the program that uses the port, or choose another with --port or in titer.yaml.",
        ) from error
    listener.listen(128)
    return listener


def leave_with_parent(descriptor: int, leave: Callable[[], None]) -> None:
    """Call `leave` once the other end of the pipe is closed: the supervisor is gone."""

    def watch() -> None:
        while os.read(descriptor, 1024):
            pass
        leave()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def main() -> int:
    """Entry point of the hub process."""
    parser = argparse.ArgumentParser(prog="titer-hub")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--parent-fd", type=int)
    parser.add_argument("--ready-fd", type=int)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("asyncua").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    try:
        tls = _tls(arguments.dir, arguments.certificate, arguments.key)
        platform = open_platform(arguments.dir)
        listener = listen(
            arguments.host or platform.config.host,
            platform.config.port if arguments.port is None else arguments.port,
        )
        door = EdgeSettings.read(platform.config.edge) if platform.config.edge is not None else None
        edges = listen(door.host, door.port) if door is not None else None
    except TiterError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    hub = Hub(platform, tls)
    if arguments.parent_fd is not None:
        leave_with_parent(arguments.parent_fd, lambda: os.kill(os.getpid(), signal.SIGTERM))

    def ready() -> None:
        if arguments.ready_fd is not None:
            port = listener.getsockname()[1]
            threading.Thread(target=_announce, args=(arguments.ready_fd, hub, port), daemon=True).start()

    hub.serve(listener, ready, edges)
    return 0


def _tls(folder: Path, certificate: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    """Certificate and private key, as given or as configured.

    Raises:
        Invalid: if one is there without the other, or they do not belong together.
    """
    import ssl

    from titer.app import load
    from titer.base.errors import Invalid

    config = load(folder)
    if certificate is None and config.certificate is not None:
        certificate = folder / config.certificate
    if key is None and config.private_key is not None:
        key = folder / config.private_key
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise Invalid("HTTPS needs a certificate and its private key.", do="Give --certificate and --key.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(
            f"The certificate {certificate} and the key {key} cannot be used.",
            why=str(error),
            do="Give PEM files that belong together.",
        ) from error
    return certificate, key


def _announce(descriptor: int, hub: Hub, port: int) -> None:
    for _ in range(1000):
        if hub._server is not None and hub._server.started:
            break
        time.sleep(0.01)
    os.write(descriptor, f"ready {port}\n".encode())
    os.close(descriptor)


if __name__ == "__main__":
    raise SystemExit(main())
