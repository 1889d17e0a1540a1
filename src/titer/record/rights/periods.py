"""How long, as the access policy says: between two reviews of a person's access, and a delegation at the most."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.record.factors import AccessPolicy
from titer.record.rights import rules


def recertify_every(session: Session) -> timedelta:
    """How old the last review of a person's roles may become."""
    days = session.scalar(select(AccessPolicy.recertify_days))
    return rules.RECERTIFY_EVERY if days is None else timedelta(days=days)


def longest_delegation(session: Session) -> timedelta:
    """How long a delegation lasts at the most."""
    days = session.scalar(select(AccessPolicy.delegation_days))
    return rules.LONGEST_DELEGATION if days is None else timedelta(days=days)
