"""What the laboratory needs of the rooms below it, as protocols; `app.py` passes the real ones in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from titer.record import Unit


class HasId(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """The record's id."""
        ...


class QualityPort(Protocol):
    """What the quality system offers."""

    def raise_exception(
        self,
        unit: Unit,
        *,
        kind: str,
        severity: str,
        title: str,
        detail: str,
        batch_id: str | None,
        subject_type: str,
        subject_id: str,
        evidence: dict[str, Any],
        key: str,
    ) -> HasId:
        """Raise an exception; the same key raises one only."""
        ...


class EquipmentPort(Protocol):
    """What the equipment room offers."""

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
        cause: str,
    ) -> object:
        """Ask a device for something; the same key asks once."""
        ...

    def ready_for_use(
        self, session: Session, code: str, at: datetime, *, capability: str | None = None
    ) -> list[str]:
        """Why an instrument may not be used; empty if it may."""
        ...
