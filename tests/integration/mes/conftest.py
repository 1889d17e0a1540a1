"""A plant floor on the real record and the real store of materials; devices and the laboratory are stand-ins.

The stand-ins keep to the façades' signatures. What they stand for is tested with the real ones end to end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from titer.base.clock import ManualClock, us
from titer.base.errors import NotFound
from titer.material import Material
from titer.mes import Batch, ManualTask, Mes
from titer.mes.recipe import build, require
from titer.record import Actor, Record, Unit

RECIPE = Path(__file__).parent / "mab7-fedbatch.yaml"


@dataclass
class Command:
    """A device command."""

    key: str
    target: str
    value: str | None
    state: str = "requested"
    readback: str | None = None
    message: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Channel:
    """A channel."""

    unit: str
    writable: bool


CHANNELS = {
    f"BR-201.{name.partition('.')[2]}": Channel("" if channel.text else channel.unit, channel.settable)
    for name, channel in build(require(RECIPE.read_text()).content).channels.items()
}


@dataclass
class FakeEquipment:
    """Devices that do what they are told when `work` is called."""

    commands: dict[str, Command] = field(default_factory=dict)
    setpoints: dict[str, Decimal] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)
    not_ready: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)
    class_name: str = "Bioreactor"
    silent: set[str] = field(default_factory=set)
    doubtful: list[str] = field(default_factory=list)
    alarming: list[Any] = field(default_factory=list)
    contexts: list[tuple[str, Any, dict[str, Any]]] = field(default_factory=list)

    def alarms(self, session: Any, *, standing: bool | None = None, nodes: Any = ()) -> list[Any]:
        return self.alarming

    def alarms_between(self, session: Any, codes: Any, start_us: int, end_us: int) -> list[Any]:
        return self.alarming

    def unqualified(self, session: Any, codes: Any) -> list[Any]:
        return [SimpleNamespace(id=f"id of {name}", name=name) for name in self.doubtful]

    def node(self, session: Any, code: str) -> Any:
        return SimpleNamespace(code=code, class_name=self.class_name)

    def request_command(
        self,
        unit: Unit,
        *,
        key: str,
        connection: str | None = None,
        kind: str,
        target: str,
        value: str | None,
        unit_code: str | None,
        parameters: dict[str, Any],
        cause: Any,
    ) -> Command:
        self.asked.append(key)
        return self.commands.setdefault(key, Command(key, target, value))

    def command(self, session: Any, key: str) -> Command:
        if key not in self.commands:
            raise NotFound(key)
        return self.commands[key]

    def channel(self, session: Any, tag: str) -> Channel:
        if tag not in CHANNELS:
            raise NotFound(tag)
        return CHANNELS[tag]

    def gaps(self, session: Any, tags: Any, start: Any, end: Any, *, filled: bool = False) -> list[Any]:
        return []

    def ready_for_use(self, session: Any, code: str, at: Any, *, capability: str | None = None) -> list[str]:
        return list(self.not_ready)

    def mark_in_use(self, unit: Unit, code: str, *, used_for: str, batch_id: str) -> None:
        self.marks.append((code, "in use"))

    def mark_dirty(self, unit: Unit, code: str, *, text: str = "", batch_id: str | None = None) -> None:
        self.marks.append((code, "dirty"))

    def note_context(self, unit: Unit, subject: str, **changes: Any) -> None:
        held = {**(self.contexts[-1][2] if self.contexts else {}), **changes}
        kept = {name: one for name, one in held.items() if one is not None}
        self.contexts.append((subject, unit.process_now, kept))

    def context_at(self, session: Any, subject: str, at: Any, known_at: Any = None) -> Any:
        found = [one for code, since, one in self.contexts if code == subject and since <= at]
        return SimpleNamespace(content=found[-1]) if found else None

    def work(self) -> int:
        """Carry out what is outstanding; returns how much that was."""
        todo = [command for command in self.commands.values() if command.state == "requested"]
        for command in [c for c in todo if c.target in self.silent]:
            command.state = "unknown"  # it may have been carried out; nobody knows
            todo.remove(command)
        for command in todo:
            command.state, command.readback = "done", command.value
            if command.value and not command.target.endswith("Draw"):
                self.setpoints[command.target] = Decimal(command.value)
        return len(todo)


@dataclass
class Value:
    """A value of the historian."""

    source_us: int
    value: float | None
    quality: int = 0


@dataclass
class FakeHistorian:
    """Shows a plant that follows its set-points, and cells that grow with time."""

    equipment: FakeEquipment
    clock: ManualClock
    start_us: int
    broken: set[str] = field(default_factory=set)

    def last(self, tags: Iterable[str]) -> dict[str, Value]:
        now = us(self.clock.now())
        at = self.equipment.setpoints
        shown = {
            "BR-201.Temperature.PV": float(at.get("BR-201.Temperature.SP", Decimal(20))),
            "BR-201.Volume.PV": float(at.get("BR-201.MediaFill.CMD", Decimal(0))),
            "BR-201.VCD.PV": (now - self.start_us) / 3.6e9 / 20,
            "BR-201.FeedF2Total.PV": float(self.equipment.totals.get("BR-201.FeedF2.SP", Decimal(0))),
            "BR-201.GlucoseFeedTotal.PV": float(
                self.equipment.totals.get("BR-201.GlucoseFeed.SP", Decimal(0))
            ),
        }
        return {
            tag: Value(now, value, 2 if tag in self.broken else 0)
            for tag, value in shown.items()
            if tag in tags
        }


@dataclass
class _Sample:
    id: str
    number: str


@dataclass
class FakeLims:
    """Gives numbers to samples."""

    samples: list[_Sample] = field(default_factory=list)
    collected: list[str] = field(default_factory=list)
    panels: list[str] = field(default_factory=list)

    def register_sample(self, unit: Unit, **what: Any) -> _Sample:
        made = _Sample(unit.new_id(), unit.next_number("S"))
        self.samples.append(made)
        return made

    def collect_sample(self, unit: Unit, sample_id: str, *, sampled_at: Any) -> None:
        self.collected.append(sample_id)

    def request_panel(self, unit: Unit, sample: str) -> None:
        self.panels.append(sample)


@dataclass
class FakeQuality:
    """Keeps exceptions by key."""

    exceptions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def raise_exception(self, unit: Unit, *, key: str, **what: Any) -> None:
        self.exceptions.setdefault(key, what)


@dataclass
class Floor:
    """The plant floor of a test, with its people."""

    record: Record
    mes: Mes
    material: Material
    equipment: FakeEquipment
    historian: FakeHistorian
    lims: FakeLims
    quality: FakeQuality
    clock: ManualClock
    people: dict[str, Actor]
    sign: Callable[..., Any]

    def act(self, who: str, verb: str, call: Callable[[Unit], Any], reason: str = "test") -> Any:
        """Do something as a person."""
        with self.record.action(self.people[who], verb, reason=reason) as unit:
            return call(unit)

    def effective_recipe(self, source: str) -> str:
        """Submit a recipe, have three people sign it, make it effective."""
        recipe = self.act("author", "mes.recipe.submit", lambda unit: self.mes.submit_recipe(unit, source))
        self.sign(self.people["author"], "mes_recipe", recipe.id, "authored")
        self.sign(self.people["checker"], "mes_recipe", recipe.id, "checked")
        self.sign(self.people["qa"], "mes_recipe", recipe.id, "approved")
        self.act(
            "owner",
            "mes.recipe.make_effective",
            lambda unit: self.mes.recipes.make_effective(unit, recipe.id),
        )
        return str(recipe.id)

    def lots(self, expired: str = "") -> None:
        """Receive and release what the recipe charges: lots LOT-<definition>."""
        for code, quantity in (
            ("MEDIUM-BASAL", "1500"),
            ("FEED-F2", "900"),
            ("GLUCOSE-500", "400"),
            ("INOCULUM-MAB7", "400"),
        ):
            self.act(
                "qa",
                "material.define",
                lambda unit, code=code: self.material.define(
                    unit, code=code, title=code, kind="raw material", unit_code="L"
                ),
            )
            end = date(2026, 3, 1) if code == expired else date(2027, 1, 1)
            lot = self.act(
                "op1",
                "material.lot.receive",
                lambda unit, code=code, quantity=quantity, end=end: self.material.receive_lot(
                    unit, code, f"LOT-{code}", Decimal(quantity), "L", end, "a supplier"
                ),
            )
            if code != expired:
                self.sign(self.people["qa"], "material_lot", lot.id, "released")
        self.act(
            "qa",
            "material.define",
            lambda unit: self.material.define(
                unit, code="HARVEST-MAB7", title="Harvest", kind="product", unit_code="L", disposed_by="batch"
            ),
        )

    def started(self, **order: Any) -> Batch:
        """Order, make and start a batch."""
        made = self.act(
            "owner",
            "mes.order.create",
            lambda unit: self.mes.create_order(
                unit, recipe_code="mab7-fedbatch", quantity=Decimal(2000), unit_code="L"
            ),
        )
        batch = self.act(
            "owner", "mes.batch.create", lambda unit: self.mes.create_batch(unit, made.id, **order)
        )
        self.act("op1", "mes.batch.start", lambda unit: self.mes.start_batch(unit, batch.id))
        return batch

    def offered(self) -> list[ManualTask]:
        """Tasks that people must do now, and those that wait for a witness."""
        with self.record.reading() as session:
            found = list(
                session.scalars(
                    select(ManualTask)
                    .where(ManualTask.state.in_(("offered", "entered")))
                    .order_by(ManualTask.id)
                )
            )
            session.expunge_all()
        return found

    def do(self, task: ManualTask, **values: str) -> None:
        """Do a task with values inside the limits, then have it witnessed if it asks for that."""
        if task.state == "offered":
            entries = {
                entry["name"]: values.get(entry["name"]) or _inside(entry)
                for entry in task.form.get("entries", [])
            }
            symbol = task.form.get("scan")
            materials = {
                "medium": "MEDIUM-BASAL",
                "feed_f2": "FEED-F2",
                "glucose": "GLUCOSE-500",
                "inoculum": "INOCULUM-MAB7",
            }
            scan = f"LOT-{materials[symbol]}" if symbol else None
            self.act(
                "op1",
                "mes.task.enter",
                lambda unit: self.mes.enter_task(unit, task.id, entries=entries, scan=scan),
            )
        if task.form.get("witness"):
            self.sign(self.people["op2"], "mes_task", task.id, "witnessed")

    def pass_time(self, to_us: int) -> None:
        """Let the plant run until an instant."""
        now = us(self.clock.now())
        for tag in ("BR-201.FeedF2.SP", "BR-201.GlucoseFeed.SP"):
            rate = self.equipment.setpoints.get(tag, Decimal(0))
            self.equipment.totals[tag] = (
                self.equipment.totals.get(tag, Decimal(0)) + rate * (to_us - now) / 3_600_000_000
            )
        self.clock.advance(timedelta(microseconds=to_us - now))

    def go_on(self, batch_id: str) -> None:
        """The next thing that happens: engine, devices, people, time."""
        moved = self.mes.running.turn(batch_id)
        moved = bool(self.equipment.work()) or moved
        if moved:
            return
        tasks = self.offered()
        if tasks:
            self.do(tasks[0])
            return
        due = self.mes.horizon().deadline_us
        now = us(self.clock.now())
        self.pass_time(max(now + 60_000_000, due) if due is not None else now + 1_800_000_000)

    def execution(self, batch_id: str) -> str:
        """The batch's procedural state."""
        with self.record.reading() as session:
            return self.mes.batch(session, batch_id).execution

    def run_until(self, batch_id: str, done: Callable[[], bool], limit: int = 3000) -> None:
        """Go on until something is so."""
        for _ in range(limit):
            if done():
                return
            self.go_on(batch_id)
        raise AssertionError(f"it never came to that; the batch is {self.execution(batch_id)}")


def _inside(entry: dict[str, Any]) -> str:
    kind = entry.get("type", "number")
    if kind == "yes":
        return "yes"
    if kind != "number":
        return "BAG-1"
    low, high = Decimal(entry["low"]), Decimal(entry["high"])
    return str((low + high) / 2)


@pytest.fixture
def floor(
    record: Record, process_clock: ManualClock, person: Callable[..., Actor], sign: Callable[..., Any]
) -> Floor:
    """The plant floor with six people."""
    material, equipment, lims, quality = Material(record), FakeEquipment(), FakeLims(), FakeQuality()
    historian = FakeHistorian(equipment, process_clock, us(process_clock.now()))
    mes = Mes(record, lims, quality, material, equipment, historian)
    for layer in (material, mes):
        record.register_actions(layer.actions())
        record.register_signatures(layer.signatures())
    people = {
        "author": person("author", "scientist"),
        "checker": person("checker", "reviewer"),
        "qa": person("qa", "quality"),
        "owner": person("owner", "process_owner"),
        "op1": person("op1", "operator"),
        "op2": person("op2", "operator"),
    }
    return Floor(record, mes, material, equipment, historian, lims, quality, process_clock, people, sign)
