"""`python -m titer.gateway.sila2`: the SiLA 2 server's process.

It leaves when its parent's pipe closes (`--parent-fd`), on SIGTERM and on SIGINT. While its port is taken it tries
again, so the hub beside it is never kept from working. Exit status: 0 left as asked, 2 could not start.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys

from titer.base import vault
from titer.base.errors import TiterError
from titer.base.leaving import run_until_asked
from titer.gateway import process
from titer.gateway.sila2.certificate import Own
from titer.gateway.sila2.files import OWN_CERTIFICATE, OWN_KEY
from titer.gateway.sila2.settings import SilaServerSettings

log = logging.getLogger("titer.sila")


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run the server."""
    options = process.command_line("titer.gateway.sila2", "Titer SiLA 2 server", "sila").parse_args(arguments)
    process.prepare(options, "sila")
    try:
        settings = SilaServerSettings.read(json.loads(options.settings))
        own = None
        if not settings.unencrypted:
            certificate = (options.dir / OWN_CERTIFICATE).read_bytes()
            own = Own(certificate, vault.read_file(options.dir / OWN_KEY))
    except (TiterError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be read: {error.strerror}. Run: titer sila setup\n")
        return 2
    asyncio.run(run_until_asked(_serve(options, own, settings), options.parent_fd))
    return 0


async def _serve(options: argparse.Namespace, own: Own | None, settings: SilaServerSettings) -> None:
    from titer.gateway.sila2.hub import Hub
    from titer.gateway.sila2.server import LaboratoryServer

    hub = Hub(options.hub, patience_s=settings.patience_s, certificate=options.certificate)
    try:
        server, port = await process.opened(
            lambda: LaboratoryServer(settings, own, hub), log, options.ready_fd
        )
        log.info("listens on %s:%d", settings.host, port)
        try:
            await asyncio.Event().wait()
        finally:
            await server.close()
    finally:
        await hub.close()


if __name__ == "__main__":
    sys.exit(main())
