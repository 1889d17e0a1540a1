"""A backup of an installation on PostgreSQL, by COPY out of a snapshot, and its restore into an empty database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from inspect import unwrap
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from tests import postgresql
from tests.integration.app.conftest import PASSWORD, START, TIMER, furnish
from tests.postgresql import OWNER, RUNTIME, Server

from titer.app import Config, backup, create_installation, load, open_platform
from titer.app.backup import placing
from titer.app.keeping import RESTORED
from titer.base.clock import ManualClock
from titer.base.errors import Conflict, IntegrityFault, Invalid
from titer.record import Actor, Proof, postgres, require_person
from titer.record.verify import verify_store

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
KEEPER, WRITER = "lab_keeper", "lab_writer"
"""What the owner and the role that Titer runs as are called elsewhere."""


def address(server: Server, role: str, name: str) -> str:
    return f"postgresql://{role}@/{name}?host={server.folder}"


@pytest.fixture(scope="module")
def made(
    postgresql_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, backup.Taken]]:
    """The folder around an installation with an administrator, and a backup of it; its witness is on a volume."""
    around, clock = tmp_path_factory.mktemp("backed-up"), ManualClock(START)
    with postgresql_server.empty() as name:
        config = Config(
            name="lab", witness=str(around / "volume"), database=address(postgresql_server, RUNTIME, name)
        )
        create_installation(
            around / "lab", config, simulated=True, demo=True, clock=clock,
            owner=address(postgresql_server, OWNER, name),
        )  # fmt: skip
        platform = open_platform(around / "lab", clock=clock, hasher=HASHER)
        furnish(platform)
        with platform.record.action(TIMER, "record.person.create") as unit:
            root = platform.identity.create_person(
                unit, username="root", full_name="Root", password=PASSWORD, roles=("administrator",)
            )
        platform.settle()
        actor = Actor.person(root.id, None, "Root")
        taken = backup.take(platform, around / "b", actor=actor, with_keys=True)
        platform.close()
        yield around, taken


@pytest.fixture
def taken(made: tuple[Path, backup.Taken], tmp_path: Path) -> backup.Taken:
    """The backup; its witness's volume is this test's own."""
    shutil.copytree(made[0] / "volume", tmp_path / "volume")
    return made[1]


@pytest.fixture(params=["this server", "a newer server"])
def elsewhere(request: pytest.FixtureRequest, postgresql_server: Server) -> Iterator[dict[str, str]]:
    """An empty database, on this server and on a newer one, where the two roles are called otherwise."""
    with ExitStack() as stack:
        server = postgresql_server
        if request.param == "a newer server":
            programs = postgresql.newest()
            if programs is None or programs == postgresql.binaries():
                pytest.skip("no second PostgreSQL on this machine, newer than the one that the tests use")
            server = stack.enter_context(postgresql.server(programs))
        stack.enter_context(server.roles(KEEPER, WRITER))
        name = stack.enter_context(server.empty(KEEPER))
        yield {"database": address(server, WRITER, name), "owner": address(server, KEEPER, name)}


def test_backed_up_restored_under_other_names_accepted_and_written_on(
    taken: backup.Taken, elsewhere: dict[str, str], tmp_path: Path, clock: ManualClock
) -> None:
    assert taken.manifest.database == "postgresql"
    found = backup.restore(
        taken.path, tmp_path / "new", witness=tmp_path / "volume", clock=clock, **elsewhere
    )
    assert found.verdict.holds, found.verdict.sentence
    assert found.verdict.root == taken.manifest.root
    assert found.ahead == 0
    backup.accept(
        tmp_path / "new", username="root", proof=Proof(PASSWORD), reason="trial", clock=clock, hasher=HASHER
    )
    again = open_platform(tmp_path / "new", clock=clock, hasher=HASHER)
    try:
        with again.record.action(TIMER, "record.training.enter") as unit:
            again.identity.enter_training(
                unit, person_id=require_person(unit.session, "ada").id, competency="c", document="SOP",
                expires_at=None,
            )  # fmt: skip
        again.settle()
        verdict = verify_store(again.record, again.sealer, again.verifiers)
        assert verdict.holds, verdict.sentence
        with again.record.engine.connect() as connection:
            off = "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D' AND NOT tgisinternal"
            assert connection.execute(text(off)).scalar() == 0
            assert connection.execute(text("SELECT current_user")).scalar() == WRITER
    finally:
        again.close()


def test_where_it_goes_is_named_and_empty(
    made: tuple[Path, backup.Taken], taken: backup.Taken, tmp_path: Path, clock: ManualClock
) -> None:
    own = str(load(made[0] / "lab").database)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Invalid, match="on PostgreSQL"):
        patch.setattr(placing, "place_rows", unwrap(placing.place_rows))
        backup.restore(taken.path, tmp_path / "new", clock=clock)
    with pytest.raises(Conflict, match="not empty"):
        backup.restore(
            taken.path, tmp_path / "new", database=own, owner=own.replace(RUNTIME, OWNER), clock=clock
        )
    assert not (tmp_path / "new").exists()
    open_platform(made[0] / "lab", clock=clock, hasher=HASHER).close()


def test_a_restore_that_is_interrupted_leaves_its_place_to_the_next_one(
    taken: backup.Taken,
    postgresql_server: Server,
    tmp_path: Path,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before the folder is there; while it is verified; and where the rows are another's, nothing gives way."""
    new = tmp_path / "new"

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with postgresql_server.empty() as name:
        where = {
            "database": address(postgresql_server, RUNTIME, name),
            "owner": address(postgresql_server, OWNER, name),
        }
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(placing, "begin_journals", interrupted)
            backup.restore(taken.path, new, clock=clock, **where)
        assert not new.exists()
        with monkeypatch.context() as patch, pytest.raises(IntegrityFault, match="not those that Titer made"):
            patch.setattr(postgres, "fingerprint", lambda _: "another")
            backup.restore(taken.path, new, clock=clock, **where)
        assert '"unfinished": true' in (new / RESTORED).read_text()
        new.rename(tmp_path / "aside")
        assert backup.restore(taken.path, new, clock=clock, **where).verdict.holds
        with pytest.raises(Conflict, match="not empty"):
            backup.restore(taken.path, tmp_path / "third", clock=clock, **where)
        open_platform(new, clock=clock, hasher=HASHER).close()
