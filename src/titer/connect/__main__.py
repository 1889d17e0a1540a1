"""`python -m titer.connect`: the connector host's process.

It leaves when its parent's pipe closes (`--parent-fd`), on SIGTERM and on SIGINT; values that the hub has not
taken stay in the journals. Exit status: 0 left as asked, 2 could not start.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import sys
from pathlib import Path

from titer.base import vault
from titer.base.clock import SystemClock
from titer.base.errors import TiterError
from titer.base.leaving import run_until_asked
from titer.connect.core.children import Processes
from titer.connect.core.host import Host
from titer.connect.core.hub import Hub


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run the host."""
    parser = argparse.ArgumentParser(prog="titer.connect", description="Titer connector host")
    parser.add_argument("--hub", required=True, help="address of the hub, e.g. http://127.0.0.1:8765")
    parser.add_argument(
        "--token-file", required=True, type=Path, help="file that holds the connector token, sealed or plain"
    )
    parser.add_argument("--certificate", type=Path, help="certificate that an HTTPS hub is trusted by")
    parser.add_argument("--key-file", type=Path, help="file of the key that opens sealed files")
    parser.add_argument("--dir", required=True, type=Path, help="folder for the journals")
    parser.add_argument("--host", required=True, help="name of this host")
    parser.add_argument("--parent-fd", type=int, help="read end of a pipe; the host leaves when it closes")
    parser.add_argument("--log-level", default="INFO")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.ERROR, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    logging.getLogger("titer").setLevel(options.log_level)
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    if options.key_file is not None:
        os.environ.setdefault(vault.FILE_ENVIRONMENT, str(options.key_file))
    try:
        token = vault.read_file(options.token_file).decode("utf-8").strip()
    except TiterError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"The token file cannot be read: {error}. Give `--token-file` a readable file.\n")
        return 2
    if not token:
        sys.stderr.write(f"{options.token_file} is empty. Write the connector token into it.\n")
        return 2
    asyncio.run(run_until_asked(_serve(options, token), options.parent_fd))
    return 0


async def _serve(options: argparse.Namespace, token: str) -> None:
    hub = Hub(options.hub, token, options.host, certificate=options.certificate)
    try:
        place = Processes(log_level=options.log_level)
        chance = random.SystemRandom().random
        await Host(hub, options.dir, SystemClock(), place, explorer=place, chance=chance).run()
    finally:
        await hub.close()


if __name__ == "__main__":
    sys.exit(main())
