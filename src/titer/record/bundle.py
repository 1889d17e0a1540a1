"""The bundle: records, their entries, and the proof that they hold, in one canonical ZIP file.

`verify/titer-verify.py` checks it on a machine that has never seen Titer. The archive is canonical (members
stored and sorted, fixed times, no extra fields), so that the verifier can rebuild it and compare every byte.

    manifest.json            what this is; every value follows from the sealed export entry
    ledger/entries.jsonl     the canonical bodies, one a line, in leaf order
    ledger/leaves.txt        their leaf indices and leaf hashes, so that an altered entry can be named
    ledger/proof.bin         the batch inclusion proof: subtree hashes in depth-first order
    ledger/checkpoint.txt    the signed and cosigned tree head
    ledger/keys.txt          the public keys of ledger and witnesses; pin them with --key and --witness
    files/segments/...       sealed time series as they lie in the store; entries of their own hold the digests
    files/content/...        raw data, documents; entries of their own hold the digests
    files/...                documents, and what was derived at export; the export entry states all digests
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import Row, select, tuple_

from titer.base.canonical import canonical
from titer.base.errors import IntegrityFault, Invalid
from titer.record import checkpoint as heads
from titer.record import merkle, tree
from titer.record.actions import Actor
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
    wanted = sorted(set(records) | {(subject[0], subject[1])})
    listing = _listing(record, wanted)
    with record.action(actor, "record.export", reason=reason) as unit:
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
    with record.reading() as session:
        installation = record.installation(session)
        keys = [*wanted, (Export.__tablename__, row.id), (Installation.__tablename__, installation.id)]
        head = session.scalars(
            select(LedgerCheckpoint).order_by(LedgerCheckpoint.tree_size.desc()).limit(1)
        ).one()
        entries: list[Row[int, bytes, str]] = []
        for start in range(0, len(keys), _CHUNK):
            entries += session.execute(
                select(LedgerLeaf.leaf_index, LedgerLeaf.leaf_hash, LedgerEntry.body)
                .join(LedgerLeaf, LedgerLeaf.entry_seq == LedgerEntry.seq)
                .where(
                    tuple_(LedgerEntry.record_type, LedgerEntry.record_id).in_(keys[start : start + _CHUNK]),
                    LedgerLeaf.leaf_index < head.tree_size,
                )
            ).all()
        kept = _up_to(sorted(entries, key=lambda entry: entry.leaf_index), listing)
        leaves = [merkle.leaf_hash(entry.body.encode()) for entry in kept]
        if leaves != [entry.leaf_hash for entry in kept]:
            raise IntegrityFault("An entry is not the one that was sealed.", do="Run `titer verify`.")
        proof = tree.stored(session, head.tree_size).batch_proof([entry.leaf_index for entry in kept])
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
    keys_text = [f"ledger {sealer.signer.verifier}"]
    keys_text += [f"witness {witness.signer.cosigner}" for witness in sealer.witnesses]
    members = {
        "manifest.json": canonical(manifest),
        "ledger/entries.jsonl": "".join(entry.body + "\n" for entry in kept).encode(),
        "ledger/leaves.txt": "".join(
            f"{entry.leaf_index} {leaf.hex()}\n" for entry, leaf in zip(kept, leaves, strict=True)
        ).encode(),
        "ledger/proof.bin": b"".join(proof),
        "ledger/checkpoint.txt": head.note.encode(),
        "ledger/keys.txt": ("\n".join(keys_text) + "\n").encode(),
    }
    members.update({f"files/{name}": data for name, data in files.items()})
    _check_head(head.note, head.tree_size)
    return write_zip(members)


def _listing(record: Record, wanted: list[tuple[str, str]]) -> list[dict[str, object]]:
    """Each record's last version and number of entries, as they are now."""
    with record.reading() as session:
        listing = []
        for record_type, record_id in wanted:
            versions = session.scalars(
                select(LedgerEntry.record_version).where(
                    LedgerEntry.record_type == record_type, LedgerEntry.record_id == record_id
                )
            ).all()
            if not versions:
                raise Invalid(f"There is no {record_type} {record_id} in the ledger.")
            listing.append(
                {"type": record_type, "id": record_id, "version": max(versions), "entries": len(versions)}
            )
        return listing


def _up_to(
    entries: Sequence[Row[int, bytes, str]], listing: list[dict[str, object]]
) -> list[Row[int, bytes, str]]:
    """Leave out what came to a listed record after the listing was made."""
    last = {(item["type"], item["id"]): item["version"] for item in listing}
    kept = []
    for row in entries:
        entry = json.loads(row.body)
        limit = last.get((entry["record_type"], entry["record_id"]))
        if limit is None or entry["version"] <= limit:
            kept.append(row)
    return kept


def _check_head(note: str, size: int) -> None:
    if heads.parse(note).size != size:
        raise IntegrityFault("The newest checkpoint does not cover the tree.")
