"""Passkeys (W3C Web Authentication, Level 2): registered, and proved with. The user is verified each time.

A passkey is something that the person has, and verifies its user by PIN or body: it opens a session alone, and it
is a second factor at a signature. Its public key lies among the credentials, bound as they are.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from titer.base.errors import Conflict, Invalid, Unavailable
from titer.record.credentials import Credentials
from titer.record.factors import Factor
from titer.record.identity.challenges import Challenges
from titer.record.identity.factors import Factors
from titer.record.model import Person
from titer.record.unit import Unit


@dataclass(frozen=True)
class Site:
    """Where the browser is.

    Args:
        origin: as the browser writes it, e.g. `https://titer.example`.
        name: the host's name: the relying party.
    """

    origin: str
    name: str

    def check(self) -> None:
        """Refuse a place where browsers have no passkeys.

        Raises:
            Unavailable: for a number in place of a name.
        """
        try:
            ipaddress.ip_address(self.name.strip("[]"))
        except ValueError:
            return
        raise Unavailable(
            "There are no passkeys at an address that is a number.",
            why="A passkey belongs to a host's name.",
            do="Open the pages under the host's name; on this computer, http://localhost with the same port.",
        )


@dataclass(frozen=True)
class Assertion:
    """What a passkey answered.

    Args:
        credential: as the browser gives it, as JSON.
        site: where it was asked.
        bound_to: the session, or the browser's cookie before there is one.
    """

    credential: Mapping[str, Any] = field(default_factory=dict)
    site: Site = Site("", "")
    bound_to: str = ""


class Passkeys:
    """The passkeys of an installation's people.

    Args:
        factors: where they stand.
        credentials: where their public keys lie.
        challenges: that they answer.
    """

    def __init__(self, factors: Factors, credentials: Credentials, challenges: Challenges) -> None:
        self.factors = factors
        self.credentials = credentials
        self.challenges = challenges

    def begin(self, session: Session, person: Person, site: Site, bound_to: str) -> dict[str, Any]:
        """What the browser needs to make a passkey (`navigator.credentials.create`)."""
        from webauthn import base64url_to_bytes, generate_registration_options, options_to_json
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            PublicKeyCredentialDescriptor,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        site.check()
        known = [row.handle for row in self.factors.of_person(session, person.id) if row.handle]
        options = generate_registration_options(
            rp_id=site.name,
            rp_name="Titer",
            user_id=person.id.encode(),
            user_name=person.username,
            user_display_name=person.full_name,
            challenge=self.challenges.give("register", bound_to),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(handle)) for handle in known
            ],
        )
        return dict(json.loads(options_to_json(options)))

    def check_new(self, answer: Assertion) -> tuple[str, str, int]:
        """Handle, public key and counter of a new passkey; no action may be open, since its challenge is used up.

        Raises:
            Invalid: if the answer is to another challenge, from another place, or its user was not verified.
        """
        from webauthn import verify_registration_response
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.exceptions import WebAuthnException

        challenge = self._challenge(answer, "register")
        if challenge is None:
            raise _refused("its challenge is not one that was given here just now")
        try:
            made = verify_registration_response(
                credential=dict(answer.credential),
                expected_challenge=challenge,
                expected_rp_id=answer.site.name,
                expected_origin=answer.site.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise _refused(str(error)) from error
        return (
            bytes_to_base64url(made.credential_id),
            bytes_to_base64url(made.credential_public_key),
            made.sign_count,
        )

    def register(
        self, unit: Unit, person: Person, name: str, site: Site, new: tuple[str, str, int]
    ) -> Factor:
        """Keep a new passkey.

        Args:
            unit: the open action.
            person: whose it is.
            name: that the person gives it.
            site: where it was made.
            new: what `check_new` found.

        Raises:
            Conflict: if it is known already.
        """
        handle, public_key, counter = new
        row = Factor(
            id=unit.new_id(),
            person_id=person.id,
            kind="passkey",
            name=name,
            handle=handle,
            realm=site.name,
            added_at=unit.now,
            confirmed_at=unit.now,
            counter=counter,
        )
        if self.factors.of_handle(unit.session, handle) is not None:
            raise Conflict("This passkey is registered already.")
        self.credentials.give(unit, row, public_key)
        return unit.add(row)

    def ask(self, site: Site, bound_to: str, handles: tuple[str, ...] = ()) -> dict[str, Any]:
        """What the browser needs to prove with a passkey (`navigator.credentials.get`).

        Args:
            site: where.
            bound_to: the session, or the browser's cookie before there is one.
            handles: of the person's passkeys where the person is known; else any that the browser has.
        """
        from webauthn import base64url_to_bytes, generate_authentication_options, options_to_json
        from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

        site.check()
        options = generate_authentication_options(
            rp_id=site.name,
            challenge=self.challenges.give("prove", bound_to),
            allow_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(handle)) for handle in handles
            ],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return dict(json.loads(options_to_json(options)))

    def proves(self, row: Factor, public_key: str, answer: Assertion) -> int | None:
        """The passkey's new counter if its answer holds, else None; the challenge is used up either way.

        A counter that does not grow tells of a copy, and is refused (Web Authentication, section 6.1.1).
        """
        from webauthn import base64url_to_bytes, verify_authentication_response
        from webauthn.helpers.exceptions import WebAuthnException

        challenge = self._challenge(answer, "prove")
        if challenge is None or row.realm != answer.site.name:
            return None
        try:
            proved = verify_authentication_response(
                credential=dict(answer.credential),
                expected_challenge=challenge,
                expected_rp_id=answer.site.name,
                expected_origin=answer.site.origin,
                credential_public_key=base64url_to_bytes(public_key),
                credential_current_sign_count=row.counter,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError):
            return None
        return proved.new_sign_count

    def _challenge(self, answer: Assertion, purpose: str) -> bytes | None:
        """The challenge that was answered, if it was given here for this and is still good; it is used up."""
        from webauthn.helpers import base64url_to_bytes, parse_client_data_json
        from webauthn.helpers.exceptions import WebAuthnException

        try:
            raw = base64url_to_bytes(answer.credential["response"]["clientDataJSON"])
            challenge = parse_client_data_json(raw).challenge
        except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError):
            return None
        return challenge if self.challenges.take(challenge, purpose, answer.bound_to) else None


def _refused(why: str) -> Invalid:
    return Invalid("The passkey could not be registered.", where="passkey", why=why, do="Try again.")
