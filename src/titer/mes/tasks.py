"""Use cases of manual tasks: enter, scan and charge, witness, correct. Limits are enforced at entry."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.base.errors import Invalid, NotAuthorised, NotFound, Refused
from titer.mes import rules
from titer.mes.engine import Input
from titer.mes.model import Batch, Charge, ControlRecipe, ManualTask, TaskEntry
from titer.mes.ports import MaterialPort
from titer.mes.running import Running
from titer.quality import QualityPort
from titer.record import Actor, Record, Signature, SignatureMeaning, Unit


@dataclass
class Tasks:
    """Manual tasks.

    Args:
        record: rights of persons.
        running: the engine, which waits for the tasks.
        quality: exceptions.
        material: lots.
    """

    record: Record
    running: Running
    quality: QualityPort
    material: MaterialPort

    def enter(
        self,
        unit: Unit,
        task_id: str,
        *,
        entries: dict[str, str],
        scan: str | None = None,
        comment: str | None = None,
        version: int | None = None,
    ) -> ManualTask:
        """Do a task: scan, values, and a comment where a value lies outside its limits.

        Raises:
            NotAuthorised: if the task is for another role.
            Invalid: for a missing or unreadable entry, or an unexplained one outside its limits.
            Refused: if the lot may not be used, or the task is not offered any more.
        """
        task = unit.get(ManualTask, task_id, version)
        form, batch = task.form, unit.get(Batch, task.batch_id)
        task.state = rules.move("task", task.state, "enter")
        self._role(unit, task)
        judged = rules.judge(form, entries)
        outside = [entry for entry in judged if entry.inside is False]
        if outside and not (comment or "").strip():
            names = ", ".join(entry.name for entry in outside)
            raise Invalid(
                f"Outside the limits: {names}.",
                where=outside[0].name,
                do="Check the value. If it is right, enter it again with a comment; an exception is raised then.",
            )
        self._charge(unit, task, batch, judged, scan)
        task.entered_by, task.entered_at, task.comment = unit.actor.id, unit.process_now, comment
        fields = {entry["name"]: entry for entry in form.get("entries", [])}
        for entry in judged:
            self._store(unit, task, fields[entry.name], entry, revision=1, reason=comment)
        for entry in outside:
            self._outside(unit, task, fields[entry.name], entry, comment or "", revision=1)
        unit.emit("mes.task.entered", task, {"task_id": task.id, "batch_id": batch.id, "title": task.title})
        if not form.get("witness"):
            self._accept(unit, task)
        return task

    def correct(
        self, unit: Unit, task_id: str, *, name: str, value: str, reason: str, version: int | None = None
    ) -> ManualTask:
        """Correct an entry; what stood there before stays, with the reason.

        Raises:
            Refused: if nothing was entered yet, or the value was booked (charged or produced) already.
            Invalid: for an unknown entry, an unreadable value or a missing reason.
        """
        task = unit.get(ManualTask, task_id, version)
        if task.state not in ("entered", "accepted"):
            raise Refused(f"The task is {task.state}; there is nothing to correct.")
        if not reason.strip():
            raise Invalid("A correction needs a reason.", where="reason")
        fields = {entry["name"]: entry for entry in task.form.get("entries", [])}
        if name not in fields:
            raise Invalid(f"This task has no entry {name!r}.", where=name)
        self._role(unit, task)
        booked = {
            task.form.get("charge", {}).get("quantity"),
            task.form.get("produce", {}).get("quantity") if task.state == "accepted" else None,
        }
        if name in booked:
            raise Refused(
                f"{name!r} was booked as a quantity of a lot.",
                do="Have the quality unit book the difference.",
            )
        revision = 1 + (
            unit.session.scalar(
                select(func.max(TaskEntry.revision)).where(
                    TaskEntry.task_id == task.id, TaskEntry.name == name
                )
            )
            or 0
        )
        judged = rules.judge_one(fields[name], value.strip())
        before = latest(unit.session, task.id).get(name)
        self._store(unit, task, fields[name], judged, revision=revision, reason=reason)
        if judged.inside is False:
            self._outside(unit, task, fields[name], judged, reason, revision=revision)
        if task.state == "accepted" and task.form.get("witness"):
            self._raise(
                unit,
                task,
                "entry_corrected",
                "minor",
                f"{task.title}: {name} was corrected after it was witnessed",
                {
                    "name": name,
                    "before": before.text if before else "",
                    "after": judged.text,
                    "reason": reason,
                },
                key=f"{task.key}/{name}/{revision}/corrected",
            )
        task.comment = reason if task.comment is None else f"{task.comment}; {reason}"
        unit.flush()
        note = {
            "what": "task.corrected",
            "key": task.key,
            "path": task.path,
            "entry": name,
            "before": before.text if before else None,
            "after": judged.text,
            "reason": reason,
            "by": unit.actor.id,
        }
        self.running.take(unit, task.batch_id, [Input("note", us(unit.process_now), note)])
        unit.emit("mes.task.corrected", task, {"task_id": task.id, "batch_id": task.batch_id, "entry": name})
        return task

    # --- witness -------------------------------------------------------------------------------------------

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """The witness of a task."""
        return (
            SignatureMeaning(
                record_type=ManualTask.__tablename__,
                meaning="witnessed",
                verb="mes.task.witness",
                title="Manual task: witnessed by a second person",
                content=_content,
                blockers=_blockers,
                apply=self._witnessed,
            ),
        )

    def _witnessed(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        task = unit.get(ManualTask, record_id)
        task.state = rules.move("task", task.state, "witness")
        task.witness_signature_id = signature.id
        self._accept(unit, task)

    # --- inside --------------------------------------------------------------------------------------------

    def _role(self, unit: Unit, task: ManualTask) -> None:
        if unit.actor.kind != "person":
            raise NotAuthorised("A manual task is done by a person.")
        people = (unit.actor.id, unit.on_behalf_of)
        if not any(one and task.role in self.record.roles_of(unit.session, one) for one in people):
            raise NotAuthorised(f"This task is for the role {task.role}.", do="Ask somebody who holds it.")

    def _accept(self, unit: Unit, task: ManualTask) -> None:
        task.state = rules.move("task", task.state, "accept")
        task.accepted_at = unit.process_now
        unit.flush()
        values = {name: _plain(entry) for name, entry in latest(unit.session, task.id).items()}
        result: dict[str, Any] = {
            "task_id": task.id,
            "entries": values,
            "by": task.entered_by,
            "witness": task.witness_signature_id,
            "lot": task.lot_number,
        }
        produce = task.form.get("produce")
        if produce:
            result["produced"] = self._produce(unit, task, produce)
        unit.emit(
            "mes.task.accepted", task, {"task_id": task.id, "batch_id": task.batch_id, "title": task.title}
        )
        loaded = self.running.load(unit.session, task.batch_id)
        report = {
            "key": task.key,
            "status": "done",
            "result": {name: value for name, value in result.items() if value is not None},
        }
        values_now = self.running.values(loaded.program, loaded.state)
        self.running.take(unit, task.batch_id, [Input("report", us(unit.process_now), report, values_now)])

    def _charge(
        self, unit: Unit, task: ManualTask, batch: Batch, judged: list[rules.Judged], scan: str | None
    ) -> None:
        symbol = task.form.get("scan")
        if symbol is None:
            if scan:
                raise Invalid("This task asks for no scan.", where="scan")
            return
        if not scan:
            raise Invalid("Scan the lot first.", where="scan")
        material = _material(unit.session, batch, symbol)
        lot = self.material.scan(
            unit.session, scan.strip(), at=unit.process_now, definition_code=material["definition"]
        )
        task.lot_number = lot.number
        charge = task.form.get("charge")
        quantity: Decimal | None = None
        if charge is not None:
            by_name = {entry.name: entry.value for entry in judged}
            quantity = (
                by_name[charge["quantity"]] if charge["quantity"] in by_name else Decimal(charge["quantity"])
            )
            if quantity is None:
                raise Invalid("The quantity to be charged is missing.", where=charge["quantity"])
            self.material.consume(unit, lot.id, quantity, batch.id, f"mes/{task.key}", charge["unit"])
        unit.add(
            Charge(
                batch_id=batch.id,
                task_id=task.id,
                direction="charged",
                material=material["definition"],
                lot_id=lot.id,
                lot_number=lot.number,
                quantity=quantity,
                unit=charge["unit"] if charge else None,
            )
        )

    def _produce(self, unit: Unit, task: ManualTask, produce: dict[str, str]) -> str:
        batch = unit.get(Batch, task.batch_id)
        material = _material(unit.session, batch, produce["material"])
        quantity = latest(unit.session, task.id)[produce["quantity"]].value
        if quantity is None:
            raise Invalid("The quantity that was produced is missing.", where=produce["quantity"])
        lot = self.material.produce(
            unit, material["definition"], batch.id, quantity, produce["unit"], key=f"mes/{task.key}/produced"
        )
        unit.add(
            Charge(
                batch_id=batch.id,
                task_id=task.id,
                direction="produced",
                material=material["definition"],
                lot_id=lot.id,
                lot_number=lot.number,
                quantity=quantity,
                unit=produce["unit"],
            )
        )
        return lot.number

    def _store(
        self,
        unit: Unit,
        task: ManualTask,
        entry: dict[str, Any],
        judged: rules.Judged,
        *,
        revision: int,
        reason: str | None,
    ) -> None:
        unit.add(
            TaskEntry(
                task_id=task.id,
                name=judged.name,
                revision=revision,
                text=judged.text,
                value=judged.value,
                unit=entry.get("unit"),
                low=Decimal(entry["low"]) if "low" in entry else None,
                high=Decimal(entry["high"]) if "high" in entry else None,
                inside=judged.inside,
                entered_by=unit.actor.id,
                reason=reason,
            )
        )

    def _outside(
        self,
        unit: Unit,
        task: ManualTask,
        entry: dict[str, Any],
        judged: rules.Judged,
        comment: str,
        *,
        revision: int,
    ) -> None:
        evidence: dict[str, Any] = {key: entry[key] for key in ("low", "high", "unit") if key in entry}
        self._raise(
            unit,
            task,
            "entry_outside_limits",
            entry.get("severity", "minor"),
            f"{task.title}: {entry.get('prompt', judged.name)} = {judged.text} {entry.get('unit', '')}".strip(),
            {**evidence, "value": judged.text, "comment": comment},
            key=f"{task.key}/{judged.name}/{revision}",
        )

    def _raise(
        self,
        unit: Unit,
        task: ManualTask,
        kind: str,
        severity: str,
        title: str,
        evidence: dict[str, Any],
        *,
        key: str,
    ) -> None:
        self.quality.raise_exception(
            unit,
            kind=f"mes.{kind}",
            severity=severity,
            title=title,
            detail=f"Manual task at step {task.path}.",
            batch_id=task.batch_id,
            subject_type=ManualTask.__tablename__,
            subject_id=task.id,
            evidence=evidence,
            key=f"mes/{key}",
        )


def latest(session: Session, task_id: str) -> dict[str, TaskEntry]:
    """The values of a task that count: each entry's last revision."""
    rows = session.scalars(select(TaskEntry).where(TaskEntry.task_id == task_id).order_by(TaskEntry.revision))
    return {row.name: row for row in rows}


