"""People, roles, log-in sessions, machine tokens and training (21 CFR 11.100, 11.200, 11.300; Annex 11 s. 12)."""

from titer.record.identity.actions import ACTIONS
from titer.record.identity.passwords import check_password
from titer.record.identity.people import require_person
from titer.record.identity.proof import MAX_FAILED, Occasion, Proof
from titer.record.identity.service import Identity
from titer.record.identity.sessions import IDLE, SESSION_LENGTH, LoggedIn

__all__ = [
    "ACTIONS",
    "IDLE",
    "MAX_FAILED",
    "SESSION_LENGTH",
    "Identity",
    "LoggedIn",
    "Occasion",
    "Proof",
    "check_password",
    "require_person",
]
