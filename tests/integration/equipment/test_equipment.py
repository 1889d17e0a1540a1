"""Equipment, connections, commands and files on a real record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from titer.base.clock import ManualClock, from_us, iso, us
from titer.base.errors import Conflict, Invalid, NotFound, Refused, StaleVersion
from titer.equipment import Equipment, rules
from titer.equipment.model import Gap, StreamEvent
from titer.equipment.service.streams import take_status, told
from titer.record import Actor, OutboxEvent, Record, Unit

ANN = Actor.timer("test")
CHANNELS: list[dict[str, Any]] = [
    {"tag": "BR-201.Temperature.PV", "node": "nsu=urn:x;s=T", "unit": "degC", "low": 0, "high": 60},
    {
        "tag": "BR-201.Temperature.SP",
        "node": "nsu=urn:x;s=TSP",
        "unit": "degC",
        "low": 10,
        "high": 45,
        "resolution": 0.1,
        "writable": True,
        "deadband": 0.25,
    },
]
IDENTITY = {"maker": "ACME", "model": "BR", "firmware": "1.0", "fingerprint": "f1"}


@pytest.fixture
def equipment(record: Record) -> Equipment:
    made = Equipment(record)
    record.register_actions(made.actions())
    record.register_signatures(made.signatures())
    return made


@pytest.fixture
def act(record: Record) -> Callable[..., Any]:
    @contextmanager
    def open_action(verb: str = "equipment.intake") -> Iterator[Unit]:
        with record.action(ANN, verb) as unit:
            yield unit

    return open_action


def events(record: Record) -> list[str]:
    with record.reading() as session:
        return list(session.scalars(select(OutboxEvent.topic).order_by(OutboxEvent.position)))


def reactor(equipment: Equipment, unit: Unit) -> None:
    equipment.register_node(unit, code="SITE", name="Site", level="site")
    equipment.register_node(
        unit,
        code="BR-201",
        name="Bioreactor 201",
        level="unit",
        parent="SITE",
        class_name="Bioreactor",
        needs_cleaning=True,
        clean_hold_h=Decimal(72),
    )


def connected(equipment: Equipment, unit: Unit) -> None:
    reactor(equipment, unit)
    equipment.import_connection(unit, "br201", "opcua", {"endpoint": "opc.tcp://h:1", "queue": 0.5}, CHANNELS)
    equipment.note_identity(unit, "br201", IDENTITY)
    equipment.approve_connection(unit, "br201")


def test_equipment_becomes_ready_and_lapses_by_the_process_clock(
    equipment: Equipment, act: Any, record: Record, process_clock: ManualClock
) -> None:
    with act() as unit:
        reactor(equipment, unit)
        assert len(equipment.ready_for_use(unit.session, "BR-201", unit.process_now)) == 2
        equipment.qualify(unit, "BR-201", "Qualified by protocol Q-1.")
        equipment.calibrate(
            unit,
            "BR-201",
            performed_at=unit.process_now,
            performed_by="Cal Ltd",
            due_at=unit.process_now + timedelta(days=2),
            standard="T-100",
            as_found={"offset": 0.02},
            as_left={"offset": 0.0},
            passed=True,
        )
        equipment.mark_clean(unit, "BR-201", procedure="CIP 3")
        assert equipment.ready_for_use(unit.session, "BR-201", unit.process_now) == []
    process_clock.advance(timedelta(hours=49))
    with record.reading() as session:
        (reason,) = equipment.ready_for_use(session, "BR-201", process_clock.now())
    assert "calibration" in reason
    process_clock.advance(timedelta(hours=24))
    equipment.step()
    equipment.step()
    with record.reading() as session:
        row = equipment.node(session, "BR-201")
        assert (row.qualification, row.cleanliness) == ("calibration_due", "clean_expired")
        assert equipment.ready_for_use(session, "XX-1", process_clock.now()) == [
            "There is no equipment XX-1."
        ]
    assert events(record).count("equipment.calibration.lapsed") == 1
    assert events(record).count("equipment.clean.expired") == 1


def test_use_makes_dirty_and_a_second_user_is_refused(equipment: Equipment, act: Any) -> None:
    with act() as unit:
        reactor(equipment, unit)
        equipment.qualify(unit, "BR-201", "ok")
        equipment.mark_clean(unit, "BR-201", procedure="CIP")
        equipment.mark_in_use(unit, "BR-201", batch_id="b1")
        equipment.mark_in_use(unit, "BR-201", batch_id="b1")
        with pytest.raises(Refused, match="in use for b1"):
            equipment.mark_in_use(unit, "BR-201", batch_id="b2")
        equipment.mark_dirty(unit, "BR-201", batch_id="b1")
        equipment.mark_dirty(unit, "BR-201", batch_id="b1")
        with pytest.raises(Refused, match="dirty"):
            equipment.mark_in_use(unit, "BR-201", batch_id="b2")
        node = equipment.node(unit.session, "BR-201")
        kinds = [one.kind for one in equipment.logbook(unit.session, node.id)]
        assert kinds.count("use begun") == kinds.count("use ended") == 1


def test_a_failed_calibration_blocks_and_lowers_the_quality_of_its_channels(
    equipment: Equipment, act: Any
) -> None:
    with act() as unit:
        connected(equipment, unit)
        equipment.qualify(unit, "BR-201", "ok")
        tags = [str(one["tag"]) for one in CHANNELS]
        assert equipment.quality_floor(unit.session, tags, unit.process_now) == dict.fromkeys(tags, 0)
        equipment.calibrate(
            unit,
            "BR-201",
            performed_at=unit.process_now,
            performed_by="x",
            due_at=unit.process_now + timedelta(days=1),
            standard="s",
            as_found={},
            as_left={},
            passed=False,
        )
        assert equipment.quality_floor(unit.session, tags, unit.process_now) == dict.fromkeys(tags, 1)
        assert equipment.ready_for_use(unit.session, "BR-201", unit.process_now)


def test_importing_a_connection_again_changes_nothing_and_a_change_makes_it_a_draft(
    equipment: Equipment, act: Any
) -> None:
    with act() as unit:
        connected(equipment, unit)
        row = equipment.connection(unit.session, "br201")
        version = row.version
        same = {"queue": 0.5, "endpoint": "opc.tcp://h:1"}
        equipment.import_connection(unit, "br201", "opcua", same, CHANNELS)
        assert (row.version, row.state, row.revision) == (version, "approved", 1)
        equipment.import_connection(unit, "br201", "opcua", same, CHANNELS[:1])
        assert (row.state, row.revision) == ("draft", 2)
        assert [one.tag for one in equipment.channels(unit.session)] == ["BR-201.Temperature.PV"]
        assert equipment.channel(unit.session, "BR-201.Temperature.SP").active is False


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tag": ""}, "tag and a node"),
        ({"unit": "furlong"}, "not known"),
        ({"low": "abc"}, "no number"),
        ({"low": 50, "high": 40}, "not below"),
        ({"equipment": "XX"}, "no equipment"),
    ],
)
def test_a_wrong_channel_is_named_and_nothing_is_written(
    equipment: Equipment, record: Record, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(Invalid, match=words) as caught, record.action(ANN, "equipment.intake") as unit:
        equipment.import_connection(unit, "c", "opcua", {}, [CHANNELS[0], {**CHANNELS[1], **change}])
    assert "channel 2" in caught.value.where
    with record.reading() as session:
        assert equipment.connections(session) == []


def test_a_tag_belongs_to_one_connection_for_life(equipment: Equipment, act: Any, record: Record) -> None:
    with act() as unit:
        equipment.import_connection(unit, "one", "opcua", {}, CHANNELS)
    with pytest.raises(Conflict, match="belongs to another"), record.action(ANN, "equipment.intake") as unit:
        equipment.import_connection(unit, "two", "opcua", {}, CHANNELS)


def test_a_connection_is_approved_by_somebody_else_and_only_when_something_answers(
    equipment: Equipment,
    record: Record,
    person: Callable[..., Actor],
    sign: Callable[..., object],
    act: Any,
) -> None:
    ann, quinn = person("ann", "automation", "quality"), person("quinn", "quality")
    with record.action(ann, "equipment.connection.change") as unit:
        row = equipment.import_connection(unit, "br201", "opcua", {}, CHANNELS)
    with pytest.raises(Refused, match="not answered"):
        sign(quinn, "equipment_connection", row.id, "approved")
    with act() as unit:
        equipment.note_identity(unit, "br201", IDENTITY)
    with pytest.raises(Refused, match="somebody else"):
        sign(ann, "equipment_connection", row.id, "approved")
    sign(quinn, "equipment_connection", row.id, "approved")
    with record.reading() as session:
        found = equipment.connection(session, "br201")
        assert (found.state, found.fingerprint) == ("approved", "f1")


def test_another_device_at_the_same_address_is_told_once_and_takes_no_commands(
    equipment: Equipment, act: Any, record: Record
) -> None:
    with act() as unit:
        connected(equipment, unit)
    for _ in range(2):
        with act() as unit:
            equipment.note_identity(unit, "br201", {**IDENTITY, "fingerprint": "f2"})
    assert events(record).count("equipment.connection.mismatched") == 1
    with pytest.raises(Refused, match="another device"), record.action(ANN, "equipment.intake") as unit:
        write(equipment, unit)
    with record.reading() as session:
        assert equipment.quality_floor(session, ["BR-201.Temperature.PV"], record.process_clock.now()) == {
            "BR-201.Temperature.PV": 1
        }


def write(equipment: Equipment, unit: Unit, value: str = "36.8", key: str = "k1", **more: Any) -> Any:
    return equipment.request_command(
        unit,
        key=key,
        kind="write",
        target=more.pop("target", "BR-201.Temperature.SP"),
        value=value,
        cause={"batch": "B-1"},
        **more,
    )


def test_a_command_goes_out_once_comes_back_once_and_tells(
    equipment: Equipment, act: Any, record: Record, clock: ManualClock
) -> None:
    with act() as unit:
        connected(equipment, unit)
        first = write(equipment, unit, "309.95", unit_code="K")
        assert (first.value, first.unit, first.connection) == ("36.8", "degC", "br201")
        assert write(equipment, unit, "309.95", unit_code="K").id == first.id
        with pytest.raises(Conflict, match="something else"):
            write(equipment, unit, "37.5")
    with record.reading() as session:
        assert [one.key for one in equipment.due_commands(session, "local", clock.now())] == ["k1"]
        assert equipment.due_commands(session, "elsewhere", clock.now()) == []
    with act() as unit:
        assert [one.state for one in equipment.dispatch(unit, ["k1"])] == ["dispatched"]
    with record.reading() as session:
        assert equipment.due_commands(session, "local", clock.now()) == []
        clock.advance(timedelta(seconds=11))
        assert len(equipment.due_commands(session, "local", clock.now())) == 1
    for _ in range(2):
        with act() as unit:
            equipment.take_receipt(unit, "k1", "done", {"readback": "36.8", "responses": {"x": 1.5}})
    with record.reading() as session:
        done = equipment.command(session, "k1")
        assert done is not None
        assert (done.state, done.readback, done.responses) == ("done", "36.8", {"x": "1.5"})
        assert equipment.command(session, "nobody") is None
    with pytest.raises(Conflict, match="already"), record.action(ANN, "equipment.intake") as unit:
        equipment.take_receipt(unit, "k1", "failed", {})
    with pytest.raises(NotFound), record.action(ANN, "equipment.intake") as unit:
        equipment.take_receipt(unit, "nobody", "done", {})
    assert events(record).count("equipment.command.completed") == 1


@pytest.mark.parametrize(
    ("value", "more", "words"),
    [
        ("45.1", {}, "outside the range"),
        ("9.9", {}, "outside the range"),
        ("36", {"target": "BR-201.Temperature.PV"}, "cannot be written"),
        ("36", {"connection": "other"}, "belongs to the connection br201"),
    ],
)
def test_a_command_that_may_not_be_is_refused(
    equipment: Equipment, act: Any, record: Record, value: str, more: dict[str, Any], words: str
) -> None:
    with act() as unit:
        connected(equipment, unit)
    with pytest.raises(Refused, match=words), record.action(ANN, "equipment.intake") as unit:
        write(equipment, unit, value, **more)


def test_nothing_is_commanded_through_a_draft(equipment: Equipment, record: Record) -> None:
    with pytest.raises(Refused, match="is draft"), record.action(ANN, "equipment.intake") as unit:
        reactor(equipment, unit)
        equipment.import_connection(unit, "br201", "opcua", {}, CHANNELS)
        write(equipment, unit)


def test_a_command_that_nobody_fetches_fails_by_its_deadline(
    equipment: Equipment, act: Any, record: Record, clock: ManualClock
) -> None:
    with act() as unit:
        connected(equipment, unit)
        write(equipment, unit, key="late")
        write(equipment, unit, key="later", valid_for=None)
    clock.advance(timedelta(minutes=6))
    with act() as unit:
        assert [one.key for one in equipment.dispatch(unit, ["late", "later"])] == ["later"]
    equipment.step()
    with record.reading() as session:
        found = equipment.command(session, "late")
        assert found is not None
        assert found.state == "failed"
        assert "deadline" in found.message


def gap_event(kind: str, tags: list[str], at: int = 50, **more: Any) -> dict[str, Any]:
    windows = {tag: [10 + index, 40 + index] for index, tag in enumerate(tags)}
    return {
        "kind": kind,
        "gap": "g1",
        "channels": tags,
        "from_us": 10,
        "to_us": 40 + len(tags) - 1,
        "windows": windows,
        "reason": more.get("reason", "The link was cut."),
        "rows": more.get("rows", 0),
        "at_us": at,
    }


def test_a_gap_is_opened_filled_channel_by_channel_and_counted_once(
    equipment: Equipment, act: Any, record: Record
) -> None:
    first, second = (str(one["tag"]) for one in CHANNELS)
    opened = told("br201", 1, 7, (gap_event("gap_opened", [first, second]),))
    half = told("br201", 1, 8, (gap_event("gap_filled", [first], rows=30),))
    rest = told("br201", 1, 9, (gap_event("gap_unrecoverable", [second], reason="No history there."),))
    with act() as unit:
        connected(equipment, unit)
        assert equipment.take_events(unit, opened) == 1
        assert equipment.take_events(unit, opened) == 0
    with record.reading() as session:
        assert equipment.gaps(session, [first, second], from_us(0), record.clock.now()) == [
            (first, 10, 40, "opened"),
            (second, 11, 41, "opened"),
        ]
    with act() as unit:
        equipment.take_events(unit, half + half)
        (row,) = unit.session.scalars(select(Gap))
        assert (row.state, row.filled_rows) == ("opened", 30)
        equipment.take_events(unit, rest)
        assert (row.state, row.outcome) == ("unrecoverable", "No history there.")
        assert len(unit.session.scalars(select(StreamEvent)).all()) == 3
    assert equipment.gaps_of(first, 0, 100) == []
    assert equipment.gaps_of(second, 0, 100) == [(11, 41)]
    told_topics = [topic for topic in events(record) if topic.startswith("equipment.gap")]
    assert told_topics == ["equipment.gap.opened", "equipment.gap.unrecoverable"]


def test_a_device_s_stepped_clock_is_kept_and_listed(equipment: Equipment, act: Any, record: Record) -> None:
    words = "The device's clock moved by +300.000 s against the host's."
    stepped = {
        "kind": "clock_step",
        "channels": [],
        "at_us": 5_000_000,
        "moved_us": 300_000_000,
        "reason": words,
    }
    with act() as unit:
        connected(equipment, unit)
        assert equipment.take_events(unit, told("br201", 1, 7, (stepped,))) == 1
    with record.reading() as session:
        (listed,) = equipment.stream_events(session, "br201")
    assert (listed.kind, listed.reason, listed.at) == ("clock_step", words, from_us(5_000_000))
    assert listed.details["moved_us"] == 300_000_000
    assert "equipment.stream.clock_step" in events(record)


def test_a_gap_of_all_channels_counts_for_each(equipment: Equipment, act: Any) -> None:
    with act() as unit:
        connected(equipment, unit)
        equipment.note_hole(unit, connection="br201", epoch=1, first=5, last=9, from_us=100, to_us=200)
        equipment.note_hole(unit, connection="br201", epoch=1, first=5, last=9, from_us=100, to_us=200)
        assert len(unit.session.scalars(select(Gap)).all()) == 1
    assert equipment.gaps_of("BR-201.Temperature.PV", 0, 1000) == [(100, 200)]
    assert equipment.gaps_of("no.such", 0, 1000) == []


def test_completeness_by_day_counts_from_the_first_value(
    equipment: Equipment, act: Any, record: Record, process_clock: ManualClock
) -> None:
    start = us(process_clock.now())  # 08:00
    hour = 3_600_000_000
    with act() as unit:
        connected(equipment, unit)
        equipment.begin_recording(unit, "br201", start)
        equipment.begin_recording(unit, "br201", start + hour)
        event = {"kind": "gap_opened", "gap": "g", "from_us": start + hour, "to_us": start + 3 * hour}
        equipment.take_events(unit, told("br201", 1, 1, (event,)))
    process_clock.advance(timedelta(hours=10))
    heard(equipment, "connected")
    with record.reading() as session:
        row = equipment.connection(session, "br201")
        (day,) = equipment.completeness(session, row, process_clock.now())
        assert (day.expected_us, day.missing_us, str(day.percent)) == (10 * hour, 2 * hour, "80.00")


def heard(equipment: Equipment, state: str) -> None:
    """The host says how the connection is."""
    record = equipment.record
    with record.operational() as session:
        said = {"connection": "br201", "state": state}
        take_status(session, record.clock.now(), said, process_now=equipment.process_clock.now())


def test_what_is_away_is_missing_up_to_now_although_no_gap_says_so(
    equipment: Equipment, act: Any, record: Record, process_clock: ManualClock, clock: ManualClock
) -> None:
    def percents() -> list[str]:
        with record.reading() as session:
            row = equipment.connection(session, "br201")
            return [str(day.percent) for day in equipment.completeness(session, row, process_clock.now())]

    def later(**by: float) -> None:
        process_clock.advance(timedelta(**by))
        clock.advance(timedelta(**by))

    with act() as unit:
        connected(equipment, unit)
        equipment.begin_recording(unit, "br201", us(process_clock.now()))  # 08:00
    later(hours=4)
    heard(equipment, "connected")
    assert percents() == ["100.00"]
    later(hours=4)
    heard(equipment, "disconnected")
    later(days=3)
    heard(equipment, "disconnected")  # each new attempt is told; none of them is a proof of life
    assert percents() == ["25.00", "0.00", "0.00", "0.00"]
    newest = us(process_clock.now() - timedelta(days=2, hours=16))  # midnight between the first days
    equipment.newest = lambda tags: dict.fromkeys(tags, newest)
    assert percents() == ["100.00", "0.00", "0.00", "0.00"]
    future = newest + 1000 * rules.DAY_US  # of a clock that nobody set
    equipment.newest = lambda tags: dict.fromkeys(tags, future)
    assert percents() == ["25.00", "0.00", "0.00", "0.00"]
    heard(equipment, "connected")
    assert percents() == ["100.00"] * 4  # the value that ends the absence opens the gap
    later(hours=1)
    assert percents()[-1] == "94.11"  # its host has said nothing for an hour
    with act("equipment.connection.suspend") as unit:
        equipment.suspend_connection(unit, "br201", "No longer needed.")
    later(days=2)
    assert percents() == ["100.00"] * 4  # nothing is expected of it any more


def test_a_file_is_received_once_and_needs_its_bytes(equipment: Equipment, act: Any, record: Record) -> None:
    def receive(unit: Unit, digest: str) -> Any:
        return equipment.receive_document(
            unit,
            key="f/1",
            connection="br201",
            digest=digest,
            file_name="run1.animl",
            seen_at=unit.now,
            media_type="application/xml",
            kind="animl",
            identity={"samples": ["S-1"]},
        )

    with act() as unit:
        connected(equipment, unit)
        digest = unit.content.put(b"<AnIML/>", media_type="application/xml", origin="test")
        first = receive(unit, digest)
        assert receive(unit, digest).id == first.id
    with pytest.raises(NotFound), record.action(ANN, "equipment.intake") as unit:
        unit.content.get("0" * 64)
    with pytest.raises(Conflict, match="other bytes"), record.action(ANN, "equipment.intake") as unit:
        receive(unit, "1" * 64)
    with pytest.raises(Invalid, match="reason"), record.action(ANN, "equipment.intake") as unit:
        equipment.dispose_document(unit, first.id, "ignore", "")
    with pytest.raises(StaleVersion), record.action(ANN, "equipment.intake") as unit:
        equipment.dispose_document(unit, first.id, "import", "", version=9)
    with act() as unit:
        assert equipment.dispose_document(unit, first.id, "import", "", version=1).state == "imported"
    assert events(record).count("equipment.document.received") == 1


def test_the_context_is_bitemporal(equipment: Equipment, act: Any, clock: ManualClock) -> None:
    with act() as unit:
        at = unit.process_now
        equipment.record_context(
            unit, subject="HPLC-02", valid_from=at, content={"column": "A", "n": 1.5}, key="1"
        )
        known = unit.now
    clock.advance(timedelta(hours=1))
    with act() as unit:
        equipment.record_context(unit, subject="HPLC-02", valid_from=at, content={"column": "B"}, key="2")
        equipment.record_context(unit, subject="HPLC-02", valid_from=at, content={"column": "B"}, key="2")
        with pytest.raises(Conflict, match="something else"):
            equipment.record_context(unit, subject="HPLC-02", valid_from=at, content={"column": "C"}, key="2")
        now = equipment.context_at(unit.session, "HPLC-02", at)
        then = equipment.context_at(unit.session, "HPLC-02", at, known_at=known)
        assert now is not None
        assert then is not None
        assert (now.content, then.content) == ({"column": "B"}, {"column": "A", "n": "1.5"})
        assert equipment.context_at(unit.session, "HPLC-02", at - timedelta(seconds=1)) is None


def test_a_channel_is_asked_for_its_context_at_an_instant_as_it_was_known_at_another(
    equipment: Equipment, act: Any, record: Record, process_clock: ManualClock, clock: ManualClock
) -> None:
    tag = "BR-201.Temperature.PV"

    def later(**by: float) -> datetime:
        clock.advance(timedelta(**by))
        return process_clock.advance(timedelta(**by))

    def context(at: datetime, known_at: datetime | None = None) -> dict[str, Any]:
        with record.reading() as session:
            return equipment.context_of(session, tag, at, known_at).content

    begin = process_clock.now()
    with act() as unit:
        equipment.register_node(unit, code="AREA", name="Area", level="area")
        equipment.register_node(
            unit, code="BR-201", name="Bioreactor", level="unit", parent="AREA", needs_cleaning=True
        )
        equipment.note_context(unit, "AREA", room_temperature="21.5", operator="nobody")
        equipment.import_connection(unit, "br201", "opcua", {"endpoint": "opc.tcp://h:1"}, CHANNELS)
        equipment.note_identity(unit, "br201", IDENTITY)
    before = context(begin)
    assert (before["equipment"], before["connection_state"], before["firmware"]) == (
        ["BR-201"],
        "draft",
        "1.0",
    )
    assert (before["qualified"], before["room_temperature"]) == (False, "21.5")
    ready = later(hours=1)
    with act() as unit:
        equipment.approve_connection(unit, "br201")
        equipment.qualify(unit, "BR-201", "IQ, OQ, PQ done.")
        equipment.mark_clean(unit, "BR-201", procedure="SOP-7")
        due = unit.process_now + timedelta(days=1)
        equipment.calibrate(
            unit,
            "BR-201",
            performed_at=unit.process_now,
            performed_by="ann",
            due_at=due,
            standard="S",
            as_found={},
            as_left={},
            passed=True,
        )
        equipment.note_context(unit, "BR-201", operator="olga")
    used = later(hours=1)
    with act() as unit:
        equipment.mark_in_use(unit, "BR-201", used_for="B-1")
    at_ready = context(ready)
    assert (at_ready["qualified"], at_ready["qualification"], at_ready["cleanliness"]) == (
        True,
        "qualified",
        "clean",
    )
    assert (at_ready["calibration_due"], at_ready["operator"]) == (iso(due), "olga")
    assert "used_for" not in at_ready
    assert (context(used)["used_for"], context(used)["cleanliness"]) == ("B-1", "in_use")
    assert context(begin) == before, "what held before is not rewritten"
    lapsed = later(days=2)
    equipment.step()
    assert context(lapsed)["qualification"] == "calibration_due"
    assert context(used)["qualification"] == "qualified"
    # Somebody corrects afterwards who the operator was: what was known before stands.
    known = clock.now()
    later(hours=1)
    with act("equipment.context.record") as unit:
        held = equipment.context_at(unit.session, "BR-201", ready)
        assert held is not None
        corrected = {**held.content, "operator": "omar"}
        equipment.record_context(unit, subject="BR-201", valid_from=ready, content=corrected, key="fix")
    assert (context(ready)["operator"], context(ready, known)["operator"]) == ("omar", "olga")
    with record.reading() as session:
        nearest = [one.subject for one in equipment.context_of(session, tag, used).snapshots]
        assert nearest == ["BR-201", "AREA", "br201"]
        with pytest.raises(NotFound):
            equipment.context_of(session, "no.such", used)


def test_nothing_is_noted_twice_that_did_not_change(equipment: Equipment, act: Any) -> None:
    with act() as unit:
        first = equipment.note_context(unit, "BR-201", operator="olga", room=None)
        assert equipment.note_context(unit, "BR-201", operator="olga").id == first.id
        assert equipment.note_context(unit, "BR-201", operator=None).content == {}
