"""`titer demo`: starts the plant and the platform, and lets one batch run through its whole life."""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from pathlib import Path
from typing import Any

import httpx2 as httpx
from rich.console import Console

from titer.app import Config, create_installation, open_platform
from titer.base.errors import Refused, Unavailable
from titer.cli.demo.cast import Cast, Observer
from titer.cli.demo.floor import Operators
from titer.cli.demo.laboratory import Laboratory
from titer.cli.demo.models import commission_twin, deploy_model, history
from titer.cli.demo.people import ADMINISTRATOR, OPERATOR, PEOPLE, QUALITY
from titer.cli.demo.review import Review
from titer.cli.demo.seed import Seeding, plant_now
from titer.cli.demo.stops import Stops
from titer.cli.demo.watch import Watch
from titer.cli.processes import start_platform
from titer.cli.restarting import Restarts
from titer.record import Actor
from titer.server.supervisor import Supervisor

RATE = 6000.0
END_STATES = ("Complete", "Stopped", "Aborted")


class Demo:
    """One demo in one folder.

    Args:
        folder: empty or new; everything lies below it.
        out: prints.
        port: of the hub; 0 for any free one.
        seed: of the plant.
        rate: plant seconds a second.
        attended: whether a person signs at the three stops; else robots do.
        observe: sees every answer of the hub to a robot.
        database: on PostgreSQL, its address with the role that Titer runs as; an embedded file if left out.
        owner: the same database with the role that is to own the tables.
    """

    def __init__(
        self,
        folder: Path,
        out: Console,
        *,
        port: int = 8400,
        seed: int = 7,
        rate: float = RATE,
        attended: bool = False,
        observe: Observer | None = None,
        database: str | None = None,
        owner: str | None = None,
    ) -> None:
        self.folder = folder
        self.out = out
        self.port = port
        self.seed = seed
        self.rate = rate
        self.attended = attended
        self.observe = observe
        self.database = database
        self.owner = owner
        self.began = time.monotonic()
        self.supervisor = Supervisor(folder / "logs")
        self.restarts = Restarts(self.supervisor, warn=self.say)
        self.endpoints: dict[str, Any] = {}
        self.plant: httpx.Client | None = None
        self.cast: Cast | None = None
        self.address = ""
        self.batch: dict[str, Any] = {}

    @property
    def lab(self) -> Path:
        """The installation's folder."""
        return self.folder / "lab"

    def say(self, sentence: str) -> None:
        """Print a sentence with the seconds since the start."""
        self.out.print(f"{time.monotonic() - self.began:6.1f} s  {sentence}", markup=False, soft_wrap=True)

    def start(self) -> Cast:
        """Start plant, installation, hub and connector host.

        Raises:
            Refused: if the folder holds a demo already.
        """
        if (self.lab / "titer.yaml").exists():
            raise Refused(
                f"There is a demo in {self.folder} already.",
                do="Choose another folder with --out, or delete it.",
            )
        arguments = ["-m", "titer.sim", "--dir", str(self.folder / "plant"), "--seed", str(self.seed)]
        arguments += ["--rate", str(self.rate)]
        child = self.supervisor.start("plant", arguments, ready_within=180)
        self.endpoints = json.loads(child.announced)
        clock = str(self.endpoints["http"])
        self.plant = httpx.Client(base_url=clock, timeout=30, trust_env=False)
        self.say("the simulated plant runs: reactor, balance, analyser, chromatograph")
        config = Config(
            name="Titer demo",
            site="Demo plant",
            port=self.port,
            plant_clock=clock,
            rate=self.rate,
            database=self.database,
        )
        create_installation(self.lab, config, owner=self.owner, simulated=True, demo=True)
        password = secrets.token_urlsafe(24)
        platform = open_platform(self.lab)
        try:
            with platform.record.action(
                Actor.timer("titer.demo"), "record.person.create", reason="first administrator of the demo"
            ) as unit:
                administrator = PEOPLE[ADMINISTRATOR]
                platform.identity.create_person(
                    unit,
                    username=administrator.robot,
                    full_name=f"Robot ({administrator.part})",
                    password=password,
                    roles=administrator.roles,
                    robot_for=administrator.part,
                )
        finally:
            platform.close()
        self.address = start_platform(self.supervisor, self.lab)
        self.say(f"Titer runs at {self.address}")
        self.cast = Cast(self.address, password, self.observe)
        return self.cast

    def bench(self, path: str, body: dict[str, Any]) -> Any:
        """What a person does with their hands in the plant."""
        if self.plant is None:
            raise Unavailable("The plant does not run.")
        answer = self.plant.post(path, json=body)
        if answer.status_code >= 400:
            raise Unavailable(f"The plant's bench refused {path}.", why=answer.text)
        return answer.json()

    def seed_all(self, cast: Cast) -> None:
        """Set everything up and start the batch."""
        now = plant_now(cast[ADMINISTRATOR].get("/api/installation"))
        seeding = Seeding(cast, self.endpoints, self.folder / "plant", now, self.say)
        seeding.people()
        seeding.equipment()
        seeding.connections()
        seeding.laboratory()
        seeding.materials()
        seeding.recipe()
        deploy_model(cast, history(self.seed, now), self.say)
        commission_twin(cast, self.say)
        self.batch = seeding.start_batch()

    def run_batch(self, cast: Cast, *, patience: float = 300) -> str:
        """Robots do the operators' work until the batch ends.

        Args:
            cast: sessions.
            patience: wall seconds that a day of plant time may take, while no person is awaited.

        Returns:
            The batch's last state.

        Raises:
            Unavailable: if the batch does not come on.
        """
        operators = Operators(cast, self.say)
        batch_id = self.batch["id"]
        watch = Watch(cast, self.bench, batch_id, self._stops(), self.say)
        deadline = time.monotonic() + patience
        shown = ""
        while time.monotonic() < deadline:
            for name in self.restarts.step():
                self.say(f"{name} had ended and was started again")
                cast.forget()
            with contextlib.suppress(httpx.TransportError):
                if operators.round(batch_id) or watch.round():
                    continue
                detail = cast[OPERATOR].get(f"/api/mes/batches/{batch_id}")
                state = str(detail["execution"])
                if state in END_STATES:
                    return state
                now = str(cast[OPERATOR].get("/api/installation")["clock"]["process"])[:10]
                if now != shown:
                    shown, deadline = now, time.monotonic() + patience
                    self.say(f"plant date {now}: batch {detail['number']} {state}")
                if self.attended:
                    deadline = time.monotonic() + patience
            time.sleep(0.3)
        raise Unavailable("The batch did not end in time.", do=f"Look into {self.folder / 'logs'}.")

    def finish(self, cast: Cast) -> str:
        """Laboratory, review and disposition.

        Returns:
            The coverage statement.
        """
        Laboratory(cast, self.bench, self.say).release(self.batch["id"])
        review = Review(cast, self.batch["id"], self._stops(), self.say)
        sentence = review.run()
        review.release()
        return sentence

    def _stops(self) -> Stops:
        return Stops(self.address, self.say, attended=self.attended)

    def export(self, cast: Cast) -> Path:
        """The bundle of the batch.

        Returns:
            Where it lies.
        """
        body = {"record_type": "mes_batch", "record_id": self.batch["id"], "reason": "end of the demo"}
        target = self.folder / "BATCH.zip"
        target.write_bytes(cast[QUALITY].post_for_bytes("/api/exports", body))
        return target

    def end(self) -> None:
        """Log the robots off and end all processes."""
        if self.cast is not None:
            self.cast.forget()
        self.supervisor.end_all()
        if self.plant is not None:
            self.plant.close()


__all__ = ["END_STATES", "RATE", "Demo"]
