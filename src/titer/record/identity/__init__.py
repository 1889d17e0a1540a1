"""People, roles, log-in sessions, machine tokens and training (21 CFR 11.100, 11.200, 11.300; Annex 11 s. 12)."""

from titer.record.identity.actions import ACTIONS
from titer.record.identity.machines import Machine
from titer.record.identity.passkeys import Assertion, Site
from titer.record.identity.people import require_person
from titer.record.identity.policy import value as policy_value
from titer.record.identity.proof import MAX_FAILED, Needed, Occasion, Proof
from titer.record.identity.rules import Policy, check_password
from titer.record.identity.service import Identity
from titer.record.identity.sessions import SESSION_LENGTH, LoggedIn

__all__ = [
    "ACTIONS",
    "MAX_FAILED",
    "SESSION_LENGTH",
    "Assertion",
    "Identity",
    "LoggedIn",
    "Machine",
    "Needed",
    "Occasion",
    "Policy",
    "Proof",
    "Site",
    "check_password",
    "policy_value",
    "require_person",
]
