"""What the plant floor needs of the rooms below it, as protocols; `app.py` passes the real ones in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy.orm import Session

from titer.record import Unit


class HasId(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """The record's id."""
        ...


class HasNumber(HasId, Protocol):
    """Anything with an id and a number that people read."""

    @property
    def number(self) -> str:
        """The number."""
        ...


class CommandView(Protocol):
    """A device command as equipment knows it."""

    @property
    def state(self) -> str:
        """requested, dispatched, done, failed or unknown."""
        ...

    @property
    def unit(self) -> str:
        """The channel's own unit, in which it was read back."""
        ...

    @property
    def readback(self) -> str | None:
        """What was read back after the write."""
        ...

    @property
    def message(self) -> str:
        """What the connection said."""
        ...


class ChannelView(Protocol):
    """A channel as equipment knows it."""

    @property
    def unit(self) -> str:
        """The unit of its values; empty for text."""
        ...

    @property
    def writable(self) -> bool:
        """Whether it may be written."""
        ...


class NodeView(Protocol):
    """A piece of equipment."""

    @property
    def class_name(self) -> str:
        """The class that recipes ask for, e.g. Bioreactor; empty where none was given."""
        ...


class ConnectionView(HasId, Protocol):
    """A connection as equipment knows it."""

    @property
    def name(self) -> str:
        """Its name for life."""
        ...


class AlarmView(HasId, Protocol):
    """An alarm as equipment knows it."""

    @property
    def name(self) -> str:
        """What its device calls it."""
        ...

    @property
    def message(self) -> str:
        """What its device says."""
        ...

    @property
    def severity(self) -> int:
        """1 to 1000."""
        ...

    @property
    def active(self) -> bool | None:
        """Whether what it warns of is so now; None = its device does not tell."""
        ...

    @property
    def raised(self) -> int:
        """How often it became active."""
        ...


class SnapshotView(Protocol):
    """A snapshot of context, as far as it is read here."""

    @property
    def content(self) -> dict[str, Any]:
        """What held."""
        ...


class EquipmentPort(Protocol):
    """What equipment offers."""

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
        cause: dict[str, Any] | str,
    ) -> object:
        """Ask a device for something; the same key asks once."""
        ...

    def command(self, session: Session, key: str) -> CommandView | None:
        """A command by its key; NotFound if there is none."""
        ...

    def channel(self, session: Session, tag: str) -> ChannelView:
        """A channel by its tag; NotFound if there is none."""
        ...

    def node(self, session: Session, code: str) -> NodeView:
        """A piece of equipment; NotFound where there is none."""
        ...

    def ready_for_use(
        self, session: Session, code: str, at: datetime, *, capability: str | None = None
    ) -> list[str]:
        """Why a unit may not be used; empty if it may."""
        ...

    def mark_in_use(self, unit: Unit, code: str, *, used_for: str, batch_id: str | None = None) -> object:
        """The unit is in use by a batch."""
        ...

    def mark_dirty(self, unit: Unit, code: str, *, text: str = "", batch_id: str | None = None) -> object:
        """The unit has been used and must be cleaned."""
        ...

    def note_context(self, unit: Unit, subject: str, **changes: Any) -> object:
        """What changes now around the measurements of some equipment; None ends it."""
        ...

    def context_at(
        self, session: Session, subject: str, at: datetime, known_at: datetime | None = None
    ) -> SnapshotView | None:
        """The context of some equipment that held at an instant."""
        ...

    def gaps(
        self, session: Session, tags: Sequence[str], start: datetime, end: datetime, *, filled: bool = False
    ) -> list[tuple[str, int, int, str]]:
        """What is missing of some channels: (tag, from, to, state)."""
        ...

    def alarms(
        self, session: Session, *, standing: bool | None = None, nodes: Sequence[str] = ()
    ) -> Sequence[AlarmView]:
        """Alarms at this equipment, those that stand or those that are over."""
        ...

    def alarms_between(
        self, session: Session, codes: Sequence[str], start_us: int, end_us: int
    ) -> Sequence[AlarmView]:
        """Alarms at this equipment that were active in a span of source time."""
        ...

    def unqualified(self, session: Session, codes: Sequence[str]) -> Sequence[ConnectionView]:
        """Connections that record something of this equipment and do not count as qualified."""
        ...


class SampleView(Protocol):
    """A value of the historian."""

    @property
    def source_us(self) -> int:
        """The source's own time."""
        ...

    @property
    def value(self) -> float | None:
        """The number."""
        ...

    @property
    def quality(self) -> int:
        """0 good, 1 uncertain, 2 bad."""
        ...


class HistorianPort(Protocol):
    """What the historian offers."""

    def last(self, tags: list[str]) -> Mapping[str, SampleView]:
        """The newest value of each tag."""
        ...


class LimsPort(Protocol):
    """What the laboratory offers."""

    def register_sample(
        self,
        unit: Unit,
        *,
        batch_id: str | None = None,
        plan_code: str | None = None,
        analyses: list[str] | None = None,
        point: str = "",
        location: str = "",
        planned: datetime | None = None,
    ) -> HasNumber:
        """Register a sample by its plan."""
        ...

    def collect_sample(self, unit: Unit, sample_id: str, *, sampled_at: datetime) -> object:
        """Note that a sample was drawn."""
        ...

    def request_panel(self, unit: Unit, sample: str) -> object:
        """Put a sample before the analyser."""
        ...


class LotView(HasNumber, Protocol):
    """A lot."""

    @property
    def unit(self) -> str:
        """The unit of its quantity."""
        ...


class MaterialPort(Protocol):
    """What the store of materials offers."""

    def scan(
        self, session: Session, code: str, *, at: datetime, definition_code: str | None = None
    ) -> LotView:
        """The lot of a label, if it may be used now."""
        ...

    def lot_ready(self, session: Session, lot: str, at: datetime) -> list[str]:
        """Why a lot may not be used."""
        ...

    def consume(
        self,
        unit: Unit,
        lot: str,
        quantity: Decimal,
        batch_id: str,
        key: str,
        unit_code: str | None = None,
    ) -> object:
        """Charge some of a lot to a batch."""
        ...

    def produce(
        self,
        unit: Unit,
        definition_code: str,
        batch_id: str,
        quantity: Decimal,
        unit_code: str,
        *,
        key: str,
    ) -> HasNumber:
        """Book a lot that the batch made."""
        ...
