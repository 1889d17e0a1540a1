"""What the layers above need of quality, as one protocol; `Quality` is the real one."""

from __future__ import annotations

from typing import Any, Protocol

from titer.record import Unit


class Raised(Protocol):
    """An exception that was raised."""

    @property
    def id(self) -> str:
        """The record's id."""
        ...


class QualityPort(Protocol):
    """What the quality system offers to those who find something."""

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
    ) -> Raised:
        """Raise an exception; the same key raises one only."""
        ...
