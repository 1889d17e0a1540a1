"""Commands: hold, restart, pause, resume, stop, abort go from parent to child, always; skip ends one step."""

from __future__ import annotations

from decimal import Decimal

from titer.mes.engine.states import (
    ABORT,
    ABORTING,
    DONE,
    HELD,
    HOLD,
    HOLDING,
    IDLE,
    PAUSE,
    PAUSING,
    RESTART,
    RESTARTING,
    RESUME,
    RUNNING,
    STOP,
    STOPPING,
    after,
)
from titer.mes.engine.turn import Turn, is_round
from titer.mes.recipe.program import ROOT

SKIP = "Skip"
GIVEN = (PAUSE, RESUME, HOLD, RESTART, STOP, ABORT)
_SAFE = frozenset({HOLD, STOP, ABORT})


def give(turn: Turn, path: str, command: str, *, by: str) -> bool:
    """Give a command to an element and to all that is active below it; False where the table refuses it."""
    if path not in turn.state.elements or after(turn.element(path).state, command) is None:
        return False
    if command in _SAFE:
        _make_safe(turn, path, command)
    turn.move(path, command, by=by)
    for child in turn.below(path):
        element = turn.element(child)
        if element.over or (command == PAUSE and is_leaf(turn, child)):
            continue
        if after(element.state, command) is not None:
            turn.move(child, command, by="parent")
    if command in (STOP, ABORT):
        _take_back(turn, path)
    if command == RESTART:
        _restore(turn, path)
    return True


def is_leaf(turn: Turn, path: str) -> bool:
    """Whether an element is a single step, and no group of steps."""
    node = turn.node(path)
    return not node.children and not is_round(path)


def _owned(turn: Turn, path: str) -> dict[str, dict[str, str]]:
    """Set-points that this element, or one below it, wrote last."""
    return {
        symbol: setpoint
        for symbol, setpoint in turn.state.setpoints.items()
        if setpoint["path"] == path or setpoint["path"].startswith((f"{path}.", f"{path}#"))
    }


def _make_safe(turn: Turn, path: str, command: str) -> None:
    """Write the safe value of each channel that has one and is elsewhere; remember what to go back to."""
    moved = {}
    for symbol, setpoint in _owned(turn, path).items():
        channel = turn.program.channels[symbol]
        if channel.safe is not None and Decimal(setpoint["value"]) != channel.safe:
            moved[symbol] = setpoint["value"]
    number = turn.element(path).data.get("safe", 0) + 1
    before = turn.element(path).data.get("restore", {}) if turn.element(path).state == RESTARTING else {}
    turn.stage(path, data={"safe": number, "restore": {**before, **moved} if command == HOLD else {}})
    for symbol in moved:
        safe = turn.program.channels[symbol].safe
        assert safe is not None  # noqa: S101 - only such channels were collected
        turn.write(path, symbol, safe, f"safe{number}")


def _restore(turn: Turn, path: str) -> None:
    """Write back what hold had set to a safe value."""
    data = turn.element(path).data
    for symbol, value in data.get("restore", {}).items():
        turn.write(path, symbol, Decimal(value), f"restore{data['safe']}")


def _take_back(turn: Turn, path: str) -> None:
    """Tasks and samples that a stopped batch no longer waits for."""
    for effect in turn.state.pending():
        inside = effect["path"] == path or effect["path"].startswith((f"{path}.", f"{path}#"))
        if inside and effect["kind"] in ("task", "sample"):
            turn.emit("effect.finished", key=effect["key"], status="cancelled", kind=effect["kind"])


