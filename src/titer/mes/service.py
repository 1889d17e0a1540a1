"""The plant floor: what app.py wires, and what other contexts and the routes call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.clock import us
from titer.base.errors import Invalid, NotFound, Refused
from titer.base.units import unit as look_up
from titer.mes import rules
from titer.mes.effects import Effects
from titer.mes.engine import Input
from titer.mes.gate import MesGate
from titer.mes.incidents import INTERFACES, Incidents
from titer.mes.model import Batch, ControlRecipe, ManualTask, Order, Recipe
from titer.mes.permissions import ACTIONS
from titer.mes.ports import EquipmentPort, HistorianPort, LimsPort, MaterialPort
from titer.mes.proposals import Proposals
from titer.mes.receipts import Receipts
from titer.mes.recipe import ROOT, Difference, Program, build
from titer.mes.recipe.expression import quantity
from titer.mes.recipes import Recipes, changes, effective
from titer.mes.record_data import batch_record
from titer.mes.running import Horizon, Loaded, Running
from titer.mes.tasks import Tasks
from titer.quality import QualityPort
from titer.record import ActionSpec, Record, SignatureMeaning, Subscription, Unit, Worker


@dataclass(frozen=True)
class AdjustableNow:
    """A set-point of a running batch that an approved proposal may change.

    Args:
        tag, unit: the channel.
        low, high: its proven range.
        value: what holds now, in `unit`: of the formula parameter behind it, else of the set-point.
        parameter: the formula parameter behind it, if any.
        setpoint: what was written last; a feed rests at its safe value between boluses.
        apply: "now", or "next" for the next time the recipe writes it.
    """

    tag: str
    unit: str
    low: Decimal
    high: Decimal
    value: Decimal | None
    parameter: str | None
    setpoint: Decimal | None
    apply: str


def adjustable_now(loaded: Loaded, symbol: str) -> AdjustableNow:
    """One adjustable channel of a batch as it is now."""
    item, channel = loaded.program.adjustable[symbol], loaded.program.channels[symbol]
    unit, _, name = symbol.partition(".")
    parameter = loaded.state.formula.get(item.parameter)
    written = loaded.state.setpoints.get(symbol)
    setpoint = Decimal(written["value"]) if written else None
    value = setpoint
    if parameter:
        value = quantity(Decimal(parameter["value"]), parameter["unit"]).in_unit(channel.unit)
    return AdjustableNow(
        tag=f"{loaded.state.bindings[unit]}.{name}",
        unit=channel.unit,
        low=item.low,
        high=item.high,
        value=value,
        parameter=item.parameter or None,
        setpoint=setpoint,
        apply=item.apply,
    )


class Mes:
    """Recipes, orders, batches and the engine.

    Args:
        record: the record.
        lims: registers samples.
        quality: raises exceptions.
        material: lots.
        equipment: commands, readiness, cleanliness.
        historian: last values.
    """

    def __init__(
        self,
        record: Record,
        lims: LimsPort,
        quality: QualityPort,
        material: MaterialPort,
        equipment: EquipmentPort,
        historian: HistorianPort,
    ) -> None:
        self.record = record
        self.equipment = equipment
        self.material = material
        self.recipes = Recipes()
        self.running = Running(record, Effects(equipment, lims, quality, material), equipment, historian)
        self.tasks = Tasks(record, self.running, quality, material)
        self.proposals = Proposals(record, self.running)
        self.receipts = Receipts(record, self.running)
        self.incidents = Incidents(record, self.running, equipment, quality)

    # --- what app.py registers ------------------------------------------------------------------------------

    def actions(self) -> tuple[ActionSpec, ...]:
        """Rows of the matrix of rights."""
        return ACTIONS

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Master recipes (three people) and witnessed tasks."""
        return (*self.recipes.signatures(), *self.tasks.signatures())

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Approved proposals, receipts that come late, and what happens at the units of running batches."""
        return (
            Subscription("mes.proposals", ("twin.proposal.approved",), self.proposals.on_approved),
            Subscription("mes.receipts", ("equipment.command.completed",), self.receipts.on_completed),
            Subscription("mes.interfaces", INTERFACES, self.incidents.on_interface),
            Subscription("mes.alarms", ("equipment.alarm.raised",), self.incidents.on_alarm),
            Subscription("mes.starts", ("mes.batch.started",), self.incidents.on_started),
        )

    def workers(self) -> tuple[Worker, ...]:
        """The engine."""
        return (Worker("mes.engine", self.running.step),)

    def release_gate(self) -> MesGate:
        """What the plant floor says before a release."""
        return MesGate(self.running, self.material)

    # --- recipes --------------------------------------------------------------------------------------------

    def submit_recipe(self, unit: Unit, source: str) -> Recipe:
        """Take a recipe's YAML as a draft; see `Recipes.submit`."""
        return self.recipes.submit(unit, source)

    def recipe_changes(
        self, session: Session, recipe_id: str, against_id: str | None = None
    ) -> list[Difference]:
        """What a recipe changes against another version, or against the one before."""
        recipe = session.get(Recipe, recipe_id)
        against = session.get(Recipe, against_id) if against_id else None
        if recipe is None or (against_id and against is None):
            raise NotFound(f"There is no recipe {recipe_id if recipe is None else against_id}.")
        return changes(session, recipe, against)

    # --- orders and batches -----------------------------------------------------------------------------------

    def create_order(
        self,
        unit: Unit,
        *,
        recipe_code: str,
        quantity: Decimal | None = None,
        unit_code: str | None = None,
        planned_start: datetime | None = None,
        priority: int = 0,
    ) -> Order:
        """Order a batch of an effective recipe.

        Raises:
            NotFound: if the recipe has no effective version.
            Invalid: for an unknown unit.
        """
        recipe = effective(unit.session, recipe_code)
        if unit_code is not None:
            look_up(unit_code)
        order = unit.add(
            Order(
                number=unit.next_number("O"),
                recipe_code=recipe.code,
                product=recipe.product,
                quantity=quantity,
                unit=unit_code,
                priority=priority,
                planned_start=planned_start,
                state="open",
            )
        )
        unit.emit("mes.order.created", order, {"order_id": order.id, "number": order.number})
        return order

    def create_batch(
        self,
        unit: Unit,
        order_id: str,
        *,
        bindings: dict[str, str] | None = None,
        formula: dict[str, str] | None = None,
    ) -> Batch:
        """Make the batch of an order: the effective recipe's snapshot, bound to equipment, with its formula.

        Args:
            unit: the open action.
            order_id: the order.
            bindings: recipe's unit -> equipment; what the recipe names itself may be left out.
            formula: parameter -> value, where it differs from the recipe's.

        Raises:
            Refused: if the order has its batch already, or a value lies outside the recipe's limits.
            Invalid: if a unit is bound to nothing.
        """
        order = unit.get(Order, order_id)
        if order.state != "open":
            raise Refused(f"Order {order.number} is {order.state}.")
        recipe = effective(unit.session, order.recipe_code)
        bound = self._bind(recipe.content, bindings or {})
        self._channels(unit.session, build(recipe.content), bound)
        values = rules.formula(recipe.content, formula or {})
        control = unit.add(
            ControlRecipe(
                recipe_id=recipe.id,
                content=recipe.content,
                content_digest=recipe.content_digest,
                bindings=bound,
                formula=values,
                snapshot_digest=digest({"content": recipe.content, "bindings": bound, "formula": values}),
            )
        )
        batch = unit.add(
            Batch(
                number=unit.next_number("B"),
                order_id=order.id,
                recipe_id=recipe.id,
                control_recipe_id=control.id,
                product=recipe.product,
                equipment=next(iter(bound.values()), ""),
                execution="Idle",
                semantics=1,
                simulated=self.record.installation(unit.session).simulated,
            )
        )
        order.state = "in production"
        created = {
            "batch": batch.id,
            "recipe": control.snapshot_digest,
            "bindings": bound,
            "formula": values,
            "simulated": batch.simulated,
        }
        self.running.take(unit, batch.id, [Input("create", us(unit.process_now), created)])
        unit.emit("mes.batch.created", batch, self.running.payload(unit.session, batch))
        return batch

    def _bind(self, content: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
        units: dict[str, Any] = content.get("units", {})
        unknown = sorted(set(given) - set(units))
        if unknown:
            raise Invalid(
                f"The recipe has no unit {unknown[0]!r}; it has {', '.join(units)}.", where=unknown[0]
            )
        bound = {symbol: given.get(symbol) or raw.get("equipment", "") for symbol, raw in units.items()}
        for symbol, equipment in bound.items():
            if not equipment:
                raise Invalid(
                    f"The unit {symbol} ({units[symbol]['class']}) is bound to no equipment.",
                    where=symbol,
                    do="Name the equipment when the batch is made.",
                )
        return bound

    def _channels(self, session: Session, program: Program, bound: dict[str, str]) -> None:
        """The equipment is of the class that the recipe asks for, and each channel of the recipe is there on it, in
        the recipe's unit, and writable if it is set."""
        wrong = [
            reason.rstrip(".")
            for symbol, equipment in bound.items()
            for reason in self.running.effects.wrong_class(session, program, symbol, equipment)
        ]
        for symbol, channel in program.channels.items():
            unit, _, name = symbol.partition(".")
            tag = f"{bound[unit]}.{name}"
            try:
                found = self.equipment.channel(session, tag)
            except NotFound:
                wrong.append(f"{tag} does not exist")
                continue
            if not channel.text and (found.unit or "1") != channel.unit:
                wrong.append(f"{tag} is in {found.unit or '1'}, the recipe says {channel.unit}")
            if channel.settable and not found.writable:
                wrong.append(f"{tag} cannot be written")
        if wrong:
            raise Refused(
                f"The recipe does not fit the equipment: {'; '.join(wrong)}.",
                do="Correct the equipment's class or its connection's channels, or bind other equipment.",
            )

    def start_batch(self, unit: Unit, batch_id: str, version: int | None = None) -> Batch:
        """Start a batch; the engine allocates, asks and waits from here on.

        Raises:
            Refused: if it was started before, or its recipe was retired in the meantime.
        """
        batch = unit.get(Batch, batch_id, version)
        recipe = unit.get(Recipe, batch.recipe_id)
        if batch.execution != "Idle" or batch.started_at is not None:
            raise Refused(f"Batch {batch.number} is {batch.execution}; it can be started once.")
        if recipe.state not in ("effective", "superseded"):
            raise Refused(f"Recipe {recipe.code} {recipe.number} is {recipe.state} and can start no batch.")
        loaded = self.running.load(unit.session, batch.id)
        given = Input(
            "start",
            us(unit.process_now),
            {"by": unit.actor.id, "reason": unit.reason or ""},
            self.running.values(loaded.program, loaded.state),
        )
        self.running.take(unit, batch.id, [given])
        return batch

    def command(self, unit: Unit, batch_id: str, name: str, *, path: str = ROOT, reason: str = "") -> Batch:
        """Give a command to a batch or one of its steps: Hold, Restart, Pause, Resume, Stop, Abort, Skip.

        Raises:
            Refused: if the state table, or the step, does not allow it.
            Invalid: if no reason is given.
        """
        if not reason.strip():
            raise Invalid(f"{name} needs a reason.", where="reason")
        batch = unit.get(Batch, batch_id)
        if batch.started_at is None:
            raise Refused(f"Batch {batch.number} has not been started.")
        loaded = self.running.load(unit.session, batch.id)
        given = Input(
            "command",
            us(unit.process_now),
            {"name": name, "path": path, "by": unit.actor.id, "reason": reason},
            self.running.values(loaded.program, loaded.state),
        )
        self.running.take(unit, batch.id, [given])
        return batch

    # --- tasks ------------------------------------------------------------------------------------------------

    def enter_task(
        self,
        unit: Unit,
        task_id: str,
        *,
        entries: dict[str, str],
        scan: str | None = None,
        comment: str | None = None,
        version: int | None = None,
    ) -> ManualTask:
        """Do a manual task; see `Tasks.enter`."""
        return self.tasks.enter(unit, task_id, entries=entries, scan=scan, comment=comment, version=version)

    def correct_task(
        self, unit: Unit, task_id: str, *, name: str, value: str, reason: str, version: int | None = None
    ) -> ManualTask:
        """Correct an entry of a manual task; see `Tasks.correct`."""
        return self.tasks.correct(unit, task_id, name=name, value=value, reason=reason, version=version)

    # --- what others ask --------------------------------------------------------------------------------------

    def batch(self, session: Session, batch_id: str) -> Batch:
        """A batch by its id or number.

        Raises:
            NotFound: if there is none.
        """
        return self.running.load(session, batch_id).batch

    def adjustable(self, session: Session, batch_id: str) -> list[AdjustableNow]:
        """What an approved proposal may change in a batch."""
        loaded = self.running.load(session, batch_id)
        return [adjustable_now(loaded, symbol) for symbol in loaded.program.adjustable]

    def mark(self, session: Session, batch_id: str, name: str) -> datetime | None:
        """The process-clock instant of a mark, e.g. `inoculation`; None while it is not set."""
        from titer.base.clock import from_us

        at = self.running.load(session, batch_id).state.marks.get(name)
        return None if at is None else from_us(at)

    def horizon(self) -> Horizon:
        """For the clock of a simulation: whether a batch runs, its next deadline, and who is awaited."""
        return self.running.horizon()

    def batch_record(self, session: Session, batch_id: str) -> dict[str, Any]:
        """The batch record's content, regenerated from the journal and the records alone."""
        return batch_record(self.record, self.running, session, batch_id)

    def counts(self, session: Session) -> dict[str, int]:
        """How many batches there are by execution state; for the health page."""
        rows = session.execute(select(Batch.execution, func.count()).group_by(Batch.execution)).all()
        return {row[0]: row[1] for row in rows}
