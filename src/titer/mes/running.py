"""Runs batches: loads a batch's state from its journal, gathers inputs, writes what was decided, in one action."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import canonical_decimal
from titer.base.clock import iso, us
from titer.base.errors import Invalid, NotFound, Refused
from titer.base.units import convert
from titer.mes import context
from titer.mes.effects import Effects
from titer.mes.engine import BatchState, Event, Input, Reading, decide, fold
from titer.mes.model import Allocation, Batch, ControlRecipe, Heartbeat, JournalEvent
from titer.mes.ports import CommandView, EquipmentPort, HistorianPort, SampleView
from titer.mes.recipe import Program, build
from titer.record import Actor, Record, Unit

_QUALITY = ("good", "uncertain", "bad")
_ALIVE_EVERY = timedelta(seconds=5)
_POLL_S = 0.05
_IDLE_S = 0.5
TURN = "mes.engine.turn"


@dataclass(frozen=True, slots=True)
class Horizon:
    """What lies before the engine.

    Args:
        running: whether a batch runs.
        deadline_us: the next deadline of all batches.
        awaited: whether a person or a device is awaited.
    """

    running: bool
    deadline_us: int | None
    awaited: bool


@dataclass
class Loaded:
    """A batch as the engine sees it."""

    batch: Batch
    program: Program
    state: BatchState
    last_id: str = ""


@dataclass
class _Known:
    state: BatchState
    last_id: str


@dataclass
class Running:
    """The engine's shell.

    Args:
        record: the record; its process clock is the engine's clock.
        effects: carries out what was decided.
        equipment: commands and their receipts.
        historian: last values.
    """

    record: Record
    effects: Effects
    equipment: EquipmentPort
    historian: HistorianPort
    _programs: dict[str, Program] = field(default_factory=dict)
    _known: dict[str, _Known] = field(default_factory=dict)
    _woke: bool = False
    _alive_at: datetime | None = None

    # --- loading -------------------------------------------------------------------------------------------

    def load(self, session: Session, batch_id: str) -> Loaded:
        """A batch with its state: the fold of its journal, or of what was added to it since the last time.

        Raises:
            NotFound: if there is no such batch.
        """
        batch = session.get(Batch, batch_id) or session.scalar(select(Batch).where(Batch.number == batch_id))
        if batch is None:
            raise NotFound(f"There is no batch {batch_id}.")
        program = self._program(session, batch.control_recipe_id)
        known = self._known.get(batch.id)
        if known is not None and known.state.sequence:
            # a turn that was rolled back may have left a state that was never committed
            at = session.scalar(
                select(JournalEvent.id).where(
                    JournalEvent.batch_id == batch.id, JournalEvent.sequence == known.state.sequence
                )
            )
            if at != known.last_id:
                known = None
        start = known.state if known else BatchState()
        rows = session.execute(
            select(JournalEvent.id, JournalEvent.event)
            .where(JournalEvent.batch_id == batch.id, JournalEvent.sequence > start.sequence)
            .order_by(JournalEvent.sequence)
        ).all()
        if not rows and known is not None:
            return Loaded(batch, program, known.state, known.last_id)
        state = fold((row.event for row in rows), start)
        last = rows[-1].id if rows else ""
        self._known[batch.id] = _Known(state, last)
        return Loaded(batch, program, state, last)

    def _program(self, session: Session, control_recipe_id: str) -> Program:
        if control_recipe_id not in self._programs:
            row = session.get(ControlRecipe, control_recipe_id)
            if row is None:
                raise NotFound(f"There is no control recipe {control_recipe_id}.")
            self._programs[control_recipe_id] = build(row.content)
        return self._programs[control_recipe_id]

    # --- turns ---------------------------------------------------------------------------------------------

    def take(self, unit: Unit, batch_id: str, inputs: Iterable[Input]) -> Loaded:
        """Decide inputs one after the other, journal the events and carry out the effects, in the open action.

        Raises:
            Refused: if an input is refused; then nothing of the action is kept.
        """
        loaded = self.load(unit.session, batch_id)
        queue, state, last = list(inputs), loaded.state, loaded.last_id
        while queue:
            given = queue.pop(0)
            decision = decide(loaded.program, state, given)
            if decision.refused:
                raise Refused(decision.refused)
            if not decision.events:
                continue
            last = self._journal(unit, loaded.batch, state.sequence, decision.events)
            before, state = state, decision.state
            reports = self.effects.carry_out(unit, loaded.batch, loaded.program, decision.events)
            self._show(unit, loaded.batch, before.execution, state.execution)
            queue += [Input("report", us(unit.process_now), report, given.values) for report in reports]
        return Loaded(loaded.batch, loaded.program, state, last)

    def _journal(self, unit: Unit, batch: Batch, sequence: int, events: tuple[Event, ...]) -> str:
        rows = [
            JournalEvent(
                batch_id=batch.id,
                sequence=sequence + number,
                type=event["type"],
                path=event.get("path"),
                event=event,
            )
            for number, event in enumerate(events, start=1)
        ]
        unit.session.add_all(rows)
        unit.flush()
        return rows[-1].id

    def _show(self, unit: Unit, batch: Batch, before: str, after: str) -> None:
        """Keep the batch's row in step with its journal, and tell the world."""
        if before == after:
            return
        batch.execution = after
        if after == "Running" and batch.started_at is None:
            batch.started_at = unit.process_now
        if after in ("Complete", "Stopped", "Aborted"):
            batch.ended_at = unit.process_now
        unit.flush()
        topic = {
            ("Idle", "Running"): "started",
            ("Restarting", "Running"): "restarted",
            ("Paused", "Running"): "resumed",
        }.get((before, after)) or {
            "Complete": "completed",
            "Stopped": "stopped",
            "Aborted": "aborted",
            "Held": "held",
            "Paused": "paused",
        }.get(after)
        context.moved(self.equipment, unit, batch)
        if topic:
            unit.emit(f"mes.batch.{topic}", batch, self.payload(unit.session, batch))

    def payload(self, session: Session, batch: Batch) -> dict[str, Any]:
        """What events of a batch bear."""
        control = session.get(ControlRecipe, batch.control_recipe_id)
        return {
            "batch_id": batch.id,
            "number": batch.number,
            "unit": batch.equipment,
            "recipe": control.named if control else "",
            "product": batch.product,
            "execution": batch.execution,
        }

    # --- inputs --------------------------------------------------------------------------------------------

    def values(self, program: Program, state: BatchState) -> dict[str, Reading]:
        """The last value of each channel of the recipe, as the historian knows it."""
        tags = {
            f"{state.bindings[symbol.partition('.')[0]]}.{symbol.partition('.')[2]}": symbol
            for symbol, channel in program.channels.items()
            if not channel.text and symbol.partition(".")[0] in state.bindings
        }
        found: Mapping[str, SampleView] = self.historian.last(list(tags))
        return {tags[tag]: reading(sample) for tag, sample in found.items() if tag in tags}

    def receipts(self, session: Session, state: BatchState, now_us: int) -> list[Input]:
        """What became of the writes that are outstanding."""
        inputs = []
        for effect in state.pending("write"):
            command = self._command(session, effect)
            if command is None or command.state not in ("done", "failed", "unknown"):
                continue
            status = "done" if command.state == "done" else "failed"
            inputs.append(
                Input(
                    "report",
                    now_us,
                    {"key": effect["key"], "status": status, "result": result_of(command, effect)},
                )
            )
        return inputs

    def _command(self, session: Session, effect: Event) -> CommandView | None:
        try:
            return self.equipment.command(session, f"mes/{effect['key']}")
        except NotFound:
            return None

    def gather(self, session: Session, loaded: Loaded, now: datetime) -> list[Input]:
        """Everything that the engine may have to act on now."""
        values = self.values(loaded.program, loaded.state)
        inputs = [
            Input(given.kind, given.at_us, given.data, values)
            for given in self.receipts(session, loaded.state, us(now))
        ]
        return [*inputs, Input("clock", us(now), {}, values)]

    def waiting(self, session: Session, loaded: Loaded, now: datetime) -> list[tuple[Allocation, list[str]]]:
        """Requests for equipment that can be granted now, or against which other reasons stand than before."""
        found = []
        for effect in loaded.state.pending("allocate"):
            row = session.scalar(select(Allocation).where(Allocation.key == effect["key"]))
            if row is None or row.state != "requested":
                continue
            reasons = self.effects.not_ready(session, row, loaded.program, now)
            if not reasons or reasons != row.reasons:
                found.append((row, reasons))
        return found

    # --- the worker ----------------------------------------------------------------------------------------

    def step(self) -> float:
        """One round over all batches that run; returns seconds until the next, and waits for commits in between."""
        seen = self.record.commits
        if not self._woke:
            self._wake()
        with self.record.reading() as session:
            ids = list(
                session.scalars(
                    select(Batch.id)
                    .where(Batch.execution.not_in(("Idle", "Complete", "Stopped", "Aborted")))
                    .order_by(Batch.id)
                )
            )
        moved = False
        for batch_id in ids:
            moved = self.turn(batch_id) or moved
        self._alive()
        if moved:
            return 0.0
        # a receipt, an entry or a signature is a commit; deadlines and values are looked for at every poll
        self.record.wait_for_commit(seen, _POLL_S if ids else _IDLE_S)
        return 0.01

    def turn(self, batch_id: str) -> bool:
        """Let one batch go on as far as it can now; True if anything happened."""
        with self.record.reading() as session:
            loaded = self.load(session, batch_id)
            now = self.record.process_clock.now()
            inputs = self.gather(session, loaded, now)
            todo = bool(self._lost_commands(session, loaded.state) or self.waiting(session, loaded, now))
        if not todo and not self._anything(loaded, inputs):
            return False
        with self.record.action(Actor.timer("mes.engine"), TURN) as unit:
            loaded, now = self.load(unit.session, batch_id), unit.process_now
            lost = self._lost_commands(unit.session, loaded.state)
            reports = [report for effect in lost for report in self.effects.write(unit, loaded.batch, effect)]
            reports += [
                self.effects.defer(unit, row, reasons)
                if reasons
                else self.effects.grant(unit, loaded.batch, row)
                for row, reasons in self.waiting(unit.session, loaded, now)
            ]
            inputs = [Input("report", us(now), report) for report in reports]
            self.take(unit, batch_id, [*inputs, *self.gather(unit.session, loaded, now)])
        return True

    def _anything(self, loaded: Loaded, inputs: list[Input]) -> bool:
        return any(
            given.kind != "clock" or decide(loaded.program, loaded.state, given).events for given in inputs
        )

    def _lost_commands(self, session: Session, state: BatchState) -> list[Event]:
        """Writes that were decided and never reached equipment's list; they are asked for again by their key."""
        return [effect for effect in state.pending("write") if self._command(session, effect) is None]

    # --- outages -------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        """After a start of the process: each batch that was running notes how long nobody looked after it."""
        self._woke = True
        with self.record.reading() as session:
            beat = session.get(Heartbeat, "mes.engine")
            since = beat.process_at if beat else None
            ids = list(
                session.scalars(
                    select(Batch.id).where(Batch.execution.not_in(("Idle", "Complete", "Stopped", "Aborted")))
                )
            )
        if since is None:
            return
        for batch_id in ids:
            with self.record.action(Actor.timer("mes.engine"), TURN) as unit:
                loaded = self.load(unit.session, batch_id)
                outage = {
                    "from_us": us(since),
                    "to_us": us(unit.process_now),
                    "detail": f"from {iso(since)} to {iso(unit.process_now)} on the process clock",
                }
                values = self.values(loaded.program, loaded.state)
                self.take(unit, batch_id, [Input("outage", us(unit.process_now), outage, values)])

    def _alive(self) -> None:
        now = self.record.clock.now()
        if self._alive_at is not None and now - self._alive_at < _ALIVE_EVERY:
            return
        self._alive_at = now
        with self.record.operational() as session:
            row = session.get(Heartbeat, "mes.engine")
            if row is None:
                row = Heartbeat(name="mes.engine")
                session.add(row)
            row.server_at, row.process_at = now, self.record.process_clock.now()

    # --- for the clock -------------------------------------------------------------------------------------

    def horizon(self) -> Horizon:
        """What the clock of a simulation must know of all batches."""
        with self.record.reading() as session:
            ids = list(
                session.scalars(
                    select(Batch.id).where(Batch.execution.not_in(("Idle", "Complete", "Stopped", "Aborted")))
                )
            )
            deadlines, waiting = [], False
            for batch_id in ids:
                state = self.load(session, batch_id).state
                due = state.next_deadline_us()
                deadlines += [due] if due is not None else []
                waiting = waiting or any(e["kind"] in ("write", "task") for e in state.pending())
        return Horizon(bool(ids), min(deadlines, default=None), waiting)


def result_of(command: CommandView, effect: Event) -> dict[str, str]:
    """What a receipt says of a write, in the recipe's unit."""
    result = {
        "outcome": command.state,
        "readback": _in_unit(command.readback, command.unit, effect),
        "message": command.message or None,
    }
    return {name: value for name, value in result.items() if value is not None}


def _in_unit(readback: str | None, unit: str, effect: Event) -> str | None:
    """What was read back in the channel's own unit, in the recipe's unit."""
    if readback is None or effect.get("text") or not unit or unit == effect["unit"]:
        return readback
    try:
        return canonical_decimal(convert(Decimal(readback), unit, effect["unit"]).normalize())
    except (InvalidOperation, Invalid):
        return None


def reading(sample: SampleView) -> Reading:
    """The historian's value as the engine takes it; the float's shortest exact text becomes the decimal."""
    value = (
        None if sample.value is None or sample.value != sample.value else Decimal(repr(float(sample.value)))
    )
    return Reading(value, sample.source_us, _QUALITY[sample.quality] if 0 <= sample.quality <= 2 else "bad")
