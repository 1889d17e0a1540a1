"""Methods of an OPC UA server: allowed by configuration, called with typed arguments, never repeated."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest
from tests.peers.reactor_hall import URI, hall

from titer.base.clock import SystemClock
from titer.base.errors import Invalid
from titer.connect.core.contract import Command, ConnectionConfig, Outcome, Receipt, Resume
from titer.connect.opcua.connector import OpcUaConnector

DOSE = [f"nsu={URI};s=BR-7", f"nsu={URI};s=Dose"]


def config(address: str, methods: Any) -> ConnectionConfig:
    return ConnectionConfig.of(
        {
            "name": "hall",
            "type": "opcua",
            "settings": {"endpoint": address, "allow_unencrypted": True, "methods": methods},
            "channels": [{"tag": "Label", "node": f"nsu={URI};s=Label"}],
        }
    )


def test_a_method_is_called_with_typed_arguments_and_what_does_not_fit_is_never_sent(tmp_path: Path) -> None:
    async def campaign(address: str) -> None:
        connector = OpcUaConnector(config(address, {"Dose": DOSE}), SystemClock(), tmp_path)
        await connector.open(Resume({}, {}, 1))

        async def follow() -> None:
            async for batch in connector.stream():
                await connector.ack(batch.cursor)

        streaming = asyncio.create_task(follow())

        async def call(key: str, target: str = "Dose", **parameters: Any) -> Receipt:
            return await connector.invoke(Command(key, "hall", "call", target, parameters=parameters))

        done = await call("k1", amount="2.5", times="3", now="true")
        assert (done.outcome, done.responses) == (Outcome.DONE, {"given": "7.5", "note": "call 1"}), done
        for key, target, parameters, words in (
            ("k2", "Dose", {"amount": "2.5", "times": "3.5", "now": "true"}, "does not fit"),
            ("k3", "Dose", {"amount": "much", "times": "3", "now": "true"}, "no number"),
            ("k4", "Dose", {"amount": "2.5", "times": "3"}, "needs the argument now"),
            ("k5", "Dose", {"amount": "1", "times": "1", "now": "true", "by": "me"}, "no argument by"),
            ("k6", "Empty", {}, "allows no method Empty"),
            ("k7", "Dose", {"amount": "-1", "times": "1", "now": "true"}, "BadOutOfRange"),
        ):
            failed = await call(key, target, **parameters)
            assert failed.outcome is Outcome.FAILED, key
            assert words in failed.message, failed
        # Of what was interrupted nothing can be read back: it is unknown, and nothing is called to find out.
        lost = await connector.observe(Command("k8", "hall", "call", "Dose", parameters={}))
        assert lost.outcome is Outcome.UNKNOWN
        again = await call("k9", amount="1", times="0", now="false")
        assert again.responses == {"given": "0.0", "note": "call 2"}, (
            "of those before, only k1 was carried out"
        )
        streaming.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await streaming
        await connector.close()

    with hall() as address:
        asyncio.run(campaign(address))


def test_methods_that_are_written_wrongly_are_refused_before_anything_is_opened(tmp_path: Path) -> None:
    for methods in ("{", "[]", {"Dose": "nsu=x;s=y"}, {"Dose": ["a"]}):
        with pytest.raises(Invalid, match="method"):
            OpcUaConnector(config("opc.tcp://127.0.0.1:9", methods), SystemClock(), tmp_path)
