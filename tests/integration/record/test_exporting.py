"""An export is checked by the one file whatever happens to clock and keys around it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from tests.integration.record.test_bundle import VAULT, verifier  # noqa: F401  the fixture

from titer.base.clock import ManualClock
from titer.record import Actor, LedgerKey, Record, Sealer, Training, checkpoint
from titer.record import rotation as rotation_module
from titer.record.bundle import export, write_zip
from titer.record.rotation import Rotation

TIMER = Actor.timer("test")


@pytest.fixture
def sealer(record: Record, tmp_path: Path) -> Sealer:
    signer = checkpoint.Signer.open("titer/test", tmp_path / "ledger.key", VAULT, create=True)
    witness = checkpoint.FileWitness("file-witness", tmp_path / "witness", record.clock, VAULT)
    return Sealer(record, "titer/test", signer, [witness])


@pytest.fixture
def rotation(record: Record, sealer: Sealer, tmp_path: Path) -> Rotation:
    record.register_actions(rotation_module.ACTIONS)
    made = Rotation(record, sealer, tmp_path, VAULT)
    made.enter_configured()
    sealer.seal()
    return made


def trained(record: Record, person: Actor) -> str:
    with record.action(person, "record.training.enter", reason="course") as unit:
        return unit.add(
            Training(person_id=person.id, competency="SEC", document="SOP-1", trained_at=unit.now)
        ).id


def exported(record: Record, sealer: Sealer, ada: Actor, row: str) -> bytes:
    return export(
        record,
        sealer,
        actor=ada,
        reason="inspection",
        subject=(Training.__tablename__, row, "Training of Ada"),
        records=[],
        files={},
    )


def before_the_seal(sealer: Sealer, what: Callable[[], object]) -> None:
    """Have something happen between the export entry and the head over it."""
    seal = sealer.seal

    def first() -> int:
        sealer.seal = seal  # type: ignore[method-assign]
        what()
        return seal()

    sealer.seal = first  # type: ignore[method-assign]


def test_an_export_that_is_the_first_action_after_the_clock_was_set_back_holds(
    record: Record,
    sealer: Sealer,
    clock: ManualClock,
    person: Callable[..., Actor],
    verifier: ModuleType,  # noqa: F811
) -> None:
    ada = person("ada", "reviewer")
    row = trained(record, ada)
    sealer.seal()
    clock.advance(timedelta(hours=-1))
    found = verifier.verify(exported(record, sealer, ada, row))
    assert found["records"] == 4, "the training, the installation, the export and the step of the clock"


def test_a_step_of_the_clock_between_the_export_and_its_seal_goes_along(
    record: Record,
    sealer: Sealer,
    clock: ManualClock,
    person: Callable[..., Actor],
    verifier: ModuleType,  # noqa: F811
) -> None:
    ada = person("ada", "reviewer")
    row = trained(record, ada)

    def step() -> None:
        clock.advance(timedelta(hours=-1))
        trained(record, ada)

    before_the_seal(sealer, step)
    assert verifier.verify(exported(record, sealer, ada, row))["records"] == 4


@pytest.mark.parametrize("ends", [False, True], ids=["begun", "ended"])
def test_a_key_that_is_rotated_between_the_export_and_its_seal_goes_along(
    record: Record,
    sealer: Sealer,
    rotation: Rotation,
    person: Callable[..., Actor],
    verifier: ModuleType,  # noqa: F811
    ends: bool,
) -> None:
    ada = person("ada", "reviewer")
    row, first = trained(record, ada), sealer.signer.verifier
    if ends:
        rotation.begin(TIMER, reason="yearly")
        sealer.seal()
    before_the_seal(
        sealer,
        lambda: rotation.finish(TIMER, reason="yearly") if ends else rotation.begin(TIMER, reason="yearly"),
    )
    bundle = exported(record, sealer, ada, row)
    assert verifier.verify(bundle, first)["signatures"] == 0
    members, _ = verifier.read_archive(bundle)
    lines = members["ledger/entries.jsonl"].splitlines(keepends=True)
    later = [line for line in lines if json.loads(line)["record_type"] == LedgerKey.__tablename__][-1]
    members["ledger/entries.jsonl"] = b"".join(line for line in lines if line != later)
    with pytest.raises(verifier.Fault):
        verifier.verify(write_zip(members), first)
