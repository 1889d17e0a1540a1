"""A laboratory with one certificate in it: a sample, two runs of a real AnIML file, an investigation, signatures."""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from pyotp import TOTP
from sqlalchemy import select
from tests.sequences import LEVELS, document

from titer.app import Platform
from titer.lims import ReportableResult, Run, TestRequest
from titer.lims.animl import reader
from titer.record import Actor, OutboxEvent, Proof

DOCUMENTS = Path(__file__).parents[1] / "integration" / "lims" / "documents.py"
CUT_SHORT = "HPLC-02-0117.animl"
SECRET: dict[str, str] = {}
"""Of authenticators, by user name."""
TIMER = Actor.timer("test")


class Laboratory:
    """Acts and signs in a platform's laboratory, as its people.

    Args:
        platform: open, with the laboratory switched on.
        people: by user name; those named in `furnish`.
        password: of all of them.
    """

    def __init__(self, platform: Platform, people: dict[str, Actor], password: str) -> None:
        self.platform = platform
        self.people = people
        self.password = password

    def act(self, person: str, verb: str) -> Any:
        """An open action in a person's name."""
        return self.platform.record.action(self.people[person], verb, reason="as planned")

    def sign(self, person: str, record_type: str, record_id: str, meaning: str, **data: str) -> None:
        """Give a signature over what is shown."""
        who = self.people[person]
        with self.platform.record.reading() as session:
            shown = self.platform.signing.preview(session, who, record_type, record_id, meaning, data)
        self.platform.signing.sign(
            who,
            record_type=record_type,
            record_id=record_id,
            version=shown.version,
            meaning=meaning,
            data=data,
            shown_digest=shown.digest,
            reason="Agrees with what was shown.",
            proof=Proof(self.password),
            remote="test",
        )


def certificate(lab: Laboratory, batch_id: str) -> tuple[str, str]:
    """Measure a harvest sample and write its certificate, which waits for the quality unit.

    Returns:
        The ids of the certificate and of the result of purity.
    """
    _equipment(lab)
    for kind, source in _documents().ALL:
        with lab.act("weber", "lims.design.draft") as unit:
            made = lab.platform.lims.designs.draft(unit, kind=kind, source=source, reason="first")
        lab.sign("weber", "lims_design", made.id, "authored")
        lab.sign("okafor", "lims_design", made.id, "approved")
    with lab.act("lindqvist", "lims.sample.register") as unit:
        sample = lab.platform.lims.register_sample(
            unit, batch_id=batch_id, plan_code="PLAN-HARVEST", sampled_at=unit.process_now
        )
    _run(lab, sample)
    _contract(lab, sample.id)
    with lab.act("tanaka", "lims.certificate.draft") as unit:
        made = lab.platform.lims.certificates.draft(
            unit, specification_code="SPEC-MAB7-HARVEST", batch_id=batch_id
        )
    with lab.platform.record.reading() as session:
        purity = session.scalars(
            select(ReportableResult).where(ReportableResult.analysis == "purity_main")
        ).one()
    return made.id, purity.id


def _documents() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lims_documents", DOCUMENTS)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _equipment(lab: Laboratory) -> None:
    equipment = lab.platform.equipment
    with lab.platform.record.action(TIMER, "equipment.node.register") as unit:
        equipment.register_node(
            unit,
            code="HPLC-02",
            name="Chromatograph",
            level="instrument",
            capabilities=["sec"],
            serial="1187",
        )
        equipment.qualify(unit, "HPLC-02", "OQ 12")
        equipment.calibrate(
            unit,
            "HPLC-02",
            performed_at=unit.process_now - timedelta(days=1),
            performed_by="Calibration service",
            due_at=unit.process_now + timedelta(days=180),
            standard="NIST 4242",
            as_found={"result": "within tolerance"},
            as_left={"result": "within tolerance"},
            passed=True,
        )
        equipment.import_connection(unit, "HPLC-02", "animl", {"folder": "x"}, [])
        equipment.approve_connection(unit, "HPLC-02")


