"""`python -m titer.sim --dir DIR`: start the plant, say when it is ready, run until asked to leave."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from pathlib import Path

from titer.base.errors import TiterError, Unavailable
from titer.base.leaving import Stop, stopping
from titer.sim.bench import bench_app
from titer.sim.process import say_ready, write_json
from titer.sim.supervisor import Plant, Settings


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="titer.sim", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="folder for everything that the plant writes")
    parser.add_argument(
        "--port-base", type=int, default=0, help="HTTP port; cables on the next three; 0: free ports"
    )
    parser.add_argument("--seed", type=int, default=1, help="reproduces cells, media, pumps and sensors")
    parser.add_argument(
        "--rate", type=float, default=5000.0, help="plant seconds per second of a grant without a rate"
    )
    parser.add_argument(
        "--idle-rate", type=float, default=1.0, help="plant seconds per second when nobody grants"
    )
    parser.add_argument("--patience", type=float, default=0.5, help="wall seconds per measurement at most")
    parser.add_argument(
        "--ready-fd", type=int, help="gets one JSON line, the endpoints, once the plant is ready"
    )
    parser.add_argument("--parent-fd", type=int, help="the plant leaves when this pipe closes")
    return parser.parse_args()


def _listen(port: int) -> socket.socket:
    """A listening socket on the loopback interface.

    Raises:
        Unavailable: the port is taken.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(128)  # whoever reads the ready line may connect at once, before the loop accepts
    except OSError as error:
        listening.close()
        raise Unavailable(
            f"Port {port} for the plant's HTTP service is taken.",
            why=str(error),
            do="Choose another --port-base, or 0 for free ports.",
        ) from error
    return listening


async def _serve(settings: Settings, stop: Stop, ready_fd: int | None) -> None:
    import uvicorn

    listening = _listen(settings.port_base)
    plant = Plant(settings)
    server = uvicorn.Server(
        uvicorn.Config(bench_app(plant), log_level="warning", lifespan="off", access_log=False)
    )
    try:
        starting = asyncio.create_task(plant.start())
        leaving = asyncio.create_task(stop.wait())
        await asyncio.wait((starting, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            leaving.cancel()
            return
        leaving.cancel()
        starting.result()
        plant.http_port = int(listening.getsockname()[1])
        serving = asyncio.create_task(server._serve([listening]))  # serve() itself would take the signals
        try:
            endpoints = plant.endpoints()
            write_json(settings.folder / "endpoints.json", endpoints)
            say_ready(ready_fd, endpoints)
            await stop.wait()
        finally:
            server.should_exit = True
            await serving
    finally:
        await plant.stop()
        listening.close()


def main() -> None:
    """Run the plant."""
    args = _arguments()
    settings = Settings(
        folder=args.dir.resolve(),
        port_base=args.port_base,
        seed=args.seed,
        rate=args.rate,
        idle_rate=args.idle_rate,
        patience_s=args.patience,
    )

    async def run() -> None:
        async with stopping(args.parent_fd) as stop:
            await _serve(settings, stop, args.ready_fd)

    try:
        asyncio.run(run())
    except TiterError as error:
        print(f"titer.sim: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
