"""A vendor's file as plain values: each with its unit, where it stands, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from titer.connect.core.judged import Judged, Problem, build, plain

MAPPED, IGNORED, QUARANTINED = "mapped", "ignored", "quarantined"


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf of what a reader made of a file, or one column of a cube.

    Attributes:
        path: where it stands in the Allotrope Simple Model.
        name: what it is, in the reader's words.
        values: as the file writes them; one, or those of a column.
        unit: the house's own where it knows it, else as the reader gives it; "" for none.
        sample: identifier of the sample that was measured, "" where none is named.
        measured_at: instant as the reader gives it, with its zone.
        measurement: stable identifier of the measurement: the same bytes, reader and version give the same one.
        state: `MAPPED`, `IGNORED` or `QUARANTINED`.
        reason: why it is not mapped; of a mapped one, how the file writes it where it does so in another multiple.
    """

    path: str
    name: str
    values: tuple[str, ...]
    unit: str
    sample: str
    measured_at: str
    measurement: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VendorFile(Judged):
    """What one file says, every leaf of it accounted for.

    Attributes:
        digest: SHA-256 of the file's bytes.
        reader: its name, see `titer.connect.vendors.environment`.
        version: of allotropy.
        technique: the manifest of the model.
        entries: every value, text and column.
        measurements: how many there are.
        untaken: places of the file whose numbers the reader did not take up, with the reason.
        problems: what is wrong; an error sends the file to quarantine.
    """

    digest: str
    reader: str
    version: str
    technique: str
    entries: tuple[Entry, ...]
    measurements: int
    untaken: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def of(self, state: str) -> tuple[Entry, ...]:
        """The entries of one state."""
        return tuple(one for one in self.entries if one.state == state)

    def counts(self) -> dict[str, int]:
        """How many entries became what."""
        return {state: len(self.of(state)) for state in (MAPPED, IGNORED, QUARANTINED)}

    def as_dict(self) -> dict[str, Any]:
        """The file as JSON without floats."""
        body: dict[str, Any] = plain(self)
        return body

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> VendorFile:
        """The inverse of `as_dict`.

        Raises:
            TypeError, ValueError, KeyError: if the body is no such file.
        """
        return build(cls, body)
