"""An installation with work in it, and what strangers might send to it: well-formed, malformed, half right.

Schemathesis makes requests out of the OpenAPI document. By themselves they would seldom reach further than "there is
no such record", so half of what they name is replaced by ids, codes and numbers that the installation knows.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from starlette.testclient import TestClient
from tests.e2e.laboratory import Laboratory, certificate
from tests.integration.app.conftest import PASSWORD, START, furnish, logged_in, run_batch
from tests.property.server.machines import MACHINES, Doors

from titer.app import Config, Platform, create_installation, open_platform
from titer.base.clock import ManualClock
from titer.record import ROLES, Actor, LoggedIn, database, require_person
from titer.record.http import COOKIE
from titer.record.identity.sessions import Opening
from titer.record.schema import regulated_tables
from titer.server.app import create_app

TIMER = Actor.timer("test")
ANYBODY = ("nobody", *ROLES, *MACHINES)
_LABORATORY = {
    "okafor": ("quality",),
    "silva": ("quality",),
    "lindqvist": ("operator",),
    "tanaka": ("analyst",),
    "novak": ("analyst",),
    "reyes": ("reviewer",),
    "weber": ("scientist",),
}
NASTY: tuple[Any, ...] = (
    "",
    " ",
    "0",
    "-1",
    "NaN",
    "Infinity",
    "1e999999999",
    "-1E-999999999",
    "9" * 60,
    "0." + "3" * 60,
    "%",
    "_",
    "' OR '1'='1",
    "'; DROP TABLE record_person; --",
    "../../../../etc/passwd",
    "..\\..\\titer.yaml",
    "/etc/passwd",
    "a\r\nSet-Cookie: titer_session=x",
    "\u202egnp.exe",
    "\U0001f9ea",
    "\u0301" * 40,
    "x" * 5000,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-03-02",
    "2026-03-02T08:00:00",
    "P1D",
    "{{7*7}}",
    "<script>alert(1)</script>",
    -1,
    0,
    2**31,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
)
"""What has broken other programs."""
_TREASURE = 400
"""Values kept of one name; a ledger entry more or less makes no difference."""


def furnished(folder: Path, database_address: str | None = None, owner: str | None = None) -> Platform:
    """An installation with a batch that ended, a certificate, a door for edges, and somebody in each role."""
    clock = ManualClock(START)
    create_installation(
        folder,
        Config(name="lab", database=database_address, edge={"port": 8443}),
        simulated=True,
        demo=True,
        clock=clock,
        owner=owner,
    )
    made = open_platform(
        folder, clock=clock, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    furnish(made)
    people = {}
    with made.record.action(TIMER, "record.person.create") as unit:
        named = {**_LABORATORY, **{f"fuzz-{role.replace('_', '-')}": (role,) for role in ROLES}}
        for name, roles in named.items():
            row = made.identity.create_person(
                unit, username=name, full_name=name.title(), password=PASSWORD, roles=roles
            )
            row.policy_acknowledged_at = unit.now
            people[name] = Actor.person(row.id, None, row.full_name)
            if "analyst" in roles:
                made.identity.enter_training(
                    unit, person_id=row.id, competency="sec-hplc", document="SOP-12", expires_at=None
                )
    batch = run_batch(made, logged_in(made), clock)
    certificate(Laboratory(made, people, PASSWORD), batch["id"])
    made.settle()
    return made


def treasure(platform: Platform) -> dict[str, list[Any]]:
    """What the installation knows, by the names under which requests ask for it."""
    found: dict[str, set[Any]] = defaultdict(set)
    with platform.record.reading() as session:
        connection = session.connection()
        for table in regulated_tables():
            noun = table.name.rpartition("_")[2]
            for record_id, image in database.of(connection).images(connection, table).items():
                found["id"].add(record_id)
                found[f"{noun}_id"].add(record_id)
                found["record_type"].add(str(table.name))
                for name, value in json.loads(image).items():
                    if isinstance(value, str | int) and not isinstance(value, bool) and len(str(value)) < 200:
                        found[name].add(value)
                        found[f"{noun}_{name}"].add(value)
    return {name: sorted(values, key=str)[:_TREASURE] for name, values in found.items()}


class Stranger:
    """Sends requests in the name of somebody, of a machine, or of nobody.

    Args:
        platform: of the installation.
        rng: says which known values are put in.
    """

    def __init__(self, platform: Platform, rng: random.Random) -> None:
        self.platform = platform
        self.rng = rng
        self.known = treasure(platform)
        self.app = create_app(platform)
        self.doors = Doors(platform, self.app)
        people = {who: TestClient(self.app, raise_server_exceptions=True) for who in ("nobody", *ROLES)}
        self.clients = {**people, **self.doors.clients}
        self._csrf: dict[str, str] = {}

    def headers(self, who: str) -> dict[str, str]:
        """What proves the session of a role, or a machine; opened anew where a request has ended it."""
        if who == "nobody":
            return {}
        if who in MACHINES:
            return self.doors.headers(who)
        client = self.clients[who]
        if who not in self._csrf or client.get("/api/session").status_code != 200:
            client.cookies.clear()
            opened = self._open(who)
            client.cookies.set(COOKIE, opened.token)
            self._csrf[who] = opened.csrf
            assert client.get("/api/session").status_code == 200
        return {"X-CSRF-Token": self._csrf[who]}

    def _open(self, who: str) -> LoggedIn:
        """A session of the role's person, whatever earlier requests have done to account, password and policy."""
        identity = self.platform.identity
        with self.platform.record.action(TIMER, "record.person.change") as unit:
            person = require_person(unit.session, f"fuzz-{who.replace('_', '-')}")
            identity.set_active(unit, person.id, active=True)
            if not self.platform.record.roles_of(unit.session, person.id):
                identity.assign_role(unit, person.id, who)
        return identity.sessions.begin(person, Opening("testclient", ("password",)))

    def informed(self, name: str, value: Any) -> Any:
        """The value, or one that the installation knows by this name."""
        if isinstance(value, dict):
            return {key: self.informed(key, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.informed(name, item) for item in value]
        if isinstance(value, str | int | None) and self.rng.random() < 0.08:
            return self.rng.choice(NASTY)
        pool = self.known.get(name)
        if pool is None and name.endswith("_id"):
            pool = self.known["id"]
        if pool and self.rng.random() < 0.7 and isinstance(value, str | int):
            return self.rng.choice(pool)
        return value
