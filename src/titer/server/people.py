"""HTTP of accounts: lock and unlock them, and set a new password for somebody who forgot the old one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from titer.base.errors import Refused
from titer.record import Identity, Person
from titer.record.http import Acting, ActingPerson, Current, platform_part
from titer.record.routes.proof import ProofIn, prove_again, require_another

router = APIRouter(tags=["people"])
IdentityPart = Annotated[Identity, Depends(platform_part("identity"))]


class AccountChange(BaseModel):
    """Whether a person may log in; opening an account lifts a lock-out."""

    active: bool
    reason: str = Field(min_length=1)


class PasswordReset(BaseModel):
    """A new password, told to the person on another way; and the administrator's own proof of identity."""

    proof: ProofIn
    password: str = Field(max_length=256)
    reason: str = Field(min_length=1)


@router.post("/api/people/{person_id}/account", status_code=204)
def server_change_account(
    person_id: str, body: AccountChange, act: Acting, who: ActingPerson, identity: IdentityPart
) -> None:
    """Disable or enable an account; open sessions of it end, and a lock-out is lifted."""
    if person_id == who.id and not body.active:
        raise Refused("You cannot disable your own account.", do="Let another administrator do it.")
    with act("record.person.change", reason=body.reason) as unit:
        identity.set_active(unit, person_id, active=body.active)


@router.post("/api/people/{person_id}/password", status_code=204)
def server_reset_password(
    person_id: str, body: PasswordReset, request: Request, act: Acting, who: Current, identity: IdentityPart
) -> None:
    """Set a new password for somebody else, with fresh proof; the entry says who set it.

    Sessions end, lock-outs end, a disabled account stays so.
    """
    require_another(person_id, who)
    prove_again(body.proof, who, request)
    password = identity.passwords.prepare(person_id, body.password)
    with act("record.credential.give", reason=body.reason) as unit:
        identity.set_active(unit, person_id, active=unit.get(Person, person_id).active)
        identity.set_password(unit, person_id, password)
