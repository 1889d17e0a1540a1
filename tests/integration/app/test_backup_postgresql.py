"""A backup of an installation on PostgreSQL, by COPY out of a snapshot, and its restore into an empty database."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from tests.integration.app.conftest import PASSWORD, TIMER, furnish
from tests.postgresql import OWNER, RUNTIME, Server

from titer.app import Config, backup, create_installation, open_platform
from titer.base.clock import ManualClock
from titer.base.errors import Conflict, Invalid
from titer.record import Actor, Proof, require_person
from titer.record.verify import verify_store

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def address(server: Server, role: str, name: str) -> str:
    return f"postgresql://{role}@/{name}?host={server.folder}"


def test_backed_up_restored_accepted_and_written_on(
    postgresql_server: Server, tmp_path: Path, clock: ManualClock
) -> None:
    with postgresql_server.empty() as first, postgresql_server.empty() as second:
        config = Config(
            name="lab",
            witness=str(tmp_path / "volume"),
            database=address(postgresql_server, RUNTIME, first),
        )
        create_installation(
            tmp_path / "lab", config, simulated=True, demo=True, clock=clock,
            owner=address(postgresql_server, OWNER, first),
        )  # fmt: skip
        platform = open_platform(tmp_path / "lab", clock=clock, hasher=HASHER)
        furnish(platform)
        with platform.record.action(TIMER, "record.person.create") as unit:
            root = platform.identity.create_person(
                unit, username="root", full_name="Root", password=PASSWORD, roles=("administrator",)
            )
        platform.settle()
        actor = Actor.person(root.id, None, "Root")
        taken = backup.take(platform, tmp_path / "b", actor=actor, with_keys=True)
        assert taken.manifest.database == "postgresql"
        platform.close()

        where = {"database": address(postgresql_server, RUNTIME, second)}
        with pytest.raises(Invalid, match="on PostgreSQL"):
            backup.restore(taken.path, tmp_path / "new", clock=clock)
        with pytest.raises(Conflict, match="not empty"):
            backup.restore(
                taken.path, tmp_path / "new", database=address(postgresql_server, RUNTIME, first),
                owner=address(postgresql_server, OWNER, first), clock=clock,
            )  # fmt: skip
        assert not (tmp_path / "new").exists()
        found = backup.restore(
            taken.path,
            tmp_path / "new",
            owner=address(postgresql_server, OWNER, second),
            clock=clock,
            **where,
        )
        assert found.verdict.holds, found.verdict.sentence
        assert found.verdict.root == taken.manifest.root
        assert found.ahead == 0
        backup.accept(
            tmp_path / "new",
            username="root",
            proof=Proof(PASSWORD),
            reason="trial",
            clock=clock,
            hasher=HASHER,
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
        finally:
            again.close()
