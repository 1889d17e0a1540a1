"""Each of the nine principles is clean where nothing is wrong, and shows the harm where some was done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.orm import Session
from tests.trespass import Copies, trespassing

from titer.app import Config, Platform, create_installation, open_platform
from titer.app.layers import import_tables
from titer.base.clock import ManualClock, us
from titer.equipment.model import Document, Gap, StreamEvent
from titer.govern.alcoa import PRINCIPLES, Board, Judged, Sources, board
from titer.lims.model import ContractCertificate, RawFile, Run
from titer.record import Actor, Base, LoginSession, Record, Regulated, Signature, Training, Unit

START = datetime(2026, 3, 3, 10, tzinfo=UTC)
TIMER = Actor.timer("test")
import_tables()  # they must be known before a database is made
Harm = Callable[["House"], None]


class House:
    """An installation in good order, and ways to do it harm."""

    def __init__(self, platform: Platform, clock: ManualClock) -> None:
        self.platform, self.clock, self.record = platform, clock, platform.record

    def act(self, actor: Actor = TIMER) -> Any:
        return self.record.action(actor, "record.training.enter", reason="test")

    def add(self, row: Regulated) -> None:
        with self.act() as unit:
            unit.add(row)
        self.platform.sealer.seal()

    def sql(self, *statements: str, triggers_of: str = "") -> None:
        """Past Titer, as the database's owner."""
        with trespassing(self.record.engine) as connection:
            if triggers_of:
                self.record.database.drop_triggers(connection, triggers_of)
            for statement in statements:
                connection.execute(text(statement.replace(":", "\\:")))

    def entry(self, spaced: bool = False, **said: Any) -> None:
        """An entry that was put into the ledger past every action."""
        with self.record.reading() as session:
            body = json.loads(
                session.execute(text("SELECT body FROM ledger_entry ORDER BY seq LIMIT 1")).scalar_one()
            )
        body |= {"id": "01a00000-0000-7000-8000-000000000001", "version": 1} | said
        form = json.dumps(body, sort_keys=True, separators=(", ", ": ") if spaced else (",", ":"))
        columns, values = "body", f"'{form}'"
        if self.record.engine.dialect.name == "postgresql":  # which keeps beside it what it finds an entry by
            for name, part in (
                ("id", "id"),
                ("action", "action"),
                ("record_type", "record_type"),
                ("record_id", "record_id"),
                ("record_version", "version"),
            ):
                columns, values = f"{columns}, {name}", f"{values}, '{body[part]}'"
        self.sql(f"INSERT INTO ledger_entry({columns}) VALUES ({values})")  # noqa: S608  the test's own text

    def board(self) -> dict[str, Judged]:
        return {one.principle.name: one for one in self.platform.govern.alcoa().principles}


