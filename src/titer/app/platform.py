"""One wired platform: the only place that knows all the layers."""

from __future__ import annotations

import fcntl
import logging
import os
import random
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import httpx2 as httpx
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from titer.app import store, witnessing
from titer.app.backup.abandoned import abandoned
from titer.app.backup.model import ACTIONS as BACKUP_ACTIONS
from titer.app.config import LOCAL_HOST, Config, load, write
from titer.app.document_seal import VERB as SEAL_DOCUMENTS
from titer.app.document_seal import DocumentSeal
from titer.app.history import History
from titer.app.plant_clock import PlantClock
from titer.base import vault
from titer.base.clock import Clock, ManualClock, SystemClock, from_iso
from titer.base.errors import Conflict, Unavailable
from titer.base.ids import IdSource
from titer.base.vault import Vault
from titer.record import (
    ActionSpec,
    Actor,
    Identity,
    Installation,
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
from titer.record import checkpoint as heads
from titer.record import identity as identity_module
from titer.record import rotation as rotation_module
from titer.record.credentials import KEY_LENGTH
from titer.record.edges import Authority, Edges, EdgeSettings
from titer.record.identity.policy import Policies
from titer.record.ledger_model import LedgerKey
from titer.record.retention import ACTIONS as RETENTION_ACTIONS
from titer.record.rotation import Rotation, open_signers
from titer.record.sso.provider import Provider
from titer.record.sso.service import SingleSignOn
from titer.record.sso.settings import read as provider_settings
from titer.record.verify import Remark, Verifier
from titer.record.witnesses import watching as watching_module
from titer.record.witnesses.watching import Watching

log = logging.getLogger(__name__)

CREDENTIAL_KEY = "credential.key"
"""The file of the key that binds stored credentials to the record, sealed."""
RESTORED = "restored.json"
"""Lies in an installation that was restored from a backup, until somebody has accepted it."""


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


def lock(folder: Path) -> int:
    """Take the installation's lock: one process writes on SQLite.

    Raises:
        Unavailable: if another process holds it.
    """
    descriptor = os.open(folder / "hub.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise Unavailable(
            f"The installation in {folder} is in use by another process.",
            why="One process writes to the embedded database at a time.",
            do="Use the running hub, or stop it first.",
        ) from None
    return descriptor


def open_ids(clock: Clock) -> IdSource:
    """The installation's source of ids."""
    return IdSource(clock, random.SystemRandom())


def create_installation(
    folder: Path,
    config: Config,
    *,
    simulated: bool = False,
    demo: bool = False,
    clock: Clock | None = None,
    owner: str | None = None,
) -> None:
    """Make an empty installation: folders, keys, database, first entries.

    Args:
        folder: of the installation.
        config: what it is told.
        simulated: its plant is a simulation.
        demo: it is for showing.
        clock: the server clock; the system's if left out.
        owner: on PostgreSQL, the address with the role that is to own the tables.

    Raises:
        Conflict: if there is one in the folder already.
        Unavailable: if the folder cannot be written.
    """
    server_clock = clock or SystemClock()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "titer.db").exists() or (folder / "titer.yaml").exists():
            raise Conflict(f"There is a Titer installation in {folder} already.", do="Choose another folder.")
        folder.chmod(0o700)
        config = _new_key(folder, config)
        opened = open_vault(folder, config)
        config = store.new(folder, config, opened)
        import_tables()
        store.create(folder, config, opened, owner)
        write(folder, config)
    except OSError as error:
        raise Unavailable(
            f"The folder {folder} cannot be written.", why=str(error), do="Choose a folder that is yours."
        ) from error
    plant = PlantClock(config.plant_clock, config.rate) if config.plant_clock else None
    secret = secrets.token_bytes(KEY_LENGTH)
    (folder / "keys").mkdir(exist_ok=True)
    opened.write(folder / "keys" / CREDENTIAL_KEY, secret)
    record = open_record(
        folder,
        clock=server_clock,
        process_clock=plant or server_clock,
        ids=open_ids(server_clock),
        secret=secret,
        engine=store.engine(folder, config, opened),
    )
    record.register_actions(identity_module.ACTIONS)
    with record.action(Actor.timer("titer.init"), "record.install") as unit:
        unit.add(
            Installation(
                name=config.name,
                site=config.site,
                simulated=simulated,
                demo=demo,
                process_origin=plant.now() if plant else None,
                process_rate=str(config.rate) if plant else None,
                created_at=unit.now,
                time_zone=config.time_zone,
            )
        )
        unit.add(schema.log_fingerprint(record, unit.session, History().head))
        Policies(record).change(unit, 0)
    record.register_actions(rotation_module.ACTIONS)
    sealer = open_sealer(folder, config, record, opened, create=True)
    Rotation(record, sealer, folder / "keys", opened).enter_configured()
    with record.action(Actor.timer("titer.init"), "record.token.issue") as unit:
        token = Identity(record, secret).issue_token(
            unit, f"host-{LOCAL_HOST}", ("connect",), host=LOCAL_HOST
        )
    with record.action(Actor.timer("titer.init"), SEAL_DOCUMENTS) as unit:
        DocumentSeal(record, folder / "keys", opened).renew(unit)
    opened.write(folder / "keys" / f"{LOCAL_HOST}.token", token.encode(), vault.OWN_FILE)
    sealer.seal()
    record.engine.dispose()
    if plant:
        plant.stop()