def acting(turn: Turn, path: str) -> None:
    """Complete Holding, Pausing, Stopping, Aborting, Restarting where nothing is outstanding any more."""
    element = turn.element(path)
    below = [turn.element(child).state for child in turn.below(path)]
    if element.state == PAUSING and any(
        is_leaf(turn, child) and turn.element(child).state in (RUNNING, IDLE) for child in turn.below(path)
    ):
        return
    if any(state in (HOLDING, PAUSING, STOPPING, ABORTING, RESTARTING) for state in below):
        return
    number = element.data.get("safe", 0)
    command = f"restore{number}" if element.state == RESTARTING else f"safe{number}"
    for effect in turn.effects_of(path, command):
        if effect["status"] == "pending":
            return
        if effect["status"] == "failed":
            turn.exception(
                path,
                "setpoint_not_verified",
                "critical",
                f"{effect['tag']} was not read back as {effect['value']} {effect['unit']} on {element.state.lower()}",
                key=f"{command}:{effect['channel']}",
                result=effect.get("result"),
            )
    if element.state in (STOPPING, ABORTING):
        release(turn, path)
    outcome = {STOPPING: "stopped", ABORTING: "aborted"}.get(element.state, "")
    turn.move(path, DONE, outcome=outcome)
    element = turn.element(path)
    if element.state == RUNNING and element.data.get("fault"):
        turn.stage(path, data={"fault": "held"})


def release(turn: Turn, path: str) -> None:
    """Give the equipment of a unit procedure back, if it holds it."""
    node = turn.node(path)
    if node.kind != "unit" or is_round(path):
        return
    for effect in turn.effects_of(path, "allocate"):
        if effect["status"] == "pending":
            turn.emit("effect.finished", key=effect["key"], status="cancelled", kind="allocate")
    turn.request(
        path,
        "release",
        "release",
        symbol=node.unit,
        equipment=turn.state.bindings[node.unit],
        command="release",
    )


def command(turn: Turn, name: str, path: str, *, by: str, reason: str) -> str:
    """A person's command. Returns why it is refused; "" when it was carried out."""
    if path not in turn.state.elements:
        return f"The batch has no running step {path!r}."
    state = turn.element(path).state
    if name == SKIP:
        return _skip(turn, path, by=by, reason=reason)
    if name not in GIVEN:
        return f"There is no command {name!r}; there are {', '.join((*GIVEN, SKIP))}."
    if name in (STOP, ABORT) and path != ROOT:
        return f"{name} is given to the whole batch; hold a single step, or skip it with a reason."
    if name == PAUSE and is_leaf(turn, path):
        return "A single step runs to its end; pause the group around it, or hold the step."
    if after(state, name) is None:
        return f"{name} is not possible while {turn.node(path).title!r} is {state}."
    above = path
    while above != ROOT and name in (RESTART, RESUME):
        above = above[: max(above.rfind("."), above.rfind("#"))]
        if turn.element(above).state != RUNNING:
            return f"{turn.node(above).title!r} around it is {turn.element(above).state}; restart that first."
    turn.emit("command.taken", command=name, path=path, by=by, reason=reason)
    give(turn, path, name, by=by)
    return ""


def _skip(turn: Turn, path: str, *, by: str, reason: str) -> str:
    element, node = turn.element(path), turn.node(path)
    if node.children or node.kind == "repeat":
        return "Only a single step can be skipped, not a group of steps."
    if element.state not in (RUNNING, HELD):
        return f"{node.title!r} is {element.state}; only a running or held step can be skipped."
    if node.kind == "feed" and element.stage in ("on", "run", "off"):
        return "The pump runs for this feed; hold or stop the unit instead."
    if any(effect["path"] == path and effect["kind"] == "write" for effect in turn.state.pending()):
        return "A command to the equipment is on its way; wait for its receipt."
    turn.emit("command.taken", command=SKIP, path=path, by=by, reason=reason)
    for effect in turn.state.pending():
        if effect["path"] == path:
            turn.emit("effect.finished", key=effect["key"], status="cancelled", kind=effect["kind"])
    turn.exception(path, "step_forced", "major", f"{node.title}: skipped by a person", by=by, reason=reason)
    if element.state == HELD:
        turn.stage(path, data={"skipped": True})  # it ends when the unit is restarted
        return ""
    turn.complete(path, "forced")
    return ""
