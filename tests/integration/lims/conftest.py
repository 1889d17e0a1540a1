"""A laboratory on a real record, with the rooms below it played by small stand-ins."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from titer.base.clock import ManualClock
from titer.base.errors import Invalid
from titer.base.ids import IdSource
from titer.lims import Lims, Sample
from titer.lims.chromatography import ClaimedPeak, Injection, RunDocument
from titer.material import Material
from titer.record import (
    ActionSpec,
    Actor,
    Identity,
    Installation,
    OutboxEvent,
    Proof,
    Record,
    Signature,
    Signing,
    Unit,
    open_record,
)
from titer.record import identity as identity_module

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def _documents() -> Any:
    spec = importlib.util.spec_from_file_location("lims_documents", Path(__file__).with_name("documents.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


DOCUMENTS = _documents()


@dataclass
class Quality:
    """Keeps exceptions by key, as the real one does."""

    raised: dict[str, dict[str, Any]] = field(default_factory=dict)

    def raise_exception(self, unit: Unit, **told: Any) -> Any:
        self.raised.setdefault(told["key"], told)
        return SimpleNamespace(id=unit.new_id())

    def kinds(self) -> list[str]:
        return [one["kind"] for one in self.raised.values()]


@dataclass
class Equipment:
    """Remembers commands; an instrument named in `faults` is not ready."""

    commands: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    documents: list[tuple[str, str]] = field(default_factory=list)
    contexts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def request_command(self, unit: Unit, **told: Any) -> object:
        self.commands.setdefault(told["key"], told)
        return told

    def node(self, session: Any, code: str) -> Any:
        told = {"qualification": "qualified", "calibration_due": None, "serial": "1187", "model": "M"}
        told["capabilities"] = ["sec", "metabolites", "titre"]
        name = "Varioskan LUX" if code == "READER" else code
        return SimpleNamespace(id=f"node-{code}", code=code, name=name, **told)

    def nodes(self, session: Any) -> list[Any]:
        return [self.node(session, code) for code in ("HPLC-02", "READER")]

    def calibrations(self, session: Any, node_id: str) -> list[Any]:
        return [SimpleNamespace(id="calibration-1", performed_at=START, result="passed")]

    def note_context(self, unit: Unit, subject: str, **changes: Any) -> None:
        self.contexts.append((subject, changes))

    def dispose_document(self, unit: Unit, document_id: str, disposition: str, reason: str) -> None:
        self.documents.append((disposition, reason))

    def ready_for_use(
        self, session: Any, code: str, at: datetime, *, capability: str | None = None
    ) -> list[str]:
        return self.faults.get(code, [])


def gauss(time: np.ndarray, area: float, at: float, sigma: float = 0.12) -> np.ndarray:
    return area / (sigma * np.sqrt(2 * np.pi)) * np.exp(-0.5 * ((time - at) / sigma) ** 2)


class Chromatograph:
    """Writes run documents; `documents` maps the bytes that were dropped to what they say."""

    def __init__(self) -> None:
        self.documents: dict[bytes, RunDocument] = {}
        self.counter = 100

    def read(self, data: bytes, digest: str, told: object = None) -> RunDocument:
        if data not in self.documents:
            raise Invalid("The file is no AnIML document.")
        document = self.documents[data]
        return RunDocument(
            digest, document.run_number, document.instrument, document.injections, document.trail
        )

    def injection(
        self,
        position: int,
        name: str,
        kind: str,
        *,
        main: float,
        dimer: float = 0.0,
        sample: str | None = None,
        level: str | None = None,
        manual: bool = False,
        skip: int = 0,
        claim: float = 1.0,
    ) -> Injection:
        self.counter += 1 + skip
        rng = np.random.default_rng(self.counter)
        time = np.arange(0.0, 13.0, 0.01)
        signal = gauss(time, main, 8.6) + gauss(time, dimer, 7.3) + rng.normal(0, 0.004, time.size)
        claimed = [ClaimedPeak("monomer", "8.60", f"{main * claim:.4f}", manual, f"/run/{position}/peak/1")]
        if dimer > 0.05:
            claimed.append(ClaimedPeak("hmw", "7.30", f"{dimer:.4f}", False, f"/run/{position}/peak/2"))
        return Injection(
            path=f"/run/{position}",
            name=name,
            kind=kind,
            sample=sample,
            level=level,
            position=position,
            counter=self.counter,
            injected_at="2026-03-16T10:00:00Z",
            time=time,
            signal=signal,
            claimed=tuple(claimed) if main > 0.05 else (),
        )

    def sequence(
        self,
        run: str,
        samples: dict[str, tuple[float, float]],
        *,
        instrument: str = "HPLC-02",
        dimer: float = 1.0,
        **odd: Any,
    ) -> bytes:
        """A whole sequence: blank, five suitability injections, three standards, two injections a sample.

        Args:
            samples: sample number -> (area of main, area of dimer).
            odd: keywords of the first sample injection that make it strange.
        """
        rows = [self.injection(1, "Blank", "blank", main=0.0)]
        for number in range(5):
            main = 40.0 + 0.05 * number
            rows.append(self.injection(len(rows) + 1, "SST", "suitability", main=main, dimer=dimer))
        for level, main in (("STD-1", 20.0), ("STD-2", 40.0), ("STD-3", 80.0)):
            rows.append(self.injection(len(rows) + 1, level, "standard", main=main, level=level))
        for sample, (main, small) in samples.items():
            for copy in range(2):
                extra = odd if copy == 0 else {}
                rows.append(
                    self.injection(
                        len(rows) + 1,
                        f"{sample}-{copy + 1}",
                        "sample",
                        main=main,
                        dimer=small,
                        sample=sample,
                        **extra,
                    )
                )
        data = f"document {len(self.documents)} of {run}".encode()
        trail = ({"at": "2026-03-16T10:00:00Z", "who": "A. Analyst", "what": "sequence started"},)
        self.documents[data] = RunDocument("", run, instrument, tuple(rows), trail)
        return data


@dataclass
class Lab:
    """Everything a test needs."""

    record: Record
    identity: Identity
    signing: Signing
    lims: Lims
    material: Material
    quality: Quality
    equipment: Equipment
    hplc: Chromatograph
    clock: ManualClock
    people: dict[str, str]

    @contextmanager
    def act(self, person: str, verb: str, reason: str | None = None) -> Iterator[Unit]:
        with self.record.action(Actor.person(self.people[person], None, person), verb, reason=reason) as unit:
            yield unit

    def blockers(self, person: str, record_type: str, record_id: str, meaning: str) -> list[str]:
        with self.record.reading() as session:
            actor = Actor.person(self.people[person], None, person)
            return self.signing.preview(session, actor, record_type, record_id, meaning, {}).blockers

    def sign(self, person: str, record_type: str, record_id: str, meaning: str) -> Signature:
        actor = Actor.person(self.people[person], None, person)
        with self.record.reading() as session:
            shown = self.signing.preview(session, actor, record_type, record_id, meaning, {})
        return self.signing.sign(
            actor,
            record_type=record_type,
            record_id=record_id,
            version=shown.version,
            meaning=meaning,
            data={},
            shown_digest=shown.digest,
            reason="as shown",
            proof=Proof(PASSWORD),
            remote="here",
        )

    def publish(self, kind: str, source: str, author: str = "scientist") -> str:
        with self.act(author, "lims.design.draft") as unit:
            made = self.lims.designs.draft(unit, kind=kind, source=source, reason="first")
        self.sign(author, "lims_design", made.id, "authored")
        self.sign("qa", "lims_design", made.id, "approved")
        return made.id

    def sample(self, plan: str, batch: str = "batch-1") -> Sample:
        with self.act("operator", "lims.sample.register") as unit:
            return self.lims.register_sample(
                unit, batch_id=batch, plan_code=plan, sampled_at=unit.process_now
            )

    def drop(self, data: bytes, name: str = "run.animl") -> None:
        """An instrument's file arrives, as the equipment room would say it does."""
        with self.act("analyst", "lims.document.attach") as unit:
            digest = unit.content.put(data, media_type="application/xml", origin=name)
        self.lims.subscriptions()[1].handler(
            event(
                {
                    "document_id": f"doc/{digest[:8]}/{name}",
                    "digest": digest,
                    "file_name": name,
                    "connection": "HPLC-02",
                }
            )
        )

    def answer(self, key: str, responses: dict[str, Any], outcome: str = "done") -> None:
        self.lims.subscriptions()[0].handler(
            event({"key": key, "outcome": outcome, "responses": responses, "readback": None})
        )

    def run(self, tests: list[str], dilution: dict[str, str]) -> str:
        """A run made, filled in, made ready and started; sample id -> dilution factor."""
        runs = self.lims.worksheets
        with self.act("analyst", "lims.run.create") as unit:
            run = runs.create(unit, instrument="HPLC-02", test_ids=tests)
        with self.act("analyst", "lims.run.enter") as unit:
            for sample_id, factor in dilution.items():
                runs.enter_worksheet(unit, run.id, sample_id=sample_id, name="dilution_factor", raw=factor)
            for level, concentration in (("STD-1", "0.1"), ("STD-2", "0.2"), ("STD-3", "0.4")):
                runs.enter_standard(unit, run.id, level=level, concentration=concentration)
        with self.act("analyst", "lims.run.work") as unit:
            runs.ready(unit, run.id)
            runs.start(unit, run.id)
        return run.id