def open_vault(folder: Path, config: Config) -> Vault:
    """The vault of an installation's secrets."""
    return vault.find((folder / config.key_file) if config.key_file else None)


def credential_key(folder: Path, opened: Vault) -> bytes:
    """The key that binds credentials, and from which that of the tallies follows."""
    return opened.read(folder / "keys" / CREDENTIAL_KEY)


def _new_key(folder: Path, config: Config) -> Config:
    """The configuration of a new installation with the place of its key; the key file is made where none was given.

    Unless told otherwise it lies beside the folder, not in it: who copies the folder copies no key.
    """
    if vault.has_key():
        return config
    path = Path(config.key_file) if config.key_file else folder.absolute().with_name(f"{folder.name}.key")
    if not path.exists():
        vault.make_key(path)
    return replace(config, key_file=str(path.absolute()))


def open_sealer(
    folder: Path, config: Config, record: Record, opened: Vault, *, create: bool = False, locked: bool = False
) -> Sealer:
    """The sealer of an installation, with its keys and witnesses; `locked` tells whether its lock is held."""
    witnessing.check(config)
    with record.reading() as session:
        origin = f"titer/{record.installation(session).id}"
        known = set(session.scalars(select(LedgerKey.name)))
    signer = heads.Signer.open(origin, folder / "keys" / "ledger.key", opened, create=create)
    witnesses = witnessing.in_files(folder, config, record.clock, opened, known, mends=create or locked)
    if create:
        (folder / "keys" / "ledger.pub").write_text(signer.verifier + "\n")
        for witness in witnesses:
            (witness.folder / "witness.pub").write_text(witness.signer.cosigner + "\n")
    return Sealer(
        record,
        origin,
        signer,
        witnesses,
        others=open_signers(origin, folder / "keys", opened),
        remote=witnessing.remote(folder, config, record.clock),
        quorum=config.witness_quorum,
    )


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
    plant = _plant_clock(config)
    process_clock: Clock = plant or (stopped_clock(folder, engine) if config.plant_clock else server_clock)
    record = open_record(
        folder,
        clock=server_clock,
        process_clock=process_clock,
        ids=open_ids(server_clock),
        secret=secret,
        engine=engine,
    )
    import_tables()
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
    _layers(platform)
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


def _plant_clock(config: Config) -> PlantClock | None:
    """The clock that follows the simulated plant; None where there is no plant, or it does not answer."""
    if not config.plant_clock:
        return None
    try:
        return PlantClock(config.plant_clock, config.rate)
    except httpx.HTTPError as error:
        log.warning("the simulated plant does not answer, so its time stands still: %s", error)
        return None


def stopped_clock(folder: Path, engine: Engine | None = None) -> Clock:
    """The process clock of a simulated installation whose plant is gone: it stands at the last entry's time."""
    if engine is not None and engine.dialect.name == "postgresql":
        return ManualClock(from_iso(store.last_process_time(engine)))
    connection = sqlite3.connect(f"file:{folder / 'titer.db'}?mode=ro", uri=True)
    try:
        row = connection.execute(
            "SELECT json_extract(body, '$.process_time') FROM ledger_entry ORDER BY seq DESC LIMIT 1"
        ).fetchone()
    finally:
        connection.close()
    return ManualClock(from_iso(row[0]))