def _run(lab: Laboratory, sample: Any) -> None:
    lims, record = lab.platform.lims, lab.platform.record
    with record.reading() as session:
        tests = [
            test.id
            for test in session.scalars(select(TestRequest).where(TestRequest.sample_id == sample.id))
            if test.analysis in ("purity_main", "protein_content")
        ]
    with lab.act("tanaka", "lims.run.create") as unit:
        run = lims.worksheets.create(unit, instrument="HPLC-02", test_ids=tests)
    with lab.act("tanaka", "lims.run.enter") as unit:
        lims.worksheets.enter_worksheet(unit, run.id, sample_id=sample.id, name="dilution_factor", raw="20")
        for level, concentration in LEVELS:
            lims.worksheets.enter_standard(unit, run.id, level=level, concentration=concentration)
    with lab.act("tanaka", "lims.run.work") as unit:
        lims.worksheets.ready(unit, run.id)
        lims.worksheets.start(unit, run.id)
    with record.reading() as session:
        number = session.get_one(Run, run.id).number
    _drop(lab, document(number, sample.number, manual="hmw"), f"{number}.animl")
    with lab.act("tanaka", "lims.run.work") as unit:
        lims.runs.process(unit, run.id)
    lab.sign("reyes", "lims_run", run.id, "reviewed")
    lab.sign("okafor", "lims_run", run.id, "approved")


def _drop(lab: Laboratory, data: bytes, name: str) -> None:
    """An instrument's file arrives, through the equipment room."""
    record, equipment, lims = lab.platform.record, lab.platform.equipment, lab.platform.lims
    lims.files.read = reader(None)
    with record.action(Actor.connection("HPLC-02"), "equipment.intake") as unit:
        digest = unit.content.put(data, media_type="application/xml", origin=name)
        equipment.receive_document(
            unit,
            key=f"{name}/{digest[:8]}",
            connection="HPLC-02",
            digest=digest,
            file_name=name,
            seen_at=unit.now,
            media_type="application/xml",
            kind="animl",
            identity={},
        )
    lab.platform.settle()
    with record.reading() as session:
        told = list(session.scalars(select(OutboxEvent).order_by(OutboxEvent.position)))
    assert any(event.topic == "equipment.document.received" for event in told)


def cut_short(lab: Laboratory) -> None:
    """An instrument's file that cannot be read, and so lies in quarantine."""
    _drop(lab, b"<AnIML", CUT_SHORT)


def to_sign(lab: Laboratory) -> list[str]:
    """Three samples whose results wait for approval, and somebody whom the policy asks for a second factor there.

    Returns:
        The numbers of the samples.
    """
    samples = []
    with lab.act("lindqvist", "lims.sample.register") as unit:
        batch = unit.new_id()
        for _ in range(3):
            samples.append(
                lab.platform.lims.register_sample(
                    unit, batch_id=batch, plan_code="PLAN-HARVEST", sampled_at=unit.process_now
                )
            )
    for sample in samples:
        _contract(lab, sample.id, approve=False)
    identity = lab.platform.identity
    with lab.platform.record.action(TIMER, "record.install") as unit:
        row = identity.policies.row(unit.session)
        identity.policies.change(unit, row.version if row else 0, factor_meanings=("approved",))
        person = identity.create_person(
            unit, username="moreau", full_name="Lucie Moreau", password=lab.password, roles=("quality",)
        )
        person.policy_acknowledged_at = unit.now
        begun = identity.factors.begin_totp(unit, person, "Plant")
        code = TOTP(begun.secret).at(int(unit.now.timestamp()) - 30)
        identity.factors.confirm_totp(unit, person.id, begun.factor_id, code)
    SECRET["moreau"] = begun.secret
    return [sample.number for sample in samples]


def _contract(lab: Laboratory, sample_id: str, *, approve: bool = True) -> None:
    outside = lab.platform.lims.contract
    with lab.act("tanaka", "lims.contract.receive") as unit:
        paper = outside.receive(
            unit,
            sample_id=sample_id,
            laboratory="Safe Lab Ltd",
            reference="SL-77",
            data=b"%PDF-1.7 x",
            file_name="sl77.pdf",
        )
    with lab.act("tanaka", "lims.contract.transcribe") as unit:
        rows = [("bioburden", "< 1", "[CFU]/10mL"), ("virus", "Not detected", "")]
        outside.transcribe(
            unit, paper.id, [{"analysis": a, "value": value, "unit": u} for a, value, u in rows]
        )
    lab.sign("novak", "lims_contract_certificate", paper.id, "transcription_checked")
    if approve:
        lab.sign("okafor", "lims_sample", sample_id, "approved")
