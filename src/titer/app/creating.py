"""An empty installation: folders, keys, database, first entries."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

from titer.app import store
from titer.app.config import LOCAL_HOST, Config, write
from titer.app.document_seal import VERB as SEAL_DOCUMENTS
from titer.app.document_seal import DocumentSeal
from titer.app.history import History
from titer.app.keeping import CREDENTIAL_KEY, open_ids, open_sealer, open_vault
from titer.app.layers import import_tables
from titer.app.plant_clock import PlantClock
from titer.base import vault
from titer.base.clock import Clock, SystemClock
from titer.base.errors import Conflict, Unavailable
from titer.record import Actor, Identity, Installation, open_record, schema
from titer.record import identity as identity_module
from titer.record import rotation as rotation_module
from titer.record.credentials import KEY_LENGTH
from titer.record.identity.policy import Policies
from titer.record.rotation import Rotation


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
