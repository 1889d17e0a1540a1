"""Where an installation's rows lie: in a file of its folder, or in a database of a PostgreSQL server.

On a server, Titer runs as a role that owns nothing; the owner's role makes the tables and is not kept. The runtime
role's password comes from the environment or lies sealed among the keys, as does the key that proves to the database
that an action was opened by this installation (docs/decisions/0007).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from titer.app.config import Config
from titer.app.history import VERSION_TABLE, History
from titer.base.errors import Conflict, IntegrityFault, Invalid, NotFound, Unavailable
from titer.base.vault import Vault
from titer.record import postgres, schema, sqlite

PASSWORD, OWNER_PASSWORD = "TITER_DATABASE_PASSWORD", "TITER_DATABASE_OWNER_PASSWORD"
KEY_FILE, PASSWORD_FILE = "database.key", "database.password"
OLDEST = 15
_MAKE = (
    "CREATE ROLE titer_owner LOGIN; CREATE ROLE titer LOGIN; CREATE DATABASE titer OWNER titer_owner "
    "TEMPLATE template0 ENCODING 'UTF8'."
)
_UNFINISHED = "titer: an unfinished copy of"
_HUB_LOCK = 0x7469746572
"""The advisory lock of the one hub that writes; "titer" in ASCII."""
_LOCKED = "55P03"
_PATIENCE_S = 5
"""How long the lock is waited for: the server needs a moment to see that the one who held it was killed."""


def new(folder: Path, config: Config, opened: Vault) -> Config:
    """The configuration of a new installation, with the database's secrets moved out of it into sealed files.

    Raises:
        Invalid: if the database's address is none.
    """
    if config.database is None:
        return config
    url = postgres.address(config.database)
    if not url.username:
        raise Invalid(
            "The database's address names no role.", do="Write postgresql://role@host:5432/database."
        )
    (folder / "keys").mkdir(mode=0o700, exist_ok=True)
    opened.write(folder / "keys" / KEY_FILE, secrets.token_bytes(postgres.KEY_LENGTH))
    return moved(folder, config, opened)


def moved(folder: Path, config: Config, opened: Vault) -> Config:
    """The configuration of an installation on PostgreSQL, with the role's password moved into a sealed file."""
    url = postgres.address(str(config.database))
    if url.password:
        opened.write(folder / "keys" / PASSWORD_FILE, str(url.password).encode())
    plain = url.set(drivername="postgresql")._replace(password=None)
    return replace(config, database=plain.render_as_string(hide_password=False))


def witness_folder(folder: Path, config: Config) -> Path:
    """Where the witness keeps what it saw."""
    witness = Path(config.witness)
    return witness if witness.is_absolute() else folder / witness


def engine(
    folder: Path, config: Config, opened: Vault, environment: Mapping[str, str] | None = None
) -> Engine:
    """The engine of an installation, as the role that Titer runs as."""
    if config.database is None:
        return sqlite.engine(folder / "titer.db")
    password = (os.environ if environment is None else environment).get(PASSWORD)
    kept = folder / "keys" / PASSWORD_FILE
    if password is None and kept.exists():
        password = opened.read(kept).decode()
    return postgres.engine(
        postgres.address(config.database, password=password), opened.read(folder / "keys" / KEY_FILE)
    )


def create(
    folder: Path,
    config: Config,
    opened: Vault,
    owner: str | None,
    *,
    before: Callable[[Connection], None] | None = None,
    fill: Callable[[Connection], None] | None = None,
) -> None:
    """Make tables and triggers in an empty database.

    Args:
        folder: of the installation.
        config: its configuration.
        opened: its vault.
        owner: on PostgreSQL, the address with the role that is to own the tables; not kept.
        before: on PostgreSQL, done first in the same transaction, before the database has to be empty.
        fill: on PostgreSQL, done last in the same transaction; brings rows that have their entries.

    Raises:
        Invalid: if no owner is given, or it is the role that Titer is to run as.
        Conflict: if the database is not empty.
        Unavailable: if the server is too old, or does not answer.
    """
    if config.database is None:
        made = sqlite.engine(folder / "titer.db")
        schema.create(made, History().stamp)
        made.dispose()
        return
    made = owner_engine(folder, config, opened, owner)
    role = runtime_role(config)

    try:
        with made.execution_options(**postgres.OPERATIONAL).begin() as connection:
            if before is not None:
                before(connection)
            require_fit(connection)
            schema.make(connection)
            History().stamp(connection)
            schema.grant(connection, role)
            if fill is not None:
                fill(connection)
    except OperationalError as error:
        raise unreachable(error) from error
    finally:
        made.dispose()


