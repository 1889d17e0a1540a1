"""A contract laboratory's certificate: original bytes, one person's transcription, another's check."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from titer.base.errors import Invalid, NotFound, Refused
from titer.lims import rules
from titer.lims.model import ContractCertificate, Design, Sample, TestRequest
from titer.lims.service.designs import Designs
from titer.lims.service.results import Results
from titer.lims.service.samples import tests_of
from titer.record import Actor, Signature, SignatureMeaning, Unit


class ContractCertificates:
    """Certificates from outside. Until a second person has checked the transcription there is no result.

    Args:
        designs: methods; the tests concerned are of technique `contract`.
        results: enters what was checked.
    """

    def __init__(self, designs: Designs, results: Results) -> None:
        self.designs = designs
        self.results = results

    def receive(
        self,
        unit: Unit,
        *,
        sample_id: str,
        laboratory: str,
        reference: str,
        data: bytes,
        file_name: str,
        media_type: str = "application/pdf",
    ) -> ContractCertificate:
        """Keep the certificate byte for byte.

        Raises:
            Invalid: if the file is empty or no PDF though it says so.
            Refused: if nothing was sent to a contract laboratory.
        """
        sample = unit.get(Sample, sample_id)
        if media_type == "application/pdf" and not data.startswith(b"%PDF-"):
            raise Invalid(f"{file_name} is no PDF.", where="data_base64", do="Upload the certificate itself.")
        if not self.waiting(unit.session, sample_id):
            raise Refused(f"No test of {sample.number} waits for a contract laboratory.")
        digest = unit.content.put(data, media_type=media_type, origin=f"{laboratory}, {reference}")
        made = unit.add(
            ContractCertificate(
                number=unit.next_number("EXT"),
                laboratory=laboratory,
                reference=reference,
                sample_id=sample.id,
                batch_id=sample.batch_id,
                digest=digest,
                file_name=file_name,
                state="received",
                transcription=[],
            )
        )
        unit.emit("lims.contract.received", made, {"certificate_id": made.id, "batch_id": sample.batch_id})
        return made

    def waiting(self, session: Session, sample_id: str) -> list[TestRequest]:
        """The tests of a sample that a contract laboratory does and that have no result yet."""
        found = []
        for test in tests_of(session, sample_id=sample_id):
            design = session.get(Design, test.method_id)
            if (
                design is not None
                and test.state == "planned"
                and self.designs.method(design).technique == "contract"
            ):
                found.append(test)
        return found

    def transcribe(
        self, unit: Unit, certificate_id: str, rows: list[dict[str, str]], version: int | None = None
    ) -> ContractCertificate:
        """Write down what the certificate says, as text: analysis, value, unit.

        Raises:
            Invalid: if an analysis is missing, doubled or was not asked for.
        """
        found = unit.get(ContractCertificate, certificate_id, version)
        required = frozenset(test.analysis for test in self.waiting(unit.session, found.sample_id))
        faults = rules.transcription_faults(rows, required)
        if faults:
            raise Invalid("The transcription does not fit what was asked for.", why=" ".join(faults))
        found.state = rules.move(
            "contract certificate", found.state, "transcribe" if found.state == "received" else "correct"
        )
        found.transcription = [
            {"analysis": row["analysis"], "value": row["value"].strip(), "unit": row.get("unit") or None}
            for row in rows
        ]
        found.transcribed_by = unit.actor.id
        unit.flush()
        return found

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """The check of the transcription against the original, by a second person."""
        return (
            SignatureMeaning(
                "lims_contract_certificate",
                "transcription_checked",
                "lims.contract.check",
                "Contract laboratory's certificate: transcription checked against the original",
                content=self._content,
                blockers=self._blockers,
                apply=self._apply,
            ),
        )

    def _content(self, session: Session, record_id: str, data: dict[str, Any]) -> dict[str, Any]:
        found = _certificate(session, record_id)
        return {
            "certificate": found.number,
            "laboratory": found.laboratory,
            "reference": found.reference,
            "original": found.digest,
            "file_name": found.file_name,
            "transcription": found.transcription,
            "transcribed_by": found.transcribed_by,
        }

    def _blockers(self, session: Session, record_id: str, actor: Actor, data: dict[str, Any]) -> list[str]:
        found = _certificate(session, record_id)
        reasons = (
            [] if found.state == "transcribed" else [f"{found.number} is {found.state}, not transcribed."]
        )
        return reasons + rules.different_people(
            ("person who transcribed it", found.transcribed_by), ("person who checks it", actor.id)
        )

    def _apply(self, unit: Unit, record_id: str, data: dict[str, Any], signature: Signature) -> None:
        """Enter the checked values; the check is their review, and approval is another signature."""
        found = unit.get(ContractCertificate, record_id)
        found.state = rules.move("contract certificate", found.state, "check")
        found.checked_by = signature.person_id
        waiting = {test.analysis: test for test in self.waiting(unit.session, found.sample_id)}
        for row in found.transcription:
            test = waiting[row["analysis"]]
            result = self.results.enter_single(
                unit,
                test,
                raw=row["value"],
                unit_code=row["unit"],
                source={"kind": "certificate", "digest": found.digest, "certificate": found.number},
                pinned={"certificate": found.number, "laboratory": found.laboratory, "digest": found.digest},
            )
            result.entered_by = found.transcribed_by or unit.actor.id
            if test.state == "entered":
                test.state = rules.move("test", test.state, "review")
                result.state, result.reviewed_by = "reviewed", signature.person_id
        unit.emit("lims.contract.checked", found, {"certificate_id": found.id, "batch_id": found.batch_id})


def _certificate(session: Session, certificate_id: str) -> ContractCertificate:
    found = session.get(ContractCertificate, certificate_id)
    if found is None:
        raise NotFound(f"There is no contract laboratory's certificate {certificate_id}.")
    return found