def entries(session: Session, task_id: str) -> list[TaskEntry]:
    """All values of a task, corrected ones too, in the order in which they were entered."""
    return list(
        session.scalars(
            select(TaskEntry).where(TaskEntry.task_id == task_id).order_by(TaskEntry.name, TaskEntry.revision)
        )
    )


def _plain(entry: TaskEntry) -> dict[str, Any]:
    return {"value": entry.text, "unit": entry.unit, "inside": entry.inside, "revision": entry.revision}


def _material(session: Session, batch: Batch, symbol: str) -> dict[str, Any]:
    control = session.get(ControlRecipe, batch.control_recipe_id)
    if control is None:
        raise NotFound(f"Batch {batch.number} has no control recipe.")
    found: dict[str, Any] = control.content["materials"][symbol]
    return found


def _content(session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
    task = session.get(ManualTask, record_id)
    if task is None:
        raise NotFound(f"There is no task {record_id}.")
    batch = session.get(Batch, task.batch_id)
    return {
        "batch": batch.number if batch else task.batch_id,
        "task": task.title,
        "instruction": task.form.get("instruction", ""),
        "unit": task.unit_code,
        "lot": task.lot_number,
        "entered_by": task.entered_by,
        "entered_at": task.entered_at,
        "entries": {name: _plain(entry) for name, entry in latest(session, record_id).items()},
    }


def _blockers(session: Session, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
    task = session.get(ManualTask, record_id)
    if task is None:
        return [f"There is no task {record_id}."]
    reasons = []
    if task.state != "entered":
        reasons.append(f"The task is {task.state}, not entered.")
    if not task.form.get("witness"):
        reasons.append("The recipe asks for no witness here.")
    performed = {entry.entered_by for entry in entries(session, record_id)} | {task.entered_by}
    if actor.id in performed:
        reasons.append("Who performed a task cannot witness it.")
    return reasons
