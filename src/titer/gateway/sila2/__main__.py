"""`python -m titer.gateway.sila2`: the SiLA 2 server's process.

It leaves when its parent's pipe closes (`--parent-fd`), on SIGTERM and on SIGINT. While its port is taken it tries
again, so the hub beside it is never kept from working. Exit status: 0 left as asked, 2 could not start.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from pathlib import Path

from titer.base import vault
from titer.base.errors import TiterError, Unavailable
from titer.base.leaving import run_until_asked
from titer.connect.core.supervise import Once
from titer.gateway.sila2.certificate import Own
from titer.gateway.sila2.files import OWN_CERTIFICATE, OWN_KEY
from titer.gateway.sila2.settings import SilaServerSettings

log = logging.getLogger("titer.sila")
_AGAIN_S = 5.0


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run the server."""
    parser = argparse.ArgumentParser(prog="titer.gateway.sila2", description="Titer SiLA 2 server")
    parser.add_argument("--hub", required=True, help="address of the hub, e.g. http://127.0.0.1:8400")
    parser.add_argument("--certificate", type=Path, help="certificate that an HTTPS hub is trusted by")
    parser.add_argument("--key-file", type=Path, help="file of the key that opens sealed files")
    parser.add_argument("--dir", required=True, type=Path, help="folder of the server's certificate")
    parser.add_argument("--settings", default="{}", help="the section sila of titer.yaml, as JSON")
    parser.add_argument("--parent-fd", type=int, help="read end of a pipe; the server leaves when it closes")
    parser.add_argument("--ready-fd", type=int, help="write end of a pipe that is told the port")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.ERROR, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    logging.getLogger("titer").setLevel(logging.INFO)
    logging.getLogger("sila").setLevel(logging.CRITICAL)
    if options.key_file is not None:
        os.environ.setdefault(vault.FILE_ENVIRONMENT, str(options.key_file))
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

    once = Once(log, "server")
    hub = Hub(options.hub, patience_s=settings.patience_s, certificate=options.certificate)
    try:
        while True:
            server = LaboratoryServer(settings, own, hub)
            try:
                port = await server.open()
            except Unavailable as error:
                once.fault(error)
                await asyncio.sleep(_AGAIN_S)
                continue
            break
        once.well()
        log.info("listens on %s:%d", settings.host, port)
        if options.ready_fd is not None:
            os.write(options.ready_fd, f"ready {port}\n".encode())
            os.close(options.ready_fd)
        try:
            await asyncio.Event().wait()
        finally:
            await server.close()
    finally:
        await hub.close()


if __name__ == "__main__":
    sys.exit(main())
