"""The functional core: `decide(program, state, input)` says what happens, as events and effects.

Nothing here reads a clock, a file or a database, and nothing is left to chance, so a batch is replayed by
folding its journal, and the same inputs always give the same journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from titer.base.canonical import canonical_decimal
from titer.mes.engine.commands import acting, command, is_leaf, release
from titer.mes.engine.state import SEMANTICS, BatchState, Event
from titer.mes.engine.states import DONE, IDLE, PAUSING, RUNNING, START
from titer.mes.engine.steps import change_rate, instant, visit_leaf
from titer.mes.engine.turn import MAX_TRIES, Input, Turn, is_round
from titer.mes.recipe.expression import quantity
from titer.mes.recipe.program import ROOT, Node, Program, Repeat

_ACTING = frozenset({"Holding", "Pausing", "Stopping", "Aborting", "Restarting"})


@dataclass(frozen=True)
class Decision:
    """What an input leads to.

    Args:
        events: to be journaled, in order.
        effects: those of the events that ask the world for something.
        state: after the events.
        refused: why a command or an adjustment was refused; "" otherwise.
    """

    events: tuple[Event, ...]
    effects: tuple[Event, ...]
    state: BatchState
    refused: str = ""


def decide(program: Program, state: BatchState, given: Input) -> Decision:
    """Decide what an input leads to.

    Inputs and their data:
        create: batch, recipe (digest), bindings {symbol: equipment}, formula {name: {value, unit}}
        start: by
        clock: nothing; deadlines and values are looked at (they are with every input)
        report: key, status "done" | "failed" | "deferred", result, reasons
        command: name, path, by, reason
        adjust: proposal, changes [{channel, value, unit}], by
        outage: from_us, to_us
        note: what, and whatever the batch record shall bear

    An input that was taken before leads to nothing.
    """
    turn = Turn(program, state, given)
    _TAKE[given.kind](turn, dict(given.data))
    if turn.refused:
        return Decision((), (), state, turn.refused)
    if ROOT in turn.state.elements:
        _settle(turn)
    events = tuple(turn.events)
    return Decision(events, tuple(e for e in events if e["type"] == "effect.requested"), turn.state)


# -- inputs ---------------------------------------------------------------------------------------------


def _create(turn: Turn, data: dict[str, Any]) -> None:
    if turn.state.batch:
        return
    turn.emit("batch.created", semantics=SEMANTICS, mode="automatic", **data)
    turn.emit("element.opened", path=ROOT)


def _start(turn: Turn, data: dict[str, Any]) -> None:
    if turn.element(ROOT).state == IDLE:
        turn.emit(
            "command.taken", command=START, path=ROOT, by=data.get("by", ""), reason=data.get("reason", "")
        )
        turn.move(ROOT, START, by=data.get("by", "engine"))


def _clock(turn: Turn, data: dict[str, Any]) -> None:
    """Deadlines and conditions are looked at in every turn."""


def _report(turn: Turn, data: dict[str, Any]) -> None:
    effect = turn.state.effects.get(data["key"])
    if data.get("late"):
        _late_receipt(turn, data, effect)
        return
    if effect is None or effect["status"] != "pending":
        return
    if data["status"] == "deferred":
        if effect.get("reasons") != data["reasons"]:
            turn.emit("effect.deferred", key=data["key"], kind=effect["kind"], reasons=data["reasons"])
            turn.exception(
                effect["path"],
                "equipment_not_ready",
                "minor",
                f"{effect.get('equipment', effect['kind'])} is not ready: {'; '.join(data['reasons'])}",
                key="equipment_not_ready",
                reasons=data["reasons"],
            )
        return
    status, result = data["status"], dict(data.get("result", {}))
    if effect["kind"] == "write" and status == "done" and not effect.get("text"):
        result["verified"] = _verified(effect, result)
        status = "done" if result["verified"] else "failed"
    turn.emit(
        "effect.finished",
        key=data["key"],
        status=status,
        kind=effect["kind"],
        path=effect["path"],
        result=result,
        proposal=effect.get("proposal"),
        tag=effect.get("tag"),
        value=effect.get("value"),
        unit=effect.get("unit"),
    )
    if status == "failed" and str(effect.get("command", "")).startswith("adjust."):
        _adjustment_failed(turn, effect, result)


def _late_receipt(turn: Turn, data: dict[str, Any], effect: Event | None) -> None:
    """A receipt of a write whose outcome was taken as unknown. The read-back decides what is true; an exception asks
    people to look, for in the meantime the engine has acted without knowing."""
    asked, result = data["late"], dict(data.get("result", {}))
    if data["key"] in turn.state.reconciled:
        return
    result["verified"] = data["status"] == "done" and (bool(asked.get("text")) or _verified(asked, result))
    status = "done" if result["verified"] else "failed"
    turn.emit(
        "effect.reconciled",
        key=data["key"],
        status=status,
        kind="write",
        path=asked["path"],
        result=result,
        tag=asked.get("tag"),
        value=asked.get("value"),
        unit=asked.get("unit"),
    )
    found = f"read back as {result['readback']}" if result.get("readback") is not None else "not read back"
    turn.exception(
        asked["path"],
        "late_receipt",
        "major",
        f"{asked.get('tag')} = {asked.get('value')}: its receipt came after the outcome was taken as unknown; it was "
        f"{'carried out' if status == 'done' else 'not carried out as asked'} ({found})",
        key=f"late_receipt:{data['key']}",
        tag=asked.get("tag"),
        value=asked.get("value"),
        result=result,
        step_over=effect is None or None,
    )


def _verified(effect: Event, result: dict[str, Any]) -> bool:
    """Whether what was read back is what was written, within the channel's tolerance."""
    readback = result.get("readback")
    if readback is None:
        return False
    return abs(Decimal(readback) - Decimal(effect["value"])) <= Decimal(effect["tolerance"])


