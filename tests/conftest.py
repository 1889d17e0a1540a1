"""Fixtures that every test may use: a clock that stands still, an id source, and a record.

The record is on SQLite, except where a folder's `database` fixture says otherwise, or TITER_TEST_DATABASE=postgresql.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from inspect import unwrap
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import Engine, make_url
from tests import postgresql
from tests.trespass import Copies, copies
from xdist.scheduler import LoadFileScheduling

from titer.base.clock import ManualClock
from titer.base.ids import IdSource
from titer.base.vault import Vault
from titer.record import Actor, ContentFiles, Identity, Installation, Proof, Record, Signing, schema, sqlite
from titer.record import identity as identity_module

PASSWORD = "correct horse battery"
DATABASE = "TITER_TEST_DATABASE"
_LONG_S = 4 * 3600

# No test is timed: the machine is shared. `make fuzz` takes the long profile.
settings.register_profile("house", deadline=None)
settings.register_profile("long", max_examples=5000, deadline=None)
settings.load_profile("house")


class _FilesAndTheDemo(LoadFileScheduling):
    """A file's tests stay on one worker, and so do all that watch demos: those share what they have seen."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/demo" if nodeid.startswith("tests/demo/") else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _FilesAndTheDemo:
    """How `make test` spreads the tests over its workers."""
    return _FilesAndTheDemo(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The demos take longest and come first, so that nobody waits for them alone at the end.

    A test that is marked `sqlite` says why. Thousands of examples take longer than a test of the suite may: a
    property that is cut short looks to Hypothesis like one that behaves in two ways.
    """
    if settings.get_current_profile_name() == "long":
        for item in items:
            item.add_marker(pytest.mark.timeout(_LONG_S))
    for item in items:
        for marker in item.iter_markers("sqlite"):
            if not (marker.args and marker.args[0]):
                raise pytest.UsageError(f"{item.nodeid} is marked sqlite, and does not say why")
        if any(isinstance(value, str) and value == "sqlite" for value in _parameters(item)):
            item.add_marker(pytest.mark.sqlite("is the embedded file's part of a test that is made on both"))
    items.sort(key=lambda item: not item.nodeid.startswith("tests/demo/"))


def _parameters(item: pytest.Item) -> list[Any]:
    """The values that a test is made with."""
    made = getattr(item, "callspec", None)
    return list(made.params.values()) if made is not None else []


@pytest.fixture
def clock() -> ManualClock:
    """The server clock of the test."""
    return ManualClock(datetime(2026, 11, 23, 9, tzinfo=UTC))


@pytest.fixture
def process_clock() -> ManualClock:
    """The process clock of the test."""
    return ManualClock(datetime(2026, 3, 2, 8, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A PostgreSQL server of the tests' own."""
    if postgresql.binaries() is None:
        pytest.skip(f"no PostgreSQL {postgresql.OLDEST} or newer here, and no wheel with one")
    with postgresql.server() as made:
        yield made


@contextmanager
def _on_postgresql(server: postgresql.Server) -> Iterator[None]:
    """What would be made or restored on SQLite inside is on PostgreSQL, each installation in its own database."""
    from titer.app import Config, store
    from titer.app.backup import placing

    new, create, finished, restored = store.new, store.create, store.finished, placing.place_rows
    own: set[str] = set()
    with ExitStack() as databases, pytest.MonkeyPatch.context() as patch:

        def empty() -> str:
            name = databases.enter_context(server.empty())
            own.add(name)
            return server.url(postgresql.RUNTIME, name).set(drivername="postgresql").render_as_string()

        def of_owner(config: Config) -> str | None:
            url = make_url(config.database or "")
            return url.set(username=postgresql.OWNER).render_as_string() if url.database in own else None

        @wraps(new)
        def new_there(folder: Path, config: Config, opened: Vault) -> Config:
            return new(folder, config if config.database else replace(config, database=empty()), opened)

        @wraps(create)
        def create_there(folder: Path, config: Config, opened: Vault, owner: str | None, **also: Any) -> None:
            create(folder, config, opened, owner or of_owner(config), **also)

        @wraps(finished)
        def finished_there(folder: Path, config: Config, opened: Vault, owner: str | None) -> None:
            finished(folder, config, opened, owner or of_owner(config))

        @wraps(restored)
        def restored_there(
            staging: Path, manifest: Any, config: Config, opened: Vault, there: str | None, *also: Any
        ) -> Config:
            there = there or (empty() if manifest.database == "postgresql" else None)
            return restored(staging, manifest, config, opened, there, *also)

        patch.setattr(store, "new", new_there)
        patch.setattr(store, "create", create_there)
        patch.setattr(store, "finished", finished_there)
        patch.setattr(placing, "place_rows", restored_there)
        yield


@contextmanager
def _where_told(request: pytest.FixtureRequest) -> Iterator[None]:
    """What is marked `sqlite` is on SQLite; all else that this process makes where TITER_TEST_DATABASE says.

    A module's databases go with the module: what its tests share may be made when one of them asks for it.
    """
    if os.environ.get(DATABASE) != "postgresql":
        yield
    elif request.node.get_closest_marker("sqlite") is None:
        if request.scope == "function":
            yield
            return
        with _on_postgresql(request.getfixturevalue("postgresql_server")):
            yield
    else:
        from titer.app import store
        from titer.app.backup import placing

        with pytest.MonkeyPatch.context() as patch:
            for room, name in (
                (store, "new"),
                (store, "create"),
                (store, "finished"),
                (placing, "place_rows"),
            ):
                patch.setattr(room, name, unwrap(getattr(room, name)))
            yield


@pytest.fixture
def installations_on_postgresql(postgresql_server: postgresql.Server) -> Iterator[None]:
    """Every installation that is made for SQLite is made on PostgreSQL, each in a database of its own."""
    with _on_postgresql(postgresql_server):
        yield


@pytest.fixture(scope="module", autouse=True)
def _what_a_module_shares(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """TITER_TEST_DATABASE=postgresql takes there what a module's tests have in common.

    Whoever would leave out what is marked `sqlite` finds no embedded database then: not of another process either.

    FastAPI remembers for each route what kind of function it is, and so keeps every application of a process, each
    with its platform and engine: a run of all tests would hold some hundred of them.
    """
    base = tmp_path_factory.getbasetemp()
    before = set(base.iterdir())
    with _where_told(request):
        yield
    if os.environ.get(DATABASE) == "postgresql" and "not sqlite" in request.config.option.markexpr:
        made = [path for path in base.iterdir() if path not in before and not path.is_symlink()]
        embedded = [path for folder in made for path in folder.rglob("titer.db")]
        assert not embedded, f"{request.node.nodeid} made these, and is not marked sqlite: {embedded}"
    models = sys.modules.get("fastapi.dependencies.models")
    for remembered in vars(models).values() if models is not None else ():
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()


@pytest.fixture(autouse=True)
def _what_a_test_makes(request: pytest.FixtureRequest) -> Iterator[None]:
    """TITER_TEST_DATABASE=postgresql takes there what a test makes for itself."""
    with _where_told(request):
        yield


@pytest.fixture(scope="session")
def where(request: pytest.FixtureRequest) -> Iterator[Callable[[], tuple[str, ...]]]:
    """Words of `titer init` and `titer demo` in a process of its own: where TITER_TEST_DATABASE says.

    Each call names an empty database and its owner; there are no words for the embedded file.
    """
    if os.environ.get(DATABASE) != "postgresql":
        yield tuple
        return
    server: postgresql.Server = request.getfixturevalue("postgresql_server")
    with ExitStack() as databases:

        def words() -> tuple[str, ...]:
            name = databases.enter_context(server.empty())
            runtime, owner = (
                f"postgresql://{role}@/{name}?host={server.folder}"
                for role in (postgresql.RUNTIME, postgresql.OWNER)
            )
            return "--database", runtime, "--owner", owner

        yield words


@pytest.fixture
def copied() -> Iterator[Copies]:
    """Copies an installation that nobody has open, with its database: `copied(source, target)`."""
    with copies() as made:
        yield made


@pytest.fixture
def database() -> str:
    """Which database the record is on; a folder's own fixture of this name may take the test through both."""
    return os.environ.get(DATABASE, "sqlite")


@pytest.fixture
def engines(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Engine, Engine]]:
    """Engines on a new database with every table that was imported by then: Titer's, and the tables' owner's."""
    with new_engines(database, tmp_path, request) as made:
        yield made


@contextmanager
def new_engines(
    database: str, folder: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Engine, Engine]]:
    """The same for what several tests share: the embedded file lies in the folder."""
    if database == "sqlite":
        engine = sqlite.engine(folder / "titer.db")
        schema.create(engine)
        yield engine, engine
        engine.dispose()
        return
    server: postgresql.Server = request.getfixturevalue("postgresql_server")
    with server.database() as name:
        runtime = server.engine(postgresql.RUNTIME, name)
        owner = server.engine(postgresql.OWNER, name)
        yield runtime, owner
        runtime.dispose()
        owner.dispose()


