"""Pure decisions about people."""

from __future__ import annotations

from titer.base.errors import Invalid, Refused
from titer.record.actions import ROLES
from titer.record.rights.rules import against_roles


def check_role(role: str, held: set[str]) -> None:
    """Refuse a role that does not exist, or conflicts with what is held or delegated to the person.

    Raises:
        Invalid: for an unknown role.
        Refused: if two roles conflict.
    """
    if role not in ROLES:
        raise Invalid(f"There is no role {role}.", do=f"Use one of: {', '.join(ROLES)}.")
    conflicts = against_roles(held | {role})
    if conflicts:
        together = " and ".join(sorted({conflicts[0].one, conflicts[0].other}))
        raise Refused(
            conflicts[0].why,
            why=f"{together.replace('_', ' ')} would come together.",
            do="Give the roles to two people.",
        )
