"""The bundle: records, their entries, and the proof that they hold, in one canonical ZIP file.

`verify/titer-verify.py` checks it on a machine that has never seen Titer. The archive is canonical (members
stored and sorted, fixed times, no extra fields), so that the verifier can rebuild it and compare every byte.

    manifest.json            what this is; every value follows from the sealed export entry
    ledger/entries.jsonl     the canonical bodies, one a line, in leaf order
    ledger/leaves.txt        their leaf indices and leaf hashes, so that an altered entry can be named
    ledger/proof.bin         the batch inclusion proof: subtree hashes in depth-first order
    ledger/checkpoint.txt    the signed and cosigned tree head
    ledger/checkpoints.json  the checkpoints that covered these entries first, each with its hash, and the proof that
                             they are among those that the head names
    ledger/keys.txt          the public keys of ledger and witnesses; pin them with --key and --witness
    ledger/rotations.json    for each key that followed on another: a checkpoint that both signed, and its proofs
    ledger/seen.json         for each witness that has not signed the head: the last checkpoint that it signed, and
                             the proof that the head's tree begins with it
    ledger/timestamp.*.tst   what time-stamp authorities answered about the head (RFC 3161)
    files/segments/...       sealed time series as they lie in the store; entries of their own hold the digests
    files/content/...        raw data, documents; entries of their own hold the digests
    files/...                documents, and what was derived at export; the export entry states all digests
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from titer.base.canonical import canonical
from titer.base.errors import IntegrityFault, Invalid
from titer.record import chain, merkle, tree
from titer.record import checkpoint as heads
from titer.record.actions import Actor
from titer.record.keys import MARK, Keys
from titer.record.ledger_model import ClockStep, LedgerCosignature, LedgerKey
from titer.record.model import Export, Installation, LedgerCheckpoint, LedgerEntry, LedgerLeaf
from titer.record.sealer import Sealer
from titer.record.service import Record

FORMAT = "titer-bundle/1"
_CHUNK = 400
LIMIT = 2 * 1024**3 - 1
_MOST_MEMBERS = 65_534


def write_zip(members: dict[str, bytes]) -> bytes:
    """The canonical archive of the members: without the Zip64 extension, so that its form has no choices.

    Raises:
        Invalid: if they are more or larger than such an archive can hold.
    """
    size = sum(len(data) + 2 * len(name.encode()) + 128 for name, data in members.items())
    if size > LIMIT or len(members) > _MOST_MEMBERS:
        raise Invalid(
            f"The bundle would have {size:,} bytes in {len(members):,} files; it may have {LIMIT:,} in "
            f"{_MOST_MEMBERS:,}.",
            do="Export without the sealed segments (--without-segments), and hand them over beside it.",
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name])
    return buffer.getvalue()


def export(
    record: Record,
    sealer: Sealer,
    *,
    actor: Actor,
    reason: str,
    subject: tuple[str, str, str],
    records: Iterable[tuple[str, str]],
    files: dict[str, bytes],
) -> bytes:
    """Write the export entry, seal it, and make the bundle.

    Args:
        record: whose records.
        sealer: of its ledger.
        actor: who exports.
        reason: why.
        subject: (record type, record id, title) of what the bundle is about.
        records: (record type, record id) of everything that goes along, the subject included.
        files: by their name below `files/`.

    Raises:
        Invalid: if a record has no entries.
        IntegrityFault: if an entry that goes along is not sealed.
    """
    named = sorted({*records, (subject[0], subject[1])})
    listed = _listing(record, named)
    with record.action(actor, "record.export", reason=reason) as unit:
        listing = sorted([*listed, *_of_the_ledger(unit.session)], key=_type_and_id)
        row = unit.add(
            Export(
                subject_type=subject[0],
                subject_id=subject[1],
                title=subject[2],
                records=listing,
                files={name: sha256(data).hexdigest() for name, data in files.items()},
            )
        )
    sealer.seal()
    sealer.attend_all()
    with record.reading() as session:
        installation = record.installation(session)
        head = session.scalars(
            select(LedgerCheckpoint).order_by(LedgerCheckpoint.tree_size.desc()).limit(1)
        ).one()
        own = [(Export.__tablename__, row.id), (Installation.__tablename__, installation.id)]
        names = sorted({*named, *map(_type_and_id, _of_the_ledger(session)), *own})
        kept = _up_to(_sealed(session, names, head.tree_size), listed)
        leaves = [merkle.leaf_hash(entry.body.encode()) for entry in kept]
        if leaves != [entry.leaf_hash for entry in kept]:
            raise IntegrityFault("An entry is not the one that was sealed.", do="Run `titer verify`.")
        tree_of_head = tree.stored(session, head.tree_size)
        proof = tree_of_head.batch_proof([entry.leaf_index for entry in kept])
        covering = _covering(session, head, [entry.leaf_index for entry in kept])
        signed, stamps = _vouched(session, head)
        keys, rotations = _keys(session, tree_of_head, kept, sealer.signer.verifier)
        seen = _seen(session, tree_of_head, keys.witnesses(("file", "titer")), signed)
    manifest = {
        "format": FORMAT,
        "export": row.id,
        "installation": installation.id,
        "simulated": installation.simulated,
        "demo": installation.demo,
        "subject": {"record_type": subject[0], "record_id": subject[1], "title": subject[2]},
        "records": listing,
        "files": row.files,
    }
    members = {
        "manifest.json": canonical(manifest),
        "ledger/entries.jsonl": "".join(entry.body + "\n" for entry in kept).encode(),
        "ledger/leaves.txt": "".join(
            f"{entry.leaf_index} {leaf.hex()}\n" for entry, leaf in zip(kept, leaves, strict=True)
        ).encode(),
        "ledger/proof.bin": b"".join(proof),
        "ledger/checkpoint.txt": signed.encode(),
        "ledger/checkpoints.json": canonical(covering),
        "ledger/keys.txt": _keys_text(keys, sealer, signed).encode(),
    }
    if rotations:
        members["ledger/rotations.json"] = canonical(rotations)
    if seen:
        members["ledger/seen.json"] = canonical(seen)
    members.update({f"ledger/timestamp.{name}.tst": token for name, token in stamps.items()})
    members.update({f"files/{name}": data for name, data in files.items()})
    _check_head(signed, head.tree_size)
    return write_zip(members)


def _of_the_ledger(session: Session) -> list[dict[str, object]]:
    """What goes into every bundle, since checking needs it: keys, and steps of the clock.

    It is asked for within the action of the export, which may itself have entered that the clock went back; what is
    entered between it and the head goes along too, behind the export entry and unlisted.
    """
    return [
        {"type": kind.__tablename__, "id": record_id, "version": version, "entries": version}
        for kind in (LedgerKey, ClockStep)
        for record_id, version in session.execute(select(kind.id, kind.version))
    ]


def _type_and_id(item: dict[str, object]) -> tuple[str, str]:
    return str(item["type"]), str(item["id"])


def _listing(record: Record, wanted: list[tuple[str, str]]) -> list[dict[str, object]]:
    """Each record's last version and number of entries, as they are now."""
    known: dict[tuple[str, str], tuple[int, int]] = {}
    with record.reading() as session:
        for start in range(0, len(wanted), _CHUNK):
            ids = [record_id for _, record_id in wanted[start : start + _CHUNK]]
            found = session.execute(
                select(
                    LedgerEntry.record_type,
                    LedgerEntry.record_id,
                    func.max(LedgerEntry.record_version),
                    func.count(),
                )
                .where(LedgerEntry.record_id.in_(ids))
                .group_by(LedgerEntry.record_type, LedgerEntry.record_id)
            )
            known.update({(kind, record_id): (last, count) for kind, record_id, last, count in found})
    missing = next((name for name in wanted if name not in known), None)
    if missing is not None:
        raise Invalid(f"There is no {missing[0]} {missing[1]} in the ledger.")
    return [
        {
            "type": kind,
            "id": record_id,
            "version": known[kind, record_id][0],
            "entries": known[kind, record_id][1],
        }
        for kind, record_id in wanted
    ]


