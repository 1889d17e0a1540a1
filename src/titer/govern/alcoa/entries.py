"""Questions about the ledger's entries: who made them, when, whether they read and follow one another."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select

from titer.base.canonical import canonical
from titer.base.clock import from_iso, us
from titer.base.errors import IntegrityFault
from titer.govern.alcoa.question import CHUNK, Answer, Finding, Question, Sources, by_sql
from titer.quality.trail import Settings
from titer.quality.trail.rules import lateness_us
from titer.record import Base, LedgerEntry
from titer.record.schema import check_fingerprint

NEWEST = 5000
SEAL_WITHIN = timedelta(seconds=10)
APART = timedelta(minutes=1)
_TOLERANCE_S = {"sqlite": 1, "postgresql": 60}
"""On PostgreSQL actions overlap: one that began earlier may be numbered later."""


def known_actors(sources: Sources) -> Answer:
    """Each actor of the ledger is a person of the record, a connection, a machine, a model or a timer."""
    known = {
        "person": {row[0] for row in sources.rows("SELECT id FROM record_person")},
        "connection": {
            row[0]
            for row in sources.rows(
                "SELECT name FROM equipment_connection UNION SELECT name FROM record_machine_token "
                "UNION SELECT name FROM record_edge"
            )
        },
    }
    actors = sources.rows(
        "SELECT {kind}, {actor}, min(e.seq), count(*) FROM ledger_entry e GROUP BY 1, 2 ORDER BY 3"
    )
    findings = []
    for kind, actor, first, count in actors:
        if kind in ("timer", "model") or actor in known.get(kind, ()):
            continue
        row = sources.session.execute(
            select(LedgerEntry.id, LedgerEntry.record_type, LedgerEntry.record_id).where(
                LedgerEntry.seq == first
            )
        ).one()
        detail = (
            f"{count} entries by the {kind} {actor}, whom the record does not know; the first is {row.id}"
        )
        findings.append(Finding(row.record_type, row.record_id, str(actor), detail))
    return Answer(sum(row[3] for row in actors), findings)


KNOWN_ACTORS = Question(
    "known_actors", "Is every entry's actor somebody, or something, that the record knows?", known_actors
)

OVERLAPPING_SESSIONS = by_sql(
    "overlapping_sessions",
    "Did one person's sessions at two different addresses ever overlap, as those of a shared log-in would?",
    all_of="SELECT count(*) FROM record_session",
    exceptions="""
SELECT 'record_session', a.id, p.full_name, 'at ' || a.remote || ' and at ' || b.remote || ' at the same time'
FROM record_session a
JOIN record_session b ON b.person_id = a.person_id AND b.id > a.id AND b.remote <> a.remote
 AND b.started_at < coalesce(a.ended_at, a.ends_at) AND a.started_at < coalesce(b.ended_at, b.ends_at)
JOIN record_person p ON p.id = a.person_id
ORDER BY a.id""",
)

SIGNERS = by_sql(
    "signers",
    "Was every signature entered by the person whose it is?",
    all_of="SELECT count(*) FROM record_signature",
    exceptions="""
SELECT 'record_signature', s.id, s.printed_name, 'entered by ' || coalesce({actor}, 'nobody')
FROM record_signature s
LEFT JOIN ledger_entry e ON e.record_id = s.id AND e.record_version = 1
WHERE {actor} IS NULL OR {actor} <> s.person_id
ORDER BY s.id""",
)


def readable_entries(sources: Sources) -> Answer:
    """The newest entries are canonical JSON: they parse, and writing them again gives the same bytes."""
    rows = sources.session.execute(
        select(LedgerEntry.id, LedgerEntry.record_type, LedgerEntry.record_id, LedgerEntry.body)
        .order_by(LedgerEntry.seq.desc())
        .limit(NEWEST)
    ).all()
    findings = []
    for row in rows:
        try:
            same = canonical(json.loads(row.body)).decode() == row.body
        except (ValueError, TypeError):
            same = False
        if not same:
            findings.append(
                Finding(row.record_type or "", row.record_id or "", str(row.id), "is no canonical JSON")
            )
    return Answer(len(rows), findings)


READABLE_ENTRIES = Question(
    "readable_entries", f"Do the newest {NEWEST:,} entries read, and read the same again?", readable_entries
)


def known_types(sources: Sources) -> Answer:
    """Every kind of record in the ledger is one that this version of Titer can show."""
    kinds = sources.rows(
        "SELECT record_type, min(record_id), count(*) FROM ledger_entry GROUP BY record_type ORDER BY 1"
    )
    findings = [
        Finding(kind, key, kind, f"{count} entries of a kind that this version does not know")
        for kind, key, count in kinds
        if kind not in Base.metadata.tables
    ]
    return Answer(len(kinds), findings)


KNOWN_TYPES = Question("known_types", "Is every kind of record one that can be shown today?", known_types)


def entered_in_time(sources: Sources) -> Answer:
    """No entry states for the first time an instant that lies longer back than the review's rule `late` allows."""
    late = next(rule["when"] for rule in Settings().rules(sources.session)["rules"] if rule["id"] == "late")
    rows = sources.session.execute(
        select(LedgerEntry.record_type, LedgerEntry.record_id, LedgerEntry.body)
        .where(LedgerEntry.record_type.in_(sorted(late["fields"])))
        .order_by(LedgerEntry.seq)
        .execution_options(yield_per=CHUNK)
    )
    looked_at, findings = 0, []
    for record_type, record_id, body in rows:
        entry = json.loads(body)
        delays = lateness_us(entry, late["fields"])
        looked_at += len(delays)
        worst = max(delays, default=0) // 60_000_000
        if worst > late["minutes"]:
            name = str((entry["after"] or {}).get("number") or record_id)
            findings.append(Finding(record_type, record_id, name, f"entered {worst:,} min after it happened"))
    return Answer(looked_at, findings)


