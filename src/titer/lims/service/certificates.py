"""Certificates of analysis: valid results and the numbers of investigations, pinned by a digest and signed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.canonical import digest
from titer.base.clock import iso
from titer.base.errors import Invalid, NotFound, Refused
from titer.lims import rules
from titer.lims.model import (
    Certificate,
    ContractCertificate,
    Design,
    Investigation,
    Sample,
    TestRequest,
)
from titer.lims.service.designs import Designs
from titer.lims.service.results import evaluation_of, result_of
from titer.record import Actor, Signature, SignatureMeaning, Unit


class Certificates:
    """Certificates of analysis.

    Args:
        designs: specifications and methods.
    """

    def __init__(self, designs: Designs) -> None:
        self.designs = designs

    def draft(
        self, unit: Unit, *, specification_code: str, batch_id: str | None = None, lot_id: str | None = None
    ) -> Certificate:
        """Write a certificate out of the approved results of a batch or a lot.

        Raises:
            Invalid: unless exactly one of batch and lot is named.
            Refused: while a required result is missing, not approved, or an investigation is open.
        """
        if (batch_id is None) == (lot_id is None):
            raise Invalid("A certificate is for one batch or one lot.")
        design = self._specification(unit.session, specification_code, batch_id, lot_id)
        content, faults = self.content(unit.session, design, batch_id=batch_id, lot_id=lot_id)
        if faults:
            raise Refused("The certificate cannot be written yet.", why=" ".join(faults))
        number = unit.next_number("COA")
        content = {"certificate": number, **content, "written_at": iso(unit.process_now)}
        return unit.add(
            Certificate(
                number=number,
                batch_id=batch_id,
                lot_id=lot_id,
                specification_id=design.id,
                state="draft",
                content=content,
                digest=digest(content),
            )
        )

    def _specification(self, session: Session, code: str, batch_id: str | None, lot_id: str | None) -> Design:
        """The revision that the samples were judged by; never a newer one."""
        column = Sample.batch_id == batch_id if batch_id else Sample.lot_id == lot_id
        found = session.scalars(
            select(Design)
            .join(Sample, Sample.specification_id == Design.id)
            .where(column, Design.code == code)
            .order_by(Design.revision.desc())
        ).first()
        if found is None:
            raise NotFound(f"No sample of this batch or lot was tested against {code}.")
        return found

    def content(
        self, session: Session, design: Design, *, batch_id: str | None, lot_id: str | None
    ) -> tuple[dict[str, Any], list[str]]:
        """What the certificate says, and why it may not be written yet."""
        document = self.designs.specification(design)
        samples = session.scalars(
            select(Sample).where(
                Sample.specification_id == design.id,
                Sample.batch_id == batch_id if batch_id else Sample.lot_id == lot_id,
            )
        ).all()
        tests = session.scalars(
            select(TestRequest)
            .where(TestRequest.sample_id.in_([sample.id for sample in samples]))
            .order_by(TestRequest.id)
        ).all()
        rows: list[dict[str, Any]] = []
        faults: list[str] = []
        investigations: dict[str, Investigation] = {}
        for criterion in document.criteria:
            if criterion.kind == "action":
                continue
            mine = [test for test in tests if test.analysis == criterion.analysis]
            for test in mine:
                if test.investigation_id:
                    found = session.get(Investigation, test.investigation_id)
                    if found is not None:
                        investigations[found.number] = found
            valid = [test for test in mine if test.state not in ("invalidated", "cancelled")]
            if not valid:
                faults.append(f"{criterion.title}: no valid test.")
            for test in valid:
                result = result_of(session, test.id)
                evaluation = evaluation_of(session, result.id) if result else None
                if test.state != "approved" or result is None or evaluation is None:
                    faults.append(f"{criterion.title}: {test.number} is {test.state.replace('_', ' ')}.")
                    continue
                method = session.get(Design, test.method_id)
                rows.append(
                    {
                        "analysis": criterion.analysis,
                        "title": criterion.title,
                        "method": f"{method.code} rev. {method.revision}" if method else "",
                        "limit": criterion.limit_text,
                        "result": evaluation.rounded or result.text,
                        "unit": result.unit,
                        "outcome": evaluation.outcome,
                        "sample": next(one.number for one in samples if one.id == test.sample_id),
                        "result_id": result.id,
                        "redetermined": test.redetermines_id is not None,
                    }
                )
        # An investigation that only waits for its closing signature has its valid results already.
        for found in investigations.values():
            if found.state not in ("concluded", "closed"):
                faults.append(f"Investigation {found.number} is in {found.state.replace('_', ' ')}.")
        external = session.scalars(
            select(ContractCertificate).where(
                ContractCertificate.sample_id.in_([sample.id for sample in samples]),
                ContractCertificate.state == "checked",
            )
        ).all()
        content = {
            "specification": f"{design.code} rev. {design.revision}",
            "specification_digest": design.digest,
            "material": document.material,
            "market": document.market,
            "rounding": document.rounding,
            "batch_id": batch_id,
            "lot_id": lot_id,
            "results": rows,
            "investigations": sorted(investigations),
            "contract_certificates": [
                {
                    "number": one.number,
                    "laboratory": one.laboratory,
                    "reference": one.reference,
                    "digest": one.digest,
                }
                for one in external
            ],
            "conforms": bool(rows) and all(row["outcome"] == "pass" for row in rows),
        }
        return content, faults

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """Issued by the quality unit."""
        return (
            SignatureMeaning(
                "lims_certificate",
                "issued",
                "lims.certificate.issue",
                "Certificate of analysis: issued by the quality unit",
                content=lambda session, record_id, data: _certificate(session, record_id).content,
                blockers=self._blockers,
                apply=self._issue,
            ),
        )

    def _blockers(self, session: Session, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
        found = _certificate(session, record_id)
        reasons = [] if found.state == "draft" else [f"{found.number} is {found.state}."]
        if digest(found.content) != found.digest:
            reasons.append(f"The content of {found.number} is not the content that was written.")
        design = session.get(Design, found.specification_id)
        if design is not None:
            now, faults = self.content(session, design, batch_id=found.batch_id, lot_id=found.lot_id)
            reasons += faults
            if any(found.content.get(key) != value for key, value in _plain(now).items()):
                reasons.append(f"Results have changed since {found.number} was written; write a new one.")
        return reasons

    def _issue(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        found = unit.get(Certificate, record_id)
        found.state = rules.move("certificate", found.state, "issue")
        found.issued_by = signature.person_id
        unit.emit(
            "lims.certificate.issued",
            found,
            {
                "certificate_id": found.id,
                "number": found.number,
                "batch_id": found.batch_id,
                "lot_id": found.lot_id,
                "conforms": found.content["conforms"],
                "investigations": found.content["investigations"],
            },
        )


def _certificate(session: Session, certificate_id: str) -> Certificate:
    found = session.get(Certificate, certificate_id)
    if found is None:
        raise NotFound(f"There is no certificate {certificate_id}.")
    return found


def _plain(content: dict[str, Any]) -> dict[str, Any]:
    """The content as it reads when it comes back from the database."""
    import json

    from titer.base.canonical import canonical

    plain: dict[str, Any] = json.loads(canonical(content))
    return plain
