"""The connector of the how-to, found by its entry point as any package's, passes the kit."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from titer.base.clock import Clock
from titer.connect import TYPES
from titer.connect.core.columns import Columns
from titer.connect.core.contract import Batch, Command, ConnectionConfig, Gap, Receipt
from titer.connect.core.live import LiveConnector
from titer.connect.core.places import ConnectorFactory
from titer.testing.bench import ON_ITS_WAY, Bench, Peer, in_order
from titer.testing.conformance import PROMPT_S, ConnectorKit
from titer.testing.connectors import Account, patience
from titer.testing.peers import LinePeer

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to"


class Meter(LinePeer):
    type = "turbidity"
    exempt: ClassVar[Mapping[str, str]] = {
        "overflow": "it holds one value, which is read or not",
        "secret": "it knows no password",
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.said: list[tuple[str, float | str]] = []
        self.power_ups = self.orders = 0
        self.lamp = "OFF"
        self.broken = False

    def settings(self, port: int) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": port, "poll_s": 0.05, "timeout_s": 1, "allow_unencrypted": True}

    def channels(self) -> list[dict[str, Any]]:
        return [{"tag": "TM-1.T", "node": "T", "unit": "NTU"}]

    async def start(self, port: int) -> None:
        self.power_ups += 1
        await super().start(port)

    def made(self) -> list[tuple[str, float | str]]:
        return self.said

    def answer(self, line: str) -> str:
        if line == "ID?":
            return f"Mist & Daughters,TM-1,4711,2.0,{self.power_ups}"
        if line.startswith("LAMP="):
            self.lamp = line.removeprefix("LAMP=")
            self.orders += 1
            return "OK"
        if line == "LAMP?":
            return self.lamp
        if self.broken:
            return "ERR"
        value = 10 + len(self.said) / 8
        self.said.append(("TM-1.T", value))
        return str(value)

    async def fault(self) -> None:
        self.broken = True

    async def mend(self) -> None:
        self.broken = False

    def command(self) -> dict[str, Any]:
        return {"kind": "write", "target": "LAMP", "value": "ON"}

    def carried_out(self) -> int:
        return self.orders


class TwoChannels(Meter):
    """It measures colour, too, which one connector below forgets."""

    def channels(self) -> list[dict[str, Any]]:
        return [*super().channels(), {"tag": "TM-1.C", "node": "C", "unit": ""}]

    def answer(self, line: str) -> str:
        if line != "C?" or self.broken:
            return super().answer(line)
        self.said.append(("TM-1.C", float(len(self.said))))
        return str(self.said[-1][1])


@pytest.fixture(scope="module", autouse=True)
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The how-to's file as an installed package: a module, and metadata that name its entry point."""
    site = tmp_path_factory.mktemp("site")
    (site / "turbidity.py").write_bytes((HOW_TO / "turbidity.py").read_bytes())
    told = site / "turbidity-1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: turbidity\nVersion: 1\n")
    (told / "entry_points.txt").write_text(
        "[titer.connectors]\nturbidity = turbidity:TYPE\nbroken = no_such_module:TYPE\n"
        "thief = turbidity:TurbidityMeter\n"
    )
    sys.path.insert(0, str(site))
    TYPES.look_again()
    yield
    sys.path.remove(str(site))
    sys.modules.pop("turbidity", None)
    TYPES.look_again()


class TestTurbidityMeter(ConnectorKit):
    peer = Meter


def test_a_package_that_cannot_be_loaded_takes_no_other_with_it() -> None:
    assert {"turbidity", "opcua", "files"} <= set(TYPES)
    assert "no_such_module" in TYPES.faults["no_such_module:TYPE"]
    assert "no ConnectionType" in TYPES.faults["turbidity:TurbidityMeter"]


def test_the_connector_of_the_how_to_is_short() -> None:
    lines = (HOW_TO / "turbidity.py").read_text().splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("class "))
    code = [line for line in lines[begin:] if line.strip() and not line.strip().startswith(("#", '"""'))]
    assert len(code) <= 70, len(code)


class SaysNoGap(LiveConnector):
    async def stream(self) -> AsyncIterator[Batch]:
        async with aclosing(super().stream()) as batches:
            async for batch in batches:
                yield replace(batch, events=())


class SaysItTwice(LiveConnector):
    async def stream(self) -> AsyncIterator[Batch]:
        async with aclosing(super().stream()) as batches:
            async for batch in batches:
                yield batch
                if len(batch.columns):
                    yield batch


class DropsEveryFourth(LiveConnector):
    async def stream(self) -> AsyncIterator[Batch]:
        count = 0
        async with aclosing(super().stream()) as batches:
            async for batch in batches:
                count += 1
                if count % 4:
                    yield batch


class CallsFaultsGood(LiveConnector):
    async def stream(self) -> AsyncIterator[Batch]:
        async with aclosing(super().stream()) as batches:
            async for batch in batches:
                columns = batch.columns
                good = replace(
                    columns, quality=np.zeros(len(columns), np.uint8), value=np.nan_to_num(columns.value)
                )
                yield replace(batch, columns=good)


class KnowsOneLife(LiveConnector):
    async def stream(self) -> AsyncIterator[Batch]:
        async with aclosing(super().stream()) as batches:
            async for batch in batches:
                yield replace(batch, new_life=False)


class DoesNotLetGo(LiveConnector):
    async def close(self) -> None:
        await asyncio.sleep(PROMPT_S * patience() + 2)


class ObeysAnything(LiveConnector):
    async def invoke(self, command: Command) -> Receipt:
        await super().invoke(replace(command, target="LAMP", value="OFF"))
        return await super().invoke(replace(command, target="LAMP", value="ON"))