ENTERED_IN_TIME = Question(
    "entered_in_time", "How long after it happened was it entered, by the process clock?", entered_in_time
)


def sealed_at_once(sources: Sources) -> Answer:
    """No entry older than a few seconds waits to be sealed into the tree."""
    rows = sources.rows(
        "SELECT e.record_type, e.record_id, e.id, {time} FROM ledger_entry e "
        "WHERE e.seq > (SELECT coalesce(max(entry_seq), 0) FROM ledger_leaf) ORDER BY e.seq"
    )
    total = int(sources.rows("SELECT count(*) FROM ledger_entry")[0][0])
    findings = [
        Finding(kind, key, name, f"entered at {at}, and not sealed")
        for kind, key, name, at in rows
        if from_iso(at) < sources.now - SEAL_WITHIN
    ]
    return Answer(total, findings)


SEALED_AT_ONCE = Question(
    "sealed_at_once",
    f"Was every entry older than {SEAL_WITHIN.seconds} s sealed into the tree?",
    sealed_at_once,
)


def clocks_agree(sources: Sources) -> Answer:
    """In a live installation the process clock is the server's; in a simulated one it is another on purpose."""
    if sources.record.installation(sources.session).simulated:
        return Answer(0, [])
    rows = sources.session.execute(
        select(LedgerEntry.record_type, LedgerEntry.record_id, LedgerEntry.body)
        .order_by(LedgerEntry.seq.desc())
        .limit(NEWEST)
    ).all()
    findings = []
    for record_type, record_id, body in rows:
        entry = json.loads(body)
        apart = abs(from_iso(entry["time"]) - from_iso(entry["process_time"]))
        if apart > APART:
            findings.append(Finding(record_type, record_id, entry["id"], f"its two clocks are {apart} apart"))
    return Answer(len(rows), findings)


CLOCKS_AGREE = Question(
    "clocks_agree",
    "Do the two clocks of the newest entries agree, where no plant is simulated?",
    clocks_agree,
)

NO_VERSION_MISSING = by_sql(
    "no_version_missing",
    "Does every record have an entry for each of its versions, from the first on?",
    all_of="SELECT count(*) FROM (SELECT DISTINCT record_type, record_id FROM ledger_entry) r",
    exceptions="""
SELECT record_type, record_id, record_id, count(*) || ' entries for ' || max(record_version) || ' versions'
FROM ledger_entry
GROUP BY record_type, record_id
HAVING count(*) <> max(record_version) OR min(record_version) <> 1
ORDER BY 1, 2""",
)

NO_LEAF_MISSING = by_sql(
    "no_leaf_missing",
    "Does the tree have a leaf for every place up to its size?",
    all_of="SELECT count(*) FROM ledger_leaf",
    exceptions="""
SELECT 'ledger_leaf', '', 'the tree', count(*) || ' leaves, the last at place ' || max(leaf_index)
FROM ledger_leaf
HAVING count(*) <> max(leaf_index) + 1""",
)


def time_forward(sources: Sources) -> Answer:
    """Each entry's server time is no earlier than that of the entries before it."""
    statement = "SELECT e.id, e.record_type, e.record_id, {time} FROM ledger_entry e ORDER BY e.seq"
    return _forward(sources, statement, "server's")


def process_time_forward(sources: Sources) -> Answer:
    """Each entry's process time is no earlier than that of the entries before it."""
    statement = "SELECT e.id, e.record_type, e.record_id, {process_time} FROM ledger_entry e ORDER BY e.seq"
    return _forward(sources, statement, "process")


def _forward(sources: Sources, statement: str, clock: str) -> Answer:
    """Goes along the ledger row by row: it may be larger than the memory."""
    tolerance, latest, looked_at = _TOLERANCE_S[sources.dialect] * 1_000_000, 0, 0
    findings: list[Finding] = []
    for entry_id, record_type, record_id, said in sources.stream(statement):
        looked_at += 1
        at = us(from_iso(said))
        if at < latest - tolerance:
            back = timedelta(microseconds=latest - at)
            detail = f"{back} earlier than an entry before it, by the {clock} clock"
            findings.append(Finding(record_type, record_id, entry_id, detail))
        latest = max(latest, at)
    return Answer(looked_at, findings)


TIME_FORWARD = Question(
    "time_forward", "Does the server's time never go back from entry to entry?", time_forward
)
PROCESS_TIME_FORWARD = Question(
    "process_time_forward", "Does the process time never go back from entry to entry?", process_time_forward
)


def schema(sources: Sources) -> Answer:
    """Tables and triggers are those that the last entry about them says."""
    try:
        check_fingerprint(sources.session)
    except IntegrityFault as error:
        return Answer(1, [Finding("record_schema", "", "schema", str(error))])
    return Answer(1, [])


SCHEMA = Question("schema", "Are tables and triggers those that Titer made, and said so?", schema)
