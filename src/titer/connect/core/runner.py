"""One connection at work: stream, ship, backfill, commands, status, each in a task of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from dataclasses import replace
from typing import Any

from titer.base.clock import Clock, from_us, iso, us
from titer.base.errors import IntegrityFault, Refused
from titer.connect.core.clocks import ClockWatch
from titer.connect.core.columns import Columns
from titer.connect.core.contract import (
    Batch,
    Capability,
    ClockSample,
    Command,
    ConnectionConfig,
    Connector,
    DeviceIdentity,
    Filled,
    Outcome,
    Receipt,
    Secured,
    event,
)
from titer.connect.core.gaps import settled
from titer.connect.core.journal import Journal, JournalFull
from titer.connect.core.supervise import Backoff, Once, repeat
from titer.connect.core.upstream import Upstream

log = logging.getLogger("titer.connect")
BACKFILL_ATTEMPTS = 6
SHIP_EVERY_S = 0.5
MUCH_BYTES = 16 * 1024
"""Of frames in one request: some three hundred values."""
MANY_FRAMES = 100
"""Frames at once that are a backlog, and no longer what came in since the last request."""


class ConnectionRunner:
    """Runs one connection until it is cancelled.

    Args:
        config: the connection as the hub gave it.
        connector: its adapter, not yet opened.
        journal: its open journal.
        hub: where everything goes.
        clock: the host's clock.
        because: why nothing was taken before, if that is known.
    """

    def __init__(
        self,
        config: ConnectionConfig,
        connector: Connector,
        journal: Journal,
        hub: Upstream,
        clock: Clock,
        *,
        because: str = "",
    ) -> None:
        self.config = config
        self._connector = connector
        self._journal = journal
        self._spool = journal.path.parent / "spool"
        self._hub = hub
        self._clock = clock
        self._because = because
        self._state, self._message = "connecting", ""
        self._since = us(clock.now())
        self._identity: DeviceIdentity | None = None
        self._opened, self._identity_since = self._since, self._since
        self._sample: ClockSample | None = None
        self._watch = ClockWatch(
            int(float(config.settings.get("clock_limit_s", 5)) * 1e6),
            float(config.settings.get("clock_drift_ppm", 200)),
        )
        self._changed = asyncio.Event()
        self._gaps = asyncio.Event()
        self._receipts = asyncio.Event()
        self._documents = asyncio.Event()
        self._full: tuple[int, str] | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        name = self.config.name
        for command in await self._journal.interrupted():
            self.command(command)
        await self._tidy_spool()
        async with asyncio.TaskGroup() as group:

            def keep(what: str, step: Any, wake: asyncio.Event | None = None, most: float = 15.0) -> None:
                group.create_task(
                    repeat(step, Once(log, f"{name}: {what}"), wake=wake, most=most), name=f"{name} {what}"
                )

            group.create_task(self._stream(), name=f"{name} stream")
            keep("ship", self._ship, self._journal.grown, 2.0)
            keep("receipts", self._post_receipts, self._receipts, 2.0)
            keep("status", self._post_status, self._changed, 5.0)
            if Capability.FILES in self._connector.capabilities:
                keep("documents", self._post_documents, self._documents, 2.0)
            if Capability.HISTORY in self._connector.capabilities:
                keep("backfill", self._backfill, self._gaps, 30.0)
            if Capability.CLOCK in self._connector.capabilities:
                keep("clock", self._sample_clock)

    async def _tidy_spool(self) -> None:
        """Delete spooled bytes that the hub took just before this host was killed."""
        waiting = {body["digest"] for body in await self._journal.unaccepted_documents()}
        if await asyncio.to_thread(self._spool.is_dir):
            for path in await asyncio.to_thread(lambda: list(self._spool.iterdir())):
                if path.name not in waiting:
                    path.unlink(missing_ok=True)

    async def close(self) -> None:
        """Let go of device and journal."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self._connector.close()
        await self._journal.close()

    # the stream -----------------------------------------------------------------------------------------

    async def _stream(self) -> None:
        once, backoff = Once(log, f"{self.config.name}: stream"), Backoff(0.2, 10.0)
        while True:
            try:
                resume = replace(await self._journal.resume(), because=self._because)
                if self._full is not None:
                    resume = replace(resume, because=self._full[1])
                self._opened = us(self._clock.now())
                await self._connector.open(resume)
                async with contextlib.aclosing(self._connector.stream()) as batches:  # type: ignore[type-var]
                    async for batch in batches:
                        await self._take(batch)
                        if self._state != "connected":
                            self._because = ""
                            once.well()
                            backoff.reset()
                            self._become("connected", "")
                            await self._describe()
                raise ConnectionError("the stream ended")
            except asyncio.CancelledError:
                raise
            except JournalFull as error:
                once.fault(error)
                self._full = self._full or (us(self._clock.now()), str(error))
                self._become("journal_full", str(error))
            except Exception as error:  # noqa: BLE001 - supervision: a connector's fault never ends the host
                once.fault(error)
                self._become("disconnected", str(error) or type(error).__name__)
            await backoff.pause()

    async def _take(self, batch: Batch) -> None:
        if self._full is not None:
            since, now = self._full[0], us(self._clock.now())
            words = (
                f"Nothing was taken from {self.config.name} for {(now - since) / 1e6:.0f} s. {self._full[1]}"
            )
            told = event("overflow", now, words, from_us=since, to_us=now)
            await self._journal.append(Batch(Columns.empty(), events=(told,)))
            self._full = None
        await self._journal.append(batch)
        await self._connector.ack(batch.cursor)
        if batch.gaps:
            self._gaps.set()
        if batch.documents:
            self._documents.set()

    async def _describe(self) -> None:
        identity = await self._connector.describe()
        self._identity, self._identity_since = identity, self._opened
        body = identity.as_dict()
        recalled = await self._journal.recall("identity")
        before = json.loads(recalled) if recalled else {}
        now, changes = us(self._clock.now()), []
        if before and before["fingerprint"] != body["fingerprint"]:
            words = f"The device differs: {_difference(before, body)}."
            changes.append(event("config_changed", now, words, identity=body, since_us=self._opened))
        told = before.get("details", {}).get("differences", {})
        for tag, words in identity.details.get("differences", {}).items():
            if told.get(tag) != words:
                changes.append(event("config_changed", now, words, (tag,)))
        if changes:
            await self._journal.append(Batch(Columns.empty(), events=tuple(changes)))
        await self._journal.remember("identity", json.dumps(body))
        self._changed.set()

    def _become(self, state: str, message: str) -> None:
        if (state, message) != (self._state, self._message):
            if state != self._state:
                self._since = us(self._clock.now())
            self._state, self._message = state, message
            self._changed.set()

    # towards the hub ------------------------------------------------------------------------------------

    async def _ship(self) -> float:
        self._journal.grown.clear()
        frames = await self._journal.unshipped()
        if not frames:
            return 30.0
        begun = time.monotonic()
        await self._journal.acknowledged(*await self._hub.intake(self.config.name, frames))
        # A source that says much all the time is shipped twice a second: a request costs both sides more than the
        # values in it. One that says little is not kept waiting, and a backlog is not waited with either.
        if len(frames) < MANY_FRAMES and sum(map(len, frames)) > MUCH_BYTES:
            await asyncio.sleep(max(0.0, begun + SHIP_EVERY_S - time.monotonic()))
        return 0.0

    async def _post_receipts(self) -> float:
        self._receipts.clear()
        for key, receipt in await self._journal.unaccepted_receipts():
            await self._hub.receipt(self._receipt_body(key, receipt))
            await self._journal.receipt_accepted(key)
        return 30.0

    def _receipt_body(self, key: str, receipt: Receipt) -> dict[str, Any]:
        return {
            "key": key,
            "connection": self.config.name,
            "outcome": receipt.outcome.value,
            "readback": receipt.readback,
            "responses": receipt.responses,
            "source_time": iso(from_us(receipt.source_us)) if receipt.source_us else None,
            "message": receipt.message,
        }

    async def _post_documents(self) -> float:
        self._documents.clear()
        fault: IntegrityFault | None = None
        for body in await self._journal.unaccepted_documents():
            spooled = self._spool / body["digest"]
            try:
                if spooled.exists():
                    data = await asyncio.to_thread(spooled.read_bytes)
                    await self._hub.content(data, body["media_type"])
                await self._hub.document(body)
            except Refused as error:
                await self._set_aside(body, str(error))
                continue
            except IntegrityFault as error:
                fault = error
                continue
            await self._journal.document_accepted(body["key"])
            spooled.unlink(missing_ok=True)
        if fault is not None:
            raise fault
        return 2.0

    async def _set_aside(self, body: dict[str, Any], reason: str) -> None:
        """Keep a file that the hub refuses for good, say so in the stream, and let those behind it pass."""
        name, digest = body["file_name"], body["digest"]
        words = f"The hub refuses the file {name}, whose bytes stay on the connector host: {reason}"
        told = event("config_changed", us(self._clock.now()), words[:2000], file=name, digest=digest)
        await self._journal.append(Batch(Columns.empty(), events=(told,)))
        await self._journal.document_refused(body["key"], reason)
        spooled, kept = self._spool / digest, self._journal.path.parent / "refused" / digest
        if spooled.exists():
            kept.parent.mkdir(exist_ok=True)
            spooled.replace(kept)
        log.warning("%s: %s", self.config.name, words)
        self._changed.set()

    async def _post_status(self) -> float:
        self._changed.clear()
        backlog = await self._journal.backlog()
        sample = self._sample
        refused = await self._journal.refused_documents()
        await self._hub.status(
            {
                "connection": self.config.name,
                "state": self._state,
                "since": iso(from_us(self._since)),
                "backlog": backlog.rows,
                "backlog_bytes": backlog.size,
                "oldest_at": iso(from_us(backlog.oldest_us)) if backlog.oldest_us else None,
                "disk_free": backlog.disk_free,
                "clock": None
                if sample is None
                else {
                    "offset_us": sample.offset_us,
                    "uncertainty_us": sample.uncertainty_us,
                    "taken_us": sample.taken_us,
                },
                "identity": None if self._identity is None else self._identity.as_dict(),
                "identity_since": iso(from_us(self._identity_since)),
                "message": self._message or _refusals(refused),
                "security": self._connector.security if isinstance(self._connector, Secured) else None,
            }
        )
        return 5.0

    # gaps and clock -------------------------------------------------------------------------------------

    async def _backfill(self) -> float:
        self._gaps.clear()
        if self._state != "connected":
            return 1.0
        for gap in await self._journal.open_gaps():
            attempt, before = await self._journal.begin_fill(gap.id)
            if attempt > BACKFILL_ATTEMPTS:
                why = before or "the process that read it was ended each time"
                await self._give_up(gap.id, attempt - 1, why)
                continue
            try:
                async with contextlib.aclosing(self._connector.backfill(gap)) as batches:  # type: ignore[type-var]
                    async for batch in batches:
                        await self._journal.append(batch)
            except asyncio.CancelledError:
                await self._journal.fill_failed(gap.id, "the host was stopped", counts=False)
                raise
            except JournalFull as error:
                await self._journal.fill_failed(gap.id, str(error), counts=False)
                raise
            except Exception as error:
                words = str(error) or type(error).__name__
                await self._journal.fill_failed(gap.id, words, counts=True)
                if attempt >= BACKFILL_ATTEMPTS and self._state == "connected":
                    await self._give_up(gap.id, attempt, words)
                raise
        return 30.0

    async def _give_up(self, gap_id: str, attempts: int, why: str) -> None:
        reason = f"its history could not be read in {attempts} attempts: {why}"
        for gap in await self._journal.open_gaps():
            if gap.id == gap_id:
                await self._journal.append(
                    settled(gap, [Filled(t, False, reason) for t in gap.windows], self._clock)
                )

    async def _sample_clock(self) -> float:
        if self._state != "connected":
            return 1.0
        sample = await self._connector.clock()
        if sample is None:
            return 3600.0
        self._sample = sample
        told = self._watch.judge(sample)
        if told:
            await self._journal.append(Batch(Columns.empty(), events=tuple(told)))
        return float(self.config.settings.get("clock_interval_s", 60))

    # commands -------------------------------------------------------------------------------------------

    def command(self, command: Command) -> None:
        """Take a command on; the same key again is answered, never carried out again."""
        if command.key in self._running:
            return
        task = asyncio.create_task(self._carry_out(command), name=f"command {command.key}")
        self._running[command.key] = task
        task.add_done_callback(lambda _: self._running.pop(command.key, None))

    async def _carry_out(self, command: Command) -> None:
        lock = self._locks.setdefault(command.target, asyncio.Lock())
        async with lock:
            try:
                await self._once(command)
            except Exception as error:  # noqa: BLE001 - the journal failed: no receipt, so the hub asks again
                Once(log, f"{self.config.name}: command {command.key}").fault(error)

    async def _once(self, command: Command) -> None:
        new, receipt = await self._journal.begin(command)
        if receipt is not None:
            await self._hub.receipt(self._receipt_body(command.key, receipt))
            return
        now = us(self._clock.now())
        try:
            if not new:
                receipt = await self._connector.observe(command)
            elif Capability.COMMANDS not in self._connector.capabilities:
                receipt = Receipt(Outcome.FAILED, message=f"{self.config.name} takes no commands.")
            elif command.deadline_us and now > command.deadline_us:
                receipt = Receipt(Outcome.FAILED, message="Its deadline had passed before it could begin.")
            else:
                receipt = await self._connector.invoke(command)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever happened at the device: nobody knows the outcome
            words = str(error) or type(error).__name__
            receipt = Receipt(Outcome.UNKNOWN, message=f"It is not known whether it took effect: {words}")
        await self._journal.finish(command.key, receipt)
        self._receipts.set()


def _refusals(refused: list[tuple[dict[str, Any], str]]) -> str:
    """What a person must know of files that the hub refused; "" if there are none."""
    if not refused:
        return ""
    body, reason = refused[-1]
    count = "A file was" if len(refused) == 1 else f"{len(refused)} files were"
    return (
        f"{count} refused by the hub and stay in the folder `refused` of the connector host; "
        f"the last is {body['file_name']}: {reason}"
    )[:2000]


def _difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    words = []
    for name in ("maker", "model", "serial", "firmware", "endpoint"):
        if before.get(name) != after.get(name):
            words.append(f"{name} was {before.get(name)!r} and is {after.get(name)!r}")
    old, new = before.get("details", {}), after.get("details", {})
    changed = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    if changed:
        words.append(f"details of {', '.join(changed[:10])}" + (" and others" if len(changed) > 10 else ""))
    return "; ".join(words) or "its fingerprint"