def _command(turn: Turn, data: dict[str, Any]) -> None:
    turn.refused = command(
        turn, data["name"], data["path"], by=data.get("by", ""), reason=data.get("reason", "")
    )


def _adjust(turn: Turn, data: dict[str, Any]) -> None:
    if data["proposal"] in turn.state.proposals:
        return
    if turn.element(ROOT).state != RUNNING:
        turn.refused = (
            f"The batch is {turn.element(ROOT).state}; set-points are adjusted while it is Running."
        )
        return
    holders = {
        turn.node(path).unit
        for path, element in turn.state.elements.items()
        if turn.node(path).kind == "unit" and element.state == RUNNING and element.stage == "run"
    }
    numbers: list[tuple[str, Decimal]] = []
    for change in data["changes"]:
        symbol = change["channel"]
        allowed = turn.program.adjustable.get(symbol)
        if allowed is None:
            turn.refused = f"The recipe does not allow {symbol} to be adjusted."
            return
        if symbol.partition(".")[0] not in holders:
            turn.refused = f"The unit of {symbol} is not running in this batch now."
            return
        unit = turn.program.channels[symbol].unit
        number = quantity(Decimal(change["value"]), change["unit"]).in_unit(unit)
        if not allowed.low <= number <= allowed.high:
            turn.refused = (
                f"{symbol}: {number} {unit} lies outside the proven range {allowed.low} to {allowed.high}."
            )
            return
        numbers.append((symbol, number))
    for symbol, number in numbers:
        _adjust_one(turn, symbol, number, data)


def _adjust_one(turn: Turn, symbol: str, number: Decimal, data: dict[str, Any]) -> None:
    allowed, channel = turn.program.adjustable[symbol], turn.program.channels[symbol]
    current = turn.state.setpoints.get(symbol)
    rests = channel.safe is not None and (current is None or Decimal(current["value"]) == channel.safe)
    apply = "next" if allowed.apply == "next" or rests else "now"
    parameter = allowed.parameter or None
    before = current["value"] if current else None
    to = canonical_decimal(number)
    if parameter:
        raw = turn.state.formula[parameter]
        before, to = raw["value"], canonical_decimal(quantity(number, channel.unit).in_unit(raw["unit"]))
    turn.emit(
        "formula.adjusted",
        proposal=data["proposal"],
        parameter=parameter,
        channel=symbol,
        tag=turn.tag(symbol),
        value=canonical_decimal(number),
        before=before,
        to=to,
        unit=turn.state.formula[parameter]["unit"] if parameter else channel.unit,
        apply=apply,
        by=data.get("by", ""),
        signature=data.get("signature"),
    )
    if apply == "now":
        for path, element in list(turn.state.elements.items()):
            running = element.state == RUNNING and element.stage == "run"
            if running and current is not None and current["path"] == path:
                change_rate(turn, path, number)
        owner = current["path"] if current else ROOT
        turn.write(owner, symbol, number, f"adjust.{data['proposal']}", origin=data["proposal"])


