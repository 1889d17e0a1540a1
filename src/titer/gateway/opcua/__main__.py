"""`python -m titer.gateway.opcua`: the OPC UA server's process.

It leaves when its parent's pipe closes (`--parent-fd`), on SIGTERM and on SIGINT. While its port is taken it tries
again, so the hub beside it is never kept from working. Exit status: 0 left as asked, 2 could not start.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from titer.base import vault
from titer.base.clock import SystemClock
from titer.base.errors import TiterError
from titer.base.leaving import run_until_asked
from titer.connect.opcua.own import Own
from titer.gateway import process
from titer.gateway.opcua.certificates import TrustList
from titer.gateway.opcua.files import OWN_CERTIFICATE, OWN_KEY
from titer.gateway.opcua.settings import ServerSettings

log = logging.getLogger("titer.opcua")


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run the server."""
    parser = process.command_line("titer.gateway.opcua", "Titer OPC UA server", "opcua")
    parser.add_argument(
        "--token-file", required=True, type=Path, help="file that holds a token with the scope state"
    )
    options = parser.parse_args(arguments)
    process.prepare(options, "asyncua")
    try:
        token = vault.read_file(options.token_file).decode("utf-8").strip()
        own = Own((options.dir / OWN_CERTIFICATE).read_bytes(), vault.read_file(options.dir / OWN_KEY))
        settings = ServerSettings.read(json.loads(options.settings))
    except (TiterError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be read: {error.strerror}. Run: titer opcua setup\n")
        return 2
    asyncio.run(run_until_asked(_serve(options, token, own, settings), options.parent_fd))
    return 0


async def _serve(options: argparse.Namespace, token: str, own: Own, settings: ServerSettings) -> None:
    from titer.connect.opcua.trust import application_uris, read
    from titer.gateway.opcua.hub import Hub
    from titer.gateway.opcua.server import StateServer

    clock, trust = SystemClock(), TrustList(options.dir)
    trust.make()
    uri = application_uris(read(own.certificate, OWN_CERTIFICATE))[0]
    hub = Hub(options.hub, token, certificate=options.certificate)
    try:
        server, port = await process.opened(
            lambda: StateServer(settings, own, uri, trust, hub, clock), log, options.ready_fd
        )
        log.info("listens on %s:%d as %s", settings.host, port, uri)
        try:
            await server.serve()
        finally:
            await server.close()
    finally:
        await hub.close()


if __name__ == "__main__":
    sys.exit(main())
