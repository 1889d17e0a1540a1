"""The sealer: appends committed entries to the tree by their numbers, and signs heads that witnesses cosign.

It holds the tree's right edge and nothing else; proofs are computed out of stored tiles. Writers never wait for it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count

from sqlalchemy import insert, select

from titer.base.errors import IntegrityFault, Stopped, TiterError, Unavailable
from titer.record import checkpoint as heads
from titer.record import merkle, tally, timekeeping, tree
from titer.record.errors import storage
from titer.record.keys import Keys
from titer.record.ledger_model import LedgerCosignature
from titer.record.model import LedgerCheckpoint, LedgerLeaf
from titer.record.sealer.growth import Grown, grow, read_edge
from titer.record.sealer.past import Past, entered_policy, nodes_of_notes, read_past
from titer.record.sealer.tail import Committed, Tail
from titer.record.service import Record
from titer.record.timekeeping import TimeKeeper
from titer.record.witnesses.asking import asked
from titer.record.witnesses.contract import RemoteWitness
from titer.record.witnesses.rules import Policy, Standing

log = logging.getLogger(__name__)

_ANSWERS = 20


class Sealer:
    """Seals what was committed; one for each installation.

    Args:
        record: whose ledger it is.
        origin: the ledger's name in checkpoints.
        signer: the ledger's first key.
        witnesses: those in files, which cosign while a head is made.
        others: further keys of the ledger, after a rotation.
        remote: witnesses that are asked afterwards, each on its own.
        quorum: how many witnesses must have cosigned in all before a head counts as witnessed.
        time_state: asks for the state of the server's clock.
    """

    def __init__(
        self,
        record: Record,
        origin: str,
        signer: heads.Signer,
        witnesses: Sequence[heads.FileWitness],
        *,
        others: Sequence[heads.Signer] = (),
        remote: Sequence[RemoteWitness] = (),
        quorum: int = 1,
        time_state: TimeKeeper = timekeeping.kernel_time,
    ) -> None:
        self.record = record
        self.origin = origin
        self.signer = signer
        self.witnesses = tuple(witnesses)
        self.remote = tuple(remote)
        self.every_witness: tuple[heads.FileWitness | RemoteWitness, ...] = (*self.witnesses, *self.remote)
        self.configured = Policy(frozenset(one.name for one in self.every_witness if one.required), quorum)
        self.policy = self.configured
        self.standing = {one.name: Standing() for one in self.every_witness}
        self._signers = {one.verifier: one for one in (signer, *others)}
        self._time_state = time_state
        self._lock = threading.Lock()
        self._asking = {one.name: threading.Lock() for one in self.remote}
        self._frontier = merkle.Frontier()
        self._keys = Keys(signer.verifier)
        self._last_seq = 0
        self._past = Past()
        self._heard = self._adopted = False
        self._loaded = False
        self._tail = Tail(record)
        self._covered: tuple[int, int] = (0, 0)

    # --- what it knows --------------------------------------------------------------------------------------

    def load(self) -> None:
        """Read the tree's right edge, its keys, and how far the witnesses are; done once, before the first sealing.

        Raises:
            IntegrityFault: if the stored tree cannot be read.
        """
        with self.record.reading() as session:
            edge = read_edge(session, self.signer.verifier)
            self._past = read_past(session, edge.frontier.size)
            self.policy = self.configured.and_also(entered_policy(session).policy or self.configured)
        self._heard = self._adopted = False
        self._frontier, self._keys, self._last_seq = edge.frontier, edge.keys, edge.last_seq
        for witness in self.every_witness:
            answer = self._kept_answer(witness)
            if answer is not None:
                self.standing[witness.name].answered(*answer)
        for witness in self.witnesses:
            known = max(edge.witnessed, witness.last[0] if witness.last[0] <= edge.frontier.size else 0)
            if known >= self.standing[witness.name].size and known:
                self.standing[witness.name].answered(known, edge.witnessed_at)
        self._loaded = True

    def _kept_answer(self, witness: heads.FileWitness | RemoteWitness) -> tuple[int, datetime] | None:
        """The largest head that a witness vouched for later, and when; an answer that does not hold counts not."""
        query = (
            select(LedgerCosignature, LedgerCheckpoint.note)
            .join(LedgerCheckpoint, LedgerCheckpoint.tree_size == LedgerCosignature.tree_size)
            .where(LedgerCosignature.witness == witness.name, LedgerCosignature.kind == witness.kind)
            .order_by(LedgerCosignature.tree_size.desc())
        )
        keys = self._keys.of_witness(witness.name)
        with self.record.reading() as session, session.execute(query).yield_per(_ANSWERS) as answers:
            for row, note in answers:
                try:
                    if isinstance(witness, heads.FileWitness):
                        wanted = keys or witness.verifiers
                        answered = f"{heads.note_text(note)}\n{row.answer}"
                        holds = any(heads.verify(answered, one) for one in wanted)
                    else:
                        holds = witness.holds(note, row.answer, keys)
                except Unavailable as error:
                    log.error("%s", error)
                    return None
                if holds:
                    return row.tree_size, row.received_at
                log.error(
                    "an answer of the witness %s over %s entries does not hold", witness.name, row.tree_size
                )
        return None

    def _load_once(self) -> None:
        if not self._loaded:
            self.load()

    @property
    def size(self) -> int:
        """How many entries are sealed."""
        with self._lock:
            self._load_once()
            return self._frontier.size

    @property
    def keys(self) -> Keys:
        """The keys that count at the present size."""
        with self._lock:
            self._load_once()
            return self._keys.copy()

    @property
    def covered_size(self) -> int:
        """The size of the largest tree that counts as witnessed."""
        with self._lock:
            self._load_once()
            sizes = {name: standing.size for name, standing in self.standing.items()}
            return min(self.policy.covered(sizes), self._frontier.size)

    @property
    def covered_seq(self) -> int:
        """The last entry that a witnessed checkpoint covers."""
        size = self.covered_size
        known, seq = self._covered
        if size != known:
            with self.record.reading() as session:
                seq = (
                    session.scalar(select(LedgerLeaf.entry_seq).where(LedgerLeaf.leaf_index == size - 1)) or 0
                )
            self._covered = (size, seq)
        return seq

    def has_key(self, verifier: str, *, first: bool) -> bool:
        """Whether a key of the ledger is one that this installation has; the first is the one it was made with."""
        return verifier == self.signer.verifier if first else verifier in self._signers

    def knows_witness_key(self, name: str, verifier: str) -> bool:
        """Whether a key is one of a witness' own, as far as that can be told here."""
        found = next((one for one in self.witnesses if one.name == name), None)
        return found is None or not found.verifiers or verifier in found.verifiers

    def add_signer(self, signer: heads.Signer) -> None:
        """Have another key of the ledger at hand; it signs once the tree holds its entry."""
        self._signers[signer.verifier] = signer

    @contextmanager
    def still(self) -> Iterator[None]:
        """Nothing is sealed inside, so that ledger and witnesses can be read as they stand together."""
        with self._lock:
            yield

    def proof(self, leaf_index: int, size: int) -> list[bytes]:
        """The inclusion proof of a leaf in the tree of a given size."""
        with self.record.reading() as session:
            return tree.stored(session, size).inclusion_proof(leaf_index, size)

    def consistency(self, first: int, size: int) -> list[bytes]:
        """The proof that the tree of `first` leaves is the beginning of that of `size` (RFC 9162, section 2.1.4)."""
        with self.record.reading() as session:
            return tree.stored(session, size).consistency_proof(first, size)

    # --- sealing --------------------------------------------------------------------------------------------

    def seal(self) -> int:
        """Append what is new and publish one checkpoint over it.

        Returns:
            The size of the tree. No checkpoint is made when nothing is new; a witness in a file that was away is
            asked for its cosignature then.

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
        self._load_once()
        self._adopt()
        self.record.enter_clock_step()
        rows = self._tail.ended(self._last_seq)
        if rows:
            self._extend(rows)
        else:
            self._catch_up()
        return self._frontier.size

    @contextmanager
    def covering(self) -> Iterator[None]:
        """A checkpoint covers everything that was committed, and nothing is committed nor sealed inside.

        Raises:
            IntegrityFault: see `seal`.
        """
        with self._lock, self.record.between_actions():
            self._seal()
            yield

    def _extend(self, rows: Sequence[Committed]) -> None:
        grown = grow(self._frontier, self._keys, rows)
        self._require_vouched(rows, grown)
        now = self.record.clock.now()
        extensions = (
            heads.clock_extension(now),
            timekeeping.extension(self._time_state()),
            *self._so_far().stated(),
        )
        head = heads.Head(self.origin, grown.frontier.size, grown.frontier.root(), extensions)
        note = self._signed(head, grown.keys)
        complete = self._all_configured(grown.keys)
        for witness in self.witnesses:
            lines = self._cosigned(witness, note, head.size, grown)
            complete = complete and bool(lines)
            note += lines
        self._store(rows, grown, note, now, witnessed=complete and bool(self.witnesses))

    def _all_configured(self, keys: Keys) -> bool:
        """Whether each witness in a file that the ledger knows is one of these; else no head bears all lines."""
        return keys.witnesses((heads.FileWitness.kind,)).keys() <= {one.name for one in self.witnesses}

    def _so_far(self) -> Past:
        """The checkpoints before the next one, and what witnesses answered up to now."""
        if not self._heard:
            self._heard = True
            with self.record.reading() as session:
                self._past.hear(session, sorted(self.standing))
        return self._past

    def _require_vouched(self, rows: Sequence[Committed], grown: Grown) -> None:
        """Sign nothing that somebody else has written into the ledger.

        Raises:
            IntegrityFault: if no action of this installation vouches for an entry.
        """
        with self.record.reading() as session:
            seq = tally.unvouched(session, self.record.key, rows, grown.leaves)
        if seq is not None:
            raise IntegrityFault(
                f"Entry {seq:,} was not written by Titer, or was changed since; so it is not sealed.",
                why="No action of this installation vouches for it (ledger_tally).",
                do="Run `titer verify`, keep a copy of the database, and find out who wrote to it.",
            )

    def _signed(self, head: heads.Head, keys: Keys) -> str:
        """The note, signed with each key that the tree it covers names.

        Raises:
            IntegrityFault: if a key's file is missing, or the tree has retired the last key.
        """
        text, lines = head.text(), ""
        if not keys.ledger():
            raise IntegrityFault(
                "An entry retires the last key of the ledger, so no head over it can be signed.",
                do="Run `titer verify`, and find out who wrote it.",
            )
        for verifier in keys.ledger():
            signer = self._signers.get(verifier)
            if signer is None:
                raise IntegrityFault(
                    f"The file of the ledger's key {verifier.split('+')[1]} is missing.",
                    do="Restore it from the backup.",
                )
            lines += signer.line(text)
        return f"{text}\n{lines}"

    def _cosigned(self, witness: heads.FileWitness, note: str, size: int, grown: Grown) -> str:
        """The lines of one witness in a file; none if it is away.

        Raises:
            IntegrityFault: if it refuses.
        """
        standing, now = self.standing[witness.name], self.record.clock.now()
        try:
            if not witness.present():
                raise Unavailable(f"The witness {witness.name} is away.", why=str(witness.folder))
            proof = self._prove(grown, witness.last[0], size)
            lines = witness.cosign(note, proof, grown.keys.of_witness(witness.name))
        except Unavailable as error:
            if standing.failed(str(error), now):
                log.error("%s", error)
            return ""
        if standing.since is not None:
            log.warning("the witness %s cosigns again", witness.name)
        standing.answered(size, now)
        return lines

    def _prove(self, grown: Grown, seen: int, size: int) -> list[bytes]:
        """Consistency from what a witness saw to the grown tree."""
        if not 0 < seen <= size:
            return []
        start = self._frontier.size
        with self.record.reading() as session:
            stored = tree.stored(session, start)

            def tiles(base: int, index: int) -> Sequence[bytes]:
                return [*stored.tile(base, index), *grown.beyond(start, base, index)]

            return merkle.StoredTree(tiles, size).consistency_proof(seen, size)

    def _store(
        self, rows: Sequence[Committed], grown: Grown, note: str, sealed_at: datetime, *, witnessed: bool
    ) -> None:
        start, number = self._frontier.size, self._past.frontier.size
        past, of_notes = self._past.on(note, grown.frontier.size)
        leaves = list(zip(count(start), (seq for seq, _ in rows), grown.leaves, strict=False))
        # A commit whose answer was lost may be stored all the same: then what is held here is behind it.
        self._loaded = False
        with self.record.operational() as session:
            self.record.database.add_leaves(session.connection(), leaves)
            tree.add_nodes(session, [*grown.nodes, *nodes_of_notes(of_notes)])
            session.connection().execute(
                insert(LedgerCheckpoint),
                {
                    "tree_size": grown.frontier.size,
                    "number": number,
                    "note": note,
                    "sealed_at": sealed_at,
                    "witnessed": witnessed,
                },
            )
        self._frontier, self._keys, self._past = grown.frontier, grown.keys, past
        self._last_seq = rows[-1][0]
        self._loaded = True

    # --- witnesses that were away, and those over a network ---------------------------------------------------

    def _catch_up(self) -> None:
        """Ask witnesses in files that are behind for the newest head."""
        for witness in self.witnesses:
            standing = self.standing[witness.name]
            now = self.record.clock.now()
            if standing.size >= self._frontier.size or (standing.next_try and now < standing.next_try):
                continue
            row = self._newest()
            if row is None:
                return
            lines = self._cosigned(witness, row.note, row.tree_size, Grown(self._frontier, self._keys))
            if lines:
                self._keep(witness.name, witness.kind, row.tree_size, lines, now)

    def attend(self, witness: RemoteWitness) -> bool:
        """Ask one remote witness for the newest head, if it is behind; whatever it does, sealing goes on.

        Returns:
            Whether it vouched for a head.
        """
        with self._asking[witness.name]:
            return self._attend(witness)

    def _attend(self, witness: RemoteWitness) -> bool:
        """Ask it; one asks at a time, so that none stores the other's answer again."""
        with self._lock:
            self._load_once()
            size, keys = self._frontier.size, self._keys.copy()
        standing, now = self.standing[witness.name], self.record.clock.now()
        early = standing.at is not None and (now - standing.at).total_seconds() < witness.every_s
        if standing.size >= size or early or (standing.next_try and now < standing.next_try):
            return False
        row = self._newest()
        if row is None:
            return False
        head = row.tree_size
        answer = asked(self.record, witness, standing, row, keys.of_witness(witness.name))
        if answer is None:
            return False
        self._keep(witness.name, witness.kind, head, answer, self.record.clock.now())
        standing.answered(head, self.record.clock.now())
        return True

    def attend_all(self) -> None:
        """Ask each remote witness once; for commands that run without a hub, and before an export."""
        for witness in self.remote:
            self.attend(witness)

    def _newest(self) -> LedgerCheckpoint | None:
        with self.record.reading() as session:
            row = session.scalars(
                select(LedgerCheckpoint).order_by(LedgerCheckpoint.tree_size.desc()).limit(1)
            ).first()
            if row is not None:
                session.expunge(row)
            return row

    def _keep(self, name: str, kind: str, size: int, answer: str, now: datetime) -> None:
        """Keep what a witness answered; what it answered first about a head stays."""
        try:
            with self.record.operational() as session:
                if session.get(LedgerCosignature, (name, size)) is None:
                    session.connection().execute(
                        insert(LedgerCosignature),
                        {
                            "witness": name,
                            "tree_size": size,
                            "kind": kind,
                            "answer": answer,
                            "received_at": now,
                        },
                    )
        except Exception:
            self._adopted = False
            raise
        finally:
            self._heard = False

    def _adopt(self) -> None:
        """Keep what a witness in a file wrote down about the newest head, and the ledger was kept from keeping.

        Else a later head would say nothing of it, and the witness' note would bear a signature that the ledger
        lacks: what a verification takes for one that was taken off.
        """
        if self._adopted:
            return
        row = self._newest()
        for witness in self.witnesses if row is not None else ():
            note = witness.last_note()
            if row is None or note is None or heads.note_text(note) != heads.note_text(row.note):
                continue
            kept = set(row.note.splitlines())
            known = self._keys.of_witness(witness.name) or witness.verifiers
            own = [line for line in note[len(heads.note_text(note)) + 1 :].splitlines() if line not in kept]
            if own and all(
                any(heads.verify(f"{heads.note_text(note)}\n{line}\n", one) for one in known) for line in own
            ):
                lines = "".join(f"{line}\n" for line in own)
                self._keep(witness.name, witness.kind, row.tree_size, lines, self.record.clock.now())
                witness.remember(heads.parse(row.note))
        self._adopted = True

    # --- after a crash ----------------------------------------------------------------------------------------

    def resume(self) -> bool:
        """Finish a seal that was cut short after a witness had cosigned and before the ledger had it.

        Done at opening, else a verification would say that the ledger lacks what the witness saw. Nothing is
        mended that was cut off: the entries must be there, and give the root that the ledger's keys signed.

        Returns:
            Whether there was something to finish.
        """
        with self._lock:
            try:
                notes = [note for witness in self.witnesses if (note := witness.last_note()) is not None]
                ahead = [(heads.parse(note), note) for note in notes]
                self._load_once()
                self._adopt()
            except (IntegrityFault, ValueError, OSError):
                return False
            ahead = [pair for pair in ahead if pair[0].size > self._frontier.size]
            if not ahead:
                return False
            head, note = max(ahead, key=lambda pair: (pair[0].size, len(pair[1])))
            rows = self._tail.first(self._last_seq, head.size - self._frontier.size)
            grown, sealed_at = grow(self._frontier, self._keys, rows), heads.sealing_time(head)
            keys = grown.keys.ledger()
            signed = bool(keys) and all(heads.verify(note, key) for key in keys)
            if (
                not signed
                or not self._past.precedes(head)
                or grown.frontier.size != head.size
                or grown.frontier.root() != head.root
                or sealed_at is None
            ):
                return False
            complete = self._all_configured(grown.keys)
            for witness in self.witnesses:
                wanted = grown.keys.of_witness(witness.name) or witness.verifiers[:1]
                if wanted and all(heads.verify(note, one) for one in wanted):
                    witness.remember(head)
                    self.standing[witness.name].answered(head.size, sealed_at)
                    continue
                lines = self._cosigned(witness, note, head.size, grown)
                complete, note = complete and bool(lines), note + lines
            self._store(rows, grown, note, sealed_at, witnessed=complete)
            return True
