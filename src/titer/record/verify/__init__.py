"""Verification of a live store, in two depths.

`merkle`: the entries against the tree, its heads, its keys and its witnesses. `full`: the entries replayed and
compared with the tables, the messages, the stored files, and the database's own check of its file besides. The
first thing that does not hold is named.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault, Invalid, Refused, TiterError, Unavailable
from titer.record import checkpoint as heads
from titer.record import tree as stored_tree
from titer.record.model import LedgerCheckpoint
from titer.record.schema import check_fingerprint
from titer.record.sealer import Sealer
from titer.record.service import Record
from titer.record.verify.chained import close_streams
from titer.record.verify.replay import check_replay
from titer.record.verify.rest import check_content, check_outbox
from titer.record.verify.tree import check_tree
from titer.record.verify.verdict import DEPTHS, FULL, MERKLE, Progress, Remark, Verdict, Verifier
from titer.record.verify.witnessed import Witnessed
from titer.record.witnesses.contract import RemoteWitness

__all__ = ["DEPTHS", "FULL", "MERKLE", "Progress", "Remark", "Verdict", "Verifier", "verify_store"]


def verify_store(
    record: Record,
    sealer: Sealer,
    extra: Iterable[Verifier] = (),
    *,
    depth: str = FULL,
    progress: Progress | None = None,
    sealing: bool = True,
) -> Verdict:
    """Check everything that the store holds.

    What is sealed is checked before anything new is sealed, so that verifying never heals a cut tail. What
    cannot be read does not hold: whatever a damaged file or row raises is the fault of the place it is in.

    Args:
        record: the record.
        sealer: knows the ledger's key and its witnesses; it seals what is new, so that nothing is left out.
        extra: verifiers of other layers.
        depth: `merkle` for the tree alone, or `full`.
        progress: told how far it is.
        sealing: whether what is new is sealed; else it is replayed only, and no witness hears of it.

    Raises:
        Invalid: if there is no such depth.
    """
    if depth not in DEPTHS:
        raise Invalid(
            f"There is no depth {depth!r}.", where="depth", do=f"Choose one of {', '.join(DEPTHS)}."
        )
    began = time.perf_counter()
    verdict = Verdict(progress=progress, depth=depth)
    try:
        with closing(_faults(record, sealer, verdict, extra, sealing)) as faults:
            verdict.first_fault = next(faults, None)
    except TiterError as error:
        verdict.first_fault = str(error)
    except Exception as error:  # noqa: BLE001  a tampered store may raise anything: a finding, not a crash
        said = str(getattr(error, "orig", None) or error)
        verdict.first_fault = f"{verdict.place} cannot be read: {said} ({type(error).__name__})."
        damaged = record.database.damaged(record.engine)
        verdict.first_fault += f" Damaged: {'; '.join(damaged)}." if damaged else ""
    verdict.holds = verdict.first_fault is None
    verdict.seconds = time.perf_counter() - began
    return verdict


def _faults(
    record: Record, sealer: Sealer, verdict: Verdict, extra: Iterable[Verifier], sealing: bool
) -> Generator[str]:
    verdict.tell("database file", 0, 1)
    with _own_check(record, wanted=verdict.depth == FULL) as own_check:
        with _snapshot(record, sealer) as (session, witnesses):
            yield from check_tree(session, sealer, witnesses, verdict, configured=sealing)
            if not verdict.unsealed or not sealing:
                yield from _rest(record, session, verdict, extra)
        if verdict.unsealed and sealing:
            verdict.unsealed = 0
            sealer.seal()
            with _snapshot(record, sealer) as (session, witnesses):
                yield from check_tree(session, sealer, witnesses, verdict)
                yield from _rest(record, session, verdict, extra)
        verdict.place = f"{record.database.NAME}'s own file"
        yield from (f"{record.database.NAME}: {text}" for text in own_check())
    if sealing:
        yield from _elsewhere(record, sealer, verdict)


@contextmanager
def _own_check(record: Record, *, wanted: bool) -> Iterator[Callable[[], list[object]]]:
    """The database's own check of its file, beside everything else, since nothing waits for it."""
    found: list[object] = []
    raised: list[BaseException] = []

    def look() -> None:
        try:
            with record.reading() as session:
                found.extend(record.database.integrity(session.connection()))
        except Exception as error:  # noqa: BLE001  handed to whoever waits
            raised.append(error)

    thread = threading.Thread(target=look, name="integrity")
    if wanted:
        thread.start()

    def result() -> list[object]:
        if wanted:
            thread.join()
        if raised:
            raise raised[0]
        return found

    try:
        yield result
    finally:
        if wanted:
            thread.join()


