"""Results of a sample or a batch as one AnIML document, with raw data, audit trail and signatures, under our seal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import iso
from titer.base.errors import NotFound
from titer.connect.animl.writer import write
from titer.lims import RawFile, ReportableResult, Run, Sample, TestRequest
from titer.lims import queries as laboratory
from titer.lims.exchange import Change, RawData, Signed, ToldSample, samples_document
from titer.mes.model import Batch
from titer.record.model import LedgerEntry, Signature
from titer.record.reader import Version, difference, version_of

if TYPE_CHECKING:
    from titer.app.platform import Platform

LARGEST_RAW = 64 * 1024 * 1024
"""Bytes of raw data that go along; of a file beyond that the document bears the digest."""


def sample_animl(platform: Platform, number: str) -> bytes:
    """A sample's results as AnIML 0.90, signed by the installation.

    Args:
        platform: the wired platform.
        number: the sample's, or its id.

    Raises:
        NotFound: if there is no such sample.
    """
    with platform.record.reading() as session:
        found = session.scalars(select(Sample).where((Sample.number == number) | (Sample.id == number))).all()
        if not found:
            raise NotFound(f"There is no sample {number}.")
        return _document(platform, session, found)


def batch_animl(platform: Platform, number: str) -> bytes:
    """The results of all samples of a batch; see `sample_animl`.

    Raises:
        NotFound: if there is no such batch, or it has no sample.
    """
    with platform.record.reading() as session:
        of = select(Batch.id).where((Batch.number == number) | (Batch.id == number))
        found = session.scalars(select(Sample).where(Sample.batch_id.in_(of)).order_by(Sample.number)).all()
        if not found:
            raise NotFound(f"There is no batch {number} with a sample.")
        return _document(platform, session, found)


def _document(platform: Platform, session: Session, samples: Sequence[Sample]) -> bytes:
    now = platform.record.clock.now()
    left = LARGEST_RAW
    told = []
    for sample in samples:
        one, left = _told(platform, session, sample, left)
        told.append(one)
    return platform.documents.sign_animl(write(samples_document(told, made_at=now)), at=now)


def _told(platform: Platform, session: Session, sample: Sample, left: int) -> tuple[ToldSample, int]:
    tests = session.scalars(select(TestRequest).where(TestRequest.sample_id == sample.id)).all()
    results = session.scalars(select(ReportableResult).where(ReportableResult.sample_id == sample.id)).all()
    measurements = laboratory.measurements(session, sample_id=sample.id)
    runs = [run for key in {test.run_id for test in tests if test.run_id} if (run := session.get(Run, key))]
    files = []
    named = _files(session, sample, [str(one.source.get("digest") or "") for one in measurements], runs)
    for name, media_type, digest in named:
        data: bytes | None = platform.record.content.read(digest)
        if data is not None and len(data) > left:
            data = None
        left -= len(data or b"")
        files.append(RawData(name, media_type, digest, data))
    names = {sample.id: sample.number}
    names |= {one.id: one.number for one in tests} | {one.id: one.number for one in runs}
    ids = [*names, *(one.id for one in results)]
    signatures = session.scalars(select(Signature).where(Signature.record_id.in_(ids)).order_by(Signature.id))
    signed = [
        Signed(
            f"{one.record_type} {names.get(one.record_id, one.record_id)}",
            one.meaning,
            one.printed_name,
            iso(one.signed_at),
            one.reason,
            one.digest,
        )
        for one in signatures
    ]
    changes = tuple(_changes(session, ids))
    return ToldSample(sample, results, measurements, files, signed, changes), left


def _files(
    session: Session, sample: Sample, digests: Sequence[str], runs: Sequence[Run]
) -> Iterator[tuple[str, str, str]]:
    """Name, media type and digest of each raw file of a sample, once."""
    seen = set()
    for one in laboratory.attachments(session, sample.id):
        seen.add(one.digest)
        yield one.file_name, one.media_type, one.digest
    for digest in dict.fromkeys([*digests, *(run.document_digest or "" for run in runs)]):
        if not digest or digest in seen:
            continue
        file = session.scalar(select(RawFile).where(RawFile.digest == digest).limit(1))
        yield file.file_name if file else digest, "", digest


def _changes(session: Session, ids: Sequence[str]) -> Iterator[Change]:
    """The ledger's entries about some records, oldest first."""
    before: dict[str, Version] = {}
    rows = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.record_id.in_(ids), LedgerEntry.record_type.like("lims_%"))
        .order_by(LedgerEntry.seq)
    )
    for row in rows:
        seen = version_of(row)
        last = before.get(row.record_id)
        before[row.record_id] = seen
        fields = difference(last.image if last else None, seen.image)
        yield Change(
            seen.time,
            (str(seen.actor.get("kind", "")), str(seen.actor.get("name") or seen.actor.get("id") or "")),
            row.record_id,
            f"{seen.verb}: {row.record_type} version {seen.number}",
            last is None,
            seen.reason or "",
            tuple((one.field, one.before, one.after) for one in fields),
        )
