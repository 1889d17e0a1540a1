"""What each kind of step does while it runs. A visit looks at the state and moves on as far as it can."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from titer.base.canonical import canonical_decimal
from titer.mes.engine.commands import give
from titer.mes.engine.states import HOLD
from titer.mes.engine.turn import MAX_TRIES, Turn
from titer.mes.recipe.expression import Quantity, quantity
from titer.mes.recipe.program import Feed, Guard, Manual, Phase, SampleDraw, Until, Wait

_HOUR_US = Decimal(3_600_000_000)
_MISSING_AFTER_US = 3_600_000_000
"""How long a totaliser's value after the end of a feed is waited for: one hour."""


def visit_leaf(turn: Turn, path: str) -> None:
    """Let a running leaf do what it can now."""
    element = turn.element(path)
    if element.data.get("skipped"):
        turn.complete(path, "forced")
        return
    if element.data.get("fault"):
        if element.data["fault"] == "held":
            _again(turn, path)
        return
    node = turn.node(path)
    unset = "timeout" not in element.deadlines and not element.data.get("timed_out")
    if element.stage == "" and node.timeout is not None and unset:
        turn.deadline(path, "timeout", turn.now + node.timeout.after_us)
    if _timed_out(turn, path):
        return
    _VISIT[node.kind](turn, path)


def _again(turn: Turn, path: str) -> None:
    """Begin a step that was at fault again; what has been done for good is not done twice."""
    element, spec = turn.element(path), turn.node(path).spec
    keep = element.stage if element.stage in ("off", "draw") or _carried_out(turn, path) else ""
    turn.stage(path, keep, attempt=element.attempt + 1, data={"fault": ""})
    if keep == "off" and isinstance(spec, Feed):
        turn.write(path, spec.channel, turn.program.channels[spec.channel].safe or Decimal(0), "off")
    if keep == "draw" and isinstance(spec, SampleDraw):
        _ask_draw(turn, path, spec)


def _carried_out(turn: Turn, path: str) -> bool:
    """Whether a phase's writes were all carried out after all, as late receipts told; then none is written again."""
    latest = {effect["channel"]: effect for effect in turn.effects_of(path, "write")}
    written = all(effect["status"] == "done" for effect in latest.values())
    return turn.element(path).stage == "write" and bool(latest) and written


def _timed_out(turn: Turn, path: str) -> bool:
    """Act on a time-out that has been reached; True if the step is over or held."""
    timeout = turn.node(path).timeout
    if timeout is None or not turn.due(path, "timeout"):
        return False
    turn.clear(path, "timeout")
    node = turn.node(path)
    turn.stage(path, data={"timed_out": True})
    turn.exception(
        path,
        "timeout",
        timeout.severity,
        f"{node.title}: not finished within {_hours(timeout.after_us)} h",
        key=f"timeout:{turn.element(path).attempt}",
        then=timeout.then,
    )
    if timeout.then == "continue":
        cancel(turn, path)
        turn.complete(path, "timed_out")
    elif timeout.then == "hold":
        give(turn, turn.around(path), HOLD, by="engine")
    elif timeout.then == "abort":
        give(turn, "P", "Abort", by="engine")
    return timeout.then != "wait"


def _hours(microseconds: int) -> str:
    return canonical_decimal((Decimal(microseconds) / _HOUR_US).normalize())


def cancel(turn: Turn, path: str) -> None:
    """Take back what an element asked people for; a write that is on its way cannot be taken back."""
    for effect in turn.state.pending():
        if effect["path"] == path and effect["kind"] in ("task", "sample"):
            turn.emit("effect.finished", key=effect["key"], status="cancelled", kind=effect["kind"])


# -- writes ---------------------------------------------------------------------------------------------


def writes_settled(turn: Turn, path: str, command: str, *, on_fault: str) -> bool:
    """Whether all writes of a command have been read back as asked; repeats and faults are dealt with here."""
    latest = {effect["channel"]: effect for effect in turn.effects_of(path, command)}
    settled = True
    for symbol, effect in latest.items():
        if effect["status"] == "done":
            continue
        settled = False
        if effect["status"] == "pending":
            continue
        channel = turn.program.channels[symbol]
        if not channel.once and effect["attempt"] < MAX_TRIES:
            turn.write(path, symbol, Decimal(effect["value"]), command, attempt=effect["attempt"] + 1,
                       origin=effect.get("proposal", ""))  # fmt: skip
            continue
        settled = _fault(turn, path, symbol, on_fault) or settled
    return settled and bool(latest)


