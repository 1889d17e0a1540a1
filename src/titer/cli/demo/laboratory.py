"""The analysts: the release test with its wrong dilution factor, the investigation, the contract laboratory."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from titer.cli.demo.cast import Cast, wait_for
from titer.cli.demo.people import ANALYST, QUALITY, REVIEWER, SECOND_ANALYST, SECOND_REVIEWER

INSTRUMENT = "HPLC-02"
STANDARDS = (("L1", "0.1"), ("L2", "0.2"), ("L3", "0.4"))
TRUE_DILUTION, TYPED_DILUTION = "20", "10"

Bench = Callable[[str, dict[str, Any]], Any]


class Laboratory:
    """The release of a harvest sample.

    Args:
        cast: sessions.
        bench: the hands at the plant's bench: POST a path with a body.
        say: tells what happens.
    """

    def __init__(self, cast: Cast, bench: Bench, say: Callable[[str], None]) -> None:
        self.cast = cast
        self.bench = bench
        self.say = say

    def release(self, batch_id: str) -> dict[str, Any]:
        """From the harvest sample to the certificate.

        Returns:
            Ids and numbers of what came of it.
        """
        analyst = self.cast[ANALYST]
        sample = next(
            one for one in analyst.get("/api/lims/samples", batch_id=batch_id) if one["point"] == "harvest"
        )
        first = self._run(sample, TYPED_DILUTION)
        investigation = wait_for(
            "the investigation",
            lambda: next(iter(analyst.get("/api/lims/investigations", batch_id=batch_id)), None),
        )
        self.say(f"out of specification: {investigation['title']} -> investigation {investigation['number']}")
        self._approve_run(first)
        self._investigate(investigation["id"], first, sample)
        second = self._run(sample, TRUE_DILUTION)
        self._approve_run(second)
        self._conclude(investigation["id"])
        self._contract(sample)
        certificate = analyst.post(
            "/api/lims/certificates",
            {"specification_code": "SPEC-MAB7-HARVEST", "batch_id": batch_id, "reason": "harvest"},
        )
        self.cast.sign(QUALITY, "lims_certificate", certificate["id"], "issued", "All results conform.")
        self.say(f"certificate {certificate['number']} issued; it names {investigation['number']}")
        return {"sample": sample, "investigation": investigation, "certificate": certificate}

    def _open_tests(self, sample_id: str) -> list[str]:
        detail = self.cast[ANALYST].get(f"/api/lims/samples/{sample_id}")
        return [
            work["test"]["id"]
            for work in detail["tests"]
            if work["technique"] == "chromatography" and work["test"]["state"] in ("planned", "ready")
        ]

    def _run(self, sample: dict[str, Any], dilution: str) -> str:
        analyst = self.cast[ANALYST]
        run = analyst.post(
            "/api/lims/runs",
            {"instrument": INSTRUMENT, "test_ids": self._open_tests(sample["id"]), "reason": "release test"},
        )
        path = f"/api/lims/runs/{run['id']}"
        analyst.post(
            f"{path}/worksheet", {"sample_id": sample["id"], "name": "dilution_factor", "raw": dilution}
        )
        for level, concentration in STANDARDS:
            analyst.post(f"{path}/standards", {"level": level, "concentration": concentration})
        version = analyst.get(path)["run"]["version"]
        run = analyst.post(f"{path}/ready", {"version": version, "reason": "prepared"})
        run = analyst.post(f"{path}/start", {"version": run["version"], "reason": "sequence loaded"})
        self.bench("/bench/chromatograph/sequence", self._sequence(run["number"], sample["number"]))
        self.say(
            f"the {ANALYST} started run {run['number']} on {INSTRUMENT}, dilution factor typed: {dilution}"
        )
        wait_for(
            f"the file of {run['number']}",
            lambda: analyst.get(path)["run"]["document_digest"],
            seconds=180,
        )
        version = analyst.get(path)["run"]["version"]
        run = analyst.post(f"{path}/process", {"version": version, "reason": "sequence complete"})
        suitable = all(row["passed"] for row in run["suitability"])
        self.say(f"run {run['number']}: suitability {'passed' if suitable else 'FAILED'}, {run['state']}")
        return str(run["id"])

    @staticmethod
    def _sequence(run: str, sample: str) -> dict[str, Any]:
        standards = [
            {"type": "standard", "name": f"Standard {level}", "level": level, "concentration": float(value)}
            for level, value in STANDARDS
        ]
        suitability = [
            {"type": "suitability", "name": f"Suitability {number}", "concentration": 0.2}
            for number in range(1, 6)
        ]
        samples = [
            {"type": "sample", "name": sample, "sample": sample, "dilution": float(TRUE_DILUTION)}
            for _ in range(2)
        ]
        return {
            "sequence_id": run,
            "operator": ANALYST,
            "method": "SEC-HPLC-01",
            "injections": [{"type": "blank", "name": "Blank"}, *suitability, *standards, *samples],
        }

    def _approve_run(self, run_id: str) -> None:
        self.cast.sign(REVIEWER, "lims_run", run_id, "reviewed", "Data and audit trail read.")
        self.cast.sign(QUALITY, "lims_run", run_id, "approved", "Reviewed by a second person.")

    def _investigate(self, investigation_id: str, run_id: str, sample: dict[str, Any]) -> None:
        analyst, investigator = self.cast[ANALYST], self.cast[SECOND_REVIEWER]
        paper = analyst.post(
            "/api/lims/attachments",
            {
                "subject_type": "lims_run",
                "subject_id": run_id,
                "title": "Preparation record",
                "file_name": "preparation.txt",
                "media_type": "text/plain",
                "data_base64": base64.b64encode(
                    f"{sample['number']}: 0.050 mL sample to 1.000 mL buffer (1 in 20)\n".encode()
                ).decode(),
                "reason": "phase I",
            },
        )
        detail = analyst.get(f"/api/lims/runs/{run_id}")
        factor = next(row for row in detail["measurements"] if row["name"] == "worksheet.dilution_factor")
        path = f"/api/lims/investigations/{investigation_id}"
        version = investigator.get(path)["version"]
        investigator.post(
            f"{path}/begin",
            {
                "version": version,
                "hypothesis": "The dilution factor on the worksheet is not the one prepared.",
            },
        )
        investigator.post(
            f"{path}/evidence",
            {
                "statement": "The preparation record says 1 in 20; the worksheet says 10.",
                "attachment_id": paper["id"],
                "measurement_id": factor["id"],
                "should_have_been": TRUE_DILUTION,
                "reason": "phase I",
            },
        )
        version = investigator.get(path)["version"]
        investigator.post(
            f"{path}/phase-one",
            {
                "version": version,
                "assignable_cause": "Dilution factor 10 was typed for a 1 in 20 dilution.",
                "cause_kind": "calculation",
                "reason": "proved by the preparation record",
            },
        )
        reason = "The cause is proved."
        self.cast.sign(REVIEWER, "lims_investigation", investigation_id, "reviewed", reason)
        self.cast.sign(QUALITY, "lims_investigation", investigation_id, "invalidated", reason)
        self.say(
            "phase I proved a wrong dilution factor; the result is invalidated by a second person and QA"
        )

    def _conclude(self, investigation_id: str) -> None:
        path = f"/api/lims/investigations/{investigation_id}"
        version = self.cast[SECOND_REVIEWER].get(path)["version"]
        self.cast[SECOND_REVIEWER].post(
            f"{path}/conclude",
            {
                "version": version,
                "conclusion": "Laboratory error; the batch is not affected.",
                "reason": "done",
            },
        )
        self.cast.sign(QUALITY, "lims_investigation", investigation_id, "closed", "Determined again.")

    def _contract(self, sample: dict[str, Any]) -> None:
        analyst = self.cast[ANALYST]
        paper = analyst.post(
            "/api/lims/contract-certificates",
            {
                "sample_id": sample["id"],
                "laboratory": "Safe Lab Ltd",
                "reference": "SL-2026-0177",
                "file_name": "SL-2026-0177.pdf",
                "data_base64": base64.b64encode(contract_pdf(sample["number"])).decode(),
                "reason": "received by post",
            },
        )
        path = f"/api/lims/contract-certificates/{paper['id']}"
        analyst.post(
            f"{path}/transcription",
            {
                "version": paper["version"],
                "rows": [
                    {"analysis": "bioburden", "value": "< 1", "unit": "[CFU]/10mL"},
                    {"analysis": "virus", "value": "not detected", "unit": ""},
                ],
            },
        )
        reason = "Compared with the original, line by line."
        self.cast.sign(
            SECOND_ANALYST, "lims_contract_certificate", paper["id"], "transcription_checked", reason
        )
        self.cast.sign(QUALITY, "lims_sample", sample["id"], "approved", "Contract laboratory is approved.")
        self.say("the contract laboratory's certificate was transcribed, and checked by a second person")


def contract_pdf(sample: str) -> bytes:
    """The contract laboratory's paper, as it would come by post; made for the demo, and it says so."""
    from datetime import UTC, datetime

    from titer.app.document import Document, Section, render

    at = datetime(2026, 3, 20, tzinfo=UTC)
    rows = (("Bioburden", "< 1 CFU / 10 mL"), ("Adventitious virus, in vitro", "not detected"))
    return render(
        Document(
            title="Certificate SL-2026-0177",
            installation="Safe Lab Ltd (invented for the demo)",
            mark="DEMO",
            server_time=at,
            process_time=at,
            head=(("Laboratory", "Safe Lab Ltd (invented for the demo)"), ("Sample", sample)),
            sections=(Section("Results", ("Test", "Result"), rows),),
            data={"sample": sample},
        )
    )
