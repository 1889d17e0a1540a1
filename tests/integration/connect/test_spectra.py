"""Arrays of numbers become spectra with their axis: from a real OPC UA server and from a real SiLA 2 server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asyncua import Server, ua
from sila import server as sila
from tests.integration.connect.test_sila2 import Analyser, served

from titer.base.clock import SystemClock
from titer.connect.core.contract import Batch, ConnectionConfig, Gap, Resume
from titer.connect.core.frame import Frame
from titer.connect.opcua.connector import OpcUaConnector
from titer.connect.sila2.connector import SilaConnector
from titer.testing.connectors import patience, quiet_port

SHIFT = ua.EUInformation(DisplayName=ua.LocalizedText("1/cm"))
NANOMETRES = ua.EUInformation(DisplayName=ua.LocalizedText("nm"))


def axis(title: str, unit: ua.EUInformation, **more: Any) -> ua.AxisInformation:
    return ua.AxisInformation(EngineeringUnits=unit, Title=ua.LocalizedText(title), **more)


class Spectrometer:
    """A server with an array that has its axis by steps, one by range, one of pairs, and one without any."""

    def __init__(self) -> None:
        self.port = quiet_port()
        self.server = Server()
        self.nodes: dict[str, Any] = {}

    async def __aenter__(self) -> Spectrometer:
        await self.server.init()
        self.server.set_endpoint(f"opc.tcp://127.0.0.1:{self.port}/")
        index = await self.server.register_namespace("urn:spectrometer")
        place = self.server.nodes.objects
        steps = axis("Raman shift", SHIFT, AxisSteps=[400.0, 401.5, 403.5])
        span = axis("Wavelength", NANOMETRES, EURange=ua.Range(Low=200.0, High=400.0))
        pairs = [ua.XVType(X=10.0, Value=1.5), ua.XVType(X=20.0, Value=2.5)]
        for name, value, definition in (
            ("Raman", [1.0, 2.0, 3.0], steps),
            ("UV", np.array([5, 6, 7, 8, 9], "i4").tolist(), span),
            ("Pairs", pairs, axis("Retention", ua.EUInformation(DisplayName=ua.LocalizedText("min")))),
            ("Bare", [0.25, 0.5], None),
            ("Empty", ua.Variant([], ua.VariantType.Double, is_array=True), None),
            ("Names", ["a", "b"], None),
            ("Number", 7.5, None),
        ):
            node = await place.add_variable(ua.NodeId(name, index), ua.QualifiedName(name, index), value)
            if definition is not None:
                await node.add_property(ua.NodeId(f"{name}.X", index), "0:XAxisDefinition", definition)
            self.nodes[name] = node
        await self.server.start()
        await self.server.historize_node_data_change(self.nodes["Raman"])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.stop()

    def connector(self, folder: Path) -> OpcUaConnector:
        """A connection with a channel for each of its nodes."""
        channels = [{"tag": name, "node": f"nsu=urn:spectrometer;s={name}"} for name in self.nodes]
        settings = {"endpoint": f"opc.tcp://127.0.0.1:{self.port}/", "allow_unencrypted": True}
        told = {"name": "raman", "type": "opcua", "settings": settings, "channels": channels}
        return OpcUaConnector(ConnectionConfig.of(told), SystemClock(), folder / "raman")


@asynccontextmanager
async def streaming(adapter: Any, batches: list[Batch]) -> AsyncIterator[Callable[[Callable[[], bool]], Any]]:
    """What a connector yields, and a way to wait for something of it."""

    async def collect() -> None:
        async for batch in adapter.stream():
            batches.append(batch)

    await adapter.open(Resume({}, {}, 1))
    task = asyncio.create_task(collect())

    async def until(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30 * patience()):
            while not condition():
                if task.done():
                    task.result()
                await asyncio.sleep(0.02)

    try:
        yield until
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await adapter.close()


def rows(batches: list[Batch], tags: list[str]) -> list[tuple[str, Any]]:
    """(channel, spectrum, text or number) of everything, by way of the frame that the hub gets."""
    found: list[tuple[str, Any]] = []
    for batch in batches:
        if len(batch.columns):
            frame = Frame.decode(batch.columns.frame("raman", 1, 1, tags, ()).encode())
            for row in range(frame.rows):
                tag = frame.channels[int(frame.channel[row])]
                other = frame.text.get(row, float(frame.value[row]))
                found.append((tag, frame.arrays.get(row, other)))
    return found


def raman_of(batches: list[Batch], tags: list[str]) -> list[Any]:
    return [one for tag, one in rows(batches, tags) if tag == "Raman"]


def test_arrays_of_an_opcua_server_are_spectra_along_the_axis_that_it_states(tmp_path: Path) -> None:
    async def check() -> None:
        batches: list[Batch] = []
        async with Spectrometer() as device:
            adapter = device.connector(tmp_path)
            tags = list(device.nodes)
            async with streaming(adapter, batches) as until:
                await until(lambda: {tag for tag, _ in rows(batches, tags)} == set(tags))
                found = dict(rows(batches, tags))
                await device.nodes["Raman"].write_value([4.0, 5.0, 6.0])
                await until(lambda: len(raman_of(batches, tags)) == 2)
                await device.nodes["Raman"].write_value([7.0, 8.0, 9.0])
                await until(lambda: len(raman_of(batches, tags)) == 3)
                times = [int(t) for one in batches for t in one.columns.source_us[one.columns.channel == 0]]
                again = [
                    one async for one in adapter.backfill(Gap("g", {"Raman": (times[0], times[2])}, "cut"))
                ]
        raman = found["Raman"]
        assert (raman.values.tolist(), raman.axis.values.tolist()) == ([1.0, 2.0, 3.0], [400.0, 401.5, 403.5])
        assert (raman.axis.name, raman.axis.unit) == ("Raman shift", "1/cm")
        assert found["UV"].values.tolist() == [5, 6, 7, 8, 9]
        assert found["UV"].axis.values.tolist() == [200, 250, 300, 350, 400]
        assert (found["UV"].axis.name, found["UV"].axis.unit) == ("Wavelength", "nm")
        assert (found["Pairs"].values.tolist(), found["Pairs"].axis.values.tolist()) == ([1.5, 2.5], [10, 20])
        assert (found["Bare"].axis.name, found["Bare"].axis.values.tolist()) == ("place", [0, 1])
        assert (found["Empty"], found["Names"], found["Number"]) == ("[]", '["a", "b"]', 7.5)
        second = raman_of(batches, tags)[1]
        assert (second.values.tolist(), second.axis.digest) == ([4.0, 5.0, 6.0], raman.axis.digest)
        (filled,) = raman_of(again, tags)
        assert (filled.values.tolist(), filled.axis.digest) == ([4.0, 5.0, 6.0], raman.axis.digest)

    asyncio.run(check())


class Diode(Analyser):
    """An analyser that shows spectra as an observable property, and says where they were taken."""

    def __init__(self) -> None:
        super().__init__()
        self.spectra: asyncio.Queue[list[float]] = asyncio.Queue()

    async def absorb(self, **_: Any) -> AsyncIterator[dict[str, Any]]:
        while True:
            yield {"Absorbance": await self.spectra.get()}

    def feature(self) -> sila.Feature:
        made = super().feature()
        numbers = sila.List.create(sila.Real)
        sila.ObservableProperty(
            identifier="Absorbance",
            display_name="Absorbance",
            description=".",
            data_type=numbers,
            function=self.absorb,
        ).add_to_feature(made)
        sila.UnobservableProperty(
            identifier="Wavelengths",
            display_name="Wavelengths",
            description=".",
            data_type=numbers,
            function=lambda **_: {"Wavelengths": [210.0, 280.0, 320.0]},
        ).add_to_feature(made)
        return made


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"axis": "Analysis/Wavelengths", "axis_unit": "nm"}, ("Wavelengths", "nm", [210.0, 280.0, 320.0])),
        ({}, ("place", "1", [0.0, 1.0, 2.0])),
    ],
    ids=["its own axis", "no axis"],
)
def test_a_sila_property_of_a_list_of_reals_is_a_spectrum(
    settings: dict[str, str], expected: tuple[str, str, list[float]]
) -> None:
    async def check() -> None:
        device, batches = Diode(), list[Batch]()
        async with served(device) as port:
            told = {
                "name": "dad",
                "type": "sila2",
                "settings": {"host": "127.0.0.1", "port": port, "allow_unencrypted": True},
                "channels": [{"tag": "DAD.Absorbance", "node": "Analysis/Absorbance", **settings}],
            }
            adapter = SilaConnector(ConnectionConfig.of(told), SystemClock(), Path())
            async with streaming(adapter, batches) as until:
                for spectrum in ([0.1, 0.2, 0.3], [0.4, 0.5, 0.6]):
                    await device.spectra.put(spectrum)
                await until(lambda: len(rows(batches, ["DAD.Absorbance"])) == 2)
        found = [one for _, one in rows(batches, ["DAD.Absorbance"])]
        assert [one.values.tolist() for one in found] == [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
        assert (found[0].axis.name, found[0].axis.unit, found[0].axis.values.tolist()) == expected

    asyncio.run(check())
