"""`python -m titer.gateway.opcua`: the OPC UA server's process.

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
from titer.base.clock import SystemClock
from titer.base.errors import TiterError, Unavailable
from titer.base.leaving import run_until_asked
from titer.connect.core.supervise import Once
from titer.connect.opcua.own import Own
from titer.gateway.opcua.certificates import TrustList
from titer.gateway.opcua.files import OWN_CERTIFICATE, OWN_KEY
from titer.gateway.opcua.settings import ServerSettings

log = logging.getLogger("titer.opcua")
_AGAIN_S = 5.0


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run the server."""
    parser = argparse.ArgumentParser(prog="titer.gateway.opcua", description="Titer OPC UA server")
    parser.add_argument("--hub", required=True, help="address of the hub, e.g. http://127.0.0.1:8400")
    parser.add_argument(
        "--token-file", required=True, type=Path, help="file that holds a token with the scope state"
    )
    parser.add_argument("--certificate", type=Path, help="certificate that an HTTPS hub is trusted by")
    parser.add_argument("--key-file", type=Path, help="file of the key that opens sealed files")
    parser.add_argument("--dir", required=True, type=Path, help="folder of certificates")
    parser.add_argument("--settings", default="{}", help="the section opcua of titer.yaml, as JSON")
    parser.add_argument("--parent-fd", type=int, help="read end of a pipe; the server leaves when it closes")
    parser.add_argument("--ready-fd", type=int, help="write end of a pipe that is told the port")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.ERROR, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    logging.getLogger("titer").setLevel(logging.INFO)
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    if options.key_file is not None:
        os.environ.setdefault(vault.FILE_ENVIRONMENT, str(options.key_file))
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

    clock, once = SystemClock(), Once(log, "server")
    trust = TrustList(options.dir)
    trust.make()
    uri = application_uris(read(own.certificate, OWN_CERTIFICATE))[0]
    hub = Hub(options.hub, token, certificate=options.certificate)
    try:
        while True:
            server = StateServer(settings, own, uri, trust, hub, clock)
            try:
                port = await server.open()
            except Unavailable as error:
                once.fault(error)
                await asyncio.sleep(_AGAIN_S)
                continue
            break
        once.well()
        log.info("listens on %s:%d as %s", settings.host, port, uri)
        if options.ready_fd is not None:
            os.write(options.ready_fd, f"ready {port}\n".encode())
            os.close(options.ready_fd)
        try:
            await server.serve()
        finally:
            await server.close()
    finally:
        await hub.close()


if __name__ == "__main__":
    sys.exit(main())
