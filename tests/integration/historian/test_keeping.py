"""Series are kept as long as their class says, go only when somebody says so, and leave proof that they were."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from tests.integration.historian.reactor import ANN, PV, SP, S, frame

from titer.base.clock import ManualClock
from titer.base.errors import Conflict, Invalid, NotFound, Refused
from titer.base.vault import Vault
from titer.historian import Historian
from titer.historian.exporting import Question, export
from titer.historian.keeping import Keeping
from titer.historian.model import HistorianRetired, HistorianSegment
from titer.historian.rollups import DAY_US
from titer.record import LedgerEntry, Record, Sealer, checkpoint, schema
from titer.record.verify import Remark, verify_store

YEARS = timedelta(days=366)


@pytest.fixture
def keeping(record: Record, historian: Historian) -> Keeping:
    """Two classes with a channel each."""
    made = Keeping(historian, lambda *_: [])
    with record.action(ANN, "historian.retention.set", reason="ours") as unit:
        made.set_class(unit, name="raw", years=2, basis="procedure 7")
        made.set_class(unit, name="batch", years=6, basis="21 CFR 211.180")
        assert made.assign(unit, "raw", [PV, PV]) == 1
        made.assign(unit, "batch", [SP])
    return made


@pytest.fixture
def filled(historian: Historian, keeping: Keeping, t0: int) -> Historian:
    """A day of both channels, in a segment for each class."""
    day = t0 // DAY_US * DAY_US
    historian.append([frame(day, 1, [float(n) for n in range(720)], every=60)])
    historian.append([frame(day, 721, [5.0, 6.0], tag=SP, every=3_600)])
    assert len(historian.seal()) == 2
    return historian


def retire(record: Record, keeping: Keeping, digests: list[str]) -> None:
    with record.action(ANN, "historian.segment.retire", reason="over") as unit:
        keeping.retire(unit, digests)
    keeping.historian.forget(digests)


def due(record: Record, keeping: Keeping) -> dict[str, tuple[str, str]]:
    with record.reading() as session:
        return {str(one.classes[0]): (one.digest, one.kept_because) for one in keeping.due(session)}


def test_a_segment_goes_after_its_time_with_an_entry_and_leaves_minutes_hours_and_its_digest(
    record: Record, filled: Historian, keeping: Keeping, clock: ManualClock, t0: int, tmp_path: Path
) -> None:
    day = t0 // DAY_US * DAY_US
    before = filled.summary([PV], day, day + DAY_US, 3_600 * S)
    digest, why = due(record, keeping)["raw"]
    assert "until 2028" in why
    with pytest.raises(Refused, match="not retired"):
        retire(record, keeping, [digest])
    clock.advance(3 * YEARS)
    assert due(record, keeping)["raw"] == (digest, "")
    assert "until" in due(record, keeping)["batch"][1]
    (path,) = [filled.folder / ref.path for ref in filled.store.view().segments if ref.digest == digest]
    assert path.exists()
    retire(record, keeping, [digest])
    assert not path.exists()
    assert filled.read([SP], day, day + DAY_US).num_rows == 2
    assert filled.read([PV], day + DAY_US, day + 2 * DAY_US).num_rows == 0
    wanted = Question((SP, PV), day, day + DAY_US, None, {})
    for ask in (
        lambda: filled.read([SP, PV], day, day + DAY_US),
        lambda: filled.aligned([PV], day, day + DAY_US, S, max_age_us=S),
        lambda: filled.conflicts([PV], day, day + DAY_US),
        lambda: filled.decimate_many([PV], day, day + DAY_US, 100, as_of_us=day + DAY_US),
        lambda: export(filled, wanted, "csv"),
    ):
        with pytest.raises(Refused, match=r"Values from .* were retired"):
            ask()
    after = filled.summary([PV], day, day + DAY_US, 3_600 * S)
    assert after.rolled_us == 3_600 * S
    np.testing.assert_array_equal(after.figures["max"], before.figures["max"])
    np.testing.assert_array_equal(after.counts["count"], before.counts["count"])
    chart = filled.decimate_many([PV], day, day + DAY_US, 100)[PV]
    assert (chart.values.min(), chart.values.max(), chart.from_count) == (0.0, 719.0, 720)
    assert chart.rolled_us == 60 * S
    with pytest.raises(Invalid, match="retired"):
        filled.summary([PV], day, day + DAY_US, 7 * S)
    with record.reading() as session:
        (row,) = session.scalars(select(HistorianRetired)).all()
        assert (row.digest, row.retention, row.basis) == (digest, "raw", "procedure 7")
        assert session.scalar(select(HistorianSegment.id).where(HistorianSegment.digest == digest))
        entries = session.scalars(
            select(LedgerEntry.body).where(LedgerEntry.body.contains("historian_retired"))
        )
        assert any("historian.segment.retire" in str(one) for one in entries)
        (said,) = filled.retired_in_words(session)
        assert "retired under raw (2 years, procedure 7)" in said
    assert filled.verify() == []
    with pytest.raises(Conflict, match="before"):
        retire(record, keeping, [digest])
    filled.close()
    path.write_bytes(b"left by a crash between the entry and the file")
    again = Historian(tmp_path / "historian", record)
    try:
        assert not path.exists()
        assert again.unlisted == []
        assert again.summary([PV], day, day + DAY_US, 3_600 * S).counts["count"].sum() == 720
    finally:
        again.close()


def test_a_hold_wins_and_so_does_a_channel_without_a_class(
    record: Record, historian: Historian, keeping: Keeping, clock: ManualClock, t0: int
) -> None:
    historian.append([frame(t0, 1, [1.0])])
    historian.append([frame(t0, 2, [1.0], tag="X", connection="other")])
    historian.seal()
    assert len(historian.store.view().segments) == 2
    clock.advance(50 * YEARS)
    digest, why = due(record, keeping)["raw"]
    assert why == ""
    held = Keeping(historian, lambda _s, tags, *_: ["case 12"] if PV in tags else [])
    with pytest.raises(Refused, match="case 12"):
        retire(record, held, [digest])
    with pytest.raises(Refused, match="nobody here knows"):
        retire(record, Keeping(historian), [digest])
    (other,) = [ref.digest for ref in historian.store.view().segments if ref.digest != digest]
    with pytest.raises(Refused, match="without a retention class"):
        retire(record, keeping, [digest, other])
    assert len(historian.read([PV, "X"], t0, t0 + S)) == 2  # none of them went
    with pytest.raises(NotFound):
        retire(record, keeping, ["0" * 64])


def test_verification_holds_and_says_what_was_retired(
    record: Record, filled: Historian, keeping: Keeping, clock: ManualClock, tmp_path: Path
) -> None:
    vault = Vault(bytes(32))
    signer = checkpoint.Signer.open("titer/test", tmp_path / "ledger.key", vault, create=True)
    witness = checkpoint.FileWitness("file-witness", tmp_path / "witness", clock, vault)
    sealer = Sealer(record, "titer/test", signer, [witness])
    with record.action(ANN, "record.install") as unit:
        unit.add(schema.log_fingerprint(record, unit.session, "test"))
    clock.advance(3 * YEARS)
    retire(record, keeping, [due(record, keeping)["raw"][0]])

    def sealed_segments(session: object) -> object:
        yield from filled.verify()
        yield from (Remark(said) for said in filled.retired_in_words(session))  # type: ignore[arg-type]

    verdict = verify_store(record, sealer, [sealed_segments])  # type: ignore[list-item]
    assert verdict.holds, verdict.first_fault
    assert any("retired under raw" in one for one in verdict.remarks)


def test_quality_sets_classes_and_retires_over_http(
    page: TestClient, historian: Historian, clock: ManualClock, t0: int
) -> None:
    historian.append([frame(t0, 1, [1.0, 2.0])])
    historian.seal()
    assert page.get("/api/historian/retention").json() == {"classes": [], "due": [], "retired": []}
    body = {"name": "raw", "years": 2, "basis": "procedure 7", "tags": [PV], "reason": "ours"}
    answer = page.post("/api/historian/retention", json=body)
    assert (answer.status_code, answer.json()["years"], answer.json()["tags"]) == (201, 2, [PV])
    told = page.get("/api/historian/retention").json()
    assert [(row["name"], row["tags"]) for row in told["classes"]] == [("raw", [PV])]
    (one,) = told["due"]
    assert (one["classes"], one["tag_count"]) == (["raw"], 1)
    historian.held = lambda *_: []
    gone = {"digests": [one["digest"]], "reason": "over"}
    early = page.post("/api/historian/retire", json=gone)
    assert (early.status_code, early.json()["why"][:22]) == (409, "It is to be kept until")
    clock.advance(3 * YEARS)
    answer = page.post("/api/historian/retire", json=gone)
    assert answer.status_code == 401, answer.text  # three years on, the session is over