Sealed = Row[int, bytes, str]


def _sealed(session: Session, names: Sequence[tuple[str, str]], size: int) -> list[Sealed]:
    """The entries of some records in a tree of a size, in the order of their leaves."""
    wanted, found = set(names), list[Sealed]()
    for start in range(0, len(names), _CHUNK):
        ids = [record_id for _, record_id in names[start : start + _CHUNK]]
        found += session.execute(
            select(LedgerLeaf.leaf_index, LedgerLeaf.leaf_hash, LedgerEntry.body)
            .join(LedgerLeaf, LedgerLeaf.entry_seq == LedgerEntry.seq)
            .where(LedgerEntry.record_id.in_(ids), LedgerLeaf.leaf_index < size)
        ).all()
    unique = {entry.leaf_index: entry for entry in found if _name_of(entry) in wanted}
    return [unique[index] for index in sorted(unique)]


def _name_of(row: Sealed) -> tuple[str, str]:
    entry = json.loads(row.body)
    return entry["record_type"], entry["record_id"]


def _up_to(entries: Sequence[Sealed], listing: list[dict[str, object]]) -> list[Sealed]:
    """Leave out what came to a listed record after the listing was made."""
    last = {(item["type"], item["id"]): item["version"] for item in listing}
    kept = []
    for row in entries:
        entry = json.loads(row.body)
        limit = last.get((entry["record_type"], entry["record_id"]))
        if limit is None or entry["version"] <= limit:
            kept.append(row)
    return kept