@contextmanager
def _snapshot(record: Record, sealer: Sealer) -> Iterator[tuple[Session, list[Witnessed]]]:
    """The tables and the witnesses at one instant, between two seals.

    A witness cosigns before the ledger stores the checkpoint: who reads them one after the other while a hub seals
    sees a witness that is ahead, and takes it for entries that were cut off.
    """
    with ExitStack() as stack:
        with sealer.still():
            session = stack.enter_context(record.reading())
            stack.callback(close_streams, session)
            record.database.begin_snapshot(session.connection())
            witnesses = [
                Witnessed(one.name, one.verifiers, one.last, stack.enter_context(_kept(one)))
                for one in sealer.witnesses
            ]
        yield session, witnesses


@contextmanager
def _kept(witness: heads.FileWitness) -> Iterator[Callable[[], Iterator[str]]]:
    """A witness' notes as they are now, to be read bit by bit while it goes on writing; or why they cannot be."""
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(witness.opened_notes())
        except OSError as error:
            fault = error

            def refuse() -> Iterator[str]:
                raise fault

            yield refuse
            return
        yield lambda: opened


def _rest(record: Record, session: Session, verdict: Verdict, extra: Iterable[Verifier]) -> Iterator[str]:
    if verdict.depth == MERKLE:
        return
    yield from check_replay(record, session, verdict)
    yield from check_outbox(record, session, verdict)
    yield from check_content(record, session, verdict)
    for verifier in extra:
        verdict.place = getattr(verifier, "__name__", "a store outside the tables")
        verdict.tell(verdict.place.replace("_", " "), 0, 1)
        for said in verifier(session):
            if isinstance(said, Remark):
                verdict.remarks.append(str(said))
            else:
                yield said
    verdict.place = "The schema"
    try:
        check_fingerprint(session)
    except IntegrityFault as error:
        yield str(error)


def _elsewhere(record: Record, sealer: Sealer, verdict: Verdict) -> Iterator[str]:
    """Ask the witnesses elsewhere whether this is still the ledger that they saw; who is away is a remark."""
    for witness in sealer.remote:
        if witness.kind == "titer":
            verdict.place = f"The witness {witness.name}"
            yield from _asked(record, sealer, witness, verdict)


def _asked(record: Record, sealer: Sealer, witness: RemoteWitness, verdict: Verdict) -> Iterator[str]:
    """Ask one about the newest head.

    A hub goes on sealing and shows it newer heads meanwhile: a witness that refuses an old one is asked about the
    newest again, and has the last word once the ledger has not grown.
    """
    asked = 0
    while (newest := _newest(record)) is not None and newest[0] > asked:
        asked, note = newest
        try:
            known = sealer.keys.of_witness(witness.name)
            witness.ask(note, sealer.standing[witness.name].size, partial(_proof, record, asked), known)
            return
        except Unavailable as error:
            verdict.remarks.append(f"The witness {witness.name} could not be asked: {error}")
            return
        except Refused as error:
            told = str(error)
    if asked:
        yield told


def _newest(record: Record) -> tuple[int, str] | None:
    """Size and note of the newest head."""
    newest = select(LedgerCheckpoint.tree_size, LedgerCheckpoint.note)
    with record.reading() as session:
        row = session.execute(newest.order_by(LedgerCheckpoint.tree_size.desc()).limit(1)).first()
    return (row.tree_size, row.note) if row is not None else None


def _proof(record: Record, size: int, seen: int) -> list[bytes]:
    if not 0 < seen <= size:
        return []
    with record.reading() as session:
        return stored_tree.stored(session, size).consistency_proof(seen, size)
