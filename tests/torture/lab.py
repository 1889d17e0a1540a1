"""A small laboratory to torture: record, ledger, witness, signatures, outbox, content, historian and journal.

It is opened as the hub opens an installation and the connector host its journal, from the same parts; what it
does is what a client asks for by keys, so that it can be asked again. Only its three tables are its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Mapped, Session, mapped_column
from tests.postgresql import KEY, RUNTIME

from titer.base.clock import SystemClock
from titer.base.ids import IdSource
from titer.base.vault import Vault
from titer.connect.core.columns import Columns
from titer.connect.core.contract import Batch
from titer.connect.core.journal import Journal
from titer.connect.core.waiting import read_frames
from titer.historian import Historian
from titer.record import (
    ActionSpec,
    Actor,
    Identity,
    Installation,
    Outbox,
    Sealer,
    Signature,
    SignatureMeaning,
    Signing,
    Subscription,
    checkpoint,
    database,
    open_record,
    postgres,
    schema,
    sqlite,
)
from titer.record import identity as identity_module
from titer.record.identity import Proof
from titer.record.model import Base, OutboxEvent, Regulated
from titer.record.unit import Unit
from titer.record.verify import Verdict, verify_store

CLIENT = Actor.timer("torture.client")
PASSWORD = "correct horse battery"
CONNECTION, TAG = "reactor", "BR-1.pH"
_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_VAULT = Vault(bytes(32))
_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_COMPILED: dict[Any, Any] = {}
"""Statements that one process compiled are there for those that are forked from it."""
_TOLD = Callable[[str, str], None]


class Order(Regulated, Base):
    """What a client asked for."""

    __tablename__ = "torture_order"
    __immutable__ = ("key", "digest")

    key: Mapped[str] = mapped_column()  # not unique: doing it twice is for Titer to avoid, and for us to see
    digest: Mapped[str | None] = mapped_column()
    approved_by: Mapped[str | None] = mapped_column()


class Effect(Regulated, Base):
    """What an approval set off."""

    __tablename__ = "torture_effect"
    __append_only__ = True

    key: Mapped[str] = mapped_column()


class Lab:
    """One opened laboratory.

    Args:
        folder: of the installation.
        witness: the folder of the witness; best another one.
        effect: told (kind, key) of what went out of the house: an effect.
        address: of its database on a server; the embedded file if left out.
    """

    def __init__(self, folder: Path, witness: Path, effect: _TOLD, address: str | None = None) -> None:
        clock = SystemClock()
        engine = engine_of(folder, address).execution_options(compiled_cache=_COMPILED)
        database.of(engine).confirm(engine)
        self.folder = folder
        self.record = open_record(
            folder,
            clock=clock,
            process_clock=clock,
            ids=IdSource(clock, random.SystemRandom()),
            secret=bytes(32),
            engine=engine,
        )
        self.record.register_actions(identity_module.ACTIONS)
        self.record.register_actions(
            (
                ActionSpec("torture.order", "Order"),
                ActionSpec("torture.approve", "Approve an order", ("quality",)),
                ActionSpec("torture.carry_out", "Carry an order out"),
                ActionSpec("historian.segment.seal", "Seal time series"),
            )
        )
        with self.record.reading() as session:
            schema.check_fingerprint(session)
        self.signing = Signing(self.record, Identity(self.record, bytes(32), _HASHER))
        self.record.register_signatures((_meaning(),))
        self.sealer = Sealer(
            self.record,
            "titer/torture",
            checkpoint.Signer("titer/torture", _KEY),
            [checkpoint.FileWitness("file-witness", witness, clock, _VAULT)],
        )
        self.sealer.resume()
        self.historian = Historian(folder / "historian", self.record)
        self.outbox = Outbox(self.record, self.sealer)
        self.outbox.subscriptions.append(Subscription("torture", ("torture.approved",), self._carry_out))
        self._effect = effect
        self._loop = asyncio.new_event_loop()
        self.journal = self._loop.run_until_complete(
            Journal.open(folder / "journal" / "reactor.sqlite", CONNECTION, (TAG,), clock)
        )
        with self.record.reading() as session:
            self.quality = Actor.person(
                session.scalars(select(identity_module.people.Person)).first().id, None, "Quinn"
            )

    # --- what clients ask for: each may be asked again --------------------------------------------------------

    def order(self, key: str) -> None:
        """Take an order; every other one comes with a file."""
        with self.record.action(CLIENT, "torture.order", reason="asked for") as unit:
            if unit.session.scalar(select(Order.id).where(Order.key == key)) is not None:
                return
            digest = None
            if int(key) % 2:
                digest = unit.content.put(_file(key), media_type="text/plain", origin="client")
            unit.add(Order(key=key, digest=digest, approved_by=None))

    def approve(self, key: str) -> None:
        """Sign an order."""
        with self.record.reading() as session:
            row = session.scalars(select(Order).where(Order.key == key)).one()
            if row.approved_by is not None:
                return
            shown = self.signing.preview(session, self.quality, Order.__tablename__, row.id, "approved", {})
        self.signing.sign(
            self.quality,
            record_type=Order.__tablename__,
            record_id=row.id,
            version=shown.version,
            meaning="approved",
            data={},
            shown_digest=shown.digest,
            reason="looked at",
            proof=Proof(PASSWORD),
            remote="test",
        )

    def take(self, key: str) -> None:
        """Journal one value of the reactor, as a connector does before it tells the source."""
        number = int(key)
        if self.last_taken() >= number:
            return
        columns = Columns.of([0], [_source(number)], [float(number)], [0], received_us=_source(number) + 5)
        self._loop.run_until_complete(self.journal.append(Batch(columns, state={"last": key})))

    def last_taken(self) -> int:
        """The last value that the source need not send again, as a connector finds it at its start."""
        return int(self._loop.run_until_complete(self.journal.resume()).state.get("last", "0"))

    def ship(self) -> tuple[int, int] | None:
        """Hand what the journal holds to the historian, which acknowledges it; (epoch, last number)."""
        frames = self._loop.run_until_complete(self.journal.unshipped())
        if not frames:
            return None
        ((_, epoch), last), *_ = self.historian.append(frames).items()
        return epoch, last

    def forget(self, epoch: int, last: int) -> None:
        """Let the journal forget what the historian acknowledged."""
        self._loop.run_until_complete(self.journal.acknowledged(epoch, last))

    def _carry_out(self, event: OutboxEvent) -> None:
        key = event.payload["key"]
        self._effect("effect", key)
        with self.record.action(CLIENT, "torture.carry_out") as unit:
            if unit.session.scalar(select(Effect.id).where(Effect.key == key)) is None:
                unit.add(Effect(key=key))

    # --- what is there ------------------------------------------------------------------------------------------

    def verify(self) -> Verdict:
        """As `titer verify` does."""

        def segments(_session: Session) -> Iterator[str]:
            yield from self.historian.verify()

        return verify_store(self.record, self.sealer, [segments])

    def present(self) -> dict[str, dict[str, int]]:
        """How often each thing is there that anybody was told of, by kind and key."""
        with self.record.reading() as session:
            orders = list(session.scalars(select(Order)))
            effects = Counter(session.scalars(select(Effect.key)))
            signatures = Counter(session.scalars(select(Signature.record_id)))
        for row in orders:
            if row.digest is not None and self.record.content.read(row.digest) != _file(row.key):
                raise AssertionError(f"order {row.key} has another file")
        approved = {row.key: signatures[row.id] for row in orders if row.approved_by is not None}
        stored = Counter(self._stored())
        journalled = Counter(_number(int(us)) for frame in self._journalled() for us in frame.source_us)
        return {
            "order": dict(Counter(row.key for row in orders)),
            "approval": approved,
            "effect": dict(effects),
            "stored": {str(number): count for number, count in stored.items()},
            "taken": {str(number): 1 for number in stored.keys() | journalled.keys()},
        }

    def _journalled(self) -> list[Any]:
        return read_frames(self.folder / "journal" / "reactor.sqlite")

    def _stored(self) -> Iterator[int]:
        """Every row of the historian, doubles too: `read` would settle them."""
        view = self.historian.store.view()
        for ref in view.segments:
            table = pq.read_table(self.historian.folder / ref.path, columns=["source_us"], use_threads=False)
            yield from map(_number, table.column("source_us").to_pylist())
        for rows in view.tail:
            yield from map(_number, rows["source_us"].tolist())

    def close(self) -> None:
        """Give everything back."""
        self._loop.run_until_complete(self.journal.close())
        self._loop.close()
        self.historian.close()
        self.record.engine.dispose()


def engine_of(folder: Path, address: str | None) -> Engine:
    """The embedded file of a laboratory, or its database on a server."""
    return sqlite.engine(folder / "titer.db") if address is None else postgres.engine(make_url(address), KEY)


def create(folder: Path, witness: Path, address: str | None = None, owner: str | None = None) -> None:
    """Make an empty laboratory.

    Args:
        folder: of the installation; new.
        witness: the folder of the witness.
        address: of its database on a server; the embedded file if left out.
        owner: the same for the role that makes the tables there.
    """
    folder.mkdir(parents=True)
    (folder / "historian").mkdir()
    clock = SystemClock()
    if owner is None:
        engine = engine_of(folder, None)
        schema.create(engine)
    else:
        made = engine_of(folder, owner)
        schema.create(made, lambda connection: schema.grant(connection, RUNTIME))
        made.dispose()
        engine = engine_of(folder, address)
    record = open_record(
        folder,
        clock=clock,
        process_clock=clock,
        ids=IdSource(clock, random.SystemRandom()),
        secret=bytes(32),
        engine=engine,
    )
    record.register_actions(identity_module.ACTIONS)
    identity = Identity(record, bytes(32), _HASHER)
    with record.action(CLIENT, "record.install") as unit:
        unit.add(
            Installation(
                name="torture", site="", simulated=True, demo=False, created_at=unit.now, time_zone="UTC"
            )
        )
        unit.add(schema.log_fingerprint(record, unit.session, "torture"))
    with record.action(CLIENT, "record.person.create") as unit:
        person = identity.create_person(
            unit, username="quinn", full_name="Quinn", password=PASSWORD, roles=("quality",)
        )
        person.policy_acknowledged_at = unit.now
    engine.dispose()
    lab = Lab(folder, witness, lambda _kind, _key: None, address)
    lab.sealer.seal()
    lab.close()


def _meaning() -> SignatureMeaning:
    def content(session: Session, record_id: str, _data: dict[str, Any]) -> dict[str, Any]:
        row = session.get(Order, record_id)
        return {"key": row.key if row else "", "digest": row.digest if row else ""}

    def apply(unit: Unit, record_id: str, _data: dict[str, Any], signature: Signature) -> None:
        row = unit.get(Order, record_id)
        row.approved_by = signature.id
        unit.emit("torture.approved", row, {"key": row.key})

    return SignatureMeaning(
        record_type=Order.__tablename__,
        meaning="approved",
        verb="torture.approve",
        title="An order",
        content=content,
        blockers=lambda _session, _record_id, _actor, _data: [],
        apply=apply,
    )


def _file(key: str) -> bytes:
    return (hashlib.sha256(key.encode()).hexdigest() * (1 + int(key) % 300)).encode()


_START_US = 1_772_438_400_000_000


def _source(number: int) -> int:
    return _START_US + number * 1_000_000


def _number(source_us: int) -> int:
    return (source_us - _START_US) // 1_000_000
