"""The engine under fuzzed histories: crashes, duplicates, faults, holds. A batch is its journal."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from titer.base.canonical import canonical
from titer.mes.engine import (
    COMMANDS,
    FINAL,
    TABLE,
    BatchState,
    Event,
    Input,
    Reading,
    after,
    decide,
    fold,
)
from titer.mes.engine.commands import give
from titer.mes.engine.turn import Turn
from titer.mes.recipe import Program, require

RECIPE = Path(__file__).parents[2] / "integration" / "mes" / "mab7-fedbatch.yaml"
START = 1_772_438_400_000_000
HOUR = 3_600_000_000


class World:
    """A batch, a plant that obeys, and people who do what they are asked; all chance comes from one seed."""

    def __init__(self, program: Program, seed: int, faults: float = 0.0) -> None:
        self.program, self.rng, self.faults = program, random.Random(seed), faults
        self.now = START
        self.state = BatchState()
        self.journal: list[Event] = []
        self.inputs: list[Input] = []
        self.setpoints: dict[str, Decimal] = {}
        self.totals: dict[str, Decimal] = {}
        self.asked: list[str] = []
        self.put("create", batch="B1", recipe="digest", bindings={"BR": "BR-201"}, formula=_formula(program))
        self.put("start", by="ada")

    def put(self, kind: str, **data: Any) -> str:
        given = Input(kind, self.now, data, self.values())
        decision = decide(self.program, self.state, given)
        self.inputs.append(given)
        self.journal += decision.events
        self.asked += [effect["key"] for effect in decision.effects]
        self.state = decision.state
        return decision.refused

    def values(self) -> dict[str, Reading]:
        age = Decimal(self.now - START) / HOUR
        plain = {
            "BR.Temperature.PV": self.setpoints.get("BR.Temperature.SP", Decimal(20)),
            "BR.Volume.PV": self.setpoints.get("BR.MediaFill.CMD", Decimal(0)),
            "BR.VCD.PV": min(age / 20, Decimal(20)),
            "BR.FeedF2Total.PV": self.totals.get("BR.FeedF2.SP", Decimal(0)),
            "BR.GlucoseFeedTotal.PV": self.totals.get("BR.GlucoseFeed.SP", Decimal(0)),
        }
        return {symbol: Reading(value, self.now) for symbol, value in plain.items()}

    def pass_time(self, to: int) -> None:
        for symbol in ("BR.FeedF2.SP", "BR.GlucoseFeed.SP"):
            rate = self.setpoints.get(symbol, Decimal(0))
            self.totals[symbol] = self.totals.get(symbol, Decimal(0)) + rate * (to - self.now) / HOUR
        self.now = to

    def answer(self, effect: Event) -> None:
        if effect["kind"] == "write" and self.rng.random() < self.faults:
            self.put("report", key=effect["key"], status="failed", result={"message": "no answer"})
            return
        result: dict[str, Any] = {}
        if effect["kind"] == "write":
            result = {"readback": effect["value"]}
            if not effect.get("text"):
                self.setpoints[effect["channel"]] = Decimal(effect["value"])
        elif effect["kind"] == "sample":
            result = {"sample_id": f"id-{effect['key']}", "number": f"S-{len(self.journal)}"}
        self.put("report", key=effect["key"], status="done", result=result)

    def step(self) -> None:
        """The next thing that happens."""
        pending = self.state.pending()
        held = [path for path, element in self.state.elements.items() if element.state == "Held"]
        if pending and (not self.faults or self.rng.random() < 0.9):
            self.answer(self.rng.choice(pending))
        elif held:
            self.put("command", name="Restart", path=held[0], by="ada", reason="go on")
        elif self.faults and self.rng.random() < 0.03:
            path = self.rng.choice([p for p in ("P", "P.1", "P.1.3") if p in self.state.elements])
            self.put("command", name="Hold", path=path, by="ada", reason="look")
        else:
            due = self.state.next_deadline_us()
            self.pass_time(max(self.now + 60_000_000, due) if due is not None else self.now + HOUR // 2)
            self.put("clock")

    def run(self, between: Callable[[], None] = lambda: None, limit: int = 4000) -> None:
        for _ in range(limit):
            if self.state.over:
                return
            self.step()
            between()
        raise AssertionError(f"the batch does not end: {self.state.pending()} {self.state.execution}")


def _formula(program: Program) -> dict[str, dict[str, str]]:
    return {name: {"value": raw["value"], "unit": raw["unit"]} for name, raw in program.formula.items()}


@pytest.fixture(scope="module")
def program() -> Program:
    found = require(RECIPE.read_text())
    assert found.program is not None
    return found.program


def test_a_fed_batch_runs_to_its_end_with_every_step_done(program: Program) -> None:
    world = World(program, 1)
    world.run()
    assert world.state.execution == "Complete"
    outcomes = {element.outcome for element in world.state.elements.values()}
    assert outcomes == {"done", "not applicable"}
    assert world.state.exceptions == ()
    boluses = [event for event in world.journal if event["type"] == "feed.checked"]
    assert len(boluses) == 22
    assert all(event["inside"] for event in boluses)
    assert sum(event["type"] == "sample.drawn" for event in world.journal) == 14


@pytest.mark.parametrize("seed", range(12))
def test_a_crash_at_any_moment_changes_nothing(program: Program, seed: int) -> None:
    calm, shaken = World(program, seed, faults=0.05), World(program, seed, faults=0.05)
    calm.run()
    chance = random.Random(seed + 1000)

    def crash() -> None:
        if chance.random() < 0.05:
            shaken.state = fold(shaken.journal)

    shaken.run(crash)
    assert canonical(shaken.journal) == canonical(calm.journal)
    assert shaken.state.digest() == calm.state.digest() == fold(calm.journal).digest()


@pytest.mark.parametrize("seed", range(6))
def test_an_input_that_comes_twice_does_nothing_more(program: Program, seed: int) -> None:
    world = World(program, seed, faults=0.05)
    chance = random.Random(seed)

    def again() -> None:
        last = world.inputs[-1]
        if last.kind in ("report", "create", "start") and chance.random() < 0.5:
            decision = decide(program, world.state, last)
            assert decision.events == ()

    world.run(again)
    assert len(world.asked) == len(set(world.asked)), "an effect key was used twice"


@pytest.mark.parametrize("seed", range(6))
def test_every_move_of_every_element_is_a_cell_of_the_table(program: Program, seed: int) -> None:
    world = World(program, seed, faults=0.2)
    world.run()
    state: dict[str, str] = {}
    for event in world.journal:
        if event["type"] == "element.opened":
            state[event["path"]] = "Idle"
        elif event["type"] == "element.moved":
            assert after(state[event["path"]], event["command"]) == event["to"], event
            state[event["path"]] = event["to"]
    assert set(state.values()) <= FINAL


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("state", TABLE)
def test_each_of_the_108_cells_holds_in_the_engine(program: Program, state: str, name: str) -> None:
    way = {
        "Idle": [],
        "Running": ["Start"],
        "Pausing": ["Start", "Pause"],
        "Paused": ["Start", "Pause", "(state complete)"],
        "Holding": ["Start", "Hold"],
        "Held": ["Start", "Hold", "(state complete)"],
        "Restarting": ["Start", "Hold", "(state complete)", "Restart"],
        "Stopping": ["Start", "Stop"],
        "Stopped": ["Start", "Stop", "(state complete)"],
        "Aborting": ["Start", "Abort"],
        "Aborted": ["Start", "Abort", "(state complete)"],
        "Complete": ["Start", "(state complete)"],
    }[state]
    created = decide(
        program, BatchState(), Input("create", START, {"batch": "B", "recipe": "d", "bindings": {"BR": "BR-201"},
                                                       "formula": _formula(program)})
    )  # fmt: skip
    turn = Turn(program, created.state, Input("clock", START))
    for command in way:
        assert turn.move("P", command)
    assert turn.element("P").state == state
    allowed = give(turn, "P", name, by="ada") if name not in ("Reset",) else turn.move("P", name)
    assert allowed == (name in TABLE[state])


def test_hold_makes_feeds_safe_and_restart_goes_on_for_the_time_that_was_left(program: Program) -> None:
    world = World(program, 3)
    while not any(
        e.stage == "run" and "off_us" not in e.data and "run" in e.deadlines
        for e in world.state.elements.values()
    ):
        world.step()
    path, feed = next(
        (p, e) for p, e in world.state.elements.items() if e.stage == "run" and "run" in e.deadlines
    )
    channel = world.program.node(path).spec.channel  # type: ignore[union-attr]
    world.pass_time(feed.deadlines["run"] - HOUR // 2)
    assert world.put("command", name="Hold", path="P", by="ada", reason="foam") == ""
    assert world.state.execution == "Holding"
    (safe,) = [e for e in world.state.pending("write") if e["channel"] == channel]
    assert safe["value"] == "0"
    world.answer(safe)
    for effect in world.state.pending():
        world.answer(effect)
    assert world.state.execution == "Held"
    world.pass_time(world.now + 5 * HOUR)
    world.put("clock")
    assert world.state.elements[path].state == "Held"
    assert world.put("command", name="Restart", path="P", by="ada", reason="foam is gone") == ""
    (again,) = [e for e in world.state.pending("write") if e["channel"] == channel]
    assert Decimal(again["value"]) > 0
    world.answer(again)
    assert world.state.execution == "Running"
    assert world.state.elements[path].deadlines["run"] == world.now + HOUR // 2
    world.run()
    assert world.state.execution == "Complete"


def test_bad_or_stale_quality_never_drives_a_transition(program: Program) -> None:
    world = World(program, 4)
    until = "P.1.3.1.1.1"
    while until not in world.state.elements:
        world.step()
    assert world.program.node(until).kind == "until"
    high = Decimal(99)
    for reading in (
        Reading(high, world.now, "bad"),
        Reading(high, world.now, "uncertain"),
        Reading(high, world.now - 5 * HOUR),
        Reading(high, world.now + 5 * HOUR),
        Reading(None, world.now),
    ):
        decision = decide(program, world.state, Input("clock", world.now, {}, {"BR.VCD.PV": reading}))
        assert not any(e["type"].startswith("condition") for e in decision.events), reading
    good = decide(
        program, world.state, Input("clock", world.now, {}, {"BR.VCD.PV": Reading(high, world.now)})
    )
    (true,) = [event for event in good.events if event["type"] == "condition.true"]
    assert true["values"][0]["quality"] == "good"
    assert true["values"][0]["source_us"] == world.now


def test_an_approved_proposal_changes_the_boluses_that_follow(program: Program) -> None:
    world = World(program, 5)
    while (
        world.state.marks.get("inoculation") is None
        or world.now < world.state.marks["inoculation"] + 100 * HOUR
    ):
        world.step()
    change = [{"channel": "BR.FeedF2.SP", "value": "52.5", "unit": "L/h"}]
    assert "proven range" in world.put("adjust", proposal="p0", changes=[{**change[0], "value": "70"}])
    assert "does not allow" in world.put(
        "adjust", proposal="p0", changes=[{**change[0], "channel": "BR.pH.SP"}]
    )
    assert world.put("adjust", proposal="p1", changes=change, by="sci") == ""
    assert world.state.formula["feed_rate"]["value"] == "52.5"
    before = len(world.journal)
    assert world.put("adjust", proposal="p1", changes=change, by="sci") == ""
    assert len(world.journal) == before
    world.run()
    writes = [
        e for e in world.journal[before:]
        if e["type"] == "effect.requested" and e.get("channel") == "BR.FeedF2.SP" and e["value"] != "0"
    ]  # fmt: skip
    assert {e["value"] for e in writes} == {"52.5"}
    assert [e.get("proposal") for e in writes].count("p1") == 1
    assert any(e["type"] == "effect.finished" and e.get("proposal") == "p1" for e in world.journal)


def test_a_setpoint_that_is_not_read_back_holds_the_unit_and_begins_again_after_restart(
    program: Program,
) -> None:
    world = World(program, 6)
    while not any(e["channel"] == "BR.pH.SP" for e in world.state.pending("write")):
        world.step()
    for _ in range(3):
        (effect,) = [e for e in world.state.pending("write") if e["channel"] == "BR.pH.SP"]
        world.put("report", key=effect["key"], status="done", result={"readback": "6.5"})
    assert world.state.elements["P.1"].state in ("Held", "Holding")
    assert any("setpoint_not_verified" in key for key in world.state.exceptions)
    for effect in world.state.pending():
        world.answer(effect)
    assert world.put("command", name="Restart", path="P.1", by="ada", reason="repaired") == ""
    world.run()
    assert world.state.execution == "Complete"


def test_stop_takes_tasks_back_makes_feeds_safe_and_releases_the_unit(program: Program) -> None:
    world = World(program, 7)
    while not any(Decimal(s["value"]) > 0 for c, s in world.state.setpoints.items() if c == "BR.FeedF2.SP"):
        world.step()
    world.put("command", name="Stop", path="P", by="ada", reason="contamination")
    for _ in range(20):
        for effect in world.state.pending():
            world.answer(effect)
    assert world.state.execution == "Stopped"
    assert world.state.pending() == []
    assert any(e["type"] == "effect.requested" and e["kind"] == "release" for e in world.journal)
    for symbol, setpoint in world.state.setpoints.items():
        if program.channels[symbol].safe is not None:
            assert Decimal(setpoint["value"]) == 0


def test_an_outage_is_an_event_and_an_exception_once(program: Program) -> None:
    world = World(program, 8)
    world.put("outage", from_us=world.now - HOUR, to_us=world.now)
    world.put("outage", from_us=world.now - HOUR, to_us=world.now)
    assert sum(event["type"] == "outage.noted" for event in world.journal) == 1
    assert sum("outage" in key for key in world.state.exceptions) == 1


def test_a_skipped_step_leaves_an_exception_with_the_reason(program: Program) -> None:
    world = World(program, 9)
    while not world.state.pending("task"):
        world.step()
    (task,) = world.state.pending("task")
    assert "group" in world.put("command", name="Skip", path="P.1", by="ada", reason="x")
    assert (
        world.put("command", name="Skip", path=task["path"], by="ada", reason="bag was pre-installed") == ""
    )
    assert world.state.elements[task["path"]].outcome == "forced"
    (noted,) = [event for event in world.journal if event["type"] == "exception.noted"]
    assert noted["evidence"]["reason"] == "bag was pre-installed"