def _fault(turn: Turn, path: str, symbol: str, on_fault: str) -> bool:
    """A set-point could not be verified: an exception, and hold where the recipe says so."""
    effect = [
        e for e in turn.effects_of(path, "write") + turn.effects_of(path, "off") if e["channel"] == symbol
    ][-1]
    turn.exception(
        path,
        "setpoint_not_verified",
        "major",
        f"{turn.tag(symbol)} was not read back as {effect.get('value', 'asked')} {effect.get('unit', '')}".strip(),
        key=f"setpoint_not_verified:{turn.element(path).attempt}:{symbol}",
        tag=turn.tag(symbol),
        value=effect.get("value"),
        result=effect.get("result"),
    )
    if on_fault == "exception":
        return True
    turn.stage(path, data={"fault": "fault"})
    give(turn, turn.around(path), HOLD, by="engine")
    return False


def _phase(turn: Turn, path: str) -> None:
    spec, element = turn.node(path).spec, turn.element(path)
    assert isinstance(spec, Phase)  # noqa: S101 - the builder pairs kind and spec
    if element.stage == "":
        values = {write.channel: turn.value(path, write.tree) for write in spec.writes}
        for write in spec.writes:
            found, channel = values[write.channel], turn.program.channels[write.channel]
            number = found.in_unit(channel.unit) if isinstance(found, Quantity) else None
            if number is None or not _inside(number, channel.low, channel.high):
                what = (
                    "could not be computed"
                    if number is None
                    else f"would be {canonical_decimal(number)}, out of range"
                )
                _no_value(turn, path, write.channel, what, spec.on_fault, turn.used(write.tree))
                return
        turn.stage(path, "write")
        for write in spec.writes:
            found = values[write.channel]
            assert isinstance(found, Quantity)  # noqa: S101 - checked above
            turn.write(path, write.channel, found.in_unit(turn.program.channels[write.channel].unit), "write")
    if turn.element(path).stage == "write" and writes_settled(turn, path, "write", on_fault=spec.on_fault):
        turn.stage(path, "guard")
    if turn.element(path).stage == "guard" and (spec.guard is None or guarded(turn, path, spec.guard)):
        turn.complete(path)


