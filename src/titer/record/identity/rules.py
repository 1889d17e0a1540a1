"""Pure decisions about people: which roles go together."""

from __future__ import annotations

from titer.base.errors import Invalid, Refused
from titer.record.actions import ROLES

DATA_ROLES = frozenset(ROLES) - {"administrator", "inspector"}
"""Roles that hold a right over data."""


def check_role(role: str, held: set[str]) -> None:
    """Refuse a role that does not exist, or that conflicts with one that the person holds.

    Raises:
        Invalid: for an unknown role.
        Refused: if it conflicts: no administrator holds a data right.
    """
    if role not in ROLES:
        raise Invalid(f"There is no role {role}.", do=f"Use one of: {', '.join(ROLES)}.")
    together = held | {role}
    if "administrator" in together and together & DATA_ROLES:
        raise Refused(
            "An administrator holds no data right.",
            why=f"{', '.join(sorted(together & DATA_ROLES))} would come together with administrator.",
            do="Give the roles to two people.",
        )
