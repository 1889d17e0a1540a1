"""The conformance kit: what every connector promises, as tests. A connector's own test file is this and its device.

Example:
    >>> from titer.testing.bench import Peer
    >>> from titer.testing.conformance import ConnectorKit
    >>> class TestTurbidityMeter(ConnectorKit):
    ...     peer = Peer

pytest collects the tests of the class. What a device of the kind cannot do is exempt with a reason, and shows as
skipped with it.
"""

# ruff: noqa: S101 - the kit's verdicts are assertions, as pytest wants them.

from __future__ import annotations

import asyncio
import gc
import json
import resource
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar
from unittest import SkipTest

import numpy as np

from titer.base.errors import Invalid, TiterError
from titer.connect import STAMPED_ON_RECEIPT, TYPES, Quality
from titer.testing.bench import CONNECTION, Bench, Peer, until
from titer.testing.connectors import patience

PROMPT_S = 3.0
"""How long a connector may take to let go."""
FLOOD_MB = 40
"""How far memory may grow while 64 MB come in that never end."""


class ConnectorKit:
    """Subclass it in a test file and say which device to test against."""

    peer: ClassVar[type[Peer]]

    def _run(self, folder: Path, disturb: Callable[[Bench], Awaitable[None]], check: str = "") -> None:
        reason = self.peer.exempt.get(check)
        if reason:
            raise SkipTest(f"{self.peer.type}: {reason}")

        async def campaign() -> None:
            async with Bench(self.peer(folder), folder) as bench:
                await disturb(bench)
                assert not bench.log.faults, bench.log.faults
            left = [task for task in asyncio.all_tasks() if _of_connector(task)]
            await asyncio.wait(left, timeout=2 * patience()) if left else None
            assert not [task for task in left if not task.done()], left

        asyncio.run(campaign())

    # what it says of itself -----------------------------------------------------------------------------

    def test_its_manifest_is_data_and_its_settings_are_checked(self, tmp_path: Path) -> None:
        kind = TYPES[self.peer.type]
        manifest = json.loads(json.dumps(kind.manifest()))
        assert manifest["settings"]["additionalProperties"] is False
        assert all(one["description"] for one in manifest["settings"]["properties"].values())
        assert kind.met, "A connector says which devices it has met."
        settings = self.peer(tmp_path).settings(5000)
        assert set(settings) <= set(manifest["settings"]["properties"]), (
            "a setting that the schema does not know"
        )
        kind.checked(settings)
        for name in manifest["settings"]["required"]:
            try:
                kind.checked({key: value for key, value in settings.items() if key != name})
            except TiterError:
                continue
            raise AssertionError(f"The setting {name} is required, and nobody misses it.")
        if kind.strict:
            try:
                kind.checked({**settings, "no_such_setting": 1})
            except Invalid as error:
                assert "no_such_setting" in str(error)
            else:
                raise AssertionError("A setting that does not exist is accepted.")

    # values ---------------------------------------------------------------------------------------------

    def test_every_value_arrives_once_in_order_with_its_times(self, tmp_path: Path) -> None:
        async def watch(bench: Bench) -> None:
            await bench.flowing(10)
            frames = bench.frames()
            expected: dict[int, int] = {}
            for frame in frames:
                assert frame.first == expected.get(frame.epoch, 1), "a sequence number is missing"
                expected[frame.epoch] = frame.last + 1
                assert np.all(frame.received_us > 0)
                stamped = frame.status == STAMPED_ON_RECEIPT
                assert np.all(frame.source_us[stamped] <= frame.received_us[stamped])
                assert np.all(frame.quality[stamped] == Quality.GOOD)
            assert len(expected) == 1 or not bench.peer.channels(), "one life of the device is one epoch"
            assert not bench.events("gap_opened")
            assert bench.status()["identity"]["fingerprint"]
            result = bench.verdict()
            assert result.passed, str(result)
            assert result.in_gaps == 0
            assert result.stored >= 10

        self._run(tmp_path, watch)

    def test_an_absent_hub_and_lost_answers_lose_and_double_nothing(self, tmp_path: Path) -> None:
        async def disturb(bench: Bench) -> None:
            bench.hub.stop()
            await asyncio.sleep(0.6)
            bench.hub.forget_answers = 2
            bench.hub.start()
            await until(lambda: bench.hub.forget_answers == 0, "two lost answers")
            await bench.flowing()
            result = bench.verdict()
            assert result.passed, str(result)
            assert result.in_gaps == 0

        self._run(tmp_path, disturb)

    # what breaks ----------------------------------------------------------------------------------------

    def test_a_cut_cable_is_said_and_nothing_is_lost_in_silence(self, tmp_path: Path) -> None:
        async def disturb(bench: Bench) -> None:
            bench.cable.cut()
            await asyncio.sleep(0.5)
            bench.cable.restore()
            await bench.flowing()
            await self._account(bench)
            if "cut" not in self.peer.exempt:
                assert bench.events("reconnected"), "The cable was cut, and nobody says so."

        self._run(tmp_path, disturb)

    def test_a_frozen_device_is_noticed(self, tmp_path: Path) -> None:
        async def disturb(bench: Bench) -> None:
            bench.cable.freeze()
            await until(lambda: bench.states()[-1] == "disconnected", "noticing that the device is frozen")
            bench.cable.thaw()
            await bench.flowing()
            await self._account(bench)

        self._run(tmp_path, disturb, "freeze")

    def test_a_killed_device_is_said_and_its_new_life_is_another_epoch(self, tmp_path: Path) -> None:
        async def disturb(bench: Bench) -> None:
            await bench.peer.stop()
            await asyncio.sleep(0.3)
            await bench.start_peer()
            await bench.flowing()
            await self._account(bench)
            epochs = {frame.epoch for frame in bench.frames()}
            assert "life" in self.peer.exempt or len(epochs) == 2, epochs

        self._run(tmp_path, disturb)

    def test_a_host_that_was_away_says_what_it_missed(self, tmp_path: Path) -> None:
        async def disturb(bench: Bench) -> None:
            await bench.stop_host()
            await asyncio.sleep(0.3)
            bench.start_host()
            await bench.flowing()
            await self._account(bench)

        self._run(tmp_path, disturb)

    async def _account(self, bench: Bench) -> None:
        def settled() -> bool:
            opened = {(e["gap"], tag) for e in bench.events("gap_opened") for tag in e["channels"]}
            closed = {
                (e["gap"], tag)
                for kind in ("gap_filled", "gap_unrecoverable")
                for e in bench.events(kind)
                for tag in e["channels"]
            }
            return opened <= closed and bench.verdict().passed

        try:
            await until(settled, "settling every gap")
        except AssertionError as error:
            raise AssertionError(f"{error}: {bench.verdict()}") from error

    # what the device does -------------------------------------------------------------------------------

    def test_what_cannot_be_measured_is_bad_and_no_number(self, tmp_path: Path) -> None:
        async def disturb(bench: Bench) -> None:
            await bench.peer.fault()
            await until(
                lambda: any(np.any(frame.quality == Quality.BAD) for frame in bench.frames()), "a bad value"
            )
            await bench.peer.mend()
            await bench.flowing()
            result = bench.verdict()
            assert result.passed, str(result)

        self._run(tmp_path, disturb, "fault")

    def test_garbage_is_contained_and_values_go_on(self, tmp_path: Path) -> None:
        async def disturb(bench: Bench) -> None:
            await bench.peer.garbage()
            await bench.flowing()
            await self._account(bench)

        self._run(tmp_path, disturb, "garbage")

    def test_a_message_without_end_takes_no_memory(self, tmp_path: Path) -> None:
        async def disturb(bench: Bench) -> None:
            gc.collect()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            await bench.peer.flood()
            await bench.flowing()
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            assert grown < FLOOD_MB, f"{grown:.0f} MB"

        self._run(tmp_path, disturb, "flood")

    def test_an_overflow_is_said(self, tmp_path: Path) -> None:
        async def disturb(bench: Bench) -> None:
            await bench.peer.overflow()
            await until(lambda: bool(bench.events("overflow")), "the word that values were dropped")
            await bench.flowing()
            await self._account(bench)

        self._run(tmp_path, disturb, "overflow")

    # what is asked of it --------------------------------------------------------------------------------

    def test_a_command_is_carried_out_once_however_often_it_is_sent(self, tmp_path: Path) -> None:
        async def order(bench: Bench) -> None:
            def send(key: str, **more: Any) -> None:
                body = {"value": None, "unit": "", "parameters": {}, **bench.peer.command(), **more}
                bench.hub.command(key=key, connection=CONNECTION, **body)

            before = bench.peer.carried_out()
            send("k1")
            await until(lambda: "k1" in bench.hub.receipts, "the receipt")
            first = bench.hub.receipts.pop("k1")
            assert first["outcome"] == "done", first
            await until(lambda: "k1" in bench.hub.receipts, "the receipt of the same key")
            assert bench.hub.receipts["k1"] == first
            assert bench.peer.carried_out() == before + 1
            send("late", deadline="2026-01-01T00:00:00Z")
            send("nowhere", target="no.such/target")
            await until(
                lambda: {"late", "nowhere"} <= set(bench.hub.receipts), "the receipts of refused orders"
            )
            assert {bench.hub.receipts[key]["outcome"] for key in ("late", "nowhere")} == {"failed"}
            assert bench.peer.carried_out() == before + 1

        self._run(tmp_path, order, "command")

    def test_secrets_are_in_no_log_status_or_identity(self, tmp_path: Path) -> None:
        async def look(bench: Bench) -> None:
            bench.cable.cut()
            await until(
                lambda: bench.states()[-1] == "disconnected" or self.peer.dials, "the fault's log line"
            )
            bench.cable.restore()
            await bench.flowing()
            said = bench.log.text + json.dumps(bench.hub.statuses)
            said += "".join(json.dumps(frame.events) for frame in bench.frames())
            assert self.peer.secret not in said

        self._run(tmp_path, look, "secret")

    def test_it_lets_go_promptly_in_every_state(self, tmp_path: Path) -> None:
        async def leave(bench: Bench) -> None:
            assert await bench.stop_host() < PROMPT_S * patience()
            bench.start_host()
            await bench.flowing()
            bench.cable.freeze()
            await asyncio.sleep(0.2)
            assert await bench.stop_host() < PROMPT_S * patience()
            bench.cable.thaw()

        self._run(tmp_path, leave)


def _of_connector(task: asyncio.Task[Any]) -> bool:
    """Whether a task runs a connector's own code: what the device's library leaves behind is none of its business."""
    code = getattr(task.get_coro(), "cr_code", None)
    return task is not asyncio.current_task() and code is not None and "titer" in Path(code.co_filename).parts
