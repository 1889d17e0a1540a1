"""The SiLA 2 connector against a SiLA 2 server of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sila import server as sila
from tests.peers import unitelabs_server

from titer.base.canonical import canonical
from titer.base.clock import SystemClock
from titer.base.errors import Invalid, Refused, TiterError
from titer.connect import STAMPED_ON_RECEIPT
from titer.connect.core.contract import Batch, Command, ConnectionConfig, Outcome, Resume
from titer.connect.sila2.connector import SilaConnector
from titer.connect.sila2.progress import LONGEST, MOST_WAITING, Progress
from titer.connect.sila2.settings import SilaSettings

NoSuchSample = sila.DefinedExecutionError.create(
    identifier="NoSuchSample", display_name="No Such Sample", description="Not in the rack."
)


def element(identifier: str, data_type: Any) -> sila.Element:
    return sila.Element(identifier=identifier, display_name=identifier, description=".", data_type=data_type)


class Analyser:
    def __init__(self) -> None:
        self.count = 0
        self.temperature = asyncio.Queue[float]()

    async def measure(self, SampleId: str, **_: Any) -> dict[str, Any]:
        if SampleId == "missing":
            raise NoSuchSample("There is no bottle with this number.")
        self.count += 1
        return {"Glucose": 4.35, "Count": self.count, "Note": "ok"}

    async def wash(self, Cycles: int, **_: Any) -> dict[str, Any]:
        await asyncio.sleep(0.3)
        return {"Done": Cycles}

    async def follow(self, **_: Any) -> AsyncIterator[dict[str, float]]:
        while True:
            yield {"Temperature": await self.temperature.get()}

    def feature(self) -> sila.Feature:
        feature = sila.Feature(
            identifier="Analysis",
            display_name="Analysis",
            description="For the test.",
            originator="org.example",
            category="test",
            version="1.0",
            errors={"NoSuchSample": NoSuchSample},
        )
        sila.UnobservableCommand(
            identifier="Measure",
            display_name="Measure",
            description=".",
            function=self.measure,
            errors={"NoSuchSample": NoSuchSample},
            parameters={"SampleId": element("SampleId", sila.String)},
            responses={
                "Glucose": element("Glucose", sila.Real),
                "Count": element("Count", sila.Integer),
                "Note": element("Note", sila.String),
            },
        ).add_to_feature(feature)
        sila.ObservableCommand(
            identifier="Wash",
            display_name="Wash",
            description=".",
            function=self.wash,
            parameters={"Cycles": element("Cycles", sila.Integer)},
            responses={"Done": element("Done", sila.Integer)},
        ).add_to_feature(feature)
        sila.UnobservableProperty(
            identifier="State",
            display_name="State",
            description=".",
            data_type=sila.String,
            function=lambda **_: {"State": "Idle"},
        ).add_to_feature(feature)
        sila.ObservableProperty(
            identifier="Temperature",
            display_name="Temperature",
            description=".",
            data_type=sila.Real,
            function=self.follow,
        ).add_to_feature(feature)
        return feature


@asynccontextmanager
async def served(analyser: Analyser, port: int = 0) -> AsyncIterator[int]:
    server = sila.Server(
        sila.ServerConfig(
            hostname="127.0.0.1",
            port=port,
            tls=False,
            uuid="6f0d7c8e-51a4-4f0e-9a52-6d612d303199",
            name="test",
            type="TestAnalyser",
            description=".",
            version="1.2",
            vendor_url="https://example.org",
        )
    )
    server.register_feature(analyser.feature())
    await server.start()
    try:
        yield int(server._address.rpartition(":")[2])
    finally:
        await server.stop()


def connector(port: int, **settings: Any) -> SilaConnector:
    config = ConnectionConfig.of(
        {
            "name": "ma-01",
            "type": "sila2",
            "settings": {
                "host": "127.0.0.1",
                "port": port,
                "allow_unencrypted": True,
                "poll_s": 0.2,
                "heartbeat_s": 0.3,
                "timeout_s": 60,
                "command_patience_s": 120,
                **settings,
            },
            "channels": [
                {"tag": "MA-01.State", "node": "Analysis/State"},
                {"tag": "MA-01.Temperature", "node": "org.example/test/Analysis/v1/Property/Temperature"},
            ],
        }
    )
    return SilaConnector(config, SystemClock(), Path())


async def collect(adapter: SilaConnector, into: list[Batch]) -> None:
    async for batch in adapter.stream():
        into.append(batch)
        await adapter.ack(batch.cursor)


def order(target: str, **parameters: Any) -> Command:
    return Command("k", "ma-01", "call", target, parameters=parameters)


def test_commands_are_called_and_properties_recorded() -> None:
    async def check() -> None:
        analyser, batches = Analyser(), list[Batch]()
        async with served(analyser) as port:
            adapter = connector(port)
            await adapter.open(Resume({}, {}, 1))
            streaming = asyncio.create_task(collect(adapter, batches))
            done = await adapter.invoke(order("Analysis/Measure", SampleId="S-1"))
            assert done.outcome is Outcome.DONE
            assert done.responses == {"Glucose": "4.35", "Count": 1, "Note": "ok"}
            washed = await adapter.invoke(order("org.example/test/Analysis/v1/Command/Wash", Cycles="3"))
            assert (washed.outcome, washed.responses) == (Outcome.DONE, {"Done": 3})
            refused = await adapter.invoke(order("Analysis/Measure", SampleId="missing"))
            assert refused.outcome is Outcome.FAILED
            assert "NoSuchSample" in refused.message
            for wrong in ("Analysis/Nothing", "Nothing/Measure"):
                assert (await adapter.invoke(order(wrong))).outcome is Outcome.FAILED
            assert "missing" in (await adapter.invoke(order("Analysis/Measure"))).message
            await analyser.temperature.put(21.5)
            await until(lambda: any(21.5 in b.columns.value and len(b.columns) for b in batches))
            await until(lambda: any("Idle" in b.columns.text.values() for b in batches))
            identity = await adapter.describe()
            assert identity.model == "TestAnalyser"
            assert identity.details["timestamps"] == "stamped on receipt"
            assert "org.example/test/Analysis/v1" in identity.details["features"]
            assert (await adapter.describe()).as_dict() == identity.as_dict()
            streaming.cancel()
            await asyncio.gather(streaming, return_exceptions=True)
            await adapter.close()
        values = [
            (int(b.columns.channel[row]), b.columns.text.get(row, float(b.columns.value[row])))
            for b in batches
            for row in range(len(b.columns))
        ]
        assert (0, "Idle") in values
        assert (1, 21.5) in values
        assert all((b.columns.status == STAMPED_ON_RECEIPT).all() for b in batches if len(b.columns))

    asyncio.run(check())


@asynccontextmanager
async def washing(
    *, cancels: bool, channels: Sequence[str] = ()
) -> AsyncIterator[tuple[SilaConnector, list[Batch], asyncio.Task[None]]]:
    """A connector at the bench of the peers, streaming."""
    batches = list[Batch]()
    server = unitelabs_server.served(0, unitelabs_server.Bench(), cancels=cancels)
    await server.start()
    raw = {
        "name": "bench",
        "type": "sila2",
        "settings": {
            "host": "127.0.0.1",
            "port": int(server._address.rpartition(":")[2]),
            "allow_unencrypted": True,
            "timeout_s": 60,
            "command_patience_s": 120,
        },
        "channels": [{"tag": f"T{at}", "node": node} for at, node in enumerate(channels)],
    }
    adapter = SilaConnector(ConnectionConfig.of(raw), SystemClock(), Path())
    await adapter.open(Resume({}, {}, 1))
    streaming = asyncio.create_task(collect(adapter, batches))
    try:
        yield adapter, batches, streaming
    finally:
        streaming.cancel()
        await asyncio.gather(streaming, return_exceptions=True)
        await adapter.close()
        await server.stop()


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not found():
            await asyncio.sleep(0.02)


def told(batches: list[Batch]) -> list[dict[str, Any]]:
    return [one for batch in batches for one in batch.events if one["kind"] == "command_progress"]


def test_what_a_command_tells_goes_into_the_stream_and_onto_the_channels_that_name_it() -> None:
    nodes = ("Bench/Rinse/Cycle", "org.example/bench/Bench/v1/Command/Rinse/@progress", "Bench/Rinse/@status")

    async def check() -> None:
        async with washing(cancels=False, channels=nodes) as (adapter, batches, _):
            running = asyncio.create_task(adapter.invoke(order("Bench/Rinse", Cycles=3)))
            await until(lambda: any(one["responses"] for one in told(batches)))
            await adapter.invoke(Command("go", "ma-01", "call", "Bench/Go"))
            receipt = await running

            def given(index: int) -> list[Any]:
                return [
                    b.columns.text.get(row, float(b.columns.value[row]))
                    for b in batches
                    for row in range(len(b.columns))
                    if b.columns.channel[row] == index
                ]

            await until(lambda: "finished_successfully" in given(2) and 1.0 in given(1))
            await until(lambda: any("finished" in one["reason"] for one in told(batches)))
            await until(lambda: 3.0 in given(0))
            assert [cycle for cycle in given(0) if cycle] == [1.0, 2.0, 3.0]
            assert receipt.message == f"{len(given(0))} intermediate responses came while it ran."
            assert "running" in given(2)
            assert all((b.columns.status == STAMPED_ON_RECEIPT).all() for b in batches if len(b.columns))

    asyncio.run(check())


def test_a_channel_that_names_nothing_a_command_tells_is_refused() -> None:
    async def check() -> None:
        for node in ("Bench/Wash/Colour", "Bench/Measure/Glucose", "Bench/Nothing/@status"):
            async with washing(cancels=False, channels=(node,)) as (_, _, streaming):
                with pytest.raises(Invalid, match="names nothing that a command"):
                    async with asyncio.timeout(120):
                        await streaming

    asyncio.run(check())


def test_a_command_is_cancelled_only_where_server_and_command_can() -> None:
    async def check() -> None:
        async with washing(cancels=False) as (adapter, batches, _):
            running = asyncio.create_task(adapter.invoke(order("Bench/Rinse", Cycles=1)))
            await until(lambda: bool(told(batches)))
            refused = await adapter.invoke(Command("c", "ma-01", "cancel", "k"))
            assert refused.outcome is Outcome.FAILED
            assert "does not implement the core feature CancelController" in refused.message
            await adapter.invoke(Command("go", "ma-01", "call", "Bench/Go"))
            assert (await running).outcome is Outcome.DONE
        async with washing(cancels=True) as (adapter, batches, _):
            running = asyncio.create_task(adapter.invoke(order("Bench/Rinse", Cycles=1)))
            await until(lambda: bool(told(batches)))
            refused = await adapter.invoke(Command("c", "ma-01", "cancel", "k"))
            assert "does not cancel this command" in refused.message
            await adapter.invoke(Command("go", "ma-01", "call", "Bench/Go"))
            assert (await running).outcome is Outcome.DONE

    asyncio.run(check())


def test_more_than_can_be_carried_off_is_counted_and_said_and_what_was_not_durable_is_told_again() -> None:
    async def check() -> None:
        async def put(index: int, value: Any) -> None:
            raise AssertionError((index, value))

        progress = Progress(SystemClock(), put)
        one = progress.of(order("Bench/Wash"), "org.example/bench/Bench/v1", "Wash")
        one.begun("6f0d7c8e-51a4-4f0e-9a52-6d612d303101")
        for cycle in range(MOST_WAITING + 5):
            await one.responses({"Cycle": cycle, "Large": 2**60, "Ratio": 0.1})
        await one.responses({"Picture": bytes(LONGEST)})
        first = progress.taken()
        assert (len(first), first[0]["lost"], first[0]["count"]) == (1, 6, MOST_WAITING + 6)
        assert "6 more came faster" in first[0]["reason"]
        canonical(first[0])
        assert first[0]["responses"][0]["values"] == {"Cycle": 0, "Large": str(2**60), "Ratio": "0.1"}
        await one.responses({"Picture": bytes(LONGEST)})
        again = progress.taken()
        assert again[0] is first[0]
        assert again[1]["responses"][0]["values"]["too_long"]["characters"] > 2 * LONGEST
        progress.kept()
        assert progress.taken() == ()

    asyncio.run(check())


def test_a_command_without_a_connection_fails_unsent() -> None:
    async def check() -> None:
        adapter = connector(1, command_patience_s=0.1)
        receipt = await adapter.invoke(order("Analysis/Measure", SampleId="S-1"))
        assert receipt.outcome is Outcome.FAILED
        assert "nothing was sent" in receipt.message

    asyncio.run(check())


def test_an_outage_is_a_gap_that_nobody_can_fill() -> None:
    async def check() -> None:
        batches = list[Batch]()
        async with served(Analyser()) as port:
            adapter = connector(port)
            await adapter.open(Resume({}, {}, 1))
            streaming = asyncio.create_task(collect(adapter, batches))
            while not any(len(b.columns) for b in batches):
                await asyncio.sleep(0.05)
        with pytest.raises(TiterError):
            async with asyncio.timeout(20):
                await streaming
        last = max(int(b.columns.source_us.max()) for b in batches if len(b.columns))
        from titer.connect.core.contract import Known

        async with served(Analyser(), port):
            await adapter.open(Resume({"MA-01.State": Known(last, 0.0, "Idle", 0)}, {}, 1))
            batches.clear()
            streaming = asyncio.create_task(collect(adapter, batches))
            while not batches:
                await asyncio.sleep(0.05)
            streaming.cancel()
            await asyncio.gather(streaming, return_exceptions=True)
            await adapter.close()
        kinds = [e["kind"] for e in batches[0].events]
        assert kinds == ["reconnected", "gap_opened", "gap_unrecoverable"]
        assert batches[0].events[2]["windows"]["MA-01.State"][0] == last

    asyncio.run(check())


def test_an_unencrypted_server_needs_permission() -> None:
    with pytest.raises(Refused, match="not encrypted"):
        connector(50052, allow_unencrypted=False, tls=False)


def test_allowing_an_unencrypted_server_is_enough_and_a_certificate_asks_for_tls(tmp_path: Path) -> None:
    there = {"host": "127.0.0.1", "port": 50052}
    assert SilaSettings.of(there).tls
    assert not SilaSettings.of({**there, "allow_unencrypted": True}).tls
    root = tmp_path / "root.pem"
    root.write_bytes(b"pem")
    assert SilaSettings.of({**there, "allow_unencrypted": True, "root_certificate": str(root)}).tls
    for wrong in (
        {"heartbeat_s": 0},
        {"timeout_s": "soon"},
        {"port": "none"},
        {"root_certificate": "/nowhere"},
    ):
        with pytest.raises(Invalid):
            SilaSettings.of({**there, **wrong})
