"""Rights as a layer of the platform: delegations, reviews of access and the nightly search."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from titer.record.actions import ROLES, ActionSpec, Actor, SignatureMeaning, Subscription, Worker
from titer.record.rights import conflicts, recertification, rules
from titer.record.rights.delegations import Delegations
from titer.record.rights.model import RightsSearch
from titer.record.rights.recertification import Recertification
from titer.record.service import Record
from titer.record.unit import Unit

SEARCH = "record.rights.search"

ACTIONS = (
    ActionSpec("record.delegation.give", "Let somebody act in one's place", tuple(ROLES)),
    ActionSpec("record.delegation.end", "End a delegation before its time", tuple(ROLES)),
    ActionSpec("record.session.list", "See who is logged in", ("administrator", "quality", "inspector")),
    ActionSpec("record.policy.issue", "Issue the signature policy", ("quality",)),
    ActionSpec(
        "record.competency.need", "Say which action takes which competency", ("quality", "process_owner")
    ),
    ActionSpec(recertification.VERB, "Review a person's access", ("quality", "process_owner")),
    ActionSpec(
        SEARCH, "Search for duties in one hand", ("quality", "reviewer", "inspector", "administrator")
    ),
)
_PAUSE = 60.0


class Rights:
    """Who acts for whom, whose access is to be reviewed, and what came together that is kept apart.

    Args:
        record: whose people.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.delegations = Delegations(record)
        self.recertification = Recertification(record)

    def actions(self) -> tuple[ActionSpec, ...]:
        """Rows of the matrix of rights."""
        return ACTIONS

    def signatures(self) -> tuple[SignatureMeaning, ...]:
        """The outcome of a review of access."""
        return self.recertification.signatures()

    def subscriptions(self) -> tuple[Subscription, ...]:
        """None."""
        return ()

    def workers(self) -> tuple[Worker, ...]:
        """The search of every night."""
        return (Worker("record.rights", self.nightly),)

    def nightly(self) -> float:
        """Search once a night, and open the reviews that are due; a night that was missed is made up for.

        Returns:
            Seconds until it wants to be called again.
        """
        with self.record.reading() as session:
            last = session.scalar(select(func.max(RightsSearch.searched_at)))
            zone = ZoneInfo(self.record.installation(session).time_zone)
        if last is None or last < rules.last_night(self.record.clock.now(), zone):
            self.search(Actor.timer("record.rights"))
        return _PAUSE

    def search(self, actor: Actor) -> RightsSearch:
        """Search now, in an action of its own."""
        with self.record.action(actor, SEARCH) as unit:
            return self.search_in(unit)

    def search_in(self, unit: Unit) -> RightsSearch:
        """Search now, within an open action."""
        self.recertification.open_due(unit)
        return conflicts.search(unit.session, self.record.separations, unit)
