"""HTTP of samples, tests, panels and runs: the analyst's bench."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import select

from titer.base.encoded import decoded
from titer.base.errors import Invalid, NotFound
from titer.lims import queries
from titer.lims.model import PanelRequest, RawFile, Run, Sample
from titer.lims.routes import models as m
from titer.lims.routes.part import LimsPart
from titer.lims.service.rawfiles import READ_AS
from titer.lims.service.samples import sample as find_sample
from titer.record.http import Acting, ActingPerson, Reading

router = APIRouter()


# --- samples ---------------------------------------------------------------------------------------------


@router.get("/worklist")
def lims_worklist(
    session: Reading, state: str | None = None, batch_id: str | None = None, lot_id: str | None = None
) -> list[m.LimsWorkOut]:
    """Tests on which something is to be done; or those in a state, of a batch or of a lot."""
    found = queries.work(session, states=(state,) if state else (), batch_id=batch_id, lot_id=lot_id)
    return [m.LimsWorkOut.of(row) for row in found]


@router.get("/counts")
def lims_counts(session: Reading) -> dict[str, int]:
    """Tests by state."""
    return queries.counts(session)


@router.post("/samples")
def lims_register_sample(body: m.RegisterSample, act: Acting, lims: LimsPart) -> m.LimsSampleOut:
    """Register a sample with the tests of its plan."""
    with act("lims.sample.register", reason=body.reason) as unit:
        made = lims.samples.register(
            unit,
            batch_id=body.batch_id,
            lot_id=body.lot_id,
            parent_id=body.parent_id,
            kind=body.kind,
            plan_code=body.plan_code,
            analyses=body.analyses,
            specification_code=body.specification_code,
            point=body.point,
            location=body.location,
            sampled_at=body.sampled_at,
            planned=body.planned,
        )
        return m.LimsSampleOut.model_validate(made)


@router.get("/samples")
def lims_samples(
    session: Reading, batch_id: str | None = None, lot_id: str | None = None, state: str | None = None
) -> list[m.LimsSampleOut]:
    """Samples, newest first."""
    rows = queries.samples(session, batch_id=batch_id, lot_id=lot_id, state=state)
    return [m.LimsSampleOut.model_validate(row) for row in rows]


@router.get("/samples/{sample_id}")
def lims_sample(sample_id: str, session: Reading) -> m.LimsSampleDetailOut:
    """A sample by id or number, with everything that hangs on it."""
    row = find_sample(session, sample_id)
    aliquots = session.scalars(select(Sample).where(Sample.parent_id == row.id).order_by(Sample.id))
    return m.LimsSampleDetailOut(
        sample=m.LimsSampleOut.model_validate(row),
        tests=[m.LimsWorkOut.of(one) for one in queries.work(session, sample_id=row.id)],
        measurements=[
            m.LimsMeasurementOut.model_validate(one)
            for one in queries.measurements(session, sample_id=row.id)
        ],
        attachments=[m.LimsAttachmentOut.model_validate(one) for one in queries.attachments(session, row.id)],
        aliquots=[m.LimsSampleOut.model_validate(one) for one in aliquots],
    )


@router.post("/samples/{sample_id}/collect")
def lims_collect_sample(
    sample_id: str, body: m.CollectSample, act: Acting, lims: LimsPart
) -> m.LimsSampleOut:
    """Note that a planned sample was drawn."""
    with act("lims.sample.collect", reason=body.reason) as unit:
        at: datetime = body.sampled_at or unit.process_now
        return m.LimsSampleOut.model_validate(
            lims.samples.collect(unit, sample_id, sampled_at=at, location=body.location)
        )


@router.post("/samples/{sample_id}/move")
def lims_move_sample(sample_id: str, body: m.MoveSample, act: Acting, lims: LimsPart) -> m.LimsSampleOut:
    """Hold, resume, quarantine, reject, deplete or dispose of a sample."""
    with act("lims.sample.move", reason=body.reason) as unit:
        return m.LimsSampleOut.model_validate(lims.samples.move(unit, sample_id, body.event, body.version))


@router.post("/samples/{sample_id}/panel")
def lims_request_panel(
    sample_id: str, body: m.RequestPanel, act: Acting, lims: LimsPart
) -> list[m.LimsPanelOut]:
    """Put a sample before the analyser."""
    with act("lims.panel.request", reason=body.reason) as unit:
        made = lims.request_panel(unit, sample_id, method_code=body.method_code)
        return [m.LimsPanelOut.model_validate(one) for one in made]


@router.get("/panels")
def lims_panels(session: Reading, state: str | None = None) -> list[m.LimsPanelOut]:
    """Panels asked for, newest first."""
    query = select(PanelRequest).order_by(PanelRequest.id.desc()).limit(200)
    if state:
        query = query.where(PanelRequest.state == state)
    return [m.LimsPanelOut.model_validate(row) for row in session.scalars(query)]


@router.post("/tests/{test_id}/reading")
def lims_enter_reading(test_id: str, body: m.EnterReading, act: Acting, lims: LimsPart) -> m.LimsResultOut:
    """Enter what was read off."""
    with act("lims.result.enter", reason=body.reason) as unit:
        made = lims.results.enter_reading(
            unit, test_id, raw=body.raw, unit_code=body.unit, instrument=body.instrument
        )
        return m.LimsResultOut.model_validate(made)


@router.post("/tests/{test_id}/cancel")
def lims_cancel_test(test_id: str, body: m.ChangeOf, act: Acting, lims: LimsPart) -> m.LimsTestOut:
    """Cancel a test on which work has not begun."""
    with act("lims.test.cancel", reason=body.reason) as unit:
        return m.LimsTestOut.model_validate(lims.samples.cancel_test(unit, test_id, body.version))


# --- runs ------------------------------------------------------------------------------------------------


@router.post("/runs")
def lims_create_run(body: m.CreateRun, act: Acting, lims: LimsPart) -> m.LimsRunOut:
    """Make a worksheet."""
    with act("lims.run.create", reason=body.reason) as unit:
        made = lims.worksheets.create(
            unit, instrument=body.instrument, test_ids=body.test_ids, materials=body.materials
        )
        return m.LimsRunOut.model_validate(made)


@router.get("/runs")
def lims_runs(session: Reading, state: str | None = None) -> list[m.LimsRunOut]:
    """Runs, newest first."""
    query = select(Run).order_by(Run.id.desc()).limit(200)
    if state:
        query = query.where(Run.state == state)
    return [m.LimsRunOut.model_validate(row) for row in session.scalars(query)]


@router.get("/runs/{run_id}")
def lims_run(run_id: str, session: Reading, lims: LimsPart, who: ActingPerson) -> m.LimsRunDetailOut:
    """A run with its worksheet, its results, and why it is not ready for the person who asks."""
    run = session.get(Run, run_id) or session.scalar(select(Run).where(Run.number == run_id))
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    now = lims.record.process_clock.now()
    mine = set(run.test_ids)
    work = [row for sample in _samples_of(session, run) for row in queries.work(session, sample_id=sample)]
    return m.LimsRunDetailOut(
        run=m.LimsRunOut.model_validate(run),
        tests=[m.LimsWorkOut.of(row) for row in work if row.test.id in mine],
        measurements=[
            m.LimsMeasurementOut.model_validate(one) for one in queries.measurements(session, run_id=run.id)
        ],
        attachments=[m.LimsAttachmentOut.model_validate(one) for one in queries.attachments(session, run.id)],
        not_ready=lims.worksheets.not_ready(session, run, who, now)
        if run.state in ("draft", "ready")
        else [],
    )


def _samples_of(session: Reading, run: Run) -> list[str]:
    from titer.lims.model import TestRequest

    rows = session.scalars(select(TestRequest.sample_id).where(TestRequest.id.in_(run.test_ids)))
    return list(dict.fromkeys(rows))


@router.post("/runs/{run_id}/worksheet")
def lims_enter_worksheet(
    run_id: str, body: m.EnterWorksheet, act: Acting, lims: LimsPart
) -> m.LimsMeasurementOut:
    """Enter a value of the worksheet, e.g. a dilution factor."""
    with act("lims.run.enter", reason=body.reason) as unit:
        made = lims.worksheets.enter_worksheet(
            unit, run_id, sample_id=body.sample_id, name=body.name, raw=body.raw, reason=body.reason
        )
        return m.LimsMeasurementOut.model_validate(made)


@router.post("/runs/{run_id}/standards")
def lims_enter_standard(
    run_id: str, body: m.EnterStandard, act: Acting, lims: LimsPart
) -> m.LimsMeasurementOut:
    """Enter a standard's concentration."""
    with act("lims.run.enter", reason=body.reason) as unit:
        made = lims.worksheets.enter_standard(
            unit, run_id, level=body.level, concentration=body.concentration, reason=body.reason
        )
        return m.LimsMeasurementOut.model_validate(made)


