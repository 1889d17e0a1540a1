"""A record with the systems beside it, and a small database as LabWare keeps its results."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from titer.base.vault import Vault
from titer.material import Material
from titer.quality import Quality, QualityException
from titer.record import Actor, Record
from titer.systems import Reconciliation, Source, SourceImport, Systems

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
TIMER = Actor.timer("test")
MAPPING: dict[str, Any] = {
    "key": ["RESULT_NO"],
    "columns": [
        {"column": "RESULT_NO", "field": "x_result_no", "kind": "text"},
        {"column": "SAMPLE_ID", "field": "sample", "kind": "text"},
        {"column": "ANALYSIS", "field": "test", "kind": "text"},
        {
            "column": "ENTRY",
            "field": "value",
            "kind": "number",
            "decimal_mark": ",",
            "thousands": ".",
            "unit_column": "UNITS",
        },
        {"column": "ENTERED_ON", "field": "time", "kind": "instant", "time_zone": "Europe/Zurich"},
        {"column": "PRODUCT", "field": "material", "kind": "text"},
    ],
    "ignore": [{"column": "CHANGED_BY_JOB", "why": "counts LabWare's own nightly jobs"}],
}
ROWS = [
    (1, "S-1", "GLUCOSE", "4,10", "g/L", "2026-03-02 08:30:00", "MAB-7", 1),
    (2, "S-1", "LACTATE", "0,85", "g/L", "2026-03-02 08:40:00", "MAB-7", 1),
    (3, "S-2", "TITRE", "1.204,5", "mg/L", "2026-04-10 10:00:00", "MAB-7", 7),
]


class LabWare:
    """A LIMS's database in a file, with a view of its results."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.do(
            "CREATE TABLE result (RESULT_NO INTEGER, SAMPLE_ID TEXT, ANALYSIS TEXT, ENTRY TEXT, UNITS TEXT,"
            " ENTERED_ON TEXT, PRODUCT TEXT, CHANGED_BY_JOB INTEGER)",
            "CREATE VIEW V_RESULT AS SELECT * FROM result",
        )
        for row in ROWS:
            self.add(row)

    def add(self, row: tuple[Any, ...]) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def do(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)


@dataclass
class Site:
    """The parts, the people, and what they do."""

    record: Record
    systems: Systems
    material: Material
    labware: LabWare
    steward: Actor
    quality: Actor
    sign: Callable[..., object]

    def declare(
        self,
        record_type: str = "result",
        system: str = "LabWare",
        since: datetime = SINCE,
        materials: tuple[str, ...] = (),
    ) -> str:
        with self.record.action(self.steward, "systems.declaration.draft", reason="test") as unit:
            row = self.systems.declarations.draft(
                unit,
                record_type=record_type,
                system=system,
                since=since,
                reason="nobody replaces it at once",
                materials=list(materials),
            )
        self.sign(self.quality, "systems_declaration", row.id, "approved")
        return row.number

    def source(self, *, approved: bool = True, **told: Any) -> str:
        given = {
            "name": "labware-results",
            "system": "LabWare",
            "record_type": "result",
            "kind": "view",
            "settings": {"url": f"sqlite:///{self.labware.path}", "view": "V_RESULT"},
            "mapped": MAPPING,
        }
        with self.record.action(self.steward, "systems.source.draft", reason="test") as unit:
            row = self.systems.sources.draft(unit, **(given | told))
        if approved:
            self.sign(self.quality, "systems_source", row.id, "approved")
        return row.id

    def take(self, source_id: str) -> SourceImport:
        at, found = self.record.clock.now(), self.systems.read(source_id)
        with self.record.action(self.steward, "systems.source.import", reason="test") as unit:
            return self.systems.copying.take(unit, source_id, found, at)

    def reconcile(self, source_id: str) -> Reconciliation:
        found = self.systems.read(source_id)
        with self.record.action(self.steward, "systems.source.reconcile", reason="test") as unit:
            return self.systems.reconciling.reconcile(unit, source_id, found)

    def exceptions(self, kind: str = "reconciliation") -> list[QualityException]:
        with self.record.reading() as session:
            rows = [row for row in self.systems.reconciling.quality.exceptions(session) if row.kind == kind]
            session.expunge_all()
        return rows

    def read(self, source_id: str) -> Source:
        with self.record.reading() as session:
            row = session.get(Source, source_id)
            assert row is not None
            session.expunge(row)
        return row


@pytest.fixture
def site(record: Record, person: Callable[..., Actor], sign: Callable[..., object], tmp_path: Path) -> Site:
    """LabWare stands beside it; nothing is declared yet."""
    material = Material(record)
    quality = Quality(record, material)
    systems = Systems(record, quality, Vault(bytes(32)))
    for part in (material, quality, systems):
        record.register_actions(part.actions())
        record.register_signatures(part.signatures())
    labware = LabWare(tmp_path / "labware.db")
    return Site(
        record,
        systems,
        material,
        labware,
        person("stella", "steward"),
        person("quinn", "quality", "reviewer"),
        sign,
    )
