"""This Titer as a witness of others: the serving side of C2SP tlog-witness.

Each watched ledger has a folder with a cosigning key of its own, the last head, and all cosigned notes: what is
answered was written down durably before.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import Clock
from titer.base.errors import IntegrityFault, Invalid, NotFound
from titer.base.vault import Vault
from titer.record import checkpoint as heads
from titer.record import merkle
from titer.record.actions import ActionSpec
from titer.record.ledger_model import WatchedLedger
from titer.record.service import Record
from titer.record.unit import Unit

ACTIONS = (
    ActionSpec("record.watch", "Witness the ledger of another Titer, or cease to", ("administrator",)),
)
MOST_BYTES = 64 * 1024
_SIZE = re.compile("0|[1-9][0-9]{0,17}")
_MOST_STEPS = 63


@dataclass(frozen=True)
class Answer:
    """An answer of `add-checkpoint`.

    Args:
        status: of HTTP.
        text: the body.
        size: whether the body is a size of the tree.
    """

    status: int
    text: str
    size: bool = False


def parse_request(text: str) -> tuple[int, list[bytes], str]:
    """Old size, consistency proof and checkpoint out of the body of `add-checkpoint`.

    Raises:
        Invalid: if it is not in that form.
    """
    head, separator, note = text.partition("\n\n")
    first, *steps = head.split("\n")
    word, _, size = first.partition(" ")
    if not separator or word != "old" or not _SIZE.fullmatch(size):
        raise Invalid("The request does not begin with `old` and a size.", where="line 1")
    if len(steps) > _MOST_STEPS:
        raise Invalid(f"A consistency proof has {_MOST_STEPS} hashes at the most.")
    try:
        proof = [base64.b64decode(step, validate=True) for step in steps]
    except binascii.Error as error:
        raise Invalid("A line of the consistency proof is no Base64.", why=str(error)) from error
    if any(len(step) != 32 for step in proof):
        raise Invalid("A hash of the consistency proof does not have 32 bytes.")
    return int(size), proof, note


class Watching:
    """Cosigns heads of the ledgers that were registered.

    Args:
        record: holds who is watched.
        name: of the cosigning keys.
        folder: one folder a ledger below it.
        clock: of this Titer.
        vault: seals the keys.
    """

    def __init__(self, record: Record, name: str, folder: Path, clock: Clock, vault: Vault) -> None:
        self.record = record
        self._name = name
        self._folder = folder
        self._clock = clock
        self._vault = vault
        self._lock = threading.Lock()
        self._open: dict[str, heads.FileWitness] = {}

    def register(self, unit: Unit, verifier: str) -> str:
        """Watch a ledger, or take another of its keys during a rotation.

        Args:
            unit: the open action.
            verifier: the ledger's key, as its people gave it.

        Returns:
            The key that cosigns, for the other side to pin.

        Raises:
            Invalid: if that is no key.
        """
        try:
            origin = heads.parse_key(verifier)[0]
        except IntegrityFault as fault:
            raise Invalid(fault.what, do=fault.do, where="key") from fault
        row = unit.session.scalars(select(WatchedLedger).where(WatchedLedger.origin == origin)).first()
        if row is None:
            unit.add(WatchedLedger(origin=origin, verifiers=[verifier], active=True))
        else:
            row.active = True
            row.verifiers = [*(one for one in row.verifiers if one != verifier), verifier]
        with self._lock:
            return self._witness(origin, create=True).signer.cosigner

    def cease(self, unit: Unit, origin: str) -> None:
        """Watch a ledger no longer; what was seen of it is kept.

        Raises:
            NotFound: if it is not watched.
        """
        row = unit.session.scalars(select(WatchedLedger).where(WatchedLedger.origin == origin)).first()
        if row is None or not row.active:
            raise NotFound(f"The ledger {origin} is not watched.")
        row.active = False

    def seen(self, origin: str) -> int:
        """The size of the last head of a ledger that was cosigned."""
        with self._lock:
            return self._witness(origin).last[0]

    def add_checkpoint(self, session: Session, text: str) -> Answer:
        """Answer a request; what is cosigned is written down first.

        Args:
            session: a reading session.
            text: the body.
        """
        try:
            old, proof, note = parse_request(text)
            head = heads.parse(note)
        except (Invalid, IntegrityFault) as error:
            return Answer(400, f"{error}\n")
        row = session.scalars(
            select(WatchedLedger).where(WatchedLedger.origin == head.origin, WatchedLedger.active.is_(True))
        ).first()
        if row is None:
            return Answer(404, f"The ledger {head.origin[:200]} is not watched here.\n")
        if not any(heads.verify(note, one) for one in row.verifiers):
            return Answer(403, "The checkpoint bears no valid signature of a key that is known here.\n")
        if old > head.size:
            return Answer(400, "The old size is larger than the checkpoint's.\n")
        with self._lock:
            witness = self._witness(head.origin)
            size, root = witness.last
            if old != size:
                return Answer(409, f"{size}\n", size=True)
            if old == head.size and root != head.root:
                return Answer(409, "Another ledger of this size was cosigned.\n")
            if (old == 0 and proof) or (
                old and not merkle.verify_consistency(old, head.size, root, head.root, proof)
            ):
                return Answer(422, "The checkpoint does not extend the one that was cosigned.\n")
            return Answer(200, witness.cosign(note, proof))

    def _witness(self, origin: str, *, create: bool = False) -> heads.FileWitness:
        if origin not in self._open:
            folder = self._folder / hashlib.sha256(origin.encode()).hexdigest()[:16]
            if not create and not folder.exists():
                raise NotFound(
                    f"What was seen of the ledger {origin} is missing.", do="Restore it from a backup."
                )
            self._open[origin] = heads.FileWitness(
                self._name, folder, self._clock, self._vault, create=create
            )
        return self._open[origin]
