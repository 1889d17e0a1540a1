"""Asks a witness over a network for the newest head; whatever it does, sealing goes on."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from titer.base.errors import Refused, TiterError, Unavailable
from titer.record import tree
from titer.record.model import LedgerCheckpoint
from titer.record.service import Record
from titer.record.witnesses.contract import RemoteWitness
from titer.record.witnesses.rules import Standing

log = logging.getLogger(__name__)


def asked(
    record: Record, witness: RemoteWitness, standing: Standing, head: LedgerCheckpoint, known: Sequence[str]
) -> str | None:
    """What a witness answers about a head, if that vouches for it.

    Args:
        record: proofs are read from it.
        witness: whom.
        standing: of the witness; it is told of a failure.
        head: the checkpoint.
        known: the witness' keys, as the ledger knows them.
    """
    size, now = head.tree_size, record.clock.now()

    def prove(seen: int) -> list[bytes]:
        if not 0 < seen <= size:
            return []
        with record.reading() as session:
            return tree.stored(session, size).consistency_proof(seen, size)

    try:
        answer = witness.ask(head.note, standing.size, prove, known)
        if not witness.holds(head.note, answer, known):
            raise Refused(f"What the witness {witness.name} answered bears none of the keys that are logged.")
    except Unavailable as error:
        if standing.failed(str(error), now):
            log.error("%s", error)
        return None
    except TiterError as error:
        if standing.failed(str(error), now, refused=True):
            log.critical("%s", error)
        return None
    if standing.since is not None:
        log.warning("the witness %s answers again", witness.name)
    return answer
