"""The processes of one installation: hub, connector host, OPC UA server and SiLA server, under a supervisor."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from titer.app import load
from titer.app.config import LOCAL_HOST
from titer.cli.options import err, out
from titer.cli.restarting import CONNECT, FIRST_READY_S, HUB, OPCUA, SILA, Restarts
from titer.server.supervisor import Supervisor


def start_platform(
    supervisor: Supervisor,
    folder: Path,
    *,
    port: int | None = None,
    host: str | None = None,
    tls: tuple[Path, Path] | None = None,
) -> str:
    """Start hub and connector host, and the OPC UA and SiLA servers where there are such.

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
    if config.opcua is not None:
        start_opcua(supervisor, folder, address, certificate=certificate)
    if config.sila is not None:
        start_sila(supervisor, folder, address, certificate=certificate)
    return address


def start_opcua(
    supervisor: Supervisor, folder: Path, address: str, *, certificate: Path | None = None
) -> None:
    """Start the OPC UA server of an installation that has one; it waits for the hub, and for its port, by itself.

    Args:
        supervisor: starts it.
        folder: of the installation.
        address: of the hub.
        certificate: that an HTTPS hub is trusted by, instead of the configured one.

    Raises:
        Invalid: if its settings cannot be.
    """
    from titer.gateway.opcua import files
    from titer.gateway.opcua.settings import ServerSettings

    config = load(folder)
    given = config.opcua or {}
    ServerSettings.read(given)
    if certificate is None and config.certificate:
        certificate = folder / config.certificate
    arguments = ["-m", "titer.gateway.opcua", "--hub", address, "--dir", str(folder / files.FOLDER)]
    arguments += ["--token-file", str(folder / "keys" / files.TOKEN), "--settings", json.dumps(given)]
    arguments += ["--key-file", str(folder / config.key_file)] if config.key_file else []
    arguments += ["--certificate", str(certificate)] if certificate else []
    supervisor.start(OPCUA, arguments)


def start_sila(
    supervisor: Supervisor, folder: Path, address: str, *, certificate: Path | None = None
) -> None:
    """Start the SiLA 2 server of an installation that has one; it waits for its port by itself.

    Args:
        supervisor: starts it.
        folder: of the installation.
        address: of the hub.
        certificate: that an HTTPS hub is trusted by, instead of the configured one.

    Raises:
        Invalid: if its settings cannot be.
    """
    from titer.gateway.sila2 import files
    from titer.gateway.sila2.settings import SilaServerSettings

    config = load(folder)
    given = config.sila or {}
    SilaServerSettings.read(given)
    if certificate is None and config.certificate:
        certificate = folder / config.certificate
    arguments = ["-m", "titer.gateway.sila2", "--hub", address, "--dir", str(folder / files.FOLDER)]
    arguments += ["--settings", json.dumps(given)]
    arguments += ["--key-file", str(folder / config.key_file)] if config.key_file else []
    arguments += ["--certificate", str(certificate)] if certificate else []
    supervisor.start(SILA, arguments)


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
    supervisor.start(HUB, arguments, ready_within=FIRST_READY_S)


def serve_alone(
    what: str, name: str, start: Callable[[Supervisor, Path, str], None], folder: Path, hub: str | None
) -> None:
    """Run one server until Ctrl+C, beside a hub that runs already without it.

    Args:
        what: it speaks, for people.
        name: of the process, and of its log.
        start: starts it.
        folder: of the installation.
        hub: its address; that of the installation if left out.
    """
    config = load(folder)
    scheme = "https" if config.certificate else "http"
    supervisor = Supervisor(folder / "logs")
    try:
        start(supervisor, folder, hub or f"{scheme}://{config.host}:{config.port}")
        out.print(
            f"The {what} server runs; see {folder / 'logs' / name}.log  (Ctrl+C ends it)", soft_wrap=True
        )
        restarts = Restarts(supervisor, warn=lambda words: err.print(words, markup=False, soft_wrap=True))
        while True:
            time.sleep(0.5)
            for restarted in restarts.step():
                err.print(f"{restarted} had ended and was started again", soft_wrap=True)
    except KeyboardInterrupt:
        out.print("Stopping.")
    finally:
        supervisor.end_all()