def _inside(number: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    return (low is None or number >= low) and (high is None or number <= high)


def _no_value(
    turn: Turn, path: str, symbol: str, what: str, on_fault: str, used: list[dict[str, object]]
) -> None:
    turn.exception(
        path,
        "setpoint_unknown",
        "major",
        f"The set-point of {turn.tag(symbol)} {what}",
        key=f"setpoint_unknown:{turn.element(path).attempt}:{symbol}",
        values=used,
    )
    turn.stage(path, data={"fault": "fault"})
    if on_fault == "hold":
        give(turn, turn.around(path), HOLD, by="engine")
    else:
        turn.complete(path, "forced")


# -- guards and waits -----------------------------------------------------------------------------------


def guarded(turn: Turn, path: str, guard: Guard) -> bool:
    """Whether a guard has been true for long enough; bad or stale values make it neither true nor false."""
    truth, since = turn.value(path, guard.tree), turn.element(path).since_us
    if truth is not True:
        if since is not None:
            turn.emit(
                "condition.broken",
                path=path,
                condition=guard.text,
                truth="unknown" if truth is None else "false",
                values=turn.used(guard.tree),
            )
            turn.clear(path, "for")
        return False
    if since is None:
        turn.emit("condition.true", path=path, condition=guard.text, values=turn.used(guard.tree))
        since = turn.now
        if guard.for_us:
            turn.deadline(path, "for", turn.now + guard.for_us)
    if turn.now - since < guard.for_us:
        return False
    turn.emit("condition.met", path=path, condition=guard.text, values=turn.used(guard.tree))
    return True


def _until(turn: Turn, path: str) -> None:
    spec = turn.node(path).spec
    assert isinstance(spec, Until)  # noqa: S101 - the builder pairs kind and spec
    if guarded(turn, path, spec.guard):
        turn.complete(path)


def instant(turn: Turn, wait: Wait) -> int | None:
    """When a wait ends; None while the mark it counts from is not set."""
    if wait.span_us is not None:
        return turn.now + wait.span_us
    base = turn.state.marks.get(wait.after) if wait.after else turn.element("P").started_us
    return None if base is None or wait.at_us is None else base + wait.at_us


def _wait(turn: Turn, path: str) -> None:
    spec = turn.node(path).spec
    assert isinstance(spec, Wait)  # noqa: S101 - the builder pairs kind and spec
    name = "wait" if spec.span_us is not None else "at"
    if turn.element(path).stage == "":
        at = instant(turn, spec)
        if at is None:
            return
        turn.stage(path, "wait")
        turn.deadline(path, name, at)
    if turn.due(path, name):
        turn.complete(path)


# -- people ---------------------------------------------------------------------------------------------


def _manual(turn: Turn, path: str) -> None:
    node = turn.node(path)
    spec = node.spec
    assert isinstance(spec, Manual)  # noqa: S101 - the builder pairs kind and spec
    if turn.element(path).stage == "":
        turn.stage(path, "task")
        turn.request(path, "task", "task", form=spec.form, title=node.title, unit=node.unit, command="task")
    if any(effect["status"] == "done" for effect in turn.effects_of(path, "task")):
        turn.complete(path)


def _sample(turn: Turn, path: str) -> None:
    node = turn.node(path)
    spec = node.spec
    assert isinstance(spec, SampleDraw)  # noqa: S101 - the builder pairs kind and spec
    if turn.element(path).stage == "":
        turn.stage(path, "register")
        label = spec.label
        for name, number in turn.counters(path).items():
            label = label.replace("{" + name + "}", str(number))
        turn.request(
            path, "sample", "sample", plan=spec.plan, label=label, analyses=list(spec.analyses),
            panel=spec.panel, unit=node.unit, command="sample",
        )  # fmt: skip
    registered = [e for e in turn.effects_of(path, "sample") if e["status"] == "done"]
    failed = [e for e in turn.effects_of(path, "sample") if e["status"] == "failed"]
    if turn.element(path).stage == "register" and failed and not registered:
        turn.exception(
            path,
            "sample_not_registered",
            "major",
            f"{node.title}: {failed[-1]['result'].get('message', 'the laboratory refused it')}",
            key=f"sample_not_registered:{turn.element(path).attempt}",
        )
        turn.stage(path, data={"fault": "fault"})
        give(turn, turn.around(path), HOLD, by="engine")
        return
    if turn.element(path).stage == "register" and registered:
        turn.stage(path, "draw", data={"sample": registered[-1]["result"]})
        _ask_draw(turn, path, spec)
    if turn.element(path).stage == "draw":
        _drawn(turn, path)


def _ask_draw(turn: Turn, path: str, spec: SampleDraw) -> None:
    """Have the registered sample drawn: by the equipment's own sampler, or by a person."""
    number = turn.element(path).data["sample"]["number"]
    if spec.draw:
        turn.request(
            path, "write", f"draw:{spec.draw}", channel=spec.draw, tag=turn.tag(spec.draw), value=number,
            unit="1", text=True, command="draw", attempt=1, tolerance="0",
        )  # fmt: skip
        return
    form = {
        "manual": f"Draw sample {number}",
        "instruction": f"Draw the sample, label the bottle {number} and hand it over.",
        "sample_number": number,
    }
    turn.request(
        path, "task", "draw", form=form, title=form["manual"], unit=turn.node(path).unit, command="draw"
    )


def _drawn(turn: Turn, path: str) -> None:
    drawn = turn.effects_of(path, "draw")
    if any(effect["status"] == "done" for effect in drawn):
        sample = turn.element(path).data["sample"]
        turn.emit(
            "sample.drawn",
            path=path,
            sample_id=sample["sample_id"],
            number=sample["number"],
            panel=sample.get("panel", False),
        )
        turn.complete(path)
    elif drawn and drawn[-1]["status"] == "failed":
        turn.exception(
            path,
            "sample_not_drawn",
            "major",
            f"{drawn[-1].get('tag', 'The sample')} did not draw",
            result=drawn[-1].get("result"),
        )
        turn.stage(path, data={"fault": "fault"})
        give(turn, turn.around(path), HOLD, by="engine")


# -- feeds ----------------------------------------------------------------------------------------------


def _feed(turn: Turn, path: str) -> None:
    spec = turn.node(path).spec
    assert isinstance(spec, Feed)  # noqa: S101 - the builder pairs kind and spec
    channel = turn.program.channels[spec.channel]
    if turn.element(path).stage == "":
        found = turn.value(path, spec.rate)
        number = found.in_unit(channel.unit) if isinstance(found, Quantity) else None
        if number is None or not _inside(number, channel.low, channel.high):
            what = (
                "could not be computed"
                if number is None
                else f"would be {canonical_decimal(number)}, out of range"
            )
            _no_value(turn, path, spec.channel, what, spec.on_fault, turn.used(spec.rate))
            return
        if spec.total:
            turn.emit("value.used", path=path, purpose="total before", values=[turn.used_channel(spec.total)])
        before = turn.reading(spec.total) if spec.total else None
        total_unit = turn.program.channels[spec.total].unit if spec.total else "1"
        turn.stage(
            path,
            "on",
            data={
                "rate": canonical_decimal(number),
                "asked": "0",
                "before": canonical_decimal(before.in_unit(total_unit)) if before else "",
                "source_us": turn.given.values[spec.total].source_us if before else 0,
            },
        )
        turn.write(path, spec.channel, number, "write")
    if turn.element(path).stage == "on" and writes_settled(turn, path, "write", on_fault=spec.on_fault):
        turn.stage(path, "run", data={"since_us": turn.now})
        turn.deadline(path, "run", turn.now + spec.for_us)
    if turn.element(path).stage == "run" and turn.due(path, "run"):
        data = turn.element(path).data
        turn.clear(path, "run")
        turn.stage(path, "off", data={"asked": _asked(turn, path, spec), "rate": data["rate"]})
        turn.write(path, spec.channel, channel.safe or Decimal(0), "off")
    if turn.element(path).stage == "off" and writes_settled(turn, path, "off", on_fault=spec.on_fault):
        turn.stage(path, "check", data={"off_us": turn.now})
        turn.deadline(path, "check", turn.now + _MISSING_AFTER_US)
    if turn.element(path).stage == "check":
        _feed_check(turn, path, spec)


def _asked(turn: Turn, path: str, spec: Feed) -> str:
    """What the set-points of this feed asked for: the rate times the time the recipe gives it."""
    data = turn.element(path).data
    left = Decimal(data.get("left_us", spec.for_us))
    return canonical_decimal((Decimal(data["asked"]) + Decimal(data["rate"]) * left / _HOUR_US).normalize())


def change_rate(turn: Turn, path: str, rate: Decimal) -> None:
    """A running feed gets another rate: what was asked for so far is kept."""
    spec, element = turn.node(path).spec, turn.element(path)
    assert isinstance(spec, Feed)  # noqa: S101 - only feeds are asked
    left = max(element.deadlines["run"] - turn.now, 0)
    gone = Decimal(element.data.get("left_us", spec.for_us)) - left
    asked = Decimal(element.data["asked"]) + Decimal(element.data["rate"]) * gone / _HOUR_US
    turn.stage(
        path,
        data={
            "rate": canonical_decimal(rate),
            "left_us": left,
            "asked": canonical_decimal(asked.normalize()),
        },
    )


def _feed_check(turn: Turn, path: str, spec: Feed) -> None:
    data = turn.element(path).data
    if not spec.total:
        turn.complete(path)
        return
    channel = turn.program.channels[spec.total]
    after = turn.reading(spec.total, not_before=data["off_us"])
    if after is None and not turn.due(path, "check"):
        return
    if after is None or not data["before"]:
        turn.exception(
            path, "missing_data", "major",
            f"{turn.node(path).title}: the totaliser {turn.tag(spec.total)} gave no good value",
            key=f"missing_data:{turn.element(path).attempt}", values=[turn.used_channel(spec.total)],
        )  # fmt: skip
        turn.complete(path)
        return
    fed = after.in_unit(channel.unit) - Decimal(data["before"])
    asked = _total(Decimal(data["asked"]), turn.program.channels[spec.channel].unit).in_unit(channel.unit)
    size, unit = spec.tolerance
    allowed = abs(asked) * size / 100 if unit == "%" else quantity(size, unit).in_unit(channel.unit)
    inside = abs(fed - asked) <= allowed
    turn.emit(
        "feed.checked",
        path=path,
        asked=canonical_decimal(asked),
        fed=canonical_decimal(fed),
        unit=channel.unit,
        allowed=canonical_decimal(allowed),
        inside=inside,
        values=[turn.used_channel(spec.total)],
    )
    if not inside:
        turn.exception(
            path, "feed_amount", "major",
            f"{turn.node(path).title}: {canonical_decimal(fed)} {channel.unit} fed, "
            f"{canonical_decimal(asked)} asked for",
            key=f"feed_amount:{turn.element(path).attempt}",
            asked=canonical_decimal(asked), fed=canonical_decimal(fed),
        )  # fmt: skip
    turn.complete(path)


def _total(rate_hours: Decimal, unit: str) -> Quantity:
    """What a rate adds up to: the base units of flows are L/h and kg/h, of amounts L and kg."""
    flow = quantity(rate_hours, unit)
    return Quantity(flow.base, {"volume flow": "volume", "mass flow": "mass"}[flow.dimension])


_VISIT: dict[str, Callable[[Turn, str], None]] = {
    "phase": _phase,
    "until": _until,
    "wait": _wait,
    "manual": _manual,
    "sample": _sample,
    "feed": _feed,
}