def event(payload: dict[str, Any]) -> OutboxEvent:
    return OutboxEvent(
        id="e",
        topic="t",
        record_type="r",
        record_id="i",
        payload=payload,
        entry_seq=0,
        signed=False,
        occurred_at=START,
        process_at=START,
    )


PEOPLE = {
    "operator": ("operator",),
    "analyst": ("analyst",),
    "analyst2": ("analyst",),
    "reviewer": ("reviewer",),
    "reviewer2": ("reviewer",),
    "qa": ("quality",),
    "scientist": ("scientist", "process_owner"),
}


def make_lab(folder: Path, engine: Engine) -> Lab:
    """A laboratory without documents, in a database that has its tables."""
    clock = ManualClock(START)
    record = open_record(
        folder,
        clock=clock,
        process_clock=clock,
        ids=IdSource(clock, random.Random(5)),
        secret=bytes(32),
        engine=engine,
    )
    quality, equipment, hplc = Quality(), Equipment(), Chromatograph()
    material = Material(record)
    lims = Lims(record, quality, material, equipment, read_document=hplc.read)
    record.register_actions(identity_module.ACTIONS)
    for part in (material, lims):
        record.register_actions(part.actions())
        record.register_signatures(part.signatures())
    record.register_actions((ActionSpec("test.any", "Anything", ("operator",)),))
    identity = Identity(record, bytes(32), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with record.action(Actor.timer("install"), "record.install") as unit:
        unit.add(
            Installation(
                name="test", site="here", simulated=False, demo=False, created_at=START, time_zone="UTC"
            )
        )
    people = {}
    with record.action(Actor.timer("install"), "record.install") as unit:
        for name, roles in PEOPLE.items():
            person = identity.create_person(
                unit, username=name, full_name=name.title(), password=PASSWORD, roles=roles
            )
            identity.acknowledge_policy(unit, person.id)
            people[name] = person.id
        for name in ("analyst", "analyst2"):
            for competency in ("sec-hplc", "osmometer"):
                identity.enter_training(
                    unit,
                    person_id=people[name],
                    competency=competency,
                    document="SOP-12 v3",
                    expires_at=START + timedelta(days=300),
                )
    return Lab(
        record, identity, Signing(record, identity), lims, material, quality, equipment, hplc, clock, people
    )


@pytest.fixture
def empty_lab(tmp_path: Path, engines: tuple[Engine, Engine]) -> Lab:
    """A laboratory without documents."""
    return make_lab(tmp_path, engines[0])


@pytest.fixture
def lab(empty_lab: Lab) -> Lab:
    """A laboratory with effective methods, specifications and plans."""
    for kind, source in DOCUMENTS.ALL:
        empty_lab.publish(kind, source)
    return empty_lab
