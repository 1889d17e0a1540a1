"""What the laboratory needs of the rooms below it, as protocols; `app.py` passes the real ones in."""

from __future__ import annotations

from collections.abc import Sequence
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


class Instrument(HasId, Protocol):
    """A piece of equipment as it stands."""

    @property
    def code(self) -> str:
        """As people call it."""
        ...

    @property
    def qualification(self) -> str:
        """qualified, calibration_due ..."""
        ...

    @property
    def calibration_due(self) -> datetime | None:
        """Until when its calibration is valid."""
        ...

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def capabilities(self) -> Sequence[str]:
        """What it can do."""
        ...

    @property
    def model(self) -> str:
        """The maker's type."""
        ...

    @property
    def serial(self) -> str:
        """The maker's number."""
        ...


class Calibrated(HasId, Protocol):
    """A calibration of an instrument."""

    @property
    def performed_at(self) -> datetime:
        """When, by the process clock."""
        ...

    @property
    def result(self) -> str:
        """passed or failed."""
        ...


class EquipmentPort(Protocol):
    """What the equipment room offers."""

    def node(self, session: Session, code: str) -> Instrument:
        """An instrument by its code."""
        ...

    def nodes(self, session: Session) -> Sequence[Instrument]:
        """Everything that is registered."""
        ...

    def calibrations(self, session: Session, node_id: str) -> Sequence[Calibrated]:
        """Its calibrations, newest first."""
        ...

    def note_context(self, unit: Unit, subject: str, **changes: Any) -> object:
        """What changes now around the measurements of some equipment; None ends it."""
        ...

    def dispose_document(
        self, unit: Unit, document_id: str, disposition: str, reason: str, version: int | None = None
    ) -> object:
        """Say what became of a received file: import, quarantine, ignore, or release from quarantine."""
        ...

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