def import_tables() -> None:
    """Import every module that maps tables, so that the metadata is whole.

    A layer that is switched off keeps its tables, unused, so that switching it on changes no schema.
    """
    import titer.app.backup.model
    import titer.equipment
    import titer.govern
    import titer.historian
    import titer.insight
    import titer.lims
    import titer.material
    import titer.mes
    import titer.quality
    import titer.systems
    import titer.twin  # noqa: F401


def _layers(platform: Platform) -> None:
    """Build the layers bottom-up and wire them."""
    from titer.app.pace import Pace
    from titer.app.plant_facts import PlantFacts
    from titer.app.separations import SEPARATIONS
    from titer.app.series_holds import held_series
    from titer.app.signature_gate import SignatureGate
    from titer.equipment import Equipment
    from titer.govern import Govern
    from titer.historian import Historian
    from titer.historian.objects import Objects, ObjectSettings
    from titer.insight import Insight
    from titer.lims import Lims
    from titer.material import Material
    from titer.mes import Mes
    from titer.quality import Quality
    from titer.record.rights.service import Rights
    from titer.systems import Bounds, Systems
    from titer.twin import Twin

    record, on = platform.record, platform.config.layers
    equipment = Equipment(record, record.process_clock)
    historian = Historian(
        platform.folder / "historian",
        record,
        gaps=equipment.gaps_of,
        largest_history=platform.config.largest_history,
    )
    material = Material(record)
    quality = Quality(record, material)
    record.separations.extend(SEPARATIONS)
    platform.add("rights", Rights(record))
    platform.add("equipment", equipment)
    platform.verifiers.append(equipment.questions.stored_questions)
    if platform.config.objects is not None:
        settings = ObjectSettings.read(platform.config.objects)
        secret = platform.vault.read(platform.folder / settings.secret_file, vault.OWN_FILE).decode().strip()
        historian.store_in(Objects.open(settings, secret), settings.local_days)
    platform.add("historian", historian)
    historian.held = partial(held_series, platform)
    platform.verifiers.append(_sealed_segments(historian))
    platform.add("material", material)
    platform.add("quality", quality)
    platform.add("systems", Systems(record, quality, platform.vault, Bounds(own=platform.folder)))
    platform.add("govern", Govern(record, platform.sealer, on))
    quality.register_gate(SignatureGate(record))
    if "lims" not in on:
        return
    lims = Lims(record, quality, material, equipment, historian, animl=platform.folder / "animl")
    platform.add("lims", lims)
    quality.register_gate(lims.release_gate())
    if "mes" not in on:
        return
    mes = Mes(record, lims, quality, material, equipment, historian)
    platform.add("mes", mes)
    quality.register_gate(mes.release_gate())
    insight = None
    if "insight" in on:
        insight = Insight(record, quality, PlantFacts(equipment), historian)
        platform.add("insight", insight)
        quality.register_gate(insight.release_gate())
    if "twin" in on:
        platform.add("twin", Twin(record, mes, historian, insight))
    if platform.plant_clock:
        followers = [part for part in (platform.layers.get(name) for name in ("insight", "twin")) if part]
        platform.plant_clock.policy = Pace(
            mes, partial(_undecided, record, frozenset(on)), [part.lag_us for part in followers]
        )


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


def _sealed_segments(historian: Any) -> Verifier:
    """The historian's segments against the digests that the ledger holds."""

    def sealed_segments(session: Session) -> Iterator[str]:
        yield from historian.verify()
        yield from (Remark(said) for said in historian.retired_in_words(session))

    return sealed_segments


def _undecided(record: Record, layers: frozenset[str]) -> bool:
    """Whether an alert or a proposal waits for a person; at the pace of a demo they would come days late."""
    from titer.insight.queries import alerts
    from titer.twin.queries import proposals

    with record.reading() as session:
        return bool(
            ("insight" in layers and alerts(session, state="undisposed"))
            or ("twin" in layers and proposals(session, state="SUBMITTED"))
        )


def routers() -> Iterable[Any]:
    """The routers of all layers, bottom-up."""
    from titer.equipment.routes import router as equipment
    from titer.govern.routes import router as govern
    from titer.historian.routes import router as historian
    from titer.insight.routes import router as insight
    from titer.lims.routes import router as lims
    from titer.material.routes import router as material
    from titer.mes.routes import router as mes
    from titer.quality.routes import router as quality
    from titer.record.routes import router as record
    from titer.systems.routes import router as systems
    from titer.twin.routes import router as twin

    return (record, equipment, historian, material, quality, lims, mes, insight, twin, systems, govern)
