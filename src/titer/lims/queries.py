"""Reads of the laboratory: work lists, and the chain that a result came by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from titer.base.clock import iso
from titer.base.errors import NotFound
from titer.lims import rules
from titer.lims.model import (
    Attachment,
    Certificate,
    ContractCertificate,
    Design,
    Evaluation,
    Investigation,
    Measurement,
    RawFile,
    ReportableResult,
    Run,
    Sample,
    TestRequest,
)
from titer.lims.service.results import evaluation_of, result_of
from titer.record import ContentObject, LedgerEntry, Person, Signature, Training


@dataclass(frozen=True)
class Work:
    """One test on somebody's list, with what it is about."""

    test: TestRequest
    sample: Sample
    method: Design
    result: ReportableResult | None
    evaluation: Evaluation | None


@dataclass(frozen=True)
class Link:
    """One link of the chain from a certificate back to the bytes and the people.

    Args:
        kind: certificate, result, calculation, measurement, peak, file, instrument, person, signature, entry.
        title: in words.
        detail: more words.
        record_type, record_id: the record that shows it, where there is one.
        at: the process clock's ISO instant, where there is one.
        data: what the page shows.
    """

    kind: str
    title: str
    detail: str = ""
    record_type: str | None = None
    record_id: str | None = None
    at: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


def work(
    session: Session,
    *,
    states: tuple[str, ...] = (),
    batch_id: str | None = None,
    sample_id: str | None = None,
    lot_id: str | None = None,
    limit: int = 200,
) -> list[Work]:
    """Tests with their samples, methods and results; without states, those on which something is to be done."""
    query = (
        select(TestRequest, Sample, Design, ReportableResult)
        .join(Sample, Sample.id == TestRequest.sample_id)
        .join(Design, Design.id == TestRequest.method_id)
        .outerjoin(ReportableResult, ReportableResult.test_id == TestRequest.id)
        .order_by(TestRequest.id)
        .limit(limit)
    )
    if states:
        query = query.where(TestRequest.state.in_(states))
    elif batch_id is None and sample_id is None and lot_id is None:
        query = query.where(TestRequest.state.not_in(rules.SETTLED_TESTS))
    if lot_id is not None:
        query = query.where(Sample.lot_id == lot_id)
    if batch_id is not None:
        query = query.where(TestRequest.batch_id == batch_id)
    if sample_id is not None:
        query = query.where(TestRequest.sample_id == sample_id)
    rows = session.execute(query).all()
    newest = _newest_evaluations(session, [row[3].id for row in rows if row[3] is not None])
    return [
        Work(test, sample, method, result, newest.get(result.id) if result else None)
        for test, sample, method, result in rows
    ]


def _newest_evaluations(session: Session, result_ids: list[str]) -> dict[str, Evaluation]:
    if not result_ids:
        return {}
    rows = session.scalars(
        select(Evaluation).where(Evaluation.result_id.in_(result_ids)).order_by(Evaluation.id)
    )
    return {row.result_id: row for row in rows}


def counts(session: Session) -> dict[str, int]:
    """Tests by state."""
    rows = session.execute(select(TestRequest.state, func.count()).group_by(TestRequest.state)).all()
    return {row[0]: row[1] for row in rows}


def samples(
    session: Session,
    *,
    batch_id: str | None = None,
    lot_id: str | None = None,
    state: str | None = None,
    limit: int = 200,
) -> list[Sample]:
    """Samples, newest first."""
    query = select(Sample).order_by(Sample.id.desc()).limit(limit)
    if batch_id is not None:
        query = query.where(Sample.batch_id == batch_id)
    if lot_id is not None:
        query = query.where(Sample.lot_id == lot_id)
    if state is not None:
        query = query.where(Sample.state == state)
    return list(session.scalars(query))


def results_of_batch(session: Session, batch_id: str) -> list[ReportableResult]:
    """All results of a batch in the order of sampling, invalidated ones too."""
    query = select(ReportableResult).where(ReportableResult.batch_id == batch_id)
    return list(session.scalars(query.order_by(ReportableResult.sampled_at, ReportableResult.id)))


def measurements(
    session: Session, *, run_id: str | None = None, sample_id: str | None = None
) -> list[Measurement]:
    """Measurements of a run or a sample, superseded ones too, in the order of entry."""
    query = select(Measurement).order_by(Measurement.id)
    if run_id is not None:
        query = query.where(Measurement.run_id == run_id)
    if sample_id is not None:
        query = query.where(Measurement.sample_id == sample_id)
    return list(session.scalars(query))


