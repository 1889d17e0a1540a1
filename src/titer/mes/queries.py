"""Reads of the plant floor: lists, a batch's tree, its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import from_us
from titer.base.errors import NotFound
from titer.mes.model import Allocation, Batch, JournalEvent, ManualTask, Order, Recipe
from titer.mes.recipe import Node
from titer.mes.running import Loaded


@dataclass(frozen=True)
class Step:
    """One step of a batch's procedure as it is shown.

    Args:
        path: the element's path, rounds of repeats included; the recipe's path where it was not reached.
        detail: what it is doing or waiting for.
    """

    path: str
    kind: str
    title: str
    unit: str
    state: str
    stage: str
    outcome: str
    detail: str
    started_at: datetime | None
    ended_at: datetime | None
    next_deadline: datetime | None
    planned_us: int | None
    children: list[Step]


def recipes(session: Session, code: str | None = None, state: str | None = None) -> list[Recipe]:
    """Master recipes, newest first."""
    query = select(Recipe).order_by(Recipe.id.desc())
    if code:
        query = query.where(Recipe.code == code)
    if state:
        query = query.where(Recipe.state == state)
    return list(session.scalars(query))


def recipe(session: Session, recipe_id: str) -> Recipe:
    """One master recipe.

    Raises:
        NotFound: if there is none.
    """
    found = session.get(Recipe, recipe_id)
    if found is None:
        raise NotFound(f"There is no recipe {recipe_id}.")
    return found


def orders(session: Session, limit: int = 200) -> list[Order]:
    """Orders, newest first."""
    return list(session.scalars(select(Order).order_by(Order.id.desc()).limit(limit)))


def batches(session: Session, execution: str | None = None, limit: int = 200) -> list[Batch]:
    """Batches, newest first."""
    query = select(Batch).order_by(Batch.id.desc()).limit(limit)
    if execution:
        query = query.where(Batch.execution == execution)
    return list(session.scalars(query))


def tasks(
    session: Session,
    *,
    batch_id: str | None = None,
    role: str | None = None,
    unit_code: str | None = None,
    open_only: bool = True,
    limit: int = 500,
) -> list[ManualTask]:
    """Manual tasks in the order in which they were offered."""
    query = select(ManualTask).order_by(ManualTask.id).limit(limit)
    if batch_id:
        query = query.where(ManualTask.batch_id == batch_id)
    if role:
        query = query.where(ManualTask.role == role)
    if unit_code:
        query = query.where(ManualTask.unit_code == unit_code)
    if open_only:
        query = query.where(ManualTask.state.in_(("offered", "entered")))
    return list(session.scalars(query))


def task(session: Session, task_id: str) -> ManualTask:
    """One manual task.

    Raises:
        NotFound: if there is none.
    """
    found = session.get(ManualTask, task_id)
    if found is None:
        raise NotFound(f"There is no task {task_id}.")
    return found


def allocations(
    session: Session, *, batch_id: str | None = None, equipment: str | None = None
) -> list[Allocation]:
    """Allocations, oldest first."""
    query = select(Allocation).order_by(Allocation.id)
    if batch_id:
        query = query.where(Allocation.batch_id == batch_id)
    if equipment:
        query = query.where(Allocation.equipment == equipment)
    return list(session.scalars(query))


def journal(
    session: Session, batch_id: str, *, after: int = 0, limit: int = 500, type_: str | None = None
) -> list[JournalEvent]:
    """A batch's journal from a sequence number on."""
    query = (
        select(JournalEvent)
        .where(JournalEvent.batch_id == batch_id, JournalEvent.sequence > after)
        .order_by(JournalEvent.sequence)
        .limit(limit)
    )
    if type_:
        query = query.where(JournalEvent.type == type_)
    return list(session.scalars(query))


def tree(loaded: Loaded) -> Step:
    """A batch's procedure with the state of each step, rounds of repeats unfolded as far as they began."""
    return _step(loaded, loaded.program.root, "P")


def _step(loaded: Loaded, node: Node, path: str) -> Step:
    element = loaded.state.elements.get(path)
    children: list[Step] = []
    if node.kind == "repeat":
        rounds = element.index if element else 0
        children = [_round(loaded, node, f"{path}#{number}", number) for number in range(1, rounds + 1)]
    else:
        children = [_step(loaded, child, f"{path}.{i}") for i, child in enumerate(node.children, start=1)]
    return _shown(loaded, node, path, node.kind, node.title, children)


def _round(loaded: Loaded, node: Node, path: str, number: int) -> Step:
    children = [_step(loaded, child, f"{path}.{i}") for i, child in enumerate(node.children, start=1)]
    return _shown(loaded, node, path, "round", f"{node.title} {number}", children)


def _shown(loaded: Loaded, node: Node, path: str, kind: str, title: str, children: list[Step]) -> Step:
    element = loaded.state.elements.get(path)
    if element is None:
        return Step(
            path, kind, title, node.unit, "Idle", "", "", "", None, None, None, node.planned_us, children
        )
    due = min(element.deadlines.values(), default=None)
    return Step(
        path=path,
        kind=kind,
        title=title,
        unit=node.unit,
        state=element.state,
        stage=element.stage,
        outcome=element.outcome,
        detail=_detail(loaded, path),
        started_at=_at(element.started_us),
        ended_at=_at(element.ended_us),
        next_deadline=_at(due),
        planned_us=node.planned_us,
        children=children,
    )


def _detail(loaded: Loaded, path: str) -> str:
    """What a step waits for, in a few words."""
    waiting: list[dict[str, Any]] = [e for e in loaded.state.pending() if e["path"] == path]
    if not waiting:
        return ""
    effect = waiting[0]
    if effect["kind"] == "write":
        unit = "" if effect.get("text") else effect["unit"]
        return f"writing {effect['tag']} = {effect['value']} {unit}".strip()
    if effect["kind"] == "task":
        return "waiting for a person"
    if effect["kind"] == "allocate":
        return "; ".join(effect.get("reasons", [])) or "waiting for the equipment"
    return f"waiting: {effect['kind']}"


def _at(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else from_us(microseconds)
