"""What a value of an OPC UA server costs, from the socket to the durable historian, beside the stock handler.

`make bench ONLY=opcua`. A server of asyncua makes 10,000 values a second (1,000 channels, ten times a second). First
asyncua's own client listens with a handler that only counts; then a connection records the same channels: connector
host and hub are whole processes, and all that they do is counted, idle work and the journal too. What is measured is
CPU time of the processes, so that it says something on a busy machine too; a value counts when the hub has
acknowledged it, which it does when the value is on its disk. TITER_BENCH_SECONDS, TITER_BENCH_CHANNELS and
TITER_BENCH_HERTZ change the run.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from titer.app import Config, create_installation, open_platform
from titer.cli.processes import start_platform
from titer.cli.restarting import CONNECT, HUB
from titer.record import Actor
from titer.server.supervisor import Supervisor
from titer.testing.connectors import patience, quiet_port

HERE = Path(__file__).parent
URI = "urn:titer:bench:plant"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu(process: int) -> float:
    """CPU seconds of a process so far and of all that it started: a connection runs in a process of its own."""
    used: dict[int, float] = {}
    of: dict[int, list[int]] = {}
    for one in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = one.read_text().rpartition(")")[2].split()
        except (
            FileNotFoundError,
            ProcessLookupError,
        ):  # It ended while we looked; its parent has its seconds.
            continue
        used[number := int(one.parent.name)] = sum(int(field) for field in fields[11:15]) * TICK_S
        of.setdefault(int(fields[1]), []).append(number)
    return _with_children(process, used, of)


def _with_children(process: int, used: dict[int, float], of: dict[int, list[int]]) -> float:
    return used[process] + sum(_with_children(child, used, of) for child in of.get(process, ()))


@contextmanager
def plant(folder: Path, channels: int, hertz: float) -> Iterator[tuple[str, int]]:
    """A server in a process of its own; gives its address and its process."""
    port, ready = quiet_port(), folder / f"ready-{os.urandom(4).hex()}"
    command = [
        sys.executable,
        str(HERE / "opcua_server.py"),
        str(port),
        str(channels),
        str(hertz),
        str(ready),
    ]
    serving = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 300 * patience()
        while not ready.exists():
            if serving.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the plant of the benchmark did not start")
            time.sleep(0.1)
        yield f"opc.tcp://127.0.0.1:{port}/plant", serving.pid
    finally:
        serving.kill()
        serving.wait()


def acknowledged(folder: Path, connection: str) -> int:
    """Values of a connection that the hub has confirmed: all that were numbered but those that the journal keeps."""
    journal = folder / "connect" / connection / "journal.sqlite"
    if not journal.exists():
        return 0
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as open_:
        try:
            kept, following = open_.execute(
                "SELECT (SELECT min(first) FROM frame), (SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'next')"
            ).fetchone()
        except sqlite3.OperationalError:  # The host is about to lay it out.
            return 0
    return int(kept or following or 1) - 1


@contextmanager
def recording(folder: Path, addresses: list[str], channels: int) -> Iterator[Supervisor]:
    """An installation whose connections record every channel of every address."""
    create_installation(folder, Config(name="bench", layers=()))
    platform = open_platform(folder)
    with platform.record.action(Actor.timer("bench"), "equipment.connection.change") as unit:
        for number, address in enumerate(addresses):
            platform.equipment.import_connection(
                unit,
                f"plant-{number}",
                "opcua",
                {"endpoint": address, "allow_unencrypted": True},
                [{"tag": f"P{number}.C{one}", "node": f"nsu={URI};s=C{one}"} for one in range(channels)],
            )
    platform.settle()
    platform.close()
    supervisor = Supervisor(folder / "logs")
    try:
        start_platform(supervisor, folder, port=0)
        yield supervisor
    finally:
        supervisor.end_all()


def stock(address: str, channels: int, seconds: float) -> dict[str, Any]:
    """What the stock handler does with the same server."""
    command = [sys.executable, str(HERE / "opcua_stock.py"), address, str(channels), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def ours(folder: Path, address: str, channels: int, seconds: float) -> dict[str, float]:
    """What host and hub do."""
    with recording(folder, [address], channels) as supervisor:
        pids = {name: supervisor.children[name].process.pid for name in (HUB, CONNECT)}
        end = time.monotonic() + 120 * patience()
        while acknowledged(folder, "plant-0") < 10 * channels:
            if time.monotonic() > end:
                raise RuntimeError("the connection of the benchmark recorded nothing")
            time.sleep(0.2)
        before = {name: cpu(pid) for name, pid in pids.items()}
        begin, known = time.monotonic(), acknowledged(folder, "plant-0")
        time.sleep(seconds)
        used = {name: cpu(pid) - before[name] for name, pid in pids.items()}
        values, took = acknowledged(folder, "plant-0") - known, time.monotonic() - begin
    return {"values": values, "rate": values / took, "host": used[CONNECT], "hub": used[HUB]}


def run() -> dict[str, float]:
    """{name: number}."""
    channels = int(os.environ.get("TITER_BENCH_CHANNELS", "1000"))
    hertz = float(os.environ.get("TITER_BENCH_HERTZ", "10"))
    seconds = float(os.environ.get("TITER_BENCH_SECONDS", "30"))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with plant(folder, channels, hertz) as (address, process):
            before = cpu(process)
            peer = stock(address, channels, seconds)
            mine = ours(folder / "lab", address, channels, seconds)
            served = cpu(process) - before
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"  {channels} channels, {hertz:g} Hz: stock {peer['values'] / seconds:,.0f} values/s, "
        f"ours {mine['rate']:,.0f} values/s; the server itself used {served:.0f} s of CPU; load {load:.1f}\n"
    )
    per = 1e6 / mine["values"]
    return {
        "opcua.us_a_value": (mine["host"] + mine["hub"]) * per,
        "opcua.us_a_value.peer.stock handler, stores nothing": peer["cpu_s"] * 1e6 / peer["values"],
        "opcua.us_a_value_of_host": mine["host"] * per,
        "opcua.us_a_value_of_hub": mine["hub"] * per,
        "opcua.values_a_second": mine["rate"],
        "opcua.load": load,
    }


if __name__ == "__main__":
    for name, value in run().items():
        sys.stdout.write(f"{name:<60}{value:>12.4g}\n")
