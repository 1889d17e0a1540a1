"""Trainings: the competencies that people were trained for, and until when (21 CFR 11.10(i))."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.record.model import Training
from titer.record.unit import Unit


def enter(
    unit: Unit, *, person_id: str, competency: str, document: str, expires_at: datetime | None
) -> Training:
    """Enter that a person was trained; the process clock says when."""
    return unit.add(
        Training(
            person_id=person_id,
            competency=competency,
            document=document,
            trained_at=unit.process_now,
            expires_at=expires_at,
        )
    )


def competent(session: Session, person_id: str, competency: str, at: datetime) -> Training | None:
    """The training that makes a person competent at an instant of the process clock, or None."""
    rows = session.scalars(
        select(Training)
        .where(Training.person_id == person_id, Training.competency == competency, Training.trained_at <= at)
        .order_by(Training.trained_at.desc())
    )
    return next((row for row in rows if row.expires_at is None or row.expires_at > at), None)


def of_person(session: Session, person_id: str) -> list[Training]:
    """All trainings of a person."""
    return list(session.scalars(select(Training).where(Training.person_id == person_id)))