def _covering(session: Session, head: LedgerCheckpoint, places: Sequence[int]) -> dict[str, object]:
    """The checkpoints that covered leaves first, without the head; at the most one for each leaf.

    Raises:
        IntegrityFault: if any is gone, one that covered none of these too, or they are not those that the head names.
    """
    _require_all(session, head)
    found, reached = list[LedgerCheckpoint](), 0
    for place in places:
        if place < reached:
            continue
        row = session.scalars(
            select(LedgerCheckpoint)
            .where(LedgerCheckpoint.tree_size > place)
            .order_by(LedgerCheckpoint.tree_size)
            .limit(1)
        ).one()
        reached = row.tree_size
        told = chain.before(heads.parse(row.note).extensions)
        if told is None or told.size > place:
            raise IntegrityFault(
                f"A checkpoint was removed: the one before that over {reached:,} entries.",
                do="Run `titer verify`.",
            )
        found.append(row)
    told = chain.before(heads.parse(head.note).extensions)
    found = [row for row in found if row.tree_size < head.tree_size]
    try:
        notes = tree.over_notes(session, head.number)
        if told is None or notes.root() != told.root:
            raise IndexError("the head names others")
        proof = notes.batch_proof([row.number for row in found]) if head.number else []
    except IndexError as error:
        raise IntegrityFault(
            "The checkpoints are not those that the newest one names.",
            why=f"{error}.",
            do="Run `titer verify`.",
        ) from error
    return {
        "checkpoints": [{"leaf": chain.leaf(row.note).hex(), "note": row.note} for row in found],
        "proof": [step.hex() for step in proof],
    }


def _require_all(session: Session, head: LedgerCheckpoint) -> None:
    """A bundle lists only heads that covered its entries first, so nothing in it would miss another one."""
    earlier = select(func.count()).select_from(LedgerCheckpoint).where(LedgerCheckpoint.number < head.number)
    there = session.scalar(earlier) or 0
    if there != head.number:
        raise IntegrityFault(
            f"Of the {head.number:,} checkpoints before the newest one {abs(head.number - there):,} are gone.",
            why="Somebody removed them from the database.",
            do="Run `titer verify`, which names the first.",
        )


def _vouched(session: Session, head: LedgerCheckpoint) -> tuple[str, dict[str, bytes]]:
    """The head with all cosignatures over it, and the time-stamp tokens over it by the authority's name."""
    note, stamps = head.note, dict[str, bytes]()
    answers = session.scalars(
        select(LedgerCosignature)
        .where(LedgerCosignature.tree_size == head.tree_size)
        .order_by(LedgerCosignature.witness)
    )
    for one in answers:
        if one.kind == "timestamp":
            stamps[one.witness] = base64.b64decode(one.answer)
        else:
            note += one.answer
    return note, stamps


