"""unitelabs-sila's server as the instrument that `sila2_server` is too: it measures, echoes, washes and cancels.

Arguments: port, PEM of certificate and of key. It says `ready` and serves until its input closes.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sila import server as sila

Unknown = sila.DefinedExecutionError.create(
    identifier="InvalidCommandExecutionUUID",
    display_name="Invalid Command Execution UUID",
    description="None runs.",
)
Unsupported = sila.DefinedExecutionError.create(
    identifier="OperationNotSupported", display_name="Operation Not Supported", description="Not this one."
)


def element(identifier: str, data_type: Any) -> dict[str, Any]:
    """A parameter or response alone."""
    return {
        identifier: sila.Element(
            identifier=identifier, display_name=identifier, description=".", data_type=data_type
        )
    }


class Bench:
    """What it does."""

    def __init__(self) -> None:
        self.washing: dict[str, asyncio.Event] = {}
        self.rinsing: set[str] = set()
        self.gone = asyncio.Event()

    async def temperature(self, **_: Any) -> AsyncIterator[dict[str, float]]:
        """Half a degree more each tenth of a second."""
        degrees = 20.0
        while True:
            yield {"Temperature": degrees}
            degrees += 0.5
            await asyncio.sleep(0.1)

    async def wash(self, Cycles: int, *, command_execution: Any, **_: Any) -> dict[str, int]:
        """A cycle each fifth of a second, each told; it can be cancelled."""
        key = command_execution.command_execution_uuid
        ending = self.washing[key] = asyncio.Event()
        try:
            for cycle in range(Cycles):
                command_execution.send_intermediate_responses({"Cycle": cycle + 1})
                try:
                    async with asyncio.timeout(0.2):
                        await ending.wait()
                    raise sila.UndefinedExecutionError("The wash was cancelled.")
                except TimeoutError:
                    command_execution.update_execution_info(
                        (cycle + 1) / Cycles, timedelta(seconds=0.2 * (Cycles - cycle - 1))
                    )
        finally:
            del self.washing[key]
        return {"Done": Cycles}

    async def rinse(self, Cycles: int, *, command_execution: Any, **_: Any) -> dict[str, int]:
        """Cycle 0 until `Go` is called, so that whoever asks has subscribed; then all the others without a pause."""
        key = command_execution.command_execution_uuid
        self.rinsing.add(key)
        while not self.gone.is_set():
            command_execution.send_intermediate_responses({"Cycle": 0})
            await asyncio.sleep(0.05)
        for cycle in range(Cycles):
            command_execution.send_intermediate_responses({"Cycle": cycle + 1})
        self.rinsing.discard(key)
        return {"Done": Cycles}

    async def go(self, **_: Any) -> dict[str, Any]:
        """Let the rinse go on."""
        self.gone.set()
        return {}

    async def cancel(self, CommandExecutionUUID: str, **_: Any) -> dict[str, Any]:
        """Only what washes."""
        if CommandExecutionUUID in self.rinsing:
            raise Unsupported("A rinse runs to its end.")
        if CommandExecutionUUID not in self.washing:
            raise Unknown("Nothing washes under this one.")
        self.washing[CommandExecutionUUID].set()
        return {}


def feature(bench: Bench) -> Any:
    """`org.example/bench/Bench/v1`."""
    made = sila.Feature(
        identifier="Bench",
        display_name="Bench",
        description="A bench.",
        originator="org.example",
        category="bench",
        version="1.0",
    )
    sila.UnobservableCommand(
        identifier="Measure",
        display_name="Measure",
        description="Measures.",
        function=lambda SampleId, **_: {"Glucose": 4.35},
        parameters=element("SampleId", sila.String),
        responses=element("Glucose", sila.Real),
    ).add_to_feature(made)
    sila.UnobservableCommand(
        identifier="Echo",
        display_name="Echo",
        description="Gives back.",
        function=lambda Data, **_: {"Data": Data},
        parameters=element("Data", sila.Binary),
        responses=element("Data", sila.Binary),
    ).add_to_feature(made)
    sila.UnobservableCommand(
        identifier="Go", display_name="Go", description="Lets a rinse go on.", function=bench.go
    ).add_to_feature(made)
    for identifier, function in (("Wash", bench.wash), ("Rinse", bench.rinse)):
        sila.ObservableCommand(
            identifier=identifier,
            display_name=identifier,
            description="Washes.",
            function=function,
            parameters=element("Cycles", sila.Integer),
            responses=element("Done", sila.Integer),
            intermediate_responses=element("Cycle", sila.Integer),
        ).add_to_feature(made)
    sila.UnobservableProperty(
        identifier="State",
        display_name="State",
        description="Idle.",
        data_type=sila.String,
        function=lambda **_: {"State": "Idle"},
    ).add_to_feature(made)
    sila.ObservableProperty(
        identifier="Temperature",
        display_name="Temperature",
        description="degC.",
        data_type=sila.Real,
        function=bench.temperature,
    ).add_to_feature(made)
    return made


def cancelling(bench: Bench) -> Any:
    """The core feature CancelController, as far as the bench has it."""
    made = sila.Feature(
        identifier="CancelController",
        display_name="Cancel Controller",
        description="Cancels.",
        originator="org.silastandard",
        category="core.commands",
        version="1.0",
        maturity_level="Verified",
        errors={"InvalidCommandExecutionUUID": Unknown, "OperationNotSupported": Unsupported},
    )
    identifier = sila.Custom.create(
        identifier="UUID",
        display_name="UUID",
        description="Of an execution.",
        data_type=sila.Constrained.create(sila.String, [sila.Length(36)]),
        feature=made,
    )
    sila.UnobservableCommand(
        identifier="CancelCommand",
        display_name="Cancel Command",
        description="Cancels.",
        function=bench.cancel,
        parameters=element("CommandExecutionUUID", identifier),
        errors={"InvalidCommandExecutionUUID": Unknown, "OperationNotSupported": Unsupported},
    ).add_to_feature(made)
    return made


def served(
    port: int,
    bench: Bench,
    *,
    cancels: bool = True,
    certificate: bytes | None = None,
    key: bytes | None = None,
) -> Any:
    """The server, not started yet."""
    server = sila.Server(
        sila.ServerConfig(
            hostname="127.0.0.1",
            port=port,
            tls=certificate is not None,
            certificate_chain=certificate,
            private_key=key,
            uuid="2f0d7c8e-51a4-4f0e-9a52-6d612d303101",
            name="bench",
            type="Bench",
            description="A bench.",
            version="1.2",
            vendor_url="https://example.org",
        )
    )
    server.register_feature(feature(bench))
    if cancels:
        server.register_feature(cancelling(bench))
    return server


async def main() -> None:
    """Serve until the input closes."""
    port, certificate, key = sys.argv[1:]
    read = await asyncio.to_thread(lambda: [Path(one).read_bytes() for one in (certificate, key)])
    server = served(int(port), Bench(), certificate=read[0], key=read[1])
    await server.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(main())