def _adjustment_failed(turn: Turn, effect: Event, result: dict[str, Any]) -> None:
    """An adjusted set-point was not read back: try again, then tell people. The phase itself is not at fault."""
    if effect["attempt"] < MAX_TRIES:
        turn.write(
            effect["path"], effect["channel"], Decimal(effect["value"]), effect["command"],
            attempt=effect["attempt"] + 1, origin=effect["proposal"],
        )  # fmt: skip
        return
    turn.exception(
        effect["path"],
        "setpoint_not_verified",
        "major",
        f"{effect['tag']} was not read back as {effect['value']} {effect['unit']} (approved adjustment)",
        key=f"{effect['command']}:{effect['channel']}",
        proposal=effect["proposal"],
        result=result,
    )


def _outage(turn: Turn, data: dict[str, Any]) -> None:
    if turn.state.over or data["to_us"] <= turn.state.outage_until_us:
        return
    turn.emit("outage.noted", from_us=data["from_us"], to_us=data["to_us"], detail=data.get("detail", ""))
    turn.exception(
        ROOT,
        "outage",
        "minor",
        "The engine was away while the batch was running",
        key=f"outage:{data['to_us']}",
        from_us=data["from_us"],
        to_us=data["to_us"],
    )
    _reconcile(turn, data)


def _reconcile(turn: Turn, data: dict[str, Any]) -> None:
    """After an outage: what the equipment shows now against what this batch wrote last (policy: tell people)."""
    waiting = {effect.get("channel") for effect in turn.state.pending("write")}
    for symbol, setpoint in turn.state.setpoints.items():
        channel, found = turn.program.channels[symbol], turn.reading(symbol)
        if channel.once or symbol in waiting or found is None:
            continue
        if abs(found.in_unit(channel.unit) - Decimal(setpoint["value"])) > channel.tolerance:
            turn.exception(
                setpoint["path"],
                "setpoint_changed",
                "major",
                f"{turn.tag(symbol)} is no longer {setpoint['value']} {channel.unit} after the outage",
                key=f"setpoint_changed:{symbol}:{data['to_us']}",
                values=[turn.used_channel(symbol)],
            )


def _note(turn: Turn, data: dict[str, Any]) -> None:
    turn.emit("noted", **data)


_TAKE = {
    "create": _create,
    "start": _start,
    "clock": _clock,
    "report": _report,
    "command": _command,
    "adjust": _adjust,
    "outage": _outage,
    "note": _note,
}


# -- the tree -------------------------------------------------------------------------------------------


def _settle(turn: Turn) -> None:
    """Visit the tree until nothing happens any more."""
    for _ in range(100_000):
        before = len(turn.events)
        _visit(turn, ROOT)
        if len(turn.events) == before:
            return
    raise RuntimeError("the engine does not come to rest; the recipe starts rounds without end")


def _visit(turn: Turn, path: str) -> None:
    element = turn.element(path)
    if element.over:
        return
    node = turn.node(path)
    if element.state in _ACTING:
        _visit_acting(turn, path)
        return
    if element.state == IDLE:
        if path != ROOT:
            _begin(turn, path, node)
        return
    if element.state != RUNNING:
        return
    if is_round(path) or node.kind in ("procedure", "operation"):
        _sequence(turn, path, node)
    elif node.kind == "unit":
        _unit(turn, path, node)
    elif node.kind == "parallel":
        _parallel(turn, path, node)
    elif node.kind == "repeat":
        _repeat(turn, path, node)
    else:
        visit_leaf(turn, path)


