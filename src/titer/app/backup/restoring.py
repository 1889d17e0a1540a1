"""Restoring a backup into an empty place, and accepting what was lost with it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from titer.app import store
from titer.app.backup import manifest as manifests
from titer.app.backup import placing
from titer.app.backup.container import Opening, Protection, encrypted
from titer.app.backup.manifest import Manifest
from titer.app.backup.model import Restore
from titer.app.backup.placing import Tell
from titer.app.config import write
from titer.app.keeping import RESTORED
from titer.app.platform import Platform, open_platform
from titer.base import vault
from titer.base.clock import Clock, SystemClock, from_iso, iso
from titer.base.errors import IntegrityFault, Invalid, NotFound, Refused
from titer.base.files import sync_folder, write_durably
from titer.record import Actor, LedgerEntry, LedgerLeaf, Proof, merkle, restored
from titer.record import checkpoint as heads
from titer.record.verify import Verdict, verify_store

VERB = "record.restore"
_BLOCK = 1024 * 1024
_LARGEST_MANIFEST = 512 * 1024 * 1024


@dataclass(frozen=True)
class Restored:
    """An installation that was restored.

    Args:
        folder: of it.
        manifest: of the backup.
        verdict: of the verification that followed, over everything.
        witnessed: size of the newest head that a witness outside the backup saw; None where there is no such witness.
        ahead: how many entries that head is ahead of the backup; None where nobody can tell.
    """

    folder: Path
    manifest: Manifest
    verdict: Verdict
    witnessed: int | None
    ahead: int | None

    @property
    def sentence(self) -> str:
        """What a person has to know before the installation is used."""
        if self.ahead is None:
            return "No witness outside the backup was found, so nobody can tell whether this was the newest state."
        if self.ahead == 0:
            return "The newest witnessed head is that of this backup: no sealed entry is lost."
        return (
            f"The newest witnessed head is {self.ahead:,} entries ahead of this backup: they are lost here, "
            "unless a later backup has them."
        )


def read_manifest(path: Path, protection: Protection | None = None) -> Manifest:
    """What a backup says it holds; reads through the file, and checks no digest.

    Raises:
        NotFound: if there is no such file.
        Refused, IntegrityFault: see `restore`.
    """
    with _archive(path, protection) as archive:
        for name, stream in _members(path, archive):
            if name == manifests.NAME:
                return manifests.decoded(stream.read())
    raise _cut_off(path)


def restore(
    path: Path,
    folder: Path,
    *,
    protection: Protection | None = None,
    keys: Path | None = None,
    key_file: Path | None = None,
    witness: Path | None = None,
    database: str | None = None,
    owner: str | None = None,
    clock: Clock | None = None,
    tell: Tell | None = None,
) -> Restored:
    """Restore a backup into an empty place, and verify it there.

    What comes out is an installation that reads and does not write until somebody with the right to it has
    accepted it (`accept`).

    Args:
        path: of the backup.
        folder: where the installation is to lie; missing or empty.
        protection: what the backup is encrypted under.
        keys: a copy of the installation's `keys` folder with `witness.key` in it, where the backup has none.
        key_file: the key that opens the sealed keys; else it is looked for as always.
        witness: folder of a witness that saw the ledger; the configured one if left out.
        database: on PostgreSQL, the address of an empty database with the role that Titer is to run as.
        owner: the same with the role that is to own the tables.
        clock: the server clock.
        tell: told (what, how far, of how much).

    Raises:
        Conflict: if the place is not empty.
        Refused: if the passphrase or key is another one, or the backup has no keys and none are given.
        IntegrityFault: if a digest does not fit; then nothing is left behind. Of a restore that was interrupted or
            did not open, the folder says so, and the database gives way to the next restore of this installation.
        Invalid: if the database's address is missing, or given for SQLite.
    """
    say = tell or _silent
    placing.require_empty(folder)
    place = folder.absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        manifest = _unpack(path, protection, staging, say)
        placing.require_same(manifest)
        config = placing.settle(staging, place, manifest, keys, key_file)
        opened = vault.find(Path(config.key_file) if config.key_file else None)
        if opened.key_id != manifest.key_id:
            raise Refused(
                f"The key at hand is {opened.key_id}; this installation's is {manifest.key_id}.",
                do="Give the right one: --key-file, TITER_KEY or TITER_KEY_FILE.",
            )
        config = placing.place_rows(staging, manifest, config, opened, database, owner, say)
        placing.begin_journals(staging, manifest)
        # Until all is done it is no installation that anybody could accept, and it asks no witness but its own copy.
        write(staging, replace(config, witness="witness", witnesses=(), witness_quorum=1))
        marker = {
            "backup": manifest.digest,
            "file": path.name,
            "tree_size": manifest.tree_size,
            "root": manifest.root,
            "restored_at": iso((clock or SystemClock()).now()),
        }
        write_durably(staging / RESTORED, _json({**marker, "unfinished": True}))
        placing.require_empty(folder)
        for inside in (path for path in staging.rglob("*") if path.is_dir()):
            sync_folder(inside)
        sync_folder(staging)
        staging.replace(place)
        sync_folder(place.parent)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    verdict, last = _verified(folder, clock, say)
    outside = witness or (Path(config.witness) if Path(config.witness).is_absolute() else None)
    config = replace(config, witness="witness")
    seen = _seen(outside, manifest.origin) if outside is not None else None
    if seen is not None and outside is not None:
        # An installation that was restored before has one already, of an older backup.
        shutil.rmtree(folder / "witness-of-the-backup", ignore_errors=True)
        (folder / "witness").rename(folder / "witness-of-the-backup")
        config = replace(config, witness=str(outside.absolute()))
    write(folder, config)
    ahead = max(0, seen - last) if seen is not None else None
    write_durably(folder / RESTORED, _json({**marker, "ahead": ahead}))
    if config.database is not None:
        store.finished(folder, config, opened, owner)
    return Restored(folder, manifest, verdict, seen, ahead)


def accept(
    folder: Path, *, username: str, proof: Proof, reason: str, clock: Clock | None = None, hasher: Any = None
) -> int:
    """Accept a restored installation: it writes again, and its ledger and its witness say why it went back.

    Args:
        folder: of the installation.
        username: of an administrator of this installation.
        proof: what they prove to be it with.
        reason: why it was restored.
        clock: the server clock.
        hasher: another argon2 hasher, for tests.

    Returns:
        How many witnessed entries are given up.

    Raises:
        Refused: if the installation was not restored, or the witness does not take the statement.
        WrongCredentials, NotAuthorised: if the person is none who may.
        Invalid: if no reason is given.
    """
    if not reason.strip():
        raise Invalid("Accepting a restored installation needs a reason.", where="reason")
    marker = folder / RESTORED
    if not marker.exists():
        raise Refused(f"The installation in {folder} was not restored, or was accepted already.")
    told = json.loads(marker.read_text())
    if told.get("unfinished"):
        raise Refused(
            f"The restore into {folder} was interrupted before it was verified.",
            do="Remove the folder, and restore the backup again.",
        )
    platform = open_platform(folder, clock=clock, hasher=hasher, accepting=True)
    try:
        person = platform.identity.prove(username, proof, "titer restore")
        actor = Actor.person(person.id, None, person.full_name)
        platform.record.require(actor, VERB)
        by = f"{person.username} ({person.full_name})"
        statements = _statements(platform, told, by, reason)
        lost = max((one.seen[0] - one.kept[0] for one, _ in statements), default=0)
        with platform.record.action(actor, VERB, reason=reason) as unit:
            known = unit.session.scalars(select(Restore).where(Restore.backup_digest == told["backup"])).all()
            notes = "\n".join(note for _, note in statements)
            if not any(
                row.statement == notes and row.restored_at == from_iso(told["restored_at"]) for row in known
            ):
                first = statements[0][0] if statements else None
                unit.add(
                    Restore(
                        backup_digest=told["backup"],
                        file_name=told["file"],
                        tree_size=told["tree_size"],
                        root=told["root"],
                        witnessed_size=first.seen[0] if first else None,
                        witnessed_root=first.seen[1].hex() if first else None,
                        lost=lost if first else None,
                        statement=notes,
                        accepted_by=by,
                        restored_at=from_iso(told["restored_at"]),
                    )
                )
        for witness, (_, note) in zip(_behind(platform), statements, strict=True):
            restored.accept(witness, note, platform.sealer.signer.verifier)
    finally:
        platform.close()
    platform = open_platform(folder, clock=clock, hasher=hasher, accepting=True)
    try:
        platform.sealer.seal()
    finally:
        platform.close()
    marker.unlink()
    return lost


def _behind(platform: Platform) -> list[heads.FileWitness]:
    """The witnesses in files that saw more than the ledger has."""
    with platform.record.reading() as session:
        leaves = list(session.scalars(select(LedgerLeaf.leaf_hash).order_by(LedgerLeaf.leaf_index)))
    found = []
    for witness in platform.sealer.witnesses:
        size, root = witness.last
        if size and (size > len(leaves) or merkle.root(leaves[:size]) != root):
            found.append(witness)
    return found


def _statements(
    platform: Platform, told: dict[str, Any], by: str, reason: str
) -> list[tuple[restored.Statement, str]]:
    """For each witness that saw more: what is stated to it, and the signed note."""
    with platform.record.reading() as session:
        leaves = list(session.scalars(select(LedgerLeaf.leaf_hash).order_by(LedgerLeaf.leaf_index)))
    found = []
    for witness in _behind(platform):
        kept = restored.common_head(
            witness.notes(), lambda size: merkle.root(leaves[:size]) if 0 < size <= len(leaves) else None
        )
        if kept is None:
            raise Refused(
                f"The witness {witness.signer.name} never saw any head of this ledger.",
                why="It belongs to another installation, or the backup is not of the ledger that it saw.",
                do="Name the right witness in titer.yaml, or keep both copies and compare them.",
            )
        statement = restored.Statement(
            platform.sealer.origin,
            witness.name,
            told["backup"],
            witness.last,
            kept,
            restored.digest_of(restored.beyond(witness, kept)[1]),
            platform.record.clock.now(),
            by,
            reason,
        )
        found.append((statement, platform.sealer.signer.sign_text(statement.text())))
    return found


# --- reading the archive ----------------------------------------------------------------------------------------


@contextmanager
def _archive(path: Path, protection: Protection | None) -> Iterator[tarfile.TarFile]:
    """The archive in a backup, to be read once from beginning to end.

    Raises:
        NotFound: if there is no such file.
        Refused: if it is encrypted under something else.
        IntegrityFault: if it is damaged or no backup.
    """
    if not path.is_file():
        raise NotFound(f"There is no backup {path}.")
    kind = encrypted(path)
    with path.open("rb") as raw:
        source: Any = raw if kind is None else Opening(raw, protection or Protection())
        try:
            with tarfile.open(fileobj=source, mode="r|", bufsize=_BLOCK) as archive:
                yield archive
        except (tarfile.TarError, EOFError) as error:
            raise IntegrityFault(
                f"{path} is no backup, or it is damaged.", why=str(error), do="Use another copy of it."
            ) from error


def _members(path: Path, archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for info in archive:
        stream = archive.extractfile(info) if info.isreg() else None
        if stream is None:
            raise IntegrityFault(f"{path} holds {info.name!r}, which is no file.")
        if info.name == manifests.NAME and info.size > _LARGEST_MANIFEST:
            raise IntegrityFault("The backup's manifest is too large to be one.")
        yield info.name, stream


def _unpack(path: Path, protection: Protection | None, staging: Path, say: Tell) -> Manifest:
    """Write every member below the staging folder, and check every digest."""
    found: dict[str, dict[str, Any]] = {}
    manifest: Manifest | None = None
    total = path.stat().st_size if path.is_file() else 0
    done = 0
    with _archive(path, protection) as archive:
        for name, stream in _members(path, archive):
            if manifest is not None:
                raise IntegrityFault(f"The backup holds {name!r} behind its manifest.")
            if name == manifests.NAME:
                manifest = manifests.decoded(stream.read())
                continue
            target = staging / placing.safe(name)
            if name in found:
                raise IntegrityFault(f"The backup holds {name!r} twice.")
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            digest, size = _copy(stream, target)
            found[name] = {"sha256": digest, "size": size}
            done += size
            say("unpacking", done, total)
    if manifest is None:
        raise _cut_off(path)
    for name in sorted({*found, *manifest.files}):
        if name not in found:
            raise IntegrityFault(f"The backup lacks {name}.", do="Use another copy of it.")
        if found[name] != manifest.files.get(name):
            raise IntegrityFault(
                f"{name} is not what the backup's manifest says.",
                do="Use another copy of it, or another backup.",
            )
    return manifest


def _copy(stream: IO[bytes], target: Path) -> tuple[str, int]:
    counted, size = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while block := stream.read(_BLOCK):
            counted.update(block)
            out.write(block)
            size += len(block)
        out.flush()
        os.fsync(out.fileno())
    return counted.hexdigest(), size


def _cut_off(path: Path) -> IntegrityFault:
    return IntegrityFault(
        f"{path} has no manifest: it was cut off, or is no backup.", do="Use another copy of it."
    )


def _verified(folder: Path, clock: Clock | None, say: Tell) -> tuple[Verdict, int]:
    """The verdict over the restored installation, and how many entries it has sealed."""
    platform = open_platform(folder, clock=clock)
    try:
        verdict = verify_store(
            platform.record, platform.sealer, platform.verifiers, progress=say, sealing=False
        )
        with platform.record.reading() as session:
            last = session.scalar(select(LedgerEntry.seq).order_by(LedgerEntry.seq.desc()).limit(1))
        if last is None:
            raise IntegrityFault("The restored ledger is empty.")
        return verdict, max(verdict.entries, 0)
    finally:
        platform.close()


def _seen(folder: Path, origin: str) -> int | None:
    """How much of this ledger a witness outside the backup saw; None if there is none in the folder."""
    notes = folder / "notes.txt"
    if not notes.exists() or not (folder / "last.json").exists():
        return None
    if not notes.read_text(encoding="utf-8", errors="replace").startswith(origin + "\n"):
        return None
    return int(json.loads((folder / "last.json").read_text())["size"])


def _json(marker: dict[str, Any]) -> bytes:
    return (json.dumps(marker, indent=1) + "\n").encode()


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody wants to know."""
