"""Rows of the role x action matrix that belong to the systems beside Titer."""

from __future__ import annotations

from titer.record import ActionSpec

ACTIONS = (
    ActionSpec("systems.declaration.draft", "Draft who is the system of record", ("steward", "quality")),
    ActionSpec("systems.declaration.approve", "Approve who is the system of record", ("quality",)),
    ActionSpec("systems.source.draft", "Draft or change a source of copies", ("steward", "automation")),
    ActionSpec("systems.source.approve", "Approve a source of copies", ("quality",)),
    ActionSpec("systems.source.suspend", "Suspend a source of copies", ("steward", "automation", "quality")),
    ActionSpec("systems.source.import", "Take in what a source shows", ("steward",)),
    ActionSpec(
        "systems.source.reconcile", "Compare a source with its copies", ("steward", "reviewer", "quality")
    ),
    ActionSpec("systems.quarantine.discard", "Discard a row that could not be taken", ("steward", "quality")),
    ActionSpec("systems.verification.make", "Make the report of a legacy import", ("steward", "quality")),
    ActionSpec("systems.verification.accept", "Accept or reject a legacy import", ("quality",)),
)
