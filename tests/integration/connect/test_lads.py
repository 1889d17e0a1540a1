"""A laboratory device by the LADS node sets: recognised by its types, mapped to channels, its results carried."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.peers.lads_reader import NODE_SETS, TABLE, serving

from titer.base.clock import SystemClock
from titer.connect import TYPES
from titer.connect.core.host import Host
from titer.connect.core.hub import Hub
from titer.connect.core.places import Within
from titer.connect.registry import CONNECTORS
from titer.testing.connectors import FakeHub, patience

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not NODE_SETS.is_dir(), reason="the published LADS node sets are not on this machine"),
]
DEVICES = "nsu=http://opcfoundation.org/UA/DI/;i=5001"
STATE = "LuminescenceReaderUnit.TemperatureController.ControlFunctionState.CurrentState"


def channels(address: str, folder: Path) -> list[dict[str, Any]]:
    """What the question for everything below the device is answered by."""

    async def asked() -> list[dict[str, Any]]:
        explore = TYPES["opcua"].explore
        assert explore is not None
        settings = {"endpoint": address, "allow_unencrypted": True}
        level = await explore("browse", {"node": DEVICES}, dict(settings), SystemClock(), folder)
        (device,) = [one for one in level["nodes"] if one["kind"] == "LADS device"]
        assert device["name"] == "LuminescenceReaderDevice"
        below = await explore("variables", {"node": device["node"]}, dict(settings), SystemClock(), folder)
        return [one for one in below["nodes"] if one["recordable"]]

    return asyncio.run(asked())


def test_a_device_is_recognised_by_its_types_wherever_the_namespaces_stand_and_its_channels_have_good_names(
    tmp_path: Path,
) -> None:
    looks = []
    for before in (0, 3):
        with serving(tmp_path, before) as address:
            looks.append(channels(address, tmp_path))
    assert looks[0] == looks[1]
    by_tag = {one["tag"]: one for one in looks[0]}
    where = "of LADS functional unit LuminescenceReaderUnit of LADS device LuminescenceReaderDevice"
    states = "Aborted, Aborting, Clearing, Stopped, Running, Stopping"
    assert (by_tag[STATE]["description"], by_tag[STATE]["holds"]) == (
        f"LADS control function Temperature Controller {where}: {states}",
        "text",
    )
    total = by_tag["LuminescenceReaderUnit.WastePump.TotalizedValue"]
    assert (total["description"], total["holds"]) == (f"LADS control function Waste Pump {where}", "number")
    target = by_tag["LuminescenceReaderUnit.TemperatureController.TargetValue"]
    assert (target["holds"], target["writable"]) == ("number", True)
    assert len(by_tag) == len(looks[0]), "each has a tag of its own"
    assert not [tag for tag in by_tag if "ResultSet" in tag or "FunctionSet" in tag or "Operational" in tag]


def test_a_finished_result_is_carried_to_the_record_once_and_one_that_runs_is_waited_for(
    tmp_path: Path,
) -> None:
    hub = FakeHub()

    def results() -> list[str]:
        return sorted(
            one["identity"]["result"] for one in hub.documents.values() if one["kind"] == "lads_result"
        )

    def said() -> set[str]:
        return {text for frame in hub.decoded("reader") for text in frame.text.values()}

    async def until(condition: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + 60 * patience()
        while not condition():
            assert time.monotonic() < end, f"{what} did not happen"
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def host() -> AsyncIterator[None]:
        reached = Hub(hub.url, hub.token, "local")
        running = Host(reached, tmp_path / "host", SystemClock(), Within(CONNECTORS), poll=0.2).run()
        task = asyncio.create_task(running)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await reached.close()

    async def campaign() -> None:
        async with host():
            await until(lambda: results() == ["Run1"] and said() == {"Running"}, "the result and the state")
            (tmp_path / "Run2").touch()
            await until(lambda: results() == ["Run1", "Run2"], "the second result")
        async with host():
            (tmp_path / "Run3").touch()
            await until(lambda: "Run3" in results(), "the third result, read behind the others once more")

    with serving(tmp_path) as address:
        (state,) = [one for one in channels(address, tmp_path) if one["tag"] == STATE]
        hub.connections = [
            {
                "name": "reader",
                "type": "opcua",
                "version": 1,
                "epoch": 0,
                "settings": {
                    "endpoint": address,
                    "allow_unencrypted": True,
                    "results": True,
                    "results_every_s": 0.2,
                    "liveness_s": 5.0 * patience(),
                    "request_timeout_s": 4.0 * patience(),
                },
                "channels": [{"tag": "LR.State", "node": state["node"]}],
            }
        ]
        hub.start()
        try:
            asyncio.run(campaign())
        finally:
            hub.stop()
    assert results() == ["Run1", "Run2", "Run3"], "read again after the host's restart, and taken once"
    kinds = {one["kind"]: one for one in hub.documents.values() if one["identity"]["result"] == "Run1"}
    assert len(hub.documents) == 6, "three results, each with the one file that can be read"
    first, file = kinds["lads_result"], kinds["lads_file"]
    assert first["media_type"] == "application/json"
    assert (first["identity"]["device"], first["identity"]["unit"]) == (
        "LuminescenceReaderDevice",
        "LuminescenceReaderUnit",
    )
    body = json.loads(hub.content[first["digest"]])
    assert body["content"]["Started"].startswith("2026-11-01T09:00:00")
    assert body["content"]["Stopped"].startswith("2026-11-01T10:00:00")
    assert body["content"]["SupervisoryTaskId"] == "S-2026-0042"
    assert body["content"]["VariableSet"]["Counts"] == "4711.5"
    assert body["content"]["Samples"][1] == {
        "ContainerId": "P-1",
        "SampleId": "S-2026-0043",
        "Position": "A1",
        "CustomData": "",
    }
    assert first["identity"]["samples"] == file["identity"]["samples"] == ["S-2026-0042", "S-2026-0043"]
    assert (file["file_name"], file["media_type"]) == (
        "LuminescenceReaderDevice.Run1.Plate_1.csv",
        "text/csv",
    )
    assert file["identity"]["result_node"] == first["identity"]["node"] == body["result"]
    assert hub.content[file["digest"]] == TABLE
    told = {one["name"]: one for one in body["files"]}
    assert (told["Plate 1.csv"]["sha256"], told["Plate 1.csv"]["size"]) == (file["digest"], len(TABLE))
    assert "BadNotReadable" in told["Locked.csv"]["not_read"]
    assert set(told) == {"Plate 1.csv", "Locked.csv"}
    assert body["content"]["FileSet"]["Elsewhere.csv"]["URL"].startswith("http://")
