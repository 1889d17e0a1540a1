"""A record is verified while a hub goes on sealing: what is halfway sealed is not taken for tampering."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.integration.record.test_bundle import sealer  # noqa: F401  the fixture

from titer.record import Actor, LedgerEntry, Record, Training, schema
from titer.record.checkpoint import FileWitness
from titer.record.sealer import Sealer
from titer.record.verify import verify_store

WAITS_S = 0.5


def _enter(record: Record) -> None:
    with record.action(Actor.timer("test"), "record.training.enter") as unit:
        unit.add(Training(person_id="p", competency="SEC", document="d", trained_at=unit.now))


def test_a_seal_that_a_witness_has_seen_and_the_ledger_not_yet_is_waited_for(
    record: Record,
    sealer: Sealer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with record.action(Actor.timer("test"), "record.install") as unit:
        unit.add(schema.log_fingerprint(record, unit.session, "test"))
    sealer.seal()
    _enter(record)
    cosigned, verified = threading.Event(), threading.Event()
    cosign = FileWitness.cosign

    def slowly(self: FileWitness, *given: Any) -> str:
        done = cosign(self, *given)
        cosigned.set()
        verified.wait(WAITS_S)  # the ledger does not have the checkpoint yet
        return done

    monkeypatch.setattr(FileWitness, "cosign", slowly)
    sealing = threading.Thread(target=sealer.seal)
    sealing.start()
    assert cosigned.wait(10)
    verdict = verify_store(record, sealer)
    verified.set()
    sealing.join()
    assert verdict.holds, verdict.sentence
    with record.reading() as session:
        assert verdict.entries == session.scalar(select(func.count()).select_from(LedgerEntry))
