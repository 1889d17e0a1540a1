"""What the next checkpoint has to say of those before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import IntegrityFault
from titer.record import chain, merkle, tree
from titer.record import checkpoint as heads
from titer.record.ledger_model import LedgerCosignature, WitnessPolicy
from titer.record.model import LedgerCheckpoint
from titer.record.witnesses.rules import Policy


@dataclass
class Past:
    """The checkpoints so far, and what witnesses answered later: a right edge, and a digest a witness.

    Args:
        frontier: of the tree over their notes.
        size: how many entries the last of them covers.
        answers: by witness, the newest head that it answered about, and the digest of its answers.
    """

    frontier: merkle.Frontier = field(default_factory=merkle.Frontier)
    size: int = 0
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def stated(self) -> tuple[str, ...]:
        """The extension lines of the next checkpoint."""
        own = chain.Before(self.frontier.size, self.size, self.frontier.root()).line()
        return own, *(chain.answers_line(name, *known) for name, known in sorted(self.answers.items()))

    def precedes(self, head: heads.Head) -> bool:
        """Whether a head says of what came before it just what is here."""
        told = chain.before(head.extensions)
        return told == chain.Before(self.frontier.size, self.size, self.frontier.root())

    def on(self, note: str, size: int) -> tuple[Past, list[merkle.Node]]:
        """With one checkpoint more; what it is told of stays as it is. And the subtrees that it completed."""
        frontier, told = self.frontier.copy(), chain.answers(heads.parse(note).extensions)
        made = frontier.extend([chain.leaf(note)])
        return Past(frontier, size, {name: (about, digest) for name, about, digest in told}), made

    def hear(self, session: Session, witnesses: Iterable[str]) -> None:
        """Take in what witnesses answered since."""
        for name in witnesses:
            size, digest = self.answers.get(name, (0, b""))
            rows = session.execute(
                select(LedgerCosignature.tree_size, LedgerCosignature.kind, LedgerCosignature.answer)
                .where(LedgerCosignature.witness == name, LedgerCosignature.tree_size > size)
                .order_by(LedgerCosignature.tree_size)
            )
            for about, kind, answer in rows:
                self.answers[name] = about, (digest := chain.folded(digest, about, kind, answer))


def read_past(session: Session, size: int) -> Past:
    """Read it; nothing is sealed on checkpoints of which one is gone, or was altered.

    Args:
        session: a reading one.
        size: of the tree.

    Raises:
        IntegrityFault: if the last checkpoint does not cover the tree, or those before it are not what it says.
    """
    query = select(LedgerCheckpoint.number, LedgerCheckpoint.tree_size, LedgerCheckpoint.note)
    last = session.execute(query.order_by(LedgerCheckpoint.tree_size.desc()).limit(1)).first()
    if last is None and not size:
        return Past()
    extensions = heads.parse(last.note).extensions if last is not None else ()
    told = chain.before(extensions)
    if last is None or last.tree_size != size or told is None or told.count != last.number:
        raise _broken("the last checkpoint is gone or was altered")
    try:
        frontier = tree.over_notes(session, told.count).frontier()
    except IndexError as error:
        raise _broken(f"a checkpoint before that over {size:,} entries is gone") from error
    if frontier.root() != told.root:
        raise _broken(f"a checkpoint before that over {size:,} entries was altered")
    frontier.extend([chain.leaf(last.note)])
    return Past(frontier, size, {name: (about, digest) for name, about, digest in chain.answers(extensions)})


@dataclass(frozen=True)
class Entered:
    """What the ledger says of how many witnesses it takes.

    Args:
        id: of the row; None where nothing was entered.
        policy: what it says; None where nothing was entered.
    """

    id: str | None = None
    policy: Policy | None = None


def entered_policy(session: Session) -> Entered:
    """Read it.

    Raises:
        IntegrityFault: if its row is not one that Titer wrote.
    """
    found = session.scalar(select(WitnessPolicy.id).order_by(WitnessPolicy.id).limit(1))
    if found is None:
        return Entered()
    try:
        row = session.get_one(WitnessPolicy, found)
        return Entered(found, Policy(frozenset(row.required), row.quorum))
    except (ValueError, TypeError) as error:
        raise IntegrityFault(
            f"record_witness_policy {found} cannot be read.",
            why=f"{error}.",
            do="Keep a copy of the database, and find out who wrote to it.",
        ) from error


def nodes_of_notes(made: Sequence[merkle.Node]) -> list[merkle.Node]:
    """Subtrees of the tree over the notes, at the levels at which they are stored."""
    return [(level + chain.NOTES, place, node) for level, place, node in made]


def _broken(why: str) -> IntegrityFault:
    return IntegrityFault(
        "The ledger's checkpoints are not those that were sealed, so no further one is signed.",
        why=f"{why}.",
        do="Run `titer verify`, which names it, and keep a copy of the database.",
    )
