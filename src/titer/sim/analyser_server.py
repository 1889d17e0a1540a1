"""The process of MA-01: a cell-culture analyser as a SiLA 2 server (unencrypted, loopback)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sila import server as sila

from titer.base.clock import from_us, iso
from titer.base.errors import NotFound
from titer.base.leaving import Stop
from titer.sim.bottles import open_bottle
from titer.sim.instruments import PANEL, measure_panel, take_time
from titer.sim.plant_clock import PlantClock
from titer.sim.process import Place, child_main, write_json

NAME = "MA-01"
SERVER_UUID = "6f0d7c8e-51a4-4f0e-9a52-6d612d303101"
MEASUREMENT_MIN = 4.0
_SI = {
    # unit: (components, factor to SI)
    "1e6/mL": ((("Meter", -3),), 1e12),
    "%": ((("Dimensionless", 1),), 0.01),
    "g/L": ((("Kilogram", 1), ("Meter", -3)), 1.0),
    "mmol/L": ((("Mole", 1), ("Meter", -3)), 1.0),
    "mosm/kg": ((("Mole", 1), ("Kilogram", -1)), 0.001),
}


def _real(unit: str) -> Any:
    components, factor = _SI[unit]
    constraint = sila.Unit(
        label=unit, components=[sila.Unit.Component(name, power) for name, power in components], factor=factor
    )
    return sila.Constrained.create(data_type=sila.Real, constraints=[constraint])


SampleNotFound = sila.DefinedExecutionError.create(
    identifier="SampleNotFound",
    display_name="Sample Not Found",
    description="There is no bottle with this number in the rack.",
)
InstrumentBusy = sila.DefinedExecutionError.create(
    identifier="InstrumentBusy",
    display_name="Instrument Busy",
    description="The analyser measures another sample.",
)


class AnalyserProcess:
    """MA-01 behind its server.

    Args:
        place: folder, port, seed.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self.clock = PlantClock(place.clock_file)
        self._counter_file = place.folder / "analyser.json"
        self._busy = False

    @property
    def count(self) -> int:
        """Measurements since the instrument was made; it survives a restart."""
        try:
            return int(json.loads(self._counter_file.read_text(encoding="utf-8"))["measurements"])
        except FileNotFoundError:
            return 0

    async def measure(self, SampleId: str, **_: Any) -> dict[str, Any]:
        """`MeasureSample`: aspirate from the bottle, measure, answer with the panel."""
        if self._busy:
            raise InstrumentBusy("The analyser measures another sample. Ask again when it is idle.")
        self._busy = True
        try:
            try:
                bottle = open_bottle(self.place.bottles, SampleId)
            except NotFound as error:
                raise SampleNotFound(str(error)) from None
            run = self.count + 1
            write_json(self._counter_file, {"measurements": run})
            at_us = await take_time(self.clock, MEASUREMENT_MIN, self.place.patience_s)
        finally:
            self._busy = False
        readings = measure_panel(bottle.broth, seed=self.place.seed, sample=SampleId, run=run)
        return {
            "SampleId": SampleId,
            "MeasuredAt": iso(from_us(at_us)),
            "MeasurementNumber": run,
            **readings,
        }

    def feature(self) -> Any:
        """The feature definition with its implementation."""
        feature = sila.Feature(
            identifier="MetaboliteAnalysis",
            display_name="Metabolite Analysis",
            description="Cells, metabolites and product in a cell-culture sample.",
            originator="org.titer.sim",
            category="analysis",
            version="1.0",
            errors={"SampleNotFound": SampleNotFound, "InstrumentBusy": InstrumentBusy},
        )
        text, whole = sila.String, sila.Integer
        sila.UnobservableCommand(
            identifier="MeasureSample",
            display_name="Measure Sample",
            description="Measures the bottle with this number on its label.",
            function=self.measure,
            errors={"SampleNotFound": SampleNotFound, "InstrumentBusy": InstrumentBusy},
            parameters={
                "SampleId": sila.Element(
                    identifier="SampleId",
                    display_name="Sample Id",
                    description="Number on the bottle's label.",
                    data_type=text,
                )
            },
            responses={
                "SampleId": sila.Element(
                    identifier="SampleId",
                    display_name="Sample Id",
                    description="Number that was read from the bottle.",
                    data_type=text,
                ),
                "MeasuredAt": sila.Element(
                    identifier="MeasuredAt",
                    display_name="Measured At",
                    description="The instrument's own clock, ISO 8601 UTC.",
                    data_type=text,
                ),
                "MeasurementNumber": sila.Element(
                    identifier="MeasurementNumber",
                    display_name="Measurement Number",
                    description="The instrument's measurement counter.",
                    data_type=whole,
                ),
                **{
                    a.response: sila.Element(
                        identifier=a.response,
                        display_name=a.title,
                        description=f"{a.title}, {a.unit}.",
                        data_type=_real(a.unit),
                    )
                    for a in PANEL
                },
            },
        ).add_to_feature(feature)
        for identifier, title, description, data_type, value in (
            ("SerialNumber", "Serial Number", "Serial number of the instrument.", text, "MA-01-2024-0417"),
            ("FirmwareVersion", "Firmware Version", "Version of the firmware.", text, "3.2.1"),
            ("CalibrationDue", "Calibration Due", "Date, ISO 8601.", text, "2026-09-30"),
            ("InstrumentState", "Instrument State", "Idle or Measuring.", text, self._state),
            ("MeasurementCount", "Measurement Count", "Measurements so far.", whole, lambda: self.count),
        ):
            sila.UnobservableProperty(
                identifier=identifier,
                display_name=title,
                description=description,
                data_type=data_type,
                function=_reader(identifier, value),
            ).add_to_feature(feature)
        return feature

    def _state(self) -> str:
        return "Measuring" if self._busy else "Idle"

    async def run(self, stop: Stop, ready: Callable[[int], None]) -> None:
        """Serve until asked to leave."""
        server = sila.Server(
            sila.ServerConfig(
                hostname="127.0.0.1",
                port=self.place.port,
                tls=False,
                uuid=SERVER_UUID,
                name=NAME,
                type="MetaboliteAnalyser",
                description="Cell-culture analyser of Titer's simulated plant.",
                version="3.2.1",
                vendor_url="https://example.org/titer-simulated-plant",
            )
        )
        server.register_feature(self.feature())
        await server.start()
        ready(int(server._address.rpartition(":")[2]))  # the library names its bound port nowhere else
        try:
            await stop.wait()
        finally:
            await server.stop()
            self.clock.close()


def _reader(identifier: str, value: str | Callable[[], Any]) -> Callable[..., dict[str, Any]]:
    def read(**_: Any) -> dict[str, Any]:
        return {identifier: value() if callable(value) else value}

    return read


async def _run(place: Place, stop: Stop, ready: Callable[[int], None]) -> None:
    await AnalyserProcess(place).run(stop, ready)


if __name__ == "__main__":
    child_main(NAME, _run)
