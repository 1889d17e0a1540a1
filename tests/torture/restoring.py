"""Back an installation up while it is written to, lose it, restore it, verify it, go on; again and again.

    python tests/torture/restoring.py --rounds 200 --seed 1

Each round writes (trainings, files, values), takes a backup (plain or encrypted), sometimes writes on, removes the
installation, restores it into an empty place, and compares: what was acknowledged before the backup is there once,
and nothing that came later; a backup that was damaged on the way is refused and leaves nothing behind. Then an
administrator accepts it, and the next round goes on with it.
"""

from __future__ import annotations

import logging
import random
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.integration.app.conftest import PASSWORD, START, TIMER, frame  # noqa: E402
from tests.torture.campaign import Campaign, options, working  # noqa: E402

from titer.app import Config, Platform, backup, create_installation, open_platform  # noqa: E402
from titer.base.clock import us  # noqa: E402
from titer.base.errors import TiterError  # noqa: E402
from titer.record import Actor, ContentObject, Proof, Training, require_person  # noqa: E402
from titer.record.verify import verify_store  # noqa: E402

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
A_LIFE = 20
"""Restores that one installation lives through."""
_TAG = "BR-201.Temperature.PV"


class Life:
    """One installation, and what was acknowledged of it.

    Args:
        place: an empty folder; the installation and the volume of its witness lie in it.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.generation = 0
        self.trainings: set[str] = set()
        self.contents: set[str] = set()
        self.values: set[int] = set()
        self._next = 1
        config = Config(name="lab", witness=str(place / "volume" / "witness"), layers=())
        create_installation(self.folder, config)
        self.key = place / "lab0.key"
        platform = self.open()
        with platform.record.action(TIMER, "record.person.create") as unit:
            for name, role in (("root", "administrator"), ("ada", "analyst")):
                platform.identity.create_person(
                    unit, username=name, full_name=name.title(), password=PASSWORD, roles=(role,)
                )
        platform.settle()
        platform.close()

    @property
    def folder(self) -> Path:
        """Where the installation lies now."""
        return self.place / f"lab{self.generation}"

    def open(self) -> Platform:
        """The installation, opened."""
        return open_platform(self.folder, hasher=HASHER)

    def write(self, platform: Platform, rng: random.Random) -> None:
        """Some acknowledged writes of every kind."""
        for _ in range(rng.randrange(1, 6)):
            name, self._next = f"SOP-{self._next}", self._next + 1
            with platform.record.action(TIMER, "record.training.enter") as unit:
                person = require_person(unit.session, "ada")
                unit.add(Training(person_id=person.id, competency="SEC", document=name, trained_at=unit.now))
                data = name.encode() * rng.randrange(1, 500)
                digest = unit.content.put(data, media_type="text/plain", origin="torture")
            self.trainings.add(name)
            self.contents.add(digest)
        first = max(self.values, default=-1) + 1
        numbers = range(first, first + rng.randrange(1, 50))
        times = [us(START) + 1000 * number for number in numbers]
        platform.historian.append([frame("br201", _TAG, times, 36.5, epoch=1 + self._next)])
        self.values |= set(numbers)
        if rng.random() < 0.4:
            platform.historian.seal()
        if rng.random() < 0.7:
            platform.settle()

    def lacking(self, platform: Platform) -> list[str]:
        """What was acknowledged and is not there, or is there twice, or nobody asked for."""
        with platform.record.reading() as session:
            trainings = Counter(session.scalars(select(Training.document)))
            contents = set(session.scalars(select(ContentObject.digest)))
        table = platform.historian.read([_TAG], 0, 2**62)
        values = Counter((time - us(START)) // 1000 for time in table.column("source_us").to_pylist())
        found = _compare("training", self.trainings, trainings) + _compare("value", self.values, values)
        for digest in self.contents - contents:
            found.append(f"content {digest[:12]} is not in the ledger")
        for digest in self.contents & contents:
            platform.record.content.read(digest)
        return found

    def state(self) -> tuple[set[str], set[str], set[int], int]:
        """What is acknowledged now."""
        return set(self.trainings), set(self.contents), set(self.values), self._next

    def back_to(self, state: tuple[set[str], set[str], set[int], int]) -> None:
        """What was acknowledged behind a backup is given up, by name."""
        self.trainings, self.contents, self.values = set(state[0]), set(state[1]), set(state[2])


def _compare(kind: str, asked: set[Any], there: Counter[Any]) -> list[str]:
    found = [f"{kind} {key} was acknowledged and is missing" for key in sorted(asked - there.keys())]
    found += [f"{kind} {key} is there {count} times" for key, count in there.items() if count > 1]
    return found + [
        f"{kind} {key} is there, and was not in the backup" for key in sorted(there.keys() - asked)
    ]


def once(life: Life, rng: random.Random) -> tuple[list[str], list[str]]:
    """One round; (what was wrong, what it was)."""
    counts = []
    platform = life.open()
    try:
        life.write(platform, rng)
        with platform.record.reading() as session:
            root = require_person(session, "root")
            actor = Actor.person(root.id, None, root.full_name)
        protection = backup.Protection(passphrase="a long way home") if rng.random() < 0.3 else None
        counts.append("encrypted" if protection else "plain")
        target = life.place / f"backup{life.generation}"
        taken = backup.take(
            platform, target, actor=actor, reason="torture", protection=protection, with_keys=True
        )
        state = life.state()
        if rng.random() < 0.5:
            life.write(platform, rng)
            counts.append("behind the witness")
        platform.settle()
    finally:
        platform.close()
    shutil.rmtree(life.folder)
    life.generation += 1
    faults = []
    if rng.random() < 0.3:
        counts.append("damaged first")
        faults += _damaged(life, taken.path, protection, rng)
    found = backup.restore(taken.path, life.folder, protection=protection, key_file=life.key)
    if not found.verdict.holds:
        faults.append(found.verdict.sentence)
    life.back_to(state)
    backup.accept(life.folder, username="root", proof=Proof(PASSWORD), reason="torture", hasher=HASHER)
    platform = life.open()
    try:
        verdict = verify_store(platform.record, platform.sealer, platform.verifiers)
        if not verdict.holds:
            faults.append(f"after it was accepted: {verdict.sentence}")
        faults += life.lacking(platform)
    finally:
        platform.close()
    taken.path.unlink()
    return faults, counts


def _damaged(life: Life, path: Path, protection: Any, rng: random.Random) -> list[str]:
    """A damaged backup is refused, in words, and leaves nothing behind."""
    data = bytearray(path.read_bytes())
    bad = life.place / "damaged"
    if rng.random() < 0.5:
        data = data[: rng.randrange(len(data) // 2)]
    else:
        data[rng.randrange(512, len(data) // 2)] ^= rng.randrange(1, 256)
    bad.write_bytes(data)
    try:
        found = backup.restore(bad, life.folder, protection=protection, key_file=life.key)
    except TiterError:
        return [f"{life.folder.name} was left behind"] if life.folder.exists() else []
    finally:
        bad.unlink()
    # A byte of padding between the members of a plain archive is nothing that anybody reads.
    faults = [] if found.verdict.holds else [f"a damaged backup was restored: {found.verdict.sentence}"]
    shutil.rmtree(life.folder)
    return faults


def main() -> int:
    """Run the campaign."""
    chosen = options(__doc__, 200)
    logging.disable()
    with working(chosen.out, "restores") as (out, room):
        campaign = Campaign("restores", chosen.rounds, chosen.seed, out / "restores.json", chosen.seconds)
        life = None
        while not campaign.over:
            rng = random.Random(f"{campaign.seed}/{campaign.done}")
            if life is None or campaign.done % A_LIFE == 0:
                place = room / f"life{campaign.done}"
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir()
                life = Life(place)
            try:
                faults, counts = once(life, rng)
            except TiterError as error:
                faults, counts = [str(error)], []
            campaign.round(faults, *counts)
            if faults:
                life = None
            if campaign.done % A_LIFE == 0:
                campaign.keep()
                shutil.rmtree(place, ignore_errors=True)
        return campaign.end()


if __name__ == "__main__":
    raise SystemExit(main())