def owner_engine(folder: Path, config: Config, opened: Vault, owner: str | None) -> Engine:
    """An engine as the tables' owner, which makes and migrates them; its address and password are not kept.

    Raises:
        Invalid: if no owner is given, or it is the role that Titer runs as, or on another database.
    """
    runtime = postgres.address(config.database or "")
    if owner is None:
        raise Invalid(
            "PostgreSQL needs two roles: an owner of the tables, and the one that Titer runs as.",
            do="Name the owner too: --owner postgresql://titer_owner@host:5432/database. If there are no "
            f"roles yet, as the server's administrator: {_MAKE}",
        )
    url = _owner_address(owner)
    if url.username == runtime.username or url.database != runtime.database:
        raise Invalid(
            "The tables' owner is another role on the same database than the one that Titer runs as.",
            do=f"As the server's administrator: {_MAKE}",
        )
    return postgres.engine(url, opened.read(folder / "keys" / KEY_FILE))


def _owner_address(owner: str) -> URL:
    url = postgres.address(owner)
    if not url.password and OWNER_PASSWORD in os.environ:
        return url.set(password=os.environ[OWNER_PASSWORD])
    return url


def runtime_role(config: Config) -> str:
    """The role that Titer runs as."""
    return str(postgres.address(config.database or "").username)


def require_fit(connection: Connection) -> None:
    """Refuse a server or a database that an installation cannot be made in.

    Raises:
        Unavailable, Invalid, Conflict: if it is too old, has another encoding, or is not empty.
    """
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10000
    if version < OLDEST:
        raise Unavailable(
            f"The server is PostgreSQL {version}; Titer needs {OLDEST} or newer.", do="Upgrade it."
        )
    if connection.exec_driver_sql("SHOW server_encoding").scalar_one() != "UTF8":
        raise Invalid("The database's encoding is not UTF8.", do="Make it with ENCODING 'UTF8'.")
    there = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace LIMIT 1"
    found = connection.exec_driver_sql(there).scalar()
    if found is not None:
        raise Conflict(f"The database is not empty: it has {found}.", do="Make a database for Titer alone.")


def require_head(made: Engine) -> None:
    """Refuse a PostgreSQL database that this Titer's code does not fit.

    Raises:
        Unavailable: if it does not answer, or was written by another Titer.
        NotFound, IntegrityFault: see `revision`.
    """
    name, history, found = _name(made), History(), revision(made)
    if found == history.head:
        return
    older = found in history.known
    raise Unavailable(
        f"{name} has the schema {found}, and this Titer needs {history.head}.",
        why=f"It was written by {'an older' if older else 'a newer'} Titer.",
        do="Make a backup, then run `titer migrate --owner postgresql://titer_owner@host:5432/database`."
        if older
        else "Use that version or a newer one.",
    )


def require_apart(made: Engine) -> None:
    """Refuse to run as a role that may do more to the ledger than read it: the owner, a member of it, a superuser.

    Raises:
        Unavailable: if it may.
    """
    with made.connect() as connection:
        wrong = _rights_to_the_ledger(connection)
    if wrong:
        raise Unavailable(
            f"The role that Titer runs as may {wrong} the ledger.",
            why="The database's triggers stand against a role that does not own the tables, and against no other.",
            do="Name a role of Titer's own in titer.yaml, which is no member of the owner's and no superuser.",
        )


def _rights_to_the_ledger(connection: Connection) -> str:
    """What the connection's own role may do to the ledger, in words, beside reading it; empty if nothing."""
    rights = [
        right
        for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
        if connection.exec_driver_sql(
            "SELECT has_table_privilege(current_user, 'ledger_entry', %s)", (right,)
        ).scalar()
    ]
    become = "SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = 'ledger_entry'::regclass"
    if connection.exec_driver_sql(become).scalar():
        rights.append("own")
    return ", ".join(rights)


def revision(made: Engine) -> str:
    """The revision of a PostgreSQL database.

    Raises:
        Unavailable: if it does not answer.
        NotFound: if there is no installation in it.
        IntegrityFault: if it states no schema, or several.
    """
    name = _name(made)
    try:
        with made.connect() as connection:
            if connection.exec_driver_sql("SELECT to_regclass('ledger_entry')").scalar() is None:
                raise NotFound(f"{name} holds no installation.", do="Restore it from a backup.")
            found = list(
                connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalars()  # noqa: S608
            )
    except OperationalError as error:
        raise unreachable(error) from error
    if len(found) != 1:
        raise IntegrityFault(f"{name} states {len(found)} schemas instead of one.", do="Restore a backup.")
    return str(found[0])


