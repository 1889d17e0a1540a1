"""The certificate of analysis as a document: what the certificate says, its signatures, and nothing else."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from titer.app import Platform, manifest
from titer.app.document import Document, Section
from titer.app.export import sealed
from titer.base.clock import iso
from titer.base.errors import NotFound
from titer.record import Base

TABLE = "lims_certificate"


def certificate_pdf(platform: Platform, certificate_id: str) -> bytes:
    """The certificate as PDF/A with its content attached, under the installation's seal.

    Raises:
        NotFound: if there is no such certificate.
    """
    record = platform.record
    table = Base.metadata.tables[TABLE]
    with record.reading() as session:
        row = session.execute(table.select().where(table.c.id == certificate_id)).mappings().first()
        if row is None:
            raise NotFound(f"There is no certificate {certificate_id}.")
        installation = record.installation(session)
        given = record.signatures_of(session, TABLE, certificate_id)
        signed = manifest.rows(record, session, given, platform.sealer.covered_size)
        content: dict[str, Any] = row["content"]
        document = Document(
            title=f"Certificate of analysis {row['number']}",
            installation=f"{installation.name}, {installation.site}",
            mark="DEMO" if installation.demo else "SIMULATED" if installation.simulated else "",
            server_time=record.clock.now(),
            process_time=record.process_clock.now(),
            head=_head(session, dict(row), content),
            sections=(_results(content), _others(content), manifest.section(signed)),
            data={
                "digest": row["digest"],
                "state": row["state"],
                "content": content,
                "signatures": signed,
            },
        )
    return sealed(platform, document)


def _head(session: Session, row: dict[str, Any], content: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    batches = Base.metadata.tables["mes_batch"]
    number = session.execute(
        batches.select().with_only_columns(batches.c.number).where(batches.c.id == row["batch_id"])
    ).scalar()
    return (
        ("State", "issued" if row["state"] == "issued" else f"{row['state']}: not to be relied on"),
        ("Material", str(content["material"])),
        ("Batch", str(number or row["batch_id"] or "")),
        ("Specification", str(content["specification"])),
        ("Rounding", str(content["rounding"])),
        ("Conforms", "yes" if content["conforms"] else "no"),
        ("Plant time", iso(row["process_at"])),
        ("Server time (UTC)", iso(row["recorded_at"])),
        ("Digest of the content (SHA-256)", str(row["digest"])),
    )


def _results(content: dict[str, Any]) -> Section:
    return Section(
        "Results",
        ("Test", "Method", "Limit", "Result", "Evaluation", "Sample"),
        tuple(
            (
                str(line["title"]),
                str(line["method"]),
                str(line["limit"]),
                f"{line['result']} {line['unit'] or ''}".strip()
                + (" (determined again)" if line["redetermined"] else ""),
                str(line["outcome"]).replace("_", " "),
                str(line["sample"]),
            )
            for line in content["results"]
        ),
        widths=(3, 2, 2, 2, 2, 2),
    )


def _others(content: dict[str, Any]) -> Section:
    rows = [("Investigation", str(number), "") for number in content["investigations"]]
    rows += [
        ("Contract laboratory's certificate", f"{one['number']}, {one['laboratory']}, {one['reference']}",
         str(one["digest"]))
        for one in content["contract_certificates"]
    ]  # fmt: skip
    return Section(
        "What it rests on beside the results", ("Kind", "Number", "SHA-256"), tuple(rows), widths=(2, 3, 4)
    )
