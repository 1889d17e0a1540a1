"""Tables around the ledger: inner nodes of its tree, its keys, what witnesses answered, and steps of the clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from titer.record.model import Base, Regulated


class LedgerNode(Base):
    """The root of a complete subtree of 256, 65,536, ... leaves.

    With the leaves' own hashes these are the tiles of C2SP tlog-tiles: any proof is computed from a few of them,
    and nobody holds the tree in memory.
    """

    __tablename__ = "ledger_node"
    __unregulated_because__ = "derived from the ledger, checked by every verification"
    __append_only__ = True

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerTally(Base):
    """How many entries and messages one action left, and keyed digests of them (`titer.record.tally`).

    So what somebody else writes into the ledger is not taken for Titer's own before a head covers it, and a message
    can be neither changed nor taken away.
    """

    __tablename__ = "ledger_tally"
    __unregulated_because__ = "it bears keyed digests, and covers the ledger"
    __append_only__ = True

    last_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_seq: Mapped[int] = mapped_column()
    entries: Mapped[int] = mapped_column()
    messages: Mapped[int] = mapped_column()
    entries_mac: Mapped[bytes] = mapped_column(LargeBinary)
    messages_mac: Mapped[bytes | None] = mapped_column(LargeBinary)


class LedgerKey(Regulated, Base):
    """A key that signs or witnesses the ledger: that of the ledger, of a witness, of a time-stamp authority.

    It counts from the first head whose tree holds this row's first entry, and no longer from the first whose tree
    holds the entry that retires it: the tree itself says which keys must have signed a head. So a new key is
    logged under the old one, and between the two entries every head bears both signatures.
    """

    __tablename__ = "record_ledger_key"
    __immutable__ = ("role", "name", "kind", "verifier", "from_size")

    role: Mapped[str] = mapped_column()
    name: Mapped[str] = mapped_column()
    kind: Mapped[str] = mapped_column()
    verifier: Mapped[str] = mapped_column(unique=True)
    from_size: Mapped[int] = mapped_column()
    until_size: Mapped[int | None] = mapped_column()


class WitnessPolicy(Regulated, Base):
    """Which witnesses must have cosigned before a head counts as witnessed, and how many in all.

    It follows titer.yaml by itself where that asks for more; where it asks for less, a person says so, with a reason.
    """

    __tablename__ = "record_witness_policy"

    required: Mapped[list[str]] = mapped_column()
    quorum: Mapped[int] = mapped_column()


class LedgerCosignature(Base):
    """What a witness answered after the head was stored: cosignature lines, or a time-stamp token in Base64."""

    __tablename__ = "ledger_cosignature"
    __unregulated_because__ = "it bears its own signature, and covers the ledger"
    __append_only__ = True

    witness: Mapped[str] = mapped_column(primary_key=True)
    tree_size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column()
    answer: Mapped[str] = mapped_column()
    received_at: Mapped[datetime] = mapped_column()


class WatchedLedger(Regulated, Base):
    """Another Titer's ledger that this one witnesses: heads signed by one of the keys are cosigned."""

    __tablename__ = "record_watched_ledger"
    __immutable__ = ("origin",)

    origin: Mapped[str] = mapped_column(unique=True)
    verifiers: Mapped[list[str]] = mapped_column()
    active: Mapped[bool] = mapped_column()


class ClockStep(Regulated, Base):
    """The server's clock went back: entries behind this one bear earlier times than entries before it."""

    __tablename__ = "record_clock_step"
    __append_only__ = True

    stood_at: Mapped[datetime] = mapped_column()
    went_to: Mapped[datetime] = mapped_column()
