"""Questions about how the record is kept: restore drills, backups, witnesses, and a drill of finding it again."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from sqlalchemy import select

from titer.base.clock import from_us
from titer.base.errors import TiterError
from titer.govern.alcoa.question import Answer, Finding, Question, Sources, by_sql
from titer.record import Base, LedgerCheckpoint, LedgerEntry, LedgerLeaf, merkle, reader
from titer.record import checkpoint as heads

DRILL_EVERY = timedelta(days=90)
BACKUP_EVERY = timedelta(days=7)
RETRIEVED, RETRIEVE_WITHIN_S = 20, 2.0


def drill(sources: Sources) -> Answer:
    """The last restore drill on record held, and is not too long ago."""
    if "record_drill" not in Base.metadata.tables:
        return Answer(0, [Finding("record_drill", "", "restore drill", "no drill is on record")])
    rows = sources.rows(
        "SELECT id, file_name, started_at, holds, verdict FROM record_drill ORDER BY started_at, id"
    )
    if not rows:
        return Answer(0, [Finding("record_drill", "", "restore drill", "no drill is on record")])
    key, name, started, holds, verdict = rows[-1]
    findings = []
    if not holds:
        findings.append(Finding("record_drill", key, name, f"the last drill did not hold: {verdict}"))
    if from_us(int(started)) < sources.now - DRILL_EVERY:
        findings.append(Finding("record_drill", key, name, f"the last drill was at {_day(started)}"))
    return Answer(len(rows), findings)


DRILL = Question(
    "restore_drill", f"Was a backup restored on trial within {DRILL_EVERY.days} days, and did it hold?", drill
)


def backup(sources: Sources) -> Answer:
    """The last backup on record is not too long ago."""
    if "record_backup" not in Base.metadata.tables:
        return Answer(0, [Finding("record_backup", "", "backup", "no backup is on record")])
    rows = sources.rows("SELECT id, file_name, taken_at FROM record_backup ORDER BY taken_at, id")
    if not rows:
        return Answer(0, [Finding("record_backup", "", "backup", "no backup is on record")])
    key, name, taken = rows[-1]
    if from_us(int(taken)) < sources.now - BACKUP_EVERY:
        return Answer(
            len(rows), [Finding("record_backup", key, name, f"the last backup was at {_day(taken)}")]
        )
    return Answer(len(rows), [])


BACKUP = Question("backup", f"Was a backup taken within {BACKUP_EVERY.days} days?", backup)


def _day(microseconds: int) -> str:
    return from_us(int(microseconds)).date().isoformat()


WITNESSED = by_sql(
    "witnessed",
    "Was every checkpoint seen by a witness outside the database?",
    all_of="SELECT count(*) FROM ledger_checkpoint",
    exceptions="""
SELECT 'ledger_checkpoint', '', 'checkpoint over ' || tree_size, 'no witness has cosigned it'
FROM ledger_checkpoint
WHERE NOT witnessed
ORDER BY tree_size""",
)


def retrieval(sources: Sources) -> Answer:
    """Records from the first to the newest are found, shown as they were, and proved to be in the tree; timed."""
    session = sources.session
    last = session.scalars(
        select(LedgerCheckpoint).order_by(LedgerCheckpoint.tree_size.desc()).limit(1)
    ).first()
    if last is None:
        return Answer(
            0, [Finding("ledger_checkpoint", "", "the tree", "nothing is sealed, so nothing can be proved")]
        )
    root = heads.parse(last.note).root
    places = sorted({place * (last.tree_size - 1) // max(RETRIEVED - 1, 1) for place in range(RETRIEVED)})
    findings = []
    for place in places:
        began = time.perf_counter()
        row = session.execute(
            select(LedgerEntry, LedgerLeaf.leaf_hash)
            .join(LedgerLeaf, LedgerLeaf.entry_seq == LedgerEntry.seq)
            .where(LedgerLeaf.leaf_index == place)
        ).first()
        if row is None:
            findings.append(Finding("ledger_leaf", "", f"leaf {place}", "has no entry"))
            continue
        entry, leaf = row
        fault = _retrieved(sources, entry, leaf, place, last.tree_size, root)
        seconds = time.perf_counter() - began
        if not fault and seconds > RETRIEVE_WITHIN_S:
            fault = f"took {seconds:.1f} s"
        if fault:
            findings.append(Finding(entry.record_type, entry.record_id, f"leaf {place}", fault))
    return Answer(len(places), findings)


def _retrieved(sources: Sources, entry: LedgerEntry, leaf: bytes, place: int, size: int, root: bytes) -> str:
    """What kept an entry's record from being shown and proved; empty if nothing did."""
    try:
        version = reader.version_of(entry)
        reader.as_of(
            sources.session, entry.record_type, entry.record_id, datetime.fromisoformat(version.time)
        )
        path = sources.sealer.proof(place, size)
    except (TiterError, ValueError, KeyError, IndexError) as error:
        return f"cannot be shown: {error}"
    if merkle.leaf_hash(entry.body.encode()) != leaf:
        return "is not what was sealed"
    return "" if merkle.verify_inclusion(leaf, place, size, path, root) else "is not proved to be in the tree"


RETRIEVAL = Question(
    "retrieval",
    f"Are {RETRIEVED} entries from all ages found, shown and proved, each within {RETRIEVE_WITHIN_S:.0f} s?",
    retrieval,
)
