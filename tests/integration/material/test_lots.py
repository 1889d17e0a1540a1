"""Lots on the real record: received, released by signature, scanned, charged, produced, traced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from titer.base.clock import ManualClock
from titer.base.errors import Conflict, Invalid, NotAuthorised, NotFound, Refused
from titer.material import Lot, Material, consumed_by, genealogy, lot_by_code
from titer.record import Actor, Record


@pytest.fixture
def store(record: Record, person: Callable[..., Actor], sign: Callable[..., object]) -> Any:
    material = Material(record)
    record.register_actions(material.actions())
    record.register_signatures(material.signatures())
    people = {name: person(name, role) for name, role in (("op", "operator"), ("qa", "quality"))}
    with record.action(people["qa"], "material.define") as unit:
        material.define(
            unit,
            code="MEDIUM",
            title="Basal medium",
            kind="raw material",
            unit_code="kg",
            needs=["certificate"],
        )
        material.define(unit, code="FEED", title="Feed", kind="raw material", unit_code="kg")
        material.define(
            unit, code="HARVEST", title="Harvest", kind="intermediate", unit_code="L", disposed_by="batch"
        )
    return SimpleNamespace(record=record, material=material, sign=sign, **people)


def receive(store: Any, number: str = "RM-1", **told: Any) -> Lot:
    facts = {
        "definition_code": "MEDIUM",
        "quantity": Decimal("25.0"),
        "unit_code": "kg",
        "expires_on": date(2026, 12, 31),
    }
    facts |= told
    with store.record.action(store.op, "material.lot.receive") as unit:
        return store.material.receive_lot(unit, lot_number=number, supplier="Media Ltd", **facts)


def released(store: Any, number: str = "RM-1", **told: Any) -> Lot:
    lot = receive(store, number, **told)
    with store.record.action(store.op, "material.lot.document") as unit:
        store.material.attach_certificate(
            unit, lot.id, b"%PDF-", file_name="coa.pdf", media_type="application/pdf"
        )
    store.sign(store.qa, "material_lot", lot.id, "released")
    return lot


def now(store: Any) -> Any:
    return store.record.process_clock.now()


def test_a_lot_is_released_by_signature_and_then_charged(store: Any) -> None:
    lot = released(store)
    with store.record.action(store.op, "material.lot.consume") as unit:
        first = store.material.consume(unit, "RM-1", Decimal("5000"), "batch-1", "step-1", "g")
    with store.record.action(store.op, "material.lot.consume") as unit:
        again = store.material.consume(unit, "RM-1", Decimal("5000"), "batch-1", "step-1", "g")
    assert first.id == again.id
    with store.record.reading() as session:
        kept = lot_by_code(session, "RM-1")
        assert (kept.id, kept.remaining, kept.usage, kept.disposition) == (
            lot.id,
            Decimal("20"),
            "available",
            "released",
        )
        assert [edge.quantity for edge in consumed_by(session, "batch-1")] == [Decimal("5")]
    with store.record.action(store.op, "material.lot.consume") as unit:
        store.material.consume(unit, "RM-1", Decimal("20"), "batch-1", "step-2")
    with store.record.reading() as session:
        assert lot_by_code(session, "RM-1").usage == "consumed"


def test_an_unreleased_lot_is_refused_at_the_scan(store: Any) -> None:
    receive(store)
    with store.record.reading() as session, pytest.raises(Refused, match="has not been released"):
        store.material.scan(session, "RM-1", at=now(store))


def test_an_expired_lot_is_refused_at_the_scan_and_at_the_charge(
    store: Any, process_clock: ManualClock
) -> None:
    released(store, expires_on=date(2026, 3, 5))
    with store.record.reading() as session:
        assert store.material.scan(session, "RM-1", at=now(store), definition_code="MEDIUM").number == "RM-1"
    process_clock.advance(timedelta(days=4))
    with (
        store.record.reading() as session,
        pytest.raises(Refused, match="expired on 2026-03-05; today is 2026-03-06"),
    ):
        store.material.scan(session, "RM-1", at=now(store))
    with (
        pytest.raises(Refused, match="expired"),
        store.record.action(store.op, "material.lot.consume") as unit,
    ):
        store.material.consume(unit, "RM-1", Decimal(1), "batch-1", "k")


def test_the_wrong_material_and_an_unknown_label_are_refused(store: Any) -> None:
    released(store)
    with store.record.reading() as session:
        with pytest.raises(Refused, match="is MEDIUM, and FEED was asked for"):
            store.material.scan(session, "RM-1", at=now(store), definition_code="FEED")
        with pytest.raises(NotFound, match="bears the code"):
            store.material.scan(session, "RM-9", at=now(store))


def test_a_release_needs_the_certificate_and_the_quality_unit(store: Any) -> None:
    lot = receive(store)
    with pytest.raises(Refused, match="certificate of lot RM-1 is missing"):
        store.sign(store.qa, "material_lot", lot.id, "released")
    with pytest.raises((NotAuthorised, Refused)):
        store.sign(store.op, "material_lot", lot.id, "released")


def test_the_laboratory_can_stand_against_a_release(store: Any) -> None:
    store.material.register_lot_check(lambda session, lot: [f"Identity of {lot.number} is not approved."])
    with pytest.raises(Refused, match="Identity of RM-1"):
        released(store)


def test_a_lot_holds_no_more_than_it_held(store: Any) -> None:
    released(store)
    for quantity in ("25.0001", "0", "-1"):
        with pytest.raises((Refused, Invalid)), store.record.action(store.op, "material.lot.consume") as unit:
            store.material.consume(unit, "RM-1", Decimal(quantity), "batch-1", quantity)
    with (
        pytest.raises(Refused, match="more than the lot"),
        store.record.action(store.op, "material.lot.split") as unit,
    ):
        lot = lot_by_code(unit.session, "RM-1")
        store.material.put_into_container(unit, lot.id, code="C-1", quantity=Decimal(26), location="store")


def test_a_container_is_scanned_for_its_lot(store: Any) -> None:
    lot = released(store)
    with store.record.action(store.op, "material.lot.split") as unit:
        store.material.put_into_container(unit, lot.id, code="C-1", quantity=Decimal(5), location="store")
    with store.record.reading() as session:
        assert store.material.scan(session, "C-1", at=now(store)).id == lot.id


def test_a_lot_number_is_given_once(store: Any) -> None:
    receive(store)
    with pytest.raises(Conflict, match="given already"):
        receive(store)


def test_a_lot_on_hold_needs_a_new_release(store: Any) -> None:
    lot = released(store)
    with store.record.action(store.qa, "material.lot.hold", reason="complaint") as unit:
        store.material.hold_lot(unit, lot.id, "complaint")
    with store.record.reading() as session:
        assert store.material.lot_ready(session, "RM-1", now(store)) == ["Lot RM-1 is on hold."]
    with store.record.action(store.qa, "material.lot.hold", reason="cleared") as unit:
        store.material.lift_hold(unit, lot.id, "cleared")
    with store.record.reading() as session:
        assert store.material.lot_ready(session, "RM-1", now(store))
    store.sign(store.qa, "material_lot", lot.id, "released")
    with store.record.reading() as session:
        assert store.material.lot_ready(session, "RM-1", now(store)) == []


def test_what_a_batch_made_is_released_with_the_batch_only(store: Any) -> None:
    raw = released(store)
    with store.record.action(store.op, "material.lot.consume") as unit:
        store.material.consume(unit, "RM-1", Decimal(1), "batch-1", "charge")
    with store.record.action(store.op, "material.lot.produce") as unit:
        lot = store.material.produce(unit, "HARVEST", "batch-1", Decimal("1800"), "L", key="harvest")
        assert (
            store.material.produce(unit, "HARVEST", "batch-1", Decimal("1800"), "L", key="harvest").id
            == lot.id
        )
    with pytest.raises(Refused, match="released with it"):
        store.sign(store.qa, "material_lot", lot.id, "released")
    with store.record.action(store.qa, "material.lot.release") as unit:
        store.material.dispose_batch_lots(unit, "batch-1", "release", signature_id="s", reason="as signed")
    with store.record.reading() as session:
        assert lot_by_code(session, lot.number).disposition == "released"
        forward = [kin.edge.target_id for kin in genealogy(session, raw.id, forward=True)]
        back = [kin.edge.source_id for kin in genealogy(session, lot.id, forward=False)]
    assert forward == ["batch-1", lot.id]
    assert back == ["batch-1", raw.id]
