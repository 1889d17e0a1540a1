"""Commands to an OPC UA server: carried out once, believed only when read back."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from bench import CONNECTION, Bench, until

# Each wait of the bench has an end of its own, which grows with the load of the machine.
pytestmark = pytest.mark.timeout(900)


async def carried_out(bench: Bench, key: str, target: str, value: str, **more: Any) -> dict[str, Any]:
    bench.hub.command(
        key=key,
        connection=CONNECTION,
        kind="write",
        target=target,
        value=value,
        unit="",
        parameters={},
        **more,
    )
    await until(lambda: key in bench.hub.receipts, 30, f"the receipt of {key}")
    return bench.hub.receipts[key]


def test_writes_are_read_back_refused_and_never_repeated(tmp_path: Path) -> None:
    async def campaign() -> None:
        async with Bench(tmp_path, channels=1) as bench:
            for key, target, value, readback in (
                ("k1", "SP", "37.25", "37.25"),
                ("k2", "Text", "S-2026-0001", "S-2026-0001"),
                ("k3", "Whole", "42", "42"),
                ("k4", "Flag", "true", "1"),
            ):
                done = await carried_out(bench, key, target, value)
                assert (done["outcome"], done["readback"]) == ("done", readback), done
            for key, target, value, words in (
                ("f1", "Whole", "4.5", "does not fit"),
                ("f2", "SP", "warm", "no number"),
                ("f3", "C0", "1", "not writable"),
                ("f4", "Nowhere", "1", "no channel"),
            ):
                failed = await carried_out(bench, key, target, value)
                assert failed["outcome"] == "failed"
                assert words in failed["message"]
            late = await carried_out(bench, "late", "SP", "1", deadline="2026-01-01T00:00:00Z")
            assert "deadline" in late["message"]

            # The same key again, after another value has been written: answered, not carried out.
            await carried_out(bench, "k5", "SP", "38")
            first = bench.hub.receipts.pop("k1")
            await until(lambda: "k1" in bench.hub.receipts, 30, "the stored receipt")
            assert bench.hub.receipts["k1"] == first
            state = [f for f in bench.hub.decoded(CONNECTION) if "SP" in f.channels]
            last = state[-1]
            assert float(last.value[list(last.channel).index(last.channels.index("SP"))]) == 38.0

            # The cable is cut: the command waits for it, within its patience.
            bench.cable.cut()
            bench.hub.command(
                key="k6", connection=CONNECTION, kind="write", target="SP", value="39", unit="", parameters={}
            )
            await asyncio.sleep(1.5)
            bench.cable.restore()
            await until(lambda: "k6" in bench.hub.receipts, 30, "the receipt after the cut")
            assert bench.hub.receipts["k6"]["outcome"] in {"done", "failed"}
            assert bench.stop_host() == 0

    asyncio.run(campaign())