LIGHT = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation in good order, to be copied."""
    folder, clock = tmp_path_factory.mktemp("made") / "lab", ManualClock(START)
    create_installation(folder, Config(name="lab", layers=("lims",)), clock=clock)
    platform = open_platform(folder, clock=clock, hasher=LIGHT)
    with House(platform, clock).act() as unit:
        platform.identity.create_person(
            unit, username="ada", full_name="Ada", password="correct horse battery", roles=("analyst",)
        )
        unit.add(Training(person_id="p", competency="SEC", document="SOP-7", trained_at=unit.process_now))
        unit.content.put(b"a raw file", media_type="text/plain", origin="test")
        _kept(unit)
    platform.sealer.seal()
    platform.close()
    return folder


@pytest.fixture
def house(made: Path, tmp_path: Path, copied: Copies) -> Iterator[House]:
    """A copy of it, open."""
    copied(made, tmp_path / "lab")
    clock = ManualClock(START)
    platform = open_platform(tmp_path / "lab", clock=clock, hasher=LIGHT)
    yield House(platform, clock)
    platform.close()


def _kept(unit: Unit) -> None:
    """A backup that was taken, and restored on trial."""
    same: dict[str, Any] = {"backup_digest": "d", "file_name": "lab.titer", "tree_size": 4}
    drill = {
        "performed_by": "ada",
        "started_at": unit.now,
        "seconds": Decimal(2),
        "holds": True,
        "verdict": "",
        "files": 1,
    }
    unit.add(_of("record_drill")(**same, **drill))
    unit.add(
        _of("record_backup")(
            file_name="lab.titer", place="/backup", digest="d", size=1, tree_size=4, root="r", encrypted="",
            keys=[], taken_at=unit.now, seconds=Decimal(1),
        )
    )  # fmt: skip


def _of(table: str) -> Any:
    return next(mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__tablename__ == table)


def test_a_house_in_good_order_is_clean_in_all_nine(house: House) -> None:
    found = house.platform.govern.alcoa()
    told = {
        (one.principle.name, answer.question.id): (answer.fault, answer.findings)
        for one in found.principles
        for answer in one.answers
        if answer.state not in ("clean", "nothing yet")
    }
    assert told == {}
    assert found.sentence == "Of nine principles: 8 clean, 1 with nothing to look at yet."
    assert [one.principle.name for one in found.principles if one.state == "nothing yet"] == ["Accurate"]
    assert {one.looked_at == 0 for one in found.principles if one.state == "clean"} == {False}


def run(**values: Any) -> Run:
    given = {
        "number": "R-1", "method_id": "m", "instrument": "HPLC", "analyst_id": "a", "state": "closed", "test_ids": [],
        "materials": [], "pinned": {}, "injections": [], "suitability": [], "findings": [], "instrument_trail": [],
    }  # fmt: skip
    return Run(**(given | values))


def raw_file(**values: Any) -> RawFile:
    given = {
        "document_id": "gone", "digest": "d", "file_name": "run.animl", "connection": "hplc", "disposition": "run",
        "batch_ids": [], "found": {},
    }  # fmt: skip
    return RawFile(**(given | values))


def _ghost(house: House) -> None:
    with house.act(Actor.connection("ghost")) as unit:
        unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.process_now))


def _shared_log_in(house: House) -> None:
    with house.record.reading() as session:
        ada = session.execute(text("SELECT id FROM record_person")).scalar_one()
    for remote in ("10.0.0.1", "10.0.0.2"):
        given = {
            "person_id": ada,
            "remote": remote,
            "started_at": START,
            "ends_at": START + timedelta(hours=8),
        }
        house.add(LoginSession(**given, factors=[], idle_minutes=30, credential_mac="x"))


def _another_signs(house: House) -> None:
    house.add(
        Signature(
            record_type="lims_result", record_id="r", record_version=1, meaning="approved", title="t", content={},
            digest="d", reason="r", person_id="ada", printed_name="Ada", robot=False, signed_at=START,
            time_zone="UTC", binding="b",
        )
    )  # fmt: skip


def _late(house: House) -> None:
    house.add(Training(person_id="p", competency="c", document="d", trained_at=START - timedelta(hours=2)))


def _unsealed(house: House) -> None:
    with house.act() as unit:
        unit.add(Training(person_id="p", competency="c", document="d", trained_at=unit.process_now))
    house.clock.advance(timedelta(minutes=1))


def _clocks_apart(house: House) -> None:
    house.record.process_clock = ManualClock(START + timedelta(hours=3))
    house.add(Training(person_id="p", competency="c", document="d", trained_at=START + timedelta(hours=3)))


def _bytes_changed(house: House) -> None:
    path = next(one for one in (house.platform.folder / "content").rglob("*") if one.is_file())
    path.chmod(0o600)
    path.write_bytes(b"another raw file")


def _back(house: House) -> None:
    house.clock.set(START - timedelta(hours=1))
    house.add(Training(person_id="p", competency="c", document="d", trained_at=START - timedelta(hours=1)))


def _process_back(house: House) -> None:
    house.record.process_clock = ManualClock(START - timedelta(hours=1))
    house.add(Training(person_id="p", competency="c", document="d", trained_at=START - timedelta(hours=1)))


def _document(**values: Any) -> Document:
    given = {
        "key": "k", "connection": "hplc", "digest": "0" * 64, "file_name": "run.animl", "seen_at": START,
        "media_type": "application/xml", "kind": "animl", "identity": {}, "state": "linked", "disposition_reason": "",
    }  # fmt: skip
    return Document(**(given | values))


HARMS: dict[str, tuple[str, str, Harm]] = {
    "known_actors": ("Attributable", "whom the record does not know", _ghost),
    "overlapping_sessions": ("Attributable", "at 10.0.0.1 and at 10.0.0.2 at the same time", _shared_log_in),
    "signers": ("Attributable", "entered by test", _another_signs),
    "readable_entries": ("Legible", "is no canonical JSON", lambda h: h.entry(spaced=True, record_id="x")),
    "known_types": ("Legible", "does not know", lambda h: h.entry(record_type="lims_old", record_id="x")),
    "named_formats": ("Legible", "octet-stream", lambda h: _put(h, "application/octet-stream")),
    "entered_in_time": ("Contemporaneous", "entered 120 min after it happened", _late),
    "sealed_at_once": ("Contemporaneous", "not sealed", _unsealed),
    "clocks_agree": ("Contemporaneous", "3:00:00 apart", _clocks_apart),
    "digests": ("Original", "was changed after it was kept", _bytes_changed),
    "documents_kept": ("Original", "not in the content store", lambda h: h.add(_document())),
    "raw_files": ("Original", "differs from the document", lambda h: h.add(raw_file())),
    "transcriptions": ("Accurate", "is transcribed", lambda h: h.add(
        ContractCertificate(
            number="CC-1", laboratory="L", reference="1", sample_id="s", digest="d", file_name="f",
            state="transcribed", transcription=[], transcribed_by="ada",
        ))),
    "no_version_missing": ("Complete", "1 entries for 5 versions", lambda h: h.entry(record_id="x", version=5)),
    "no_leaf_missing": ("Complete", "the last at place", lambda h: h.sql(
        "DELETE FROM ledger_leaf WHERE leaf_index = 1", triggers_of="ledger_leaf")),
    "gaps": ("Complete", "cable", lambda h: h.add(
        Gap(key="g", connection="c", state="open", from_us=us(START), to_us=us(START), windows=[], reason="cable",
            outcome="", filled_rows=0))),
    "injections": ("Complete", "has injections, and is entered", lambda h: h.add(
        run(injections=[{"position": 1}], state="entered"))),
    "unplanned": ("Complete", "nobody planned it", lambda h: h.add(
        run(findings=[{"kind": "unplanned_injection", "detail": "nobody planned it"}]))),
    "file_dispositions": ("Complete", "pending", lambda h: h.add(raw_file(disposition="pending"))),
    "time_forward": ("Consistent", "1:00:00 earlier", _back),
    "process_time_forward": ("Consistent", "by the process clock", _process_back),
    "clock_steps": ("Consistent", "2 s", lambda h: h.add(
        StreamEvent(key="s", connection="c", kind="clock_step", at=START, reason="stepped by 2 s", details={}))),
    "schema": ("Consistent", "not those that Titer made", lambda h: h.sql(triggers_of="record_training")),
    "restore_drill": ("Enduring", "the last drill was at 2026-03-03", lambda h: h.clock.advance(timedelta(days=91))),
    "backup": ("Enduring", "the last backup was at", lambda h: h.clock.advance(timedelta(days=8))),
    "witnessed": ("Enduring", "no witness has cosigned it", lambda h: h.sql(
        "INSERT INTO ledger_checkpoint(tree_size, note, sealed_at, witnessed, number) VALUES (1, 'x', 1, false, 9)")),
    "retrieval": ("Available", "is not what was sealed", lambda h: h.sql(
        "UPDATE ledger_entry SET body = replace(body, 'titer.init', 'titer.fake') WHERE seq = 1",
        triggers_of="ledger_entry")),
}  # fmt: skip


def _put(house: House, media_type: str) -> None:
    with house.act() as unit:
        unit.content.put(b"bytes", media_type=media_type, origin="test")


def test_every_question_has_a_harm_that_shows_it() -> None:
    asked = {question.id for one in PRINCIPLES for question in one.questions}
    assert asked == set(HARMS) | {"recalculation"}, "recalculation has its own test, in the laboratory"
    assert len(PRINCIPLES) == 9
    assert {one.name for one in PRINCIPLES} == {principle for principle, _, _ in HARMS.values()}


@pytest.mark.parametrize("question", HARMS)
def test_harm_that_is_done_appears_with_the_record_that_shows_it(house: House, question: str) -> None:
    principle, detail, harm = HARMS[question]
    harm(house)
    judged = house.board()[principle]
    answer = next(one for one in judged.answers if one.question.id == question)
    assert (answer.state, judged.state) == ("exceptions", "exceptions"), answer.fault
    assert any(detail in found.detail for found in answer.findings), answer.findings
    assert answer.found == len(answer.findings) <= answer.looked_at + 1
    assert answer.query.strip()


def test_a_drill_that_did_not_hold_and_none_at_all_are_exceptions(house: House) -> None:
    house.clock.advance(timedelta(hours=1))
    with house.act() as unit:
        unit.add(
            _of("record_drill")(
                backup_digest="d", file_name="f", performed_by="ada", started_at=unit.now, seconds=Decimal(2),
                holds=False, verdict="an entry was altered", tree_size=4, files=1,
            )
        )  # fmt: skip
    (finding,) = house.board()["Enduring"].answers[0].findings
    assert finding.detail == "the last drill did not hold: an entry was altered"
    house.sql("DELETE FROM record_drill", triggers_of="record_drill")
    assert house.board()["Enduring"].answers[0].findings[0].detail == "no drill is on record"


def test_what_cannot_be_evaluated_is_not_clean(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.sql("ALTER TABLE equipment_gap RENAME TO elsewhere")
    complete = house.board()["Complete"]
    assert complete.state == "not evaluated"
    (fault,) = [one.fault for one in complete.answers if one.question.id == "gaps"]
    assert "no such table" in fault or "does not exist" in fault


class NoSealer:
    """Proves nothing; stands where a database without an installation is looked at."""

    def proof(self, index: int, size: int) -> list[bytes]:
        raise LookupError


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_query_runs_on_both_databases(record: Record, database: str) -> None:
    with record.action(TIMER, "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="c", document="d", trained_at=unit.process_now))
    with record.reading() as session:
        found = _asked(session, record)
    assert {answer.fault for one in found.principles for answer in one.answers} == {""}
    queries = [answer.query for one in found.principles for answer in one.answers]
    assert not any("{time}" in query and "SELECT" not in query for query in queries)


def _asked(session: Session, record: Record) -> Board:
    return board(Sources(session, record, NoSealer(), record.clock.now(), ("lims",)))  # type: ignore[arg-type]


def test_a_run_is_kept_every_day_and_when_somebody_asks_and_shows_what_changed(house: House) -> None:
    govern, record = house.platform.govern, house.record
    govern.daily()
    with record.reading() as session:
        assert govern.runs(session, 10) == [], "the first is kept a day after the installation was made"
    house.clock.advance(timedelta(days=1))
    board = house.board()
    for _ in range(2):
        assert govern.daily() > 0
    with record.reading() as session:
        (first,) = govern.runs(session, 10)
    assert (first.kept_by, first.ran_at) == ("govern.alcoa", house.clock.now())
    assert {one["name"]: (one["state"], one["looked_at"], one["found"]) for one in first.principles} == {
        name: (one.state, one.looked_at, one.found) for name, one in board.items()
    }
    house.entry(record_type="strange_kind", record_id="x")
    found = govern.alcoa()
    with record.action(TIMER, "govern.alcoa.keep", reason="before the inspection") as unit:
        govern.keep(unit, found)
    house.clock.advance(timedelta(hours=1))
    with record.reading() as session:
        older, newest = sorted(govern.runs(session, 10), key=lambda run: run.id)
    legible = [next(one for one in run.principles if one["name"] == "Legible") for run in (older, newest)]
    assert [one["found"] for one in legible] == [0, 1]
    assert legible[1]["state"] == "exceptions"
