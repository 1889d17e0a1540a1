"""The processes of one installation: hub and connector host, under a supervisor."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from titer.app import load
from titer.app.config import LOCAL_HOST
from titer.base.errors import Unavailable
from titer.server.supervisor import Supervisor

log = logging.getLogger(__name__)

HUB = "hub"
CONNECT = "connect"
RESTARTED = (HUB, CONNECT)
"""They come back to where they were; the simulated plant has no memory and does not."""


def start_platform(
    supervisor: Supervisor,
    folder: Path,
    *,
    port: int | None = None,
    host: str | None = None,
    tls: tuple[Path, Path] | None = None,
) -> str:
    """Start hub and connector host.

    Args:
        supervisor: starts them.
        folder: of the installation.
        port: instead of the configured one; 0 for any free one.
        host: address to listen on, instead of the configured one.
        tls: certificate and private key, instead of the configured ones.

    Returns:
        The hub's address.

    Raises:
        Unavailable: if the hub does not become ready.
    """
    start_hub(supervisor, folder, port=port, host=host, tls=tls)
    announced = supervisor.children[HUB].announced.split()[1]
    config = load(folder)
    certificate = tls[0] if tls else folder / config.certificate if config.certificate else None
    scheme = "https" if certificate else "http"
    address = f"{scheme}://{host or config.host}:{announced}"
    supervisor.start(
        CONNECT,
        [
            "-m",
            "titer.connect",
            "--hub",
            address,
            "--token-file",
            str(folder / "keys" / f"{LOCAL_HOST}.token"),
            "--dir",
            str(folder / "connect"),
            "--host",
            LOCAL_HOST,
            *(["--key-file", str(folder / config.key_file)] if config.key_file else []),
            *(["--certificate", str(certificate)] if certificate else []),
        ],
    )
    return address


def start_hub(
    supervisor: Supervisor,
    folder: Path,
    *,
    port: int | None = None,
    host: str | None = None,
    tls: tuple[Path, Path] | None = None,
) -> None:
    """Start the hub alone, and wait until it serves."""
    arguments = ["-m", "titer.server.hub", "--dir", str(folder)]
    arguments += ["--port", str(port)] if port is not None else []
    arguments += ["--host", host] if host else []
    arguments += ["--certificate", str(tls[0]), "--key", str(tls[1])] if tls else []
    supervisor.start(HUB, arguments, ready_within=120)


def restart_dead(supervisor: Supervisor) -> list[str]:
    """Start again what ended by itself, each after a second; the hub on the port it had.

    Returns:
        The names of what was started again.

    Raises:
        Unavailable: if the simulated plant ended: what it was doing is gone with it.
    """
    names = []
    for child in supervisor.dead():
        if child.name not in RESTARTED:
            supervisor.end(child.name)
            raise Unavailable(
                f"The process {child.name} ended by itself ({_status(child.process.returncode)}).",
                why="What it was doing is gone with it, so it is not started again. "
                + supervisor.tail(child.name),
                do=f"Look into {supervisor.logs / (child.name + '.log')}, then start anew in another folder.",
            )
        log.warning("%s ended (%s); it is started again", child.name, _status(child.process.returncode))
        arguments = list(child.arguments)
        if child.name == HUB:
            arguments += ["--port", child.announced.split()[1]]
        supervisor.end(child.name)
        time.sleep(1)
        supervisor.start(child.name, arguments, ready_within=120 if child.name == HUB else None)
        names.append(child.name)
    return names


def _status(code: int | None) -> str:
    """How a process ended, in words."""
    return f"killed by signal {-code}" if code is not None and code < 0 else f"exit status {code}"