@router.post("/runs/{run_id}/ready")
def lims_ready_run(run_id: str, body: m.ChangeOf, act: Acting, lims: LimsPart) -> m.LimsRunOut:
    """Make a run ready; refused with everything that stands against it."""
    with act("lims.run.work", reason=body.reason) as unit:
        return m.LimsRunOut.model_validate(lims.worksheets.ready(unit, run_id, body.version))


@router.post("/runs/{run_id}/start")
def lims_start_run(run_id: str, body: m.ChangeOf, act: Acting, lims: LimsPart) -> m.LimsRunOut:
    """Start a run."""
    with act("lims.run.work", reason=body.reason) as unit:
        return m.LimsRunOut.model_validate(lims.worksheets.start(unit, run_id, body.version))


@router.post("/runs/{run_id}/document")
def lims_attach_run_document(run_id: str, body: m.TakeFile, act: Acting, lims: LimsPart) -> m.LimsRunOut:
    """Take an instrument's file as the run's data (a file that names its run is taken by itself)."""
    with act("lims.run.work", reason=body.reason) as unit:
        return m.LimsRunOut.model_validate(lims.worksheets.attach_document(unit, run_id, body.raw_file_id))


@router.post("/runs/{run_id}/process")
def lims_process_run(run_id: str, body: m.ChangeOf, act: Acting, lims: LimsPart) -> m.LimsRunOut:
    """Integrate, judge the suitability, and enter the results."""
    with act("lims.run.work", reason=body.reason) as unit:
        return m.LimsRunOut.model_validate(lims.runs.process(unit, run_id, body.version))