@pytest.fixture
def owner(engines: tuple[Engine, Engine]) -> Engine:
    """An engine of the tables' owner: on SQLite everybody is."""
    return engines[1]


@pytest.fixture
def record(
    engines: tuple[Engine, Engine], tmp_path: Path, clock: ManualClock, process_clock: ManualClock
) -> Record:
    """A record on a new database, marked simulated."""
    made = Record(
        engines[0],
        ContentFiles(tmp_path / "content"),
        clock=clock,
        process_clock=process_clock,
        ids=IdSource(clock, random.Random(7)),
        secret=bytes(32),
    )
    made.register_actions(identity_module.ACTIONS)
    with made.action(Actor.timer("test"), "record.install") as unit:
        unit.add(
            Installation(
                name="test", site="test", simulated=True, demo=False, created_at=unit.now, time_zone="UTC"
            )
        )
    return made


@pytest.fixture
def identity(record: Record) -> Identity:
    """People, with a hasher that costs little."""
    light = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Identity(record, bytes(32), light, Vault(bytes(32)))


@pytest.fixture
def signing(record: Record, identity: Identity) -> Signing:
    """Signatures of the record."""
    return Signing(record, identity)


@pytest.fixture
def person(record: Record, identity: Identity) -> Callable[..., Actor]:
    """Makes a person who may sign: `person("ada", "analyst")`; the password is PASSWORD."""

    def make(username: str, *roles: str) -> Actor:
        with record.action(Actor.timer("test"), "record.person.create") as unit:
            row = identity.create_person(
                unit, username=username, full_name=username.title(), password=PASSWORD, roles=roles
            )
            row.policy_acknowledged_at = unit.now
        return Actor.person(row.id, None, row.full_name)

    return make


@pytest.fixture
def sign(record: Record, signing: Signing) -> Callable[..., object]:
    """Signs as a person would: preview, then sign what was shown."""

    def put(who: Actor, record_type: str, record_id: str, meaning: str, **data: object) -> object:
        with record.reading() as session:
            shown = signing.preview(session, who, record_type, record_id, meaning, dict(data))
        return signing.sign(
            who,
            record_type=record_type,
            record_id=record_id,
            version=shown.version,
            meaning=meaning,
            data=dict(data),
            shown_digest=shown.digest,
            reason="test",
            proof=Proof(PASSWORD),
            remote="test",
        )

    return put
