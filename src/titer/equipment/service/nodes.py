"""Use cases of what stands in the plant: register, qualify, calibrate, use, clean, log."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from titer.base.clock import iso
from titer.base.errors import Conflict, Invalid, Refused
from titer.equipment import queries, rules
from titer.equipment.model import Calibration, ContextSnapshot, LogbookEntry, Node, StandingChange
from titer.record import Signature, Unit


def register_node(
    unit: Unit,
    *,
    code: str,
    name: str,
    level: str,
    parent: str | None = None,
    class_name: str = "",
    capabilities: list[str] | None = None,
    location: str = "",
    maker: str = "",
    model: str = "",
    serial: str = "",
    needs_cleaning: bool = False,
    clean_hold_h: Decimal | None = None,
) -> Node:
    """Register a piece of equipment; it is unqualified, and dirty where cleaning applies.

    Args:
        unit: the open action.
        code: as people call it, e.g. `BR-201`; for life.
        name: its title.
        level: one of `rules.LEVELS`.
        parent: code of what it belongs to.
        class_name: equipment class that recipes ask for, e.g. `Bioreactor`.
        capabilities: what it can do, e.g. `glucose`.
        location: where it stands.
        maker: who made it.
        model: maker's type.
        serial: maker's number.
        needs_cleaning: whether it must be clean before use.
        clean_hold_h: hours that clean equipment stays clean, None without limit.

    Raises:
        Conflict: if the code is taken.
        Invalid: for an unknown level.
        NotFound: if there is no such parent.
    """
    if level not in rules.LEVELS:
        raise Invalid(f"{level!r} is no level of equipment.", do=f"Use one of {', '.join(rules.LEVELS)}.")
    if unit.session.scalar(select(Node.id).where(Node.code == code)):
        raise Conflict(f"The equipment {code} is registered already.")
    return unit.add(
        Node(
            code=rules.check_name(code, "piece of equipment"),
            name=name,
            level=level,
            parent_id=queries.node(unit.session, parent).id if parent else None,
            class_name=class_name,
            capabilities=capabilities or [],
            location=location,
            maker=maker,
            model=model,
            serial=serial,
            qualification="unqualified",
            cleanliness="dirty" if needs_cleaning else None,
            clean_hold_h=clean_hold_h,
        )
    )


def calibrate(
    unit: Unit,
    code: str,
    *,
    performed_at: datetime,
    performed_by: str,
    due_at: datetime,
    standard: str,
    as_found: dict[str, Any],
    as_left: dict[str, Any],
    passed: bool,
    certificate_digest: str | None = None,
) -> Calibration:
    """Record a calibration. One that failed leaves the equipment blocked, one that passed sets the due date.

    Raises:
        Invalid: if it ends before it begins, or lies in the future.
        Refused: if the equipment is not in service.
    """
    node = queries.node(unit.session, code)
    if due_at <= performed_at or performed_at > unit.process_now:
        raise Invalid(
            "A calibration was performed in the past, and is valid until a later instant.", where="due_at"
        )
    if node.qualification != "unqualified":
        node.qualification = rules.move(
            rules.QUALIFICATION, node.qualification, "calibrate" if passed else "fail"
        )
    node.calibration_due = due_at if passed else performed_at
    row = unit.add(
        Calibration(
            node_id=node.id,
            performed_at=performed_at,
            performed_by=performed_by,
            due_at=due_at,
            standard=standard,
            as_found=rules.without_floats(as_found),
            as_left=rules.without_floats(as_left),
            result="passed" if passed else "failed",
            certificate_digest=certificate_digest,
        )
    )
    _log(unit, node, "calibration", f"Calibration {row.result}, standard {standard}, due {due_at:%Y-%m-%d}.")
    _note_around(unit, node)
    unit.emit("equipment.calibrated", node, {"code": code, "result": row.result, "calibration_id": row.id})
    return row


def qualify(unit: Unit, code: str, statement: str) -> Node:
    """State that equipment is qualified (by signature; or at the seeding of an installation)."""
    node = queries.node(unit.session, code)
    node.qualification = rules.move(rules.QUALIFICATION, node.qualification, "qualify")
    _log(unit, node, "qualification", statement)
    _note_standing(unit, node, "qualified")
    _note_around(unit, node)
    unit.emit("equipment.qualified", node, {"code": code})
    return node


def withdraw(unit: Unit, code: str, reason: str, version: int | None = None) -> Node:
    """Take equipment out of service, at once."""
    found = queries.node(unit.session, code)
    node = unit.get(Node, found.id, version)
    node.qualification = rules.move(rules.QUALIFICATION, node.qualification, "withdraw")
    _log(unit, node, "out of service", reason)
    _note_standing(unit, node, "withdrawn")
    _note_around(unit, node)
    unit.emit("equipment.withdrawn", node, {"code": code, "reason": reason})
    return node


def mark_in_use(unit: Unit, code: str, *, used_for: str | None = None, batch_id: str | None = None) -> Node:
    """Begin to use equipment; again for the same purpose is no change.

    Args:
        unit: the open action.
        code: which.
        used_for: number of the batch or sample, for the logbook; by default the batch's id.
        batch_id: the batch, if it is one.

    Raises:
        Refused: if it is not ready, or in use for something else.
    """
    node = queries.node(unit.session, code)
    used_for = used_for or batch_id
    if not used_for:
        raise Invalid("Say what the equipment is used for.", where="used_for")
    if node.used_for == used_for:
        return node
    reasons = rules.not_ready(queries.standing(node), unit.process_now)
    if node.used_for is not None:
        reasons.append(f"{code} is in use for {node.used_for}.")
    if reasons:
        raise Refused(f"{code} cannot be used for {used_for}.", why=" ".join(reasons))
    if node.cleanliness is not None:
        node.cleanliness = rules.move(rules.CLEANLINESS, node.cleanliness, "use")
        node.clean_until = None
    node.used_for = used_for
    _log(unit, node, "use begun", f"In use for {used_for}.", batch_id)
    _note_around(unit, node)
    unit.emit("equipment.use.begun", node, {"code": code, "used_for": used_for, "batch_id": batch_id})
    return node


def mark_dirty(unit: Unit, code: str, *, text: str = "", batch_id: str | None = None) -> Node:
    """End the use of equipment: what needs cleaning is dirty now. Dirty equipment stays dirty."""
    node = queries.node(unit.session, code)
    used_for, node.used_for = node.used_for, None
    if node.cleanliness not in (None, "dirty"):
        event = "finish" if node.cleanliness == "in_use" else "soil"
        node.cleanliness = rules.move(rules.CLEANLINESS, str(node.cleanliness), event)
        node.clean_until = None
    elif used_for is None:
        return node
    _log(unit, node, "use ended", text or f"Use for {used_for or 'nothing noted'} ended.", batch_id)
    _note_around(unit, node)
    unit.emit("equipment.use.ended", node, {"code": code, "used_for": used_for, "batch_id": batch_id})
    return node


def start_cleaning(unit: Unit, code: str, *, procedure: str) -> Node:
    """Begin to clean equipment that is dirty or whose hold time has ended."""
    node = queries.node(unit.session, code)
    state = rules.effective_cleanliness(queries.standing(node), unit.process_now)
    node.cleanliness = rules.move(rules.CLEANLINESS, str(state), "start_cleaning")
    node.clean_until = None
    _note_around(unit, node)
    _log(unit, node, "cleaning begun", f"By {procedure}.")
    return node


def mark_clean(unit: Unit, code: str, *, procedure: str) -> Node:
    """End the cleaning; the clean hold time begins now, by the process clock.

    Equipment that is dirty goes through *cleaning* in the same action, where the beginning was not recorded.
    """
    node = queries.node(unit.session, code)
    state = rules.effective_cleanliness(queries.standing(node), unit.process_now)
    if state in ("dirty", "clean_expired"):
        start_cleaning(unit, code, procedure=procedure)
        unit.flush()
    node.cleanliness = rules.move(rules.CLEANLINESS, str(node.cleanliness), "finish_cleaning")
    if node.clean_hold_h is not None:
        node.clean_until = unit.process_now + timedelta(seconds=float(node.clean_hold_h * 3600))
    _log(unit, node, "clean", f"Cleaned by {procedure}.")
    _note_around(unit, node)
    unit.emit("equipment.cleaned", node, {"code": code})
    return node


def write_log(unit: Unit, code: str, *, kind: str, text: str, batch_id: str | None = None) -> LogbookEntry:
    """Write into the logbook of a piece of equipment.

    Raises:
        Invalid: if there is no text.
    """
    if not text.strip():
        raise Invalid("A logbook entry needs a text.", where="text")
    return _log(unit, queries.node(unit.session, code), kind, text, batch_id)


def record_context(
    unit: Unit, *, subject: str, valid_from: datetime, content: dict[str, Any], key: str
) -> ContextSnapshot:
    """Note what held around a measurement from an instant on; the same key notes once.

    Args:
        unit: the open action.
        subject: code of equipment, or name of a connection.
        valid_from: since when it held (source time).
        content: operator, column lot and injection count, reagent lots, method version, room ...
        key: idempotency key.

    Raises:
        Conflict: if the key noted something else before: a correction is a snapshot of its own.
    """
    clean = rules.without_floats(content)
    known = unit.session.scalar(select(ContextSnapshot).where(ContextSnapshot.key == key))
    if known is None:
        return unit.add(ContextSnapshot(subject=subject, valid_from=valid_from, content=clean, key=key))
    if (known.subject, known.valid_from, known.content) != (subject, valid_from, clean):
        raise Conflict(
            f"The context {key} of {known.subject} says something else already.",
            do="Give what corrects it a key of its own; both stay.",
        )
    return known


def note_context(unit: Unit, subject: str, **changes: Any) -> ContextSnapshot:
    """Note what changes now around the measurements of some equipment, or of a connection; the rest holds on.

    Args:
        unit: the open action; what changes holds from its instant of the process clock on.
        subject: code of equipment, or name of a connection.
        changes: what holds now; None ends it.
    """
    unit.flush()
    before = queries.context_at(unit.session, subject, unit.process_now)
    held = before.content if before is not None else {}
    now = {name: iso(one) if isinstance(one, datetime) else one for name, one in changes.items()}
    content = {name: one for name, one in {**held, **now}.items() if one is not None}
    if before is not None and content == held:
        return before
    return record_context(
        unit, subject=subject, valid_from=unit.process_now, content=content, key=f"now/{unit.new_id()}"
    )


def _note_around(unit: Unit, node: Node) -> None:
    """Whatever decides about the use of equipment is context of what is measured on it."""
    note_context(
        unit,
        node.code,
        qualification=node.qualification,
        calibration_due=node.calibration_due,
        cleanliness=node.cleanliness,
        clean_until=node.clean_until,
        used_for=node.used_for,
    )


def note_lapses(unit: Unit, nodes: list[Node]) -> int:
    """Write down what has lapsed by the process clock: calibrations and clean hold times."""
    count = 0
    for node in nodes:
        one = queries.standing(node)
        if rules.effective_qualification(one, unit.process_now) != node.qualification:
            node.qualification = rules.move(rules.QUALIFICATION, node.qualification, "lapse")
            _log(unit, node, "calibration", "The calibration has lapsed.")
            _note_around(unit, node)
            unit.emit("equipment.calibration.lapsed", node, {"code": node.code})
            count += 1
        if rules.effective_cleanliness(one, unit.process_now) != node.cleanliness:
            node.cleanliness = rules.move(rules.CLEANLINESS, str(node.cleanliness), "expire")
            _log(unit, node, "clean hold", "The clean hold time has ended.")
            _note_around(unit, node)
            unit.emit("equipment.clean.expired", node, {"code": node.code})
            count += 1
    return count


def qualify_by_signature(unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
    """What the signature *qualified* carries out."""
    node = unit.get(Node, record_id)
    statement = str(data.get("statement") or "Qualified.")
    qualify(unit, node.code, f"{statement} Signed by {signature.printed_name}.")


def _note_standing(unit: Unit, node: Node, kind: str) -> None:
    unit.add(
        StandingChange(
            subject_id=node.id, kind=kind, since=unit.process_now, state=node.qualification, fingerprint=None
        )
    )


def _log(unit: Unit, node: Node, kind: str, text: str, batch_id: str | None = None) -> LogbookEntry:
    return unit.add(
        LogbookEntry(node_id=node.id, kind=kind, text=text, by=unit.actor.name, batch_id=batch_id)
    )