def attachments(session: Session, subject_id: str) -> list[Attachment]:
    """Documents that are kept with a run or sample."""
    return list(
        session.scalars(select(Attachment).where(Attachment.subject_id == subject_id).order_by(Attachment.id))
    )


def invalidation_rate(session: Session) -> list[tuple[str, int, int]]:
    """(person, results entered, results invalidated): selective invalidation shows here."""
    rows = session.execute(select(ReportableResult.entered_by, ReportableResult.state)).all()
    told: dict[str, list[int]] = {}
    for person, state in rows:
        row = told.setdefault(person, [0, 0])
        row[0] += 1
        row[1] += state == "invalidated"
    return [(person, entered, invalid) for person, (entered, invalid) in sorted(told.items())]


# --- where a result comes from -----------------------------------------------------------------------------


def origin(session: Session, result_id: str) -> list[Link]:
    """The chain of a result: certificate, result, calculation, measurement, peak, file, instrument, person, entries.

    Raises:
        NotFound: if there is no such result.
    """
    result = session.get(ReportableResult, result_id)
    if result is None:
        raise NotFound(f"There is no result {result_id}.")
    chain = [*_certificates(session, result), *_result(session, result)]
    rows = [
        row
        for keys in result.inputs.values()
        for key in keys
        if (row := session.get(Measurement, key)) is not None
    ]
    chain += _measurements(session, rows)
    chain += _peaks(session, result, rows)
    chain += _files(session, rows)
    chain += _instrument(session, result)
    chain += _people(session, result)
    chain += _signatures(session, result)
    chain += _entries(session, result, rows)
    return chain


def _certificates(session: Session, result: ReportableResult) -> list[Link]:
    if result.batch_id is None:
        return []
    rows = session.scalars(select(Certificate).where(Certificate.batch_id == result.batch_id))
    return [
        Link(
            "certificate",
            f"Certificate of analysis {row.number}",
            row.state,
            "lims_certificate",
            row.id,
            iso(row.process_at),
            {"digest": row.digest},
        )
        for row in rows
        if any(line["result_id"] == result.id for line in row.content["results"])
    ]


def _result(session: Session, result: ReportableResult) -> list[Link]:
    evaluation = evaluation_of(session, result.id)
    links = [
        Link(
            "result",
            f"{result.analysis}: {result.text} {result.unit or ''}".strip(),
            f"{result.state}; {evaluation.outcome if evaluation else 'not evaluated'}",
            "lims_result",
            result.id,
            iso(result.process_at),
            {"evaluation": list(evaluation.trace) if evaluation else [], "pinned": result.pinned},
        )
    ]
    test = session.get(TestRequest, result.test_id)
    if test is not None and test.investigation_id:
        found = session.get(Investigation, test.investigation_id)
        if found is not None:
            links.append(
                Link(
                    "investigation",
                    f"Investigation {found.number}",
                    found.assignable_cause or found.state.replace("_", " "),
                    "lims_investigation",
                    found.id,
                )
            )
    if result.trace:
        method = result.pinned.get("method", {})
        links.append(
            Link(
                "calculation",
                f"Calculated by {method.get('code', '')} revision {method.get('revision', '')}",
                f"{len(result.trace)} steps",
                "lims_result",
                result.id,
                None,
                {"steps": result.trace, "method_digest": method.get("digest")},
            )
        )
    return links


def _measurements(session: Session, rows: list[Measurement]) -> list[Link]:
    links = []
    for row in rows:
        superseded = session.get(Measurement, row.supersedes_id) if row.supersedes_id else None
        links.append(
            Link(
                "measurement",
                f"{row.name} = {row.raw} {row.unit or ''}".strip(),
                f"replicate {row.replicate}"
                + (f"; corrects {superseded.raw}: {row.reason}" if superseded else ""),
                "lims_measurement",
                row.id,
                iso(row.process_at),
                {"source": row.source},
            )
        )
    return links


def _peaks(session: Session, result: ReportableResult, rows: list[Measurement]) -> list[Link]:
    run = session.get(Run, str(result.pinned.get("run_id", "")))
    if run is None:
        return []
    wanted = {str(row.source.get("path")) for row in rows if row.source.get("kind") == "animl"}
    return [
        Link(
            "peak",
            f"Injection {one['position']}: {one['name']}",
            ", ".join(f"{peak['name']} {peak['apex']} min, {peak['area']} mAU.min" for peak in one["peaks"]),
            "lims_run",
            run.id,
            one["injected_at"],
            {
                "path": one["path"],
                "peaks": one["peaks"],
                "claimed": one["claimed"],
                "history": one["history"],
            },
        )
        for one in run.injections
        if one["path"] in wanted
    ]