def _name(made: Engine) -> str:
    return f"The database {made.url.database} on {made.url.host or 'its socket'}"


def mark_unfinished(connection: Connection, installation: str, entries: int) -> None:
    """Say in a database that a move or a restore brought an installation there which is not in use there yet.

    Args:
        connection: of the owner, in the transaction of the move or the restore.
        installation: its id.
        entries: how many entries the ledger has there, that of a move included.
    """
    mark = f"{_UNFINISHED} {installation} {entries}".replace("'", "''")
    connection.exec_driver_sql(f"COMMENT ON TABLE ledger_entry IS '{mark}'")


def clear_unfinished(connection: Connection, installation: str) -> None:
    """Take away what an unfinished move or restore of the same installation left; all else stays, and is refused."""
    if connection.exec_driver_sql("SELECT to_regclass('ledger_entry')").scalar() is None:
        return
    mark = connection.exec_driver_sql("SELECT obj_description('ledger_entry'::regclass)").scalar() or ""
    count = connection.exec_driver_sql("SELECT count(*) FROM ledger_entry").scalar_one()
    if mark != f"{_UNFINISHED} {installation} {count}":
        return
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    for name in connection.exec_driver_sql(tables).scalars().all():
        connection.exec_driver_sql(f'DROP TABLE "{name}" CASCADE')
    functions = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    for name in connection.exec_driver_sql(functions).scalars().all():
        connection.exec_driver_sql(f"DROP FUNCTION {name}")


def finished(folder: Path, config: Config, opened: Vault, owner: str | None) -> None:
    """Take the mark of an unfinished move or restore off a database that is in use now."""
    engine = owner_engine(folder, config, opened, owner)
    with engine.begin() as connection:
        connection.exec_driver_sql("COMMENT ON TABLE ledger_entry IS NULL")
    engine.dispose()


def hold(made: Engine) -> Connection:
    """The connection to PostgreSQL that holds the lock of the one hub that writes.

    Raises:
        Unavailable: if another hub, maybe on another machine, holds it, or the server does not answer.
    """
    try:
        connection = made.connect().execution_options(isolation_level="AUTOCOMMIT")
    except OperationalError as error:
        raise unreachable(error) from error
    # A lock is held as long as its connection: it may be idle, is in no transaction, and goes back into no pool.
    connection.detach()
    connection.exec_driver_sql(f"SET lock_timeout = '{_PATIENCE_S}s'")
    try:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_HUB_LOCK})")
    except OperationalError as error:
        connection.close()
        if getattr(error.orig, "sqlstate", None) != _LOCKED:
            raise unreachable(error) from error
        raise Unavailable(
            f"The database {made.url.database} is in use by another hub.",
            why="One hub writes to an installation's database at a time.",
            do="Stop the other hub; it may run on another machine.",
        ) from error
    return connection


def last_process_time(made: Engine) -> str:
    """The process time of the last entry."""
    with made.connect() as connection:
        body = connection.exec_driver_sql(
            "SELECT body FROM ledger_entry ORDER BY seq DESC LIMIT 1"
        ).scalar_one()
    return str(json.loads(body)["process_time"])


def query(made: Engine, statement: str) -> list[Any]:
    """Read a PostgreSQL database; what it raises is a `sqlalchemy.exc.DBAPIError`."""
    with made.connect().execution_options(**postgres.READING) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def faults(made: Engine) -> list[tuple[str, str]]:
    """What the server allows and should not: (what, what to do)."""
    found: list[tuple[str, str]] = []
    with made.connect() as connection:
        if connection.exec_driver_sql("SELECT usesuper FROM pg_user WHERE usename = current_user").scalar():
            found.append(
                ("Titer runs as a superuser of the database server.", "Run it as a role of its own.")
            )
        wrong = _rights_to_the_ledger(connection)
        if wrong:
            found.append(
                (
                    f"The role that Titer runs as may {wrong} the ledger.",
                    "Run it as a role that does not own the tables.",
                )
            )
        for setting in ("fsync", "full_page_writes"):
            if connection.exec_driver_sql(f"SHOW {setting}").scalar() != "on":
                found.append(
                    (f"The database server runs with {setting} off: a power cut may lose what was "
                     "acknowledged.", f"Set {setting} = on, and restart it.")
                )  # fmt: skip
    return found


def unreachable(error: DBAPIError) -> Unavailable:
    """What is said where the server does not answer, or not to this role."""
    return Unavailable(
        "The database server does not let Titer in.",
        why=str(error.orig).strip().partition("\n")[0],
        do=f"Look at its address in titer.yaml, at {PASSWORD}, and at whether the server runs.",
    )
