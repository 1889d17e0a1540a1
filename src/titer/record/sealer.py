"""The sealer: appends committed entries to the tree, in commit order, and signs heads that witnesses cosign."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Row, func, insert, select

from titer.base.errors import IntegrityFault, Stopped, TiterError, Unavailable
from titer.record import checkpoint as heads
from titer.record import merkle
from titer.record.errors import storage
from titer.record.model import LedgerCheckpoint, LedgerEntry, LedgerLeaf
from titer.record.service import Record


class Sealer:
    """Seals what was committed; one for each installation.

    Args:
        record: whose ledger it is.
        origin: the ledger's name in checkpoints.
        signer: the ledger's key.
        witnesses: each must cosign before a head counts as witnessed.
    """

    def __init__(
        self, record: Record, origin: str, signer: heads.Signer, witnesses: Sequence[heads.FileWitness]
    ) -> None:
        self.record = record
        self.origin = origin
        self.signer = signer
        self.witnesses = tuple(witnesses)
        self._lock = threading.Lock()
        self._tree = merkle.Tree()
        self._last_seq = 0
        self._loaded = False
        self._watermark: tuple[int, int] | None = None

    def load(self) -> None:
        """Rebuild the tree from its leaves; done once, before the first sealing."""
        with self.record.reading() as session:
            rows = session.execute(
                select(LedgerLeaf.leaf_hash, LedgerLeaf.entry_seq).order_by(LedgerLeaf.leaf_index)
            ).all()
        for leaf, seq in rows:
            self._tree.append(leaf)
            self._last_seq = seq
        self._loaded = True

    def seal(self) -> int:
        """Append what is new and publish one checkpoint over it.

        Returns:
            The size of the tree. No checkpoint is made when nothing is new.

        Raises:
            IntegrityFault: if a witness refuses the head; nothing is stored then, and the record stops writing.
            Stopped: if writing has stopped, or a witness could not write its note down; the record stops with it.
            Unavailable: if the database or a witness cannot be reached now.
        """
        with self._lock:
            return self._seal()

    def _seal(self) -> int:
        """Seal, under the lock; a failure that leaves the ledger in doubt stops the record."""
        self.record.require_running()
        try:
            return self._grow()
        except OSError as error:
            told = storage(error)
            self.record.halt(str(told))
            raise told from error
        except TiterError as error:
            if not isinstance(error, Unavailable) or isinstance(error, Stopped):
                self.record.halt(str(error))
            raise

    def _grow(self) -> int:
        if not self._loaded:
            self.load()
        rows = self._ended()
        if not rows:
            return len(self._tree)
        start = len(self._tree)
        try:
            self._extend(rows)
        except BaseException:
            self._tree.truncate(start)
            raise
        self._last_seq = rows[-1].seq
        return len(self._tree)

    def _ended(self) -> Sequence[Row[int, str]]:
        """The entries that are not sealed, before the first whose predecessor may still be committed.

        On PostgreSQL an entry gets its number before its transaction commits. A number that is missing below one
        that is seen belongs to a transaction that had begun by then: it failed, or it is still open. Once all
        that had begun when the gap was seen have ended, the gap stays one. So the tree's order is that of the
        numbers, nothing is passed over, and no writer waits.

        A snapshot's `xmax` does not tell who had begun (it is one past the last that *ended*), so a
        transaction's number is taken after the gap was seen: whoever had begun by then has a smaller one.
        """
        for attempt in range(2):
            with self.record.reading() as session:
                rows = session.execute(
                    select(LedgerEntry.seq, LedgerEntry.body)
                    .where(LedgerEntry.seq > self._last_seq)
                    .order_by(LedgerEntry.seq)
                ).all()
                oldest = self.record.database.oldest_open(session.connection())
            if oldest is None or not rows:
                return rows
            passable = 0
            if self._watermark is not None and oldest > self._watermark[0]:
                passable, self._watermark = self._watermark[1], None
            gap = self._first_gap(rows, passable)
            if gap == len(rows):
                break
            if self._watermark is None:
                with self.record.operational() as session:
                    own = self.record.database.begin_number(session.connection())
                self._watermark = (own, rows[-1].seq)
            elif attempt == 0:
                break
        return rows[:gap]

    def _first_gap(self, rows: Sequence[Row[int, str]], passable: int) -> int:
        """The place of the first row above `passable` whose predecessor is missing; their count if none is."""
        expected = self._last_seq + 1
        for place, row in enumerate(rows):
            if row.seq != expected and row.seq > passable:
                return place
            expected = row.seq + 1
        return len(rows)

    def _extend(self, rows: Sequence[Row[int, str]]) -> None:
        start = len(self._tree)
        for row in rows:
            self._tree.append(merkle.leaf_hash(row.body.encode()))
        size, now = len(self._tree), self.record.clock.now()
        head = heads.Head(self.origin, size, self._tree.root(), (heads.clock_extension(now),))
        note = self.signer.sign(head)
        for witness in self.witnesses:
            seen = witness.last[0]
            proof = self._tree.consistency_proof(seen, size) if 0 < seen <= size else []
            note += witness.cosign(note, proof)
        self._store(start, rows, head, note, now)

    def _store(
        self, start: int, rows: Sequence[Row[int, str]], head: heads.Head, note: str, sealed_at: datetime
    ) -> None:
        leaves = [
            (start + offset, row.seq, self._tree.leaf(start + offset)) for offset, row in enumerate(rows)
        ]
        with self.record.operational() as session:
            self.record.database.add_leaves(session.connection(), leaves)
            session.connection().execute(
                insert(LedgerCheckpoint),
                {
                    "tree_size": head.size,
                    "note": note,
                    "sealed_at": sealed_at,
                    "witnessed": bool(self.witnesses),
                },
            )

    def resume(self) -> bool:
        """Finish a seal that was cut short after a witness had cosigned and before the ledger had it.

        Done at opening, else a verification would say that the ledger lacks what the witness saw. Nothing is
        mended that was cut off: the entries must be there, and give the root that the ledger's key signed.

        Returns:
            Whether there was something to finish.
        """
        notes = [note for witness in self.witnesses if (note := witness.last_note()) is not None]
        with self._lock:
            with self.record.reading() as session:
                sealed = session.scalar(select(func.max(LedgerCheckpoint.tree_size))) or 0
            try:
                ahead = [(head, note) for note in notes if (head := heads.parse(note)).size > sealed]
                signed = [pair for pair in ahead if heads.verify(pair[1], self.signer.verifier)]
            except (IntegrityFault, ValueError):
                return False
            if not signed:
                return False
            if not self._loaded:
                self.load()
            head, note = max(signed, key=lambda pair: (pair[0].size, len(pair[1])))
            start = len(self._tree)
            with self.record.reading() as session:
                rows = session.execute(
                    select(LedgerEntry.seq, LedgerEntry.body)
                    .where(LedgerEntry.seq > self._last_seq)
                    .order_by(LedgerEntry.seq)
                    .limit(head.size - start)
                ).all()
            for row in rows:
                self._tree.append(merkle.leaf_hash(row.body.encode()))
            sealed_at = heads.sealing_time(head)
            if len(self._tree) != head.size or self._tree.root() != head.root or sealed_at is None:
                self._tree.truncate(start)
                return False
            for witness in self.witnesses:
                if heads.verify(note, witness.signer.cosigner):
                    witness.remember(head)
                else:
                    seen = witness.last[0]
                    proof = self._tree.consistency_proof(seen, head.size) if 0 < seen <= head.size else []
                    note += witness.cosign(note, proof)
            self._store(start, rows, head, note, sealed_at)
            self._last_seq = rows[-1].seq
            return True

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing is sealed inside, so that ledger and witnesses can be read as they stand together."""
        with self._lock:
            yield

    @contextmanager
    def covering(self) -> Iterator[None]:
        """A checkpoint covers everything that was committed, and nothing is committed nor sealed inside.

        Raises:
            IntegrityFault: see `seal`.
        """
        with self._lock, self.record.between_actions():
            self._seal()
            yield

    def proof(self, leaf_index: int, size: int) -> list[bytes]:
        """The inclusion proof of a leaf in the tree of a given size."""
        with self._lock:
            if not self._loaded:
                self.load()
            return self._tree.inclusion_proof(leaf_index, size)

    def consistency(self, first: int, size: int) -> list[bytes]:
        """The proof that the tree of `first` leaves is the beginning of that of `size` (RFC 9162, section 2.1.4)."""
        with self._lock:
            if not self._loaded:
                self.load()
            return self._tree.consistency_proof(first, size)

    @property
    def covered_seq(self) -> int:
        """The last entry that a witnessed checkpoint covers."""
        return self._last_seq
