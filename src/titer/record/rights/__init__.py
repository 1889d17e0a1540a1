"""Rights: who may do what now, in whose place, what never comes together, and that all of it is looked at again."""

from titer.record.rights.rules import (
    DATA_ROLES,
    ROLE_CONFLICTS,
    Duty,
    RoleConflict,
    Separation,
    Standing,
)

__all__ = ["DATA_ROLES", "ROLE_CONFLICTS", "Duty", "RoleConflict", "Separation", "Standing"]