@router.get("/runs/{run_id}/injections/{position}/trace")
def lims_injection_trace(
    run_id: str, position: int, session: Reading, lims: LimsPart, points: int = 2000
) -> m.LimsTraceOut:
    """A chromatogram, read anew from the kept bytes; decimated to at most `points` (min and max kept)."""
    run = session.get(Run, run_id)
    file = session.get(RawFile, run.raw_file_id) if run and run.raw_file_id else None
    if file is None:
        raise NotFound("The run has no document.")
    for injection in lims.files.document(file).injections:
        if injection.position == position:
            time, signal = decimated(list(injection.time), list(injection.signal), max(points, 10))
            return m.LimsTraceOut(
                injection=injection.name,
                time=time,
                signal=signal,
                from_count=len(injection.time),
                decimated=len(time) < len(injection.time),
            )
    raise NotFound(f"The run has no injection {position}.")


def decimated(time: list[float], signal: list[float], points: int) -> tuple[list[float], list[float]]:
    """The lowest and the highest value of each of points/2 stretches, in order; all if they are few."""
    if len(time) <= points:
        return time, signal
    buckets = points // 2
    xs: list[float] = []
    ys: list[float] = []
    for bucket in range(buckets):
        begin, end = bucket * len(time) // buckets, (bucket + 1) * len(time) // buckets
        stretch = range(begin, end)
        for index in sorted({min(stretch, key=signal.__getitem__), max(stretch, key=signal.__getitem__)}):
            xs.append(time[index])
            ys.append(signal[index])
    return xs, ys


# --- documents and files -----------------------------------------------------------------------------------


