"""The verification report of a legacy import as a document: PDF/A-3b with its own data attached."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from titer.app import manifest
from titer.app.document import Document, Section, render, table, text
from titer.app.platform import Platform
from titer.base.clock import iso
from titer.record import Person, Signature
from titer.systems import Source, SourceImport, Verification
from titer.systems.queries import get

_COUNTS = {
    "read": "rows read",
    "new": "new copies",
    "changed": "new versions of copies",
    "unchanged": "held already",
    "quarantined": "in quarantine",
    "replaced": "replaced by a later file",
    "vanished": "held, and not shown any more",
}


def migration_pdf(platform: Platform, verification_id: str) -> bytes:
    """The PDF of a report.

    Raises:
        NotFound: if there is none.
    """
    with platform.record.reading() as session:
        row = get(session, Verification, verification_id)
        source = get(session, Source, row.source_id)
        done = get(session, SourceImport, row.import_id)
        installation = platform.record.installation(session)
        maker = session.get(Person, row.made_by)
        signatures = session.scalars(select(Signature).where(Signature.record_id == row.id))
        covered = platform.sealer.covered_size
        signed = manifest.rows(platform.record, session, signatures, covered)
        report = row.report
        head = (
            ("Report", row.number),
            ("State", row.state),
            ("Source", f"{source.name} ({source.kind}), revision {done.revision}"),
            ("System", source.system),
            ("Records", source.record_type.replace("_", " ")),
            ("Import", f"{done.number}, read {text(done.read_at)}"),
            ("Made", f"{text(row.made_at)} by {maker.full_name if maker else row.made_by}"),
            ("There", f"{report['there']['count']:,} records, SHA-256 {report['there']['digest']}"),
            ("Here", f"{report['here']['count']:,} records, SHA-256 {report['here']['digest']}"),
            ("Same", text(report["there"] == report["here"])),
            ("Seed of the sample", str(row.seed)),
        )
        data = {
            "number": row.number,
            "state": row.state,
            "source": source.name,
            "system": source.system,
            "import": done.number,
            "parts": done.parts,
            "made_at": iso(row.made_at),
            "seed": row.seed,
            "report": report,
            "signatures": signed,
        }
        return render(
            Document(
                title="Verification report of a legacy import",
                installation=f"{installation.name}, {installation.site}",
                mark="DEMO" if installation.demo else "SIMULATED" if installation.simulated else "",
                server_time=platform.record.clock.now(),
                process_time=platform.record.process_clock.now(),
                head=head,
                sections=_sections(report, done, signed),
                data=data,
            )
        )


def _sections(report: dict[str, Any], done: SourceImport, signed: list[manifest.Row]) -> tuple[Section, ...]:
    counts = [{"what": words, "n": f"{report['counts'][name]:,}"} for name, words in _COUNTS.items()]
    counts.append({"what": "discarded by a person, with the reason", "n": f"{report['discarded']:,}"})
    sampled = [
        {
            "key": one["key"],
            "column": found["column"],
            "there": found["there"],
            "here": found["here"],
            "means": found["means"],
            "same": found["same"],
        }
        for one in report["sampled"]
        for found in one["fields"]
    ]
    return (
        table("What became of the rows", counts, {"what": "Rows", "n": "Count"}),
        table(
            "What was read",
            done.parts,
            {"name": "File, page or view", "rows": "Rows", "digest": "SHA-256 of its bytes, which are kept"},
        ),
        table(
            "Columns that were left out",
            done.ignored or [{"column": "none"}],
            {"column": "Column", "why": "Why"},
        ),
        table(
            "Differences of the two sides",
            report["differences"] or [{"kind": "none"}],
            {"kind": "Difference", "key": "Record"},
            note=f"{report['difference_count']:,} in all. Each digest is SHA-256 over the sorted lines "
            "SHA256(key) SPACE SHA256(canonical row).",
        ),
        table(
            "The sample, field by field",
            sampled,
            {
                "key": "Record",
                "column": "Column",
                "there": "There",
                "here": "Here",
                "means": "Taken as",
                "same": "Same",
            },
            note=f"{len(report['sampled']):,} of {report['population']:,} records: those whose SHA-256 over "
            f"SEED:KEY come first. {report['sampled_differing']:,} of them differ.",
        ),
        manifest.section(signed),
    )
