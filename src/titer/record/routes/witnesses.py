"""HTTP of the ledger's witnesses and keys: how they stand, and what waits for them."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from titer.record.http import ActingPerson, Reading
from titer.record.ledger_model import LedgerCosignature, LedgerKey
from titer.record.model import OutboxEvent
from titer.record.rotation import absent
from titer.record.routes.part import RotationPart, SealerPart

router = APIRouter()


class WitnessOut(BaseModel):
    """How a witness of the ledger stands.

    `lag` is how many sealed entries it has not vouched for; `state` is `up to date`, `behind`, `away`,
    `refused` or `not configured`;
    `required` ones must vouch before anything that a signature sets off goes out.
    """

    name: str
    kind: str
    required: bool
    size: int
    at: datetime | None
    lag: int
    state: str
    since: datetime | None
    message: str
    keys: list[str]


class WitnessesOut(BaseModel):
    """The witnesses, and how much of the ledger counts as witnessed under the policy."""

    witnesses: list[WitnessOut]
    tree_size: int
    covered_size: int
    quorum: int
    held: int


@router.get("/ledger/witnesses")
def record_witnesses(session: Reading, sealer: SealerPart) -> WitnessesOut:
    """Each witness, how far it is, and what is held until they are further."""
    size, keys, covered = sealer.size, sealer.keys, sealer.covered_size
    held = session.scalar(
        select(func.count())
        .select_from(OutboxEvent)
        .where(OutboxEvent.signed.is_(True), OutboxEvent.entry_seq > sealer.covered_seq)
    )
    found = []
    for one in sealer.every_witness:
        standing = sealer.standing[one.name]
        found.append(
            WitnessOut(
                name=one.name,
                kind=one.kind,
                required=one.required,
                size=standing.size,
                at=standing.at,
                lag=max(size - standing.size, 0),
                state=standing.state(size),
                since=standing.since,
                message=standing.message,
                keys=keys.of_witness(one.name),
            )
        )
    for key in absent(session, sealer):
        known = session.scalar(
            select(func.max(LedgerCosignature.tree_size)).where(LedgerCosignature.witness == key.name)
        )
        found.append(
            WitnessOut(
                name=key.name,
                kind=key.kind,
                required=key.name in sealer.policy.required,
                size=known or 0,
                at=None,
                lag=size - (known or 0),
                state="not configured",
                since=None,
                message="It vouches for this ledger, and stands in titer.yaml no longer: put it back, or retire it.",
                keys=[key.verifier],
            )
        )
    return WitnessesOut(
        witnesses=found, tree_size=size, covered_size=covered, quorum=sealer.policy.quorum, held=held or 0
    )


class LedgerKeyOut(BaseModel):
    """A key of the ledger or of a witness, as it is logged; `from_size` and `until_size` are sizes of the tree."""

    id: str
    version: int
    role: str
    name: str
    kind: str
    verifier: str
    from_size: int
    until_size: int | None
    recorded_at: datetime


@router.get("/ledger/keys")
def record_keys(session: Reading) -> list[LedgerKeyOut]:
    """The history of keys, oldest first."""
    rows = session.scalars(select(LedgerKey).order_by(LedgerKey.id))
    return [LedgerKeyOut(**{name: getattr(row, name) for name in LedgerKeyOut.model_fields}) for row in rows]


class Rotate(BaseModel):
    """A rotation to begin: of the ledger's key, or of a witness'; `key` is the new one of a witness elsewhere."""

    witness: str | None = Field(default=None, max_length=200)
    key: str | None = Field(default=None, max_length=500)
    reason: str = Field(min_length=1, max_length=2000)


class RotateOut(BaseModel):
    """The key that was entered, or retired."""

    key: str


@router.post("/ledger/keys", status_code=201)
def record_rotate(body: Rotate, who: ActingPerson, rotation: RotationPart) -> RotateOut:
    """Begin a rotation: the new key is entered under the old one; both sign until the old one is retired."""
    return RotateOut(key=rotation.begin(who, reason=body.reason, witness=body.witness, verifier=body.key))


class Retire(BaseModel):
    """A rotation to end."""

    witness: str | None = Field(default=None, max_length=200)
    reason: str = Field(min_length=1, max_length=2000)


@router.post("/ledger/keys/retire")
def record_retire(body: Retire, who: ActingPerson, rotation: RotationPart) -> RotateOut:
    """End a rotation: the old key is retired, and the new one signs alone."""
    return RotateOut(key=rotation.finish(who, reason=body.reason, witness=body.witness))


class RetireAbsent(BaseModel):
    """That witnesses which are configured no longer are retired, and why."""

    reason: str = Field(min_length=1, max_length=2000)


class RetiredOut(BaseModel):
    """What it came to, a sentence each."""

    told: list[str]


@router.post("/ledger/witnesses/retire")
def record_retire_witnesses(body: RetireAbsent, who: ActingPerson, rotation: RotationPart) -> RetiredOut:
    """Retire witnesses that are configured no longer, and ask for as many as the configuration does."""
    return RetiredOut(told=rotation.retire_absent(who, reason=body.reason))
