"""How a site sets the rules of audit-trail review: a record with versions; an old review is drawn by its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from titer.base.errors import Invalid, StaleVersion
from titer.quality.model import AuditTrailReview, TrailSettings
from titer.quality.trail.ruleset import RULESET, check_settings, defaults, ruleset
from titer.record import Unit


class Settings:
    """The settings of the rules, as they are now and as they were."""

    def now(self, session: Session) -> tuple[int, dict[str, int]]:
        """Version and settings that count now."""
        row = session.scalars(select(TrailSettings).order_by(TrailSettings.number.desc()).limit(1)).first()
        return (RULESET["version"], defaults()) if row is None else (row.number, _told(row))

    def rules(self, session: Session) -> dict[str, Any]:
        """The rules that a new review goes by."""
        return ruleset(*self.now(session))

    def of(self, session: Session, review: AuditTrailReview) -> dict[str, Any]:
        """The rules that a review went by, as far as this version of Titer knows them; else those of now."""
        if review.ruleset_version == RULESET["version"]:
            return RULESET
        row = session.scalars(
            select(TrailSettings).where(TrailSettings.number == review.ruleset_version)
        ).first()
        return self.rules(session) if row is None else ruleset(row.number, _told(row))

    def history(self, session: Session) -> list[TrailSettings]:
        """Every change, newest first."""
        return list(session.scalars(select(TrailSettings).order_by(TrailSettings.number.desc())))

    def change(self, unit: Unit, version: int, settings: Mapping[str, int]) -> TrailSettings:
        """Set the rules anew; reviews that were opened before keep theirs.

        Args:
            unit: the open action; its reason says why.
            version: on which the change is based.
            settings: all of them, by name.

        Raises:
            StaleVersion: if somebody else has set them since.
            Invalid: for a setting that is out of bounds, and where nothing is changed.
        """
        number, before = self.now(unit.session)
        if version != number:
            raise StaleVersion(
                f"The rules of review are at version {number}; yours is based on {version}.",
                do="Read them again, then change them.",
            )
        check_settings(settings)
        if dict(settings) == before:
            raise Invalid("These are the settings as they are.", do="Change one, or leave them.")
        return unit.add(TrailSettings(number=number + 1, settings=dict(settings), set_by=unit.actor.id))


def _told(row: TrailSettings) -> dict[str, int]:
    """The settings of a row; what came with a later version of Titer is as it is delivered."""
    return {**defaults(), **row.settings}
