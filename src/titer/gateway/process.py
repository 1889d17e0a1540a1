"""What the processes of the gateways share: their command line, their log, and how they come to listen."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from titer.base import vault
from titer.base.errors import Unavailable
from titer.connect.core.supervise import Once

_AGAIN_S = 5.0


class Listens(Protocol):
    """A server that can be opened."""

    async def open(self) -> int:
        """Listen; returns the port.

        Raises:
            Unavailable: while the port is taken.
        """


Server = TypeVar("Server", bound=Listens)


def command_line(prog: str, what: str, section: str) -> argparse.ArgumentParser:
    """The options that every gateway's process has.

    Args:
        prog: the module.
        what: it is, for people.
        section: of titer.yaml that its settings stand in.
    """
    parser = argparse.ArgumentParser(prog=prog, description=what)
    parser.add_argument("--hub", required=True, help="address of the hub, e.g. http://127.0.0.1:8400")
    parser.add_argument("--certificate", type=Path, help="certificate that an HTTPS hub is trusted by")
    parser.add_argument("--key-file", type=Path, help="file of the key that opens sealed files")
    parser.add_argument("--dir", required=True, type=Path, help="folder of certificates")
    parser.add_argument("--settings", default="{}", help=f"the section {section} of titer.yaml, as JSON")
    parser.add_argument("--parent-fd", type=int, help="read end of a pipe; the server leaves when it closes")
    parser.add_argument("--ready-fd", type=int, help="write end of a pipe that is told the port")
    return parser


def prepare(options: argparse.Namespace, library: str) -> None:
    """Log on standard error, a protocol's library only when it breaks, and say where the key lies."""
    logging.basicConfig(
        level=logging.ERROR, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    logging.getLogger("titer").setLevel(logging.INFO)
    logging.getLogger(library).setLevel(logging.CRITICAL)
    if options.key_file is not None:
        os.environ.setdefault(vault.FILE_ENVIRONMENT, str(options.key_file))


async def opened(make: Callable[[], Server], log: logging.Logger, ready_fd: int | None) -> tuple[Server, int]:
    """A server that listens, and its port; while the port is taken it is tried again.

    Args:
        make: a server that was not opened yet.
        log: says once that it has to wait.
        ready_fd: is told the port, and closed.
    """
    once = Once(log, "server")
    while True:
        server = make()
        try:
            port = await server.open()
        except Unavailable as error:
            once.fault(error)
            await asyncio.sleep(_AGAIN_S)
            continue
        break
    once.well()
    if ready_fd is not None:
        os.write(ready_fd, f"ready {port}\n".encode())
        os.close(ready_fd)
    return server, port