class LosesAChannel(LiveConnector):
    """Of two channels it records one."""

    async def stream(self) -> AsyncIterator[Batch]:
        async with aclosing(super().stream()) as batches:
            async for batch in batches:
                yield replace(batch, columns=batch.columns.take(batch.columns.channel == 0))


class ShowsATinyGap(LiveConnector):
    """Loses what the device says for a while and tells a gap of 1 us."""

    async def stream(self) -> AsyncIterator[Batch]:
        count = 0
        async with aclosing(super().stream()) as batches:
            async for batch in batches:
                count += len(batch.columns) > 0
                if not 3 < count < 20:
                    yield batch
                elif count == 10 and len(batch.columns):
                    at = int(batch.columns.source_us[0])
                    gap = Gap("tiny", {"TM-1.T": (at, at + 1)}, "It was away.")
                    kinds = ("gap_opened", "gap_unrecoverable")
                    told = tuple(gap.event(kind, ["TM-1.T"], at, gap.reason) for kind in kinds)
                    yield replace(batch, columns=Columns.empty(), events=told)


@pytest.mark.parametrize(
    ("connector", "check"),
    [
        (LosesAChannel, "test_an_absent_hub_and_lost_answers_lose_and_double_nothing"),
        (LosesAChannel, "test_a_killed_device_is_said_and_its_new_life_is_another_epoch"),
        (SaysNoGap, "test_a_cut_cable_is_said_and_nothing_is_lost_in_silence"),
        (SaysItTwice, "test_every_value_arrives_once_in_order_with_its_times"),
        (DropsEveryFourth, "test_every_value_arrives_once_in_order_with_its_times"),
        (CallsFaultsGood, "test_what_cannot_be_measured_is_bad_and_no_number"),
        (KnowsOneLife, "test_a_killed_device_is_said_and_its_new_life_is_another_epoch"),
        (DoesNotLetGo, "test_it_lets_go_promptly_in_every_state"),
        (ObeysAnything, "test_a_command_is_carried_out_once_however_often_it_is_sent"),
    ],
)
def test_the_kit_finds_what_a_connector_does_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connector: type[LiveConnector], check: str
) -> None:
    def make(config: ConnectionConfig, clock: Clock, folder: Path) -> LiveConnector:
        from turbidity import TurbidityMeter

        return connector(config, clock, TurbidityMeter(config), commands=True)

    class Faulty(TwoChannels):
        connectors: ClassVar[Mapping[str, ConnectorFactory]] = {"turbidity": make}

    class Kit(ConnectorKit):
        peer: ClassVar[type[Peer]] = Faulty

    monkeypatch.setattr("titer.testing.bench.PATIENCE_S", 3.0)
    with pytest.raises(AssertionError):
        getattr(Kit(), check)(tmp_path)


def test_a_connector_that_hides_a_loss_behind_a_tiny_gap_is_found_out(tmp_path: Path) -> None:
    def make(config: ConnectionConfig, clock: Clock, folder: Path) -> LiveConnector:
        from turbidity import TurbidityMeter

        return ShowsATinyGap(config, clock, TurbidityMeter(config))

    class Faulty(Meter):
        connectors: ClassVar[Mapping[str, ConnectorFactory]] = {"turbidity": make}

    async def campaign() -> Account:
        async with Bench(Faulty(tmp_path), tmp_path) as bench:
            await bench.flowing(10)
            assert len(bench.events("gap_unrecoverable")) == 1
            return bench.verdict()

    told = asyncio.run(campaign())
    assert len(told.lost) >= 10, str(told)
    assert told.in_gaps <= 2, str(told)


def test_a_missing_value_counts_as_said_only_where_a_gap_reaches_between_its_neighbours() -> None:
    made = [("A", float(number)) for number in range(5)]
    stored = [("A", 0.0, 10), ("A", 1.0, 20), ("A", 4.0, 50)]
    assert in_order(made, stored, {"A": [(20, 50)]}).in_gaps == 2
    assert len(in_order(made, stored, {"A": [(50, 90)], "B": [(20, 50)]}).lost) == 2
    assert in_order(made, [*stored, ("A", 4.0, 50)], {"A": [(20, 50)]}).doubled
    assert in_order(made, [*stored, ("A", 7.0, 60)], {"A": [(20, 50)]}).unknown


def test_a_gap_excuses_no_more_than_may_lie_in_it() -> None:
    made = [("A", float(number)) for number in range(1000)]
    stored = [("A", 0.0, 0), ("A", 999.0, 999_000)]
    told = in_order(made, stored, {"A": [(500_000, 500_001)]})
    assert (told.in_gaps, len(told.lost)) == (2, 996)
    assert in_order(made, stored, {"A": [(0, 500_000), (500_000, 999_000)]}).passed


def test_a_channel_of_which_nothing_arrives_or_nothing_any_more_is_missed() -> None:
    made = [(tag, float(number)) for number in range(20) for tag in "AB"]
    all_of_a = [("A", float(number), number) for number in range(20)]
    silent = in_order(made, all_of_a, {})
    assert len(silent.lost) == 19 - ON_ITS_WAY
    assert {tag for tag, _, _ in silent.lost} == {"B"}
    ends = in_order(made, [*all_of_a, ("B", 0.0, 0), ("B", 1.0, 1)], {})
    assert [text for _, _, text in ends.lost] == [repr(float(number)) for number in range(2, 19 - ON_ITS_WAY)]
    assert in_order(made, [*all_of_a, ("B", 0.0, 0)], {"B": [(0, 19)]}).passed
    assert in_order(made, [*all_of_a, *(("B", float(number), number) for number in range(16))], {}).passed