@router.post("/attachments")
def lims_attach_document(body: m.AttachDocument, act: Acting, lims: LimsPart) -> m.LimsAttachmentOut:
    """Keep a document with a run or a sample."""
    with act("lims.document.attach", reason=body.reason) as unit:
        made = lims.worksheets.attach(
            unit,
            subject_type=body.subject_type,
            subject_id=body.subject_id,
            title=body.title,
            file_name=body.file_name,
            media_type=body.media_type,
            data=decoded(body.data_base64),
        )
        return m.LimsAttachmentOut.model_validate(made)


@router.get("/files")
def lims_files(session: Reading, disposition: str | None = None) -> list[m.LimsRawFileOut]:
    """Instruments' files, newest first."""
    query = select(RawFile).order_by(RawFile.id.desc()).limit(200)
    if disposition:
        query = query.where(RawFile.disposition == disposition)
    return [m.LimsRawFileOut.model_validate(row) for row in session.scalars(query)]


@router.get("/files/{file_id}")
def lims_file(file_id: str, session: Reading, lims: LimsPart) -> m.LimsRawFileDetailOut:
    """A file, and which methods could read it."""
    row = session.get(RawFile, file_id)
    if row is None:
        raise NotFound(f"There is no instrument's file {file_id}.")
    instrument, fault = None, ""
    try:
        instrument = lims.imports.instrument_of(session, row)
    except Invalid as error:
        fault = error.what
    return m.LimsRawFileDetailOut(
        file=m.LimsRawFileOut.model_validate(row),
        methods=[m.LimsFitOut.model_validate(one) for one in lims.imports.fits(session, row)],
        instrument=instrument,
        instrument_fault=fault,
    )


@router.post("/imports")
def lims_import_file(body: m.ImportFile, act: Acting, lims: LimsPart) -> m.LimsImportOut:
    """Take a file of the inbox to results, in one action: all of it happens, or nothing."""
    with act("lims.run.import", reason=body.reason) as unit:
        if body.run is not None:
            run = lims.imports.to_run(unit, file_id=body.file_id, run=body.run)
        elif body.sample is None or body.method is None:
            raise Invalid("A file becomes a result of a sample by a method.", do="Name both, or a run.")
        else:
            run = lims.imports.to_results(
                unit,
                file_id=body.file_id,
                sample=body.sample,
                method_code=body.method,
                analyses=body.analyses,
                instrument=body.instrument,
                worksheet=body.worksheet,
                standards=body.standards,
                materials=body.materials,
            )
        mine = set(run.test_ids)
        work = [
            one for key in _samples_of(unit.session, run) for one in queries.work(unit.session, sample_id=key)
        ]
        return m.LimsImportOut(
            file=m.LimsRawFileOut.model_validate(unit.get(RawFile, body.file_id)),
            run=m.LimsRunOut.model_validate(run),
            tests=[m.LimsWorkOut.of(row) for row in work if row.test.id in mine],
        )


@router.post("/files/{file_id}/read-again")
def lims_read_file_again(
    file_id: str, body: m.ChangeOf, act: Acting, who: ActingPerson, lims: LimsPart
) -> m.LimsRawFileOut:
    """Read a file in quarantine once more, with what is there to read it now."""
    lims.record.require(who, "lims.file.read")
    with lims.record.reading() as session:
        row = session.get(RawFile, file_id)
    if row is None:
        raise NotFound(f"There is no instrument's file {file_id}.")
    lacking = lims.files.read_ahead(row.digest, row.found.get(READ_AS, {}), afresh=True)
    if lacking is not None:
        raise lacking
    with act("lims.file.read", reason=body.reason) as unit:
        return m.LimsRawFileOut.model_validate(lims.read_again(unit, file_id, body.version))


@router.post("/files/{file_id}/set-aside")
def lims_set_file_aside(file_id: str, body: m.ChangeOf, act: Acting, lims: LimsPart) -> m.LimsRawFileOut:
    """Dispose of a file that is no data of any run."""
    with act("lims.file.dispose", reason=body.reason) as unit:
        made = lims.files.set_aside(unit, file_id, reason=body.reason or "", version=body.version)
        return m.LimsRawFileOut.model_validate(made)