def _keys(
    session: Session, whole: merkle.StoredTree, entries: Sequence[Sealed], genesis: str
) -> tuple[Keys, list[dict[str, object]]]:
    """The keys that count at the head, and for each that followed on another: the checkpoint that both have signed.

    With it goes the proof that this checkpoint holds the new key's entry, and that its tree is the beginning of
    the head's; so whoever pinned the older key can follow.
    """
    keys, rotations = Keys(genesis), list[dict[str, object]]()
    for row in entries:
        if MARK not in row.body:
            continue
        entry = json.loads(row.body)
        before = {(key.role, key.name) for key in keys.active.values()}
        if not keys.fold(entry) or entry["before"] is not None:
            continue
        image = entry["after"]
        if (image["role"], image["name"]) not in before:
            continue
        known = [
            key.verifier
            for key in keys.active.values()
            if (key.role, key.name) == (image["role"], image["name"])
        ]
        both = (
            _bearing(session, row.leaf_index, image["name"], known) if image["kind"] != "timestamp" else None
        )
        if both is None:
            continue
        size, note = both
        rotations.append(
            {
                "checkpoint": note,
                "consistency": [step.hex() for step in whole.consistency_proof(size, whole.size)],
                "inclusion": [step.hex() for step in whole.inclusion_proof(row.leaf_index, size)],
                "leaf": row.leaf_index,
                "verifier": image["verifier"],
            }
        )
    return keys, rotations


def _bearing(session: Session, leaf: int, name: str, verifiers: Sequence[str]) -> tuple[int, str] | None:
    """The first checkpoint over a leaf that bears all these keys; a witness elsewhere cosigns not each."""
    first = select(LedgerCheckpoint.tree_size).where(LedgerCheckpoint.tree_size > leaf)
    later = select(LedgerCosignature.tree_size).where(
        LedgerCosignature.tree_size > leaf, LedgerCosignature.witness == name
    )
    sizes = [
        *session.scalars(first.order_by(LedgerCheckpoint.tree_size).limit(1)),
        *session.scalars(later.order_by(LedgerCosignature.tree_size).limit(_CHUNK)),
    ]
    for size in sizes:
        head = session.get_one(LedgerCheckpoint, size)
        note = _vouched(session, head)[0]
        if all(heads.verify(note, one) for one in verifiers):
            return size, note
    return None


def _seen(
    session: Session, whole: merkle.StoredTree, witnesses: Mapping[str, list[str]], note: str
) -> list[dict[str, object]]:
    """For each witness that has not signed the head, the last checkpoint that it signed, if there is one.

    With it goes the proof that the head's tree begins with it: so whoever pinned the witness is told up to where it
    has seen this ledger, and what was entered behind.
    """
    found = list[dict[str, object]]()
    for name, known in sorted(witnesses.items()):
        last = None if any(heads.verify(note, one) for one in known) else _last_bearing(session, name, known)
        if last is not None:
            size, signed = last
            proof = whole.consistency_proof(size, whole.size)
            found.append({"checkpoint": signed, "consistency": [step.hex() for step in proof]})
    return found


def _last_bearing(session: Session, name: str, verifiers: Sequence[str]) -> tuple[int, str] | None:
    """The last checkpoint that bears a key of a witness: in its note, or in what the witness answered later."""
    noted = select(LedgerCheckpoint.tree_size).where(LedgerCheckpoint.note.contains(f"\u2014 {name} "))
    later = select(LedgerCosignature.tree_size).where(LedgerCosignature.witness == name)
    sizes = {
        *session.scalars(noted.order_by(LedgerCheckpoint.tree_size.desc()).limit(_CHUNK)),
        *session.scalars(later.order_by(LedgerCosignature.tree_size.desc()).limit(_CHUNK)),
    }
    for size in sorted(sizes, reverse=True):
        note = _vouched(session, session.get_one(LedgerCheckpoint, size))[0]
        if any(heads.verify(note, one) for one in verifiers):
            return size, note
    return None


def _keys_text(keys: Keys, sealer: Sealer, note: str) -> str:
    """The keys that count at the head, and those of the witnesses that have cosigned it."""
    lines = [f"ledger {one}" for one in keys.ledger()]
    known = [one for found in keys.witnesses(("file", "titer")).values() for one in found]
    if not keys.logged:
        known = [witness.signer.cosigner for witness in sealer.witnesses]
    lines += [f"witness {one}" for one in known if heads.verify(note, one)]
    return "\n".join(lines) + "\n"


def _check_head(note: str, size: int) -> None:
    if heads.parse(note).size != size:
        raise IntegrityFault("The newest checkpoint does not cover the tree.")