def _visit_acting(turn: Turn, path: str) -> None:
    """Deepest first: what is below comes to rest before its parent; while pausing, steps run to their end."""
    for child in turn.below(path):
        state = turn.element(child).state
        if state in _ACTING:
            _visit_acting(turn, child)
        elif state == RUNNING and turn.element(path).state == PAUSING and is_leaf(turn, child):
            visit_leaf(turn, child)
    if turn.element(path).state in _ACTING:
        acting(turn, path)


def _begin(turn: Turn, path: str, node: Node) -> None:
    if node.when is not None and not is_round(path):
        truth = turn.value(path, node.when)
        if truth is None:
            return
        if truth is False:
            turn.move(path, START)
            turn.emit(
                "value.used", path=path, purpose="when", condition=node.when_text, truth="false", values=[]
            )
            turn.move(path, DONE, outcome="not applicable")
            return
    turn.move(path, START)


def _open(turn: Turn, path: str) -> None:
    if path not in turn.state.elements:
        turn.emit("element.opened", path=path)
    _visit(turn, path)


def _sequence(turn: Turn, path: str, node: Node) -> None:
    index = turn.element(path).index
    while index < len(node.children):
        child = f"{path}.{index + 1}"
        _open(turn, child)
        if not turn.element(child).over or turn.element(path).state != RUNNING:
            return
        index += 1
        turn.stage(path, index=index)
    if is_round(path):
        turn.move(path, DONE, outcome="done")  # the mark of a repeat is set when all rounds are over
    elif node.kind != "unit":
        turn.complete(path)


def _unit(turn: Turn, path: str, node: Node) -> None:
    if turn.element(path).stage == "":
        turn.stage(path, "allocate")
        turn.request(
            path,
            "allocate",
            "allocate",
            symbol=node.unit,
            equipment=turn.state.bindings[node.unit],
            needs=list(turn.program.units[node.unit].get("needs", [])),
            command="allocate",
        )
    if turn.element(path).stage == "allocate":
        if not any(effect["status"] == "done" for effect in turn.effects_of(path, "allocate")):
            return
        turn.stage(path, "run")
    if turn.element(path).stage == "run":
        _sequence(turn, path, node)
        element = turn.element(path)
        if element.state == RUNNING and element.index == len(node.children):
            turn.stage(path, "release")
            release(turn, path)
    released = any(effect["status"] == "done" for effect in turn.effects_of(path, "release"))
    if turn.element(path).stage == "release" and turn.element(path).state == RUNNING and released:
        turn.complete(path)


def _parallel(turn: Turn, path: str, node: Node) -> None:
    children = [f"{path}.{index + 1}" for index in range(len(node.children))]
    for child in children:
        if turn.element(path).state == RUNNING:
            _open(turn, child)
    if turn.element(path).state == RUNNING and all(
        child in turn.state.elements and turn.element(child).over for child in children
    ):
        turn.complete(path)


def _repeat(turn: Turn, path: str, node: Node) -> None:
    spec, element = node.spec, turn.element(path)
    assert isinstance(spec, Repeat)  # noqa: S101 - the builder pairs kind and spec
    if element.stage == "":
        base = turn.now if spec.first is None else instant(turn, spec.first)
        if base is None:
            return
        turn.stage(path, "rounds", data={"base_us": base})
        turn.deadline(path, "round", base)
    element = turn.element(path)
    current = f"{path}#{element.index}"
    if element.index and not turn.element(current).over:
        _visit(turn, current)
        if not turn.element(current).over or turn.element(path).state != RUNNING:
            return
    element = turn.element(path)
    if element.index == spec.count:
        turn.complete(path)
        return
    if "round" not in element.deadlines:
        turn.deadline(path, "round", element.data["base_us"] + element.index * spec.every_us)
    if turn.due(path, "round"):
        turn.clear(path, "round")
        turn.stage(path, index=element.index + 1)
        _open(turn, f"{path}#{element.index + 1}")
