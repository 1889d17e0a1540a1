"""One wired platform: the only place that knows all the layers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from titer.app import layers, store, witnessing
from titer.app.backup.abandoned import abandoned
from titer.app.backup.model import ACTIONS as BACKUP_ACTIONS
from titer.app.config import Config, load
from titer.app.document_seal import DocumentSeal
from titer.app.history import History
from titer.app.keeping import (
    RESTORED,
    credential_key,
    lock,
    open_ids,
    open_sealer,
    open_vault,
    plant_clock,
    stopped_clock,
)
from titer.app.plant_clock import PlantClock
from titer.base import vault
from titer.base.clock import Clock, SystemClock
from titer.base.vault import Vault
from titer.record import (
    ActionSpec,
    Identity,
    LedgerEntry,
    Outbox,
    Record,
    Retention,
    Sealer,
    SignatureMeaning,
    Signing,
    Subscription,
    Worker,
    database,
    open_record,
    schema,
)
from titer.record import identity as identity_module
from titer.record import rotation as rotation_module
from titer.record.edges import Authority, Edges, EdgeSettings
from titer.record.retention import ACTIONS as RETENTION_ACTIONS
from titer.record.rotation import Rotation
from titer.record.sso.provider import Provider
from titer.record.sso.service import SingleSignOn
from titer.record.sso.settings import read as provider_settings
from titer.record.verify import Verifier
from titer.record.witnesses import watching as watching_module
from titer.record.witnesses.watching import Watching


class Layer(Protocol):
    """What every context's façade offers to the composition root."""

    def actions(self) -> tuple[ActionSpec, ...]: ...
    def signatures(self) -> tuple[SignatureMeaning, ...]: ...
    def subscriptions(self) -> tuple[Subscription, ...]: ...
    def workers(self) -> tuple[Worker, ...]: ...


@dataclass
class Platform:
    """All parts of one installation, wired.

    Attributes are the names by which routes ask for a part (`platform_part("lims")`); a layer that is
    switched off is None.
    """

    folder: Path
    config: Config
    record: Record
    identity: Identity
    signing: Signing
    sealer: Sealer
    outbox: Outbox
    vault: Vault
    retention: Retention
    documents: DocumentSeal
    rotation: Rotation
    watching: Watching
    edges: Edges
    single_sign_on: SingleSignOn | None = None
    plant_clock: PlantClock | None = None
    verifiers: list[Verifier] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    layers: dict[str, Any] = field(default_factory=dict)
    _lock: int | None = None
    _held: Connection | None = None

    def __getattr__(self, name: str) -> Any:
        layers = self.__dict__.get("layers", {})
        if name in layers:
            return layers[name]
        raise AttributeError(name)

    def add(self, name: str, layer: Layer) -> None:
        """Wire a layer in: its actions, signatures, subscriptions and workers."""
        self.layers[name] = layer
        self.record.register_actions(layer.actions())
        self.record.register_signatures(layer.signatures())
        self.outbox.subscriptions.extend(layer.subscriptions())
        self.workers.extend(layer.workers())

    def settle(self, rounds: int = 50) -> None:
        """Seal and deliver until nothing is left to do; for commands that run without a hub."""
        for _ in range(rounds):
            self.sealer.seal()
            self.sealer.attend_all()
            if not self.outbox.deliver():
                return

    def close(self) -> None:
        """Let go of the database and the lock."""
        for layer in self.layers.values():
            close = getattr(layer, "close", None)
            if close is not None:
                close()
        if self.single_sign_on:
            self.single_sign_on.provider.close()
        for witness in self.sealer.remote:
            witness.close()
        if self.plant_clock:
            self.plant_clock.stop()
        if self._held is not None:
            self._held.close()
        self.record.engine.dispose()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def open_platform(
    folder: Path,
    *,
    clock: Clock | None = None,
    exclusive: bool = True,
    hasher: Any = None,
    accepting: bool = False,
) -> Platform:
    """Open an installation and wire its layers.

    Args:
        folder: of the installation.
        clock: the server clock; the system's if left out.
        exclusive: take the lock; only readers may go without.
        hasher: another argon2 hasher, for tests.
        accepting: whether it is opened to accept that it was restored; else a restored one does not write.

    Raises:
        NotFound, Invalid, Unavailable, IntegrityFault: in words that say what to do.
    """
    server_clock = clock or SystemClock()
    config = load(folder)
    held = lock(folder) if exclusive else None
    try:
        made = _wire(folder, config, server_clock, held, hasher)
        if (folder / RESTORED).exists() and not accepting:
            made.record.halt(
                "It was restored from a backup, and nobody has accepted yet what was lost with it: "
                "titer accept-restore."
            )
        return made
    except BaseException:
        if held is not None:
            os.close(held)
        raise


