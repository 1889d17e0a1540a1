"""What a person proves identity with beside the password: enrolled, confirmed, renamed, removed, reset.

TOTP (RFC 6238), PIN and badge stand here; passkeys beside, in `passkeys.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.clock import us
from titer.base.errors import Conflict, Invalid, NotFound, Unavailable
from titer.base.vault import Vault
from titer.record.credentials import Credentials
from titer.record.factors import Factor
from titer.record.identity import rules
from titer.record.model import AccessEvent, Credential, Person
from titer.record.unit import Unit

PIN_LEAST = 6


@dataclass(frozen=True)
class TotpSecret:
    """A new TOTP secret: for the person's device, shown this once.

    Args:
        factor_id: to confirm.
        secret: base32, to type.
        uri: `otpauth://`, to scan.
    """

    factor_id: str
    secret: str
    uri: str


@dataclass(frozen=True)
class HashedPin:
    """A PIN that was checked, as argon2id."""

    secret: str = field(repr=False)


class Factors:
    """The further factors of an installation's people.

    Args:
        credentials: where their secrets lie.
        hasher: argon2id, for PINs.
        vault: seals TOTP secrets; None where there is none, and then nobody enrols one.
    """

    def __init__(self, credentials: Credentials, hasher: PasswordHasher, vault: Vault | None) -> None:
        self.credentials = credentials
        self.hasher = hasher
        self.vault = vault

    # --- reading ------------------------------------------------------------------------------------------------

    def of_person(self, session: Session, person_id: str) -> list[Factor]:
        """A person's factors that are not removed, the oldest first."""
        return list(
            session.scalars(
                select(Factor)
                .where(Factor.person_id == person_id, Factor.removed_at.is_(None))
                .order_by(Factor.id)
            )
        )

    def enrolled(self, session: Session, person_id: str) -> set[str]:
        """The kinds of factors that a person can prove with now."""
        return {row.kind for row in self.of_person(session, person_id) if row.confirmed_at is not None}

    def usable(self, session: Session, person_id: str, kind: str) -> list[tuple[Factor, str]]:
        """A person's confirmed factors of a kind with their secrets; those that were changed past the record are not.

        Such a one is named by `titer verify`.
        """
        found = []
        for row in self.of_person(session, person_id):
            secret = self.credentials.secret_of(session, row.id)
            if (
                row.kind == kind
                and row.confirmed_at is not None
                and secret is not None
                and self._holds(session, row, secret)
            ):
                found.append((row, secret))
        return found

    def _holds(self, session: Session, row: Factor, secret: str) -> bool:
        return self.credentials.fits(row, secret) and self.credentials.fits_entry(session, row)

    def of_badge(self, session: Session, number: str) -> Factor | None:
        """The badge of a number, if it is one that the record knows."""
        secret = self.credentials.badge_hash(number)
        owner_id = session.scalar(select(Credential.owner_id).where(Credential.secret == secret))
        row = session.get(Factor, owner_id) if owner_id else None
        return (
            row if row is not None and row.removed_at is None and self._holds(session, row, secret) else None
        )

    def of_handle(self, session: Session, handle: str) -> tuple[Factor, str] | None:
        """The passkey of a credential id with its public key, if it is one that the record knows."""
        row = session.scalars(select(Factor).where(Factor.handle == handle, Factor.kind == "passkey")).first()
        secret = self.credentials.secret_of(session, row.id) if row is not None else None
        if row is None or secret is None or row.removed_at is not None:
            return None
        return (row, secret) if self._holds(session, row, secret) else None

    def totp_secret(self, factor: Factor, sealed: str) -> str:
        """The opened TOTP secret.

        Raises:
            Unavailable: if there is no vault to open it with.
            IntegrityFault: if it was sealed for another factor, or changed.
        """
        return (
            self._vault().open(_purpose(factor.id), sealed.encode(), "The secret of a TOTP device").decode()
        )

    # --- enrolling ----------------------------------------------------------------------------------------------

    def begin_totp(self, unit: Unit, person: Person, issuer: str) -> TotpSecret:
        """A new secret for a person's authenticator; it counts once a code of it has come back.

        Args:
            unit: the open action.
            person: whose.
            issuer: names this installation in the authenticator.
        """
        from pyotp import TOTP, random_base32

        for row in self.of_person(unit.session, person.id):
            if row.kind == "totp" and row.confirmed_at is None:
                self.remove(unit, row, "begun anew")
        secret = random_base32()
        row = self._row(unit, person.id, "totp", "Authenticator")
        sealed = self._vault().seal(_purpose(row.id), secret.encode()).decode().strip()
        self.credentials.give(unit, row, sealed)
        unit.add(row)
        uri = TOTP(secret).provisioning_uri(name=person.username, issuer_name=issuer)
        return TotpSecret(row.id, secret, uri)

    def confirm_totp(self, unit: Unit, person_id: str, factor_id: str, code: str) -> Factor:
        """Take the first code of a new authenticator; an earlier authenticator is removed.

        Raises:
            Invalid: if the code does not belong to the secret now.
        """
        row = self.own(unit, person_id, factor_id)
        secret = self.credentials.secret_of(unit.session, row.id)
        if row.kind != "totp" or row.confirmed_at is not None or secret is None:
            raise Conflict("This authenticator waits for no confirmation.")
        step = rules.totp_step(self.totp_secret(row, secret), code, us(unit.now) // 1_000_000, row.counter)
        if step is None:
            raise Invalid(
                "The code is not the authenticator's code of now.",
                where="code",
                do="Wait for the next one; compare the device's clock with this computer's.",
            )
        for other in self.of_person(unit.session, person_id):
            if other.kind == "totp" and other.id != row.id:
                self.remove(unit, other, "replaced")
        row.confirmed_at, row.counter = unit.now, step
        return row

    def hash_pin(self, pin: str) -> HashedPin:
        """Check and hash a PIN, best before the action begins that sets it.

        Raises:
            Invalid: if it is no PIN, or an easy one.
        """
        steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)} if pin.isdecimal() else {0}
        if not (PIN_LEAST <= len(pin) <= 12) or not (pin.isascii() and pin.isdecimal()) or len(steps) < 2:
            raise Invalid(
                f"A PIN has {PIN_LEAST} to 12 digits, not all the same and not in a row.", where="pin"
            )
        return HashedPin(self.hasher.hash(pin))

    def set_pin(self, unit: Unit, person: Person, pin: str | HashedPin) -> Factor:
        """Set the PIN that a person uses at terminals; the earlier one is removed.

        Args:
            unit: the open action.
            person: whose.
            pin: from `hash_pin`; a bare one is hashed here, for whoever is alone on the machine.

        Raises:
            Invalid: if it is no PIN, or an easy one.
        """
        hashed = self.hash_pin(pin) if isinstance(pin, str) else pin
        for other in self.of_person(unit.session, person.id):
            if other.kind == "pin":
                self.remove(unit, other, "replaced")
        row = self._row(unit, person.id, "pin", "PIN")
        row.confirmed_at = unit.now
        self.credentials.give(unit, row, hashed.secret)
        return unit.add(row)

    def give_badge(self, unit: Unit, person: Person, number: str, name: str) -> Factor:
        """Give a badge to a person, by the number that its reader shows.

        Raises:
            Conflict: if somebody holds a badge of this number.
            Invalid: if the number is too short.
        """
        if len(number) < 6:
            raise Invalid("A badge's number has at least 6 characters.", where="number")
        secret = self.credentials.badge_hash(number)
        if unit.session.scalar(select(Credential.owner_id).where(Credential.secret == secret)):
            raise Conflict("This badge was given to somebody already.", do="Take it back first.")
        row = self._row(unit, person.id, "badge", name)
        row.confirmed_at = unit.now
        self.credentials.give(unit, row, secret)
        return unit.add(row)

    def _row(self, unit: Unit, person_id: str, kind: str, name: str) -> Factor:
        return Factor(
            id=unit.new_id(), person_id=person_id, kind=kind, name=name, added_at=unit.now, counter=0
        )

    # --- removing -----------------------------------------------------------------------------------------------

    def own(self, unit: Unit, person_id: str, factor_id: str) -> Factor:
        """A factor of this person.

        Raises:
            NotFound: if there is none, it is another person's, or it was removed.
        """
        row = unit.session.get(Factor, factor_id)
        if row is None or row.person_id != person_id or row.removed_at is not None:
            raise NotFound("There is no such factor.")
        return row

    def remove(self, unit: Unit, row: Factor, because: str) -> None:
        """Remove a factor; what was proved with it stays."""
        row.removed_at, row.removed_because = unit.now, because
        self.credentials.take(unit, row.id)
        unit.flush()

    def reset(self, unit: Unit, person: Person, kinds: tuple[str, ...], reason: str) -> int:
        """Remove a person's factors, for somebody who has lost a device; entered as an access event, and told.

        Returns:
            How many were removed.
        """
        rows = [row for row in self.of_person(unit.session, person.id) if row.kind in kinds]
        for row in rows:
            self.remove(unit, row, f"reset: {reason}")
        if rows:
            event = unit.add(
                AccessEvent(
                    kind="factor_reset",
                    username=person.username,
                    person_id=person.id,
                    remote="",
                    detail=", ".join(sorted({row.kind for row in rows})),
                )
            )
            unit.emit("record.factor.reset", event, {"username": person.username})
        return len(rows)

    def _vault(self) -> Vault:
        if self.vault is None:
            raise Unavailable("This installation has no vault, so no secret of a device can be kept.")
        return self.vault


def _purpose(factor_id: str) -> str:
    """A sealed secret opens in its own place alone."""
    return f"totp {factor_id}"