def _files(session: Session, rows: list[Measurement]) -> list[Link]:
    links = []
    for digest in dict.fromkeys(str(row.source["digest"]) for row in rows if "digest" in row.source):
        content = session.scalar(select(ContentObject).where(ContentObject.digest == digest))
        file = session.scalar(select(RawFile).where(RawFile.digest == digest))
        external = session.scalar(select(ContractCertificate).where(ContractCertificate.digest == digest))
        name = file.file_name if file else (external.file_name if external else "content")
        links.append(
            Link(
                "file",
                name,
                f"SHA-256 {digest}",
                "record_content" if content else None,
                content.id if content else None,
                iso(content.process_at) if content else None,
                {"digest": digest, "size": content.size if content else None},
            )
        )
    return links


def _instrument(session: Session, result: ReportableResult) -> list[Link]:
    pinned = result.pinned.get("instrument")
    links = []
    if isinstance(pinned, dict) and pinned.get("code"):
        detail = (
            f"{pinned.get('qualification', 'unknown')}; calibrated {pinned.get('calibrated_at') or 'never'}"
        )
        if pinned.get("calibration_due"):
            detail += f", due {pinned['calibration_due']}"
        links.append(
            Link(
                "instrument",
                f"Instrument {pinned['code']}, serial number {pinned.get('serial') or 'unknown'}",
                detail,
                "equipment_calibration" if pinned.get("calibration_id") else "equipment_node",
                pinned.get("calibration_id") or pinned.get("node_id"),
                pinned.get("ready_at"),
                pinned,
            )
        )
    links.extend(
        Link(
            "material",
            f"{row['role']}: lot {row['lot']}",
            "released when the run began",
            "material_lot",
            row["lot"],
        )
        for row in result.pinned.get("materials", [])
    )
    return links


def _people(session: Session, result: ReportableResult) -> list[Link]:
    links = []
    who = result.pinned.get("analyst") or result.pinned.get("person") or {}
    for title, key in (
        ("Entered by", result.entered_by),
        ("Reviewed by", result.reviewed_by),
        ("Approved by", result.approved_by),
    ):
        if key is None:
            continue
        person = session.get(Person, key)
        told: dict[str, Any] = {}
        detail = ""
        if title == "Entered by" and who.get("training_id"):
            training = session.get(Training, str(who["training_id"]))
            until = f" until {who['trained_until']}" if who.get("trained_until") else ""
            detail = f"trained in {who.get('competency')}{until}"
            told = {"training": training.document if training else None, **who}
        links.append(
            Link(
                "person",
                f"{title} {person.full_name if person else key}",
                detail,
                "record_person" if person else None,
                key if person else None,
                None,
                told,
            )
        )
    return links


def _signatures(session: Session, result: ReportableResult) -> list[Link]:
    test = session.get(TestRequest, result.test_id)
    subjects = {result.sample_id} | ({test.run_id} if test and test.run_id else set())
    rows = session.scalars(select(Signature).where(Signature.record_id.in_(subjects)).order_by(Signature.id))
    return [
        Link(
            "signature",
            f"{row.meaning} by {row.printed_name}",
            row.reason,
            "record_signature",
            row.id,
            iso(row.process_at),
            {"digest": row.digest, "signed_at": iso(row.signed_at)},
        )
        for row in rows
    ]


def _entries(session: Session, result: ReportableResult, rows: list[Measurement]) -> list[Link]:
    ids = [result.id, *(row.id for row in rows)]
    entries = session.scalars(
        select(LedgerEntry).where(LedgerEntry.record_id.in_(ids)).order_by(LedgerEntry.seq)
    )
    return [
        Link(
            "entry",
            f"Ledger entry {entry.seq}",
            f"{entry.record_type} version {entry.record_version}",
            entry.record_type,
            entry.record_id,
            None,
            {"entry_id": entry.id, "seq": entry.seq},
        )
        for entry in entries
    ]


__all__ = [
    "Link",
    "Work",
    "attachments",
    "counts",
    "invalidation_rate",
    "measurements",
    "origin",
    "result_of",
    "results_of_batch",
    "samples",
    "work",
]