def _wire(folder: Path, config: Config, server_clock: Clock, held: int | None, hasher: Any) -> Platform:
    if config.database is None:
        History().require_head(folder / "titer.db")
    opened = open_vault(folder, config)
    engine = store.engine(folder, config, opened)
    kept: Connection | None = None
    try:
        if config.database is not None:
            store.require_head(engine)
            store.require_apart(engine)
            kept = store.hold(engine) if held is not None else None
        if held is not None:
            database.of(engine).confirm(engine)
        return _wired(folder, config, server_clock, held, hasher, opened, engine, kept)
    except BaseException:
        if kept is not None:
            kept.close()
        engine.dispose()
        raise


def _wired(
    folder: Path,
    config: Config,
    server_clock: Clock,
    held: int | None,
    hasher: Any,
    opened: Vault,
    engine: Engine,
    kept: Connection | None,
) -> Platform:
    secret = credential_key(folder, opened)
    plant = plant_clock(config)
    process_clock: Clock = plant or (stopped_clock(folder, engine) if config.plant_clock else server_clock)
    record = open_record(
        folder,
        clock=server_clock,
        process_clock=process_clock,
        ids=open_ids(server_clock),
        secret=secret,
        engine=engine,
    )
    layers.import_tables()
    with record.reading() as session:
        schema.check_fingerprint(session)
        newest = session.scalar(select(func.max(LedgerEntry.id)))
    if newest is not None:
        record.ids.follow(newest)
    record.register_actions(identity_module.ACTIONS)
    record.register_actions(BACKUP_ACTIONS)
    record.register_actions(RETENTION_ACTIONS)
    record.register_actions(rotation_module.ACTIONS + watching_module.ACTIONS)
    identity = Identity(record, secret, hasher, opened)
    sealer = open_sealer(folder, config, record, opened, locked=held is not None)
    rotation = Rotation(record, sealer, folder / "keys", opened)
    if held is not None:
        sealer.resume()
    if held is not None and not (folder / RESTORED).exists():
        rotation.enter_configured()
    platform = Platform(
        folder=folder,
        config=config,
        record=record,
        identity=identity,
        signing=Signing(record, identity),
        sealer=sealer,
        outbox=Outbox(record, sealer),
        single_sign_on=_single_sign_on(folder, config, record, identity, opened),
        vault=opened,
        retention=Retention(record),
        documents=DocumentSeal(record, folder / "keys", opened, config.document_tsa),
        rotation=rotation,
        edges=Edges(
            record,
            identity.credentials,
            identity.machines,
            Authority(folder / "keys", opened, server_clock),
            opened,
            EdgeSettings.read(config.edge).reached_at if config.edge is not None else "",
        ),
        watching=Watching(record, f"{sealer.origin}/witness", folder / "watched", server_clock, opened),
        plant_clock=plant,
        verifiers=[identity.stored_credentials],
        _lock=held,
        _held=kept,
    )
    platform.verifiers.append(platform.signing.faults)
    platform.verifiers.append(_published_keys(folder, sealer))
    platform.verifiers.append(abandoned(sealer))
    platform.workers.extend(witnessing.workers(sealer))
    layers.wire(platform)
    return platform


def _single_sign_on(
    folder: Path, config: Config, record: Record, identity: Identity, opened: Vault
) -> SingleSignOn | None:
    """The way in by the site's identity provider, where the configuration names one."""
    if config.oidc is None:
        return None
    settings = provider_settings(config.oidc)
    secret = opened.read(folder / settings.secret_file, vault.OWN_FILE).decode().strip()
    return SingleSignOn(record, identity.sessions, Provider(settings, secret))


def _published_keys(folder: Path, sealer: Sealer) -> Verifier:
    """The public keys that people are told to hand on, against those that sign."""

    def published_keys(_session: Session) -> Iterator[str]:
        places = [(folder / "keys" / "ledger.pub", sealer.keys.ever_of_ledger())]
        places += [(one.folder / "witness.pub", one.verifiers) for one in sealer.witnesses if one.verifiers]
        for path, own in places:
            if path.exists() and path.read_bytes().strip() not in [key.encode() for key in own]:
                yield (
                    f"{path.parent.name}/{path.name} is no key of this installation: whoever was given it "
                    "would trust somebody else's ledger."
                )

    return published_keys
