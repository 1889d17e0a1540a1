"""Review by exception, and the quality unit's disposition."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from titer.base.errors import Refused
from titer.cli.demo.cast import Cast
from titer.cli.demo.people import OWNER, QUALITY, REVIEWER, SECOND_REVIEWER
from titer.cli.demo.stops import Stops

LOOK_S = 0.5

FEED_PUMP = {
    "root_cause": "Worn tubing of the feed pump's head; the pump delivers 8 % less than its speed says.",
    "product_impact": "None: the shortfall was found within hours and made up for; titre is within limits.",
    "corrective_action": "Tubing changed before each batch; totaliser compared with the balance daily.",
}


class Review:
    """The review of one batch.

    Args:
        cast: sessions.
        batch_id: the batch.
        stops: asks the person at the screen.
        say: tells what happens.
    """

    def __init__(self, cast: Cast, batch_id: str, stops: Stops, say: Callable[[str], None]) -> None:
        self.cast = cast
        self.batch_id = batch_id
        self.stops = stops
        self.say = say

    @property
    def path(self) -> str:
        """Of the batch in the quality system."""
        return f"/api/quality/batches/{self.batch_id}"

    def run(self) -> str:
        """Everything up to the signed disposition.

        Returns:
            The coverage statement.

        Raises:
            Refused: if something still stands against the release; it is named.
        """
        reviewer = self.cast[REVIEWER]
        reviewer.post(f"{self.path}/review")
        found = reviewer.get(self.path)
        self.say(f"review by exception: {found['sentence']}")
        for deviation in found["deviations"]:
            self._close(deviation)
        for exception in found["exceptions"]:
            if exception["state"] == "open":
                self._dispose(exception)
        self._audit_trail()
        reviewer.post(f"{self.path}/review")
        found = reviewer.get(self.path)
        if found["blockers"]:
            raise Refused("The batch may not be released.", why=" ".join(found["blockers"][:8]))
        return str(found["sentence"])

    def release(self) -> None:
        """The quality unit's signature: a person's where one sits at the screen, else its robot's."""
        disposition = self.cast[QUALITY].get(self.path)["disposition"]
        if self.stops.attended:
            number = disposition["batch_number"]
            self.stops.ask(QUALITY, f"decide on batch {number}", "/review")
            while not disposition["decided_at"]:
                time.sleep(LOOK_S)
                disposition = self.cast[QUALITY].get(self.path)["disposition"]
        else:
            reason = "Record reviewed, exceptions disposed of, certificate conforms."
            self.cast.sign(QUALITY, "quality_disposition", disposition["id"], "released", reason)
        state = self.cast[QUALITY].get(self.path)["disposition"]["state"]
        self.say(f"the quality unit decided on the harvest: {state}")

    def _close(self, deviation: dict[str, Any]) -> None:
        if deviation["state"] == "closed":
            return
        key = deviation["id"]
        self.cast.sign(
            QUALITY,
            "quality_deviation",
            key,
            "classified",
            "Feed is a critical parameter.",
            classification="major",
        )
        self.cast[OWNER].post(f"/api/quality/deviations/{key}/investigate")
        self.cast.sign(OWNER, "quality_deviation", key, "concluded", "Pump inspected.", **FEED_PUMP)
        self.cast.sign(QUALITY, "quality_deviation", key, "closed", "Cause, impact and action are plausible.")
        self.say(f"deviation {deviation['number']} classified, investigated and closed")

    def _dispose(self, exception: dict[str, Any]) -> None:
        if exception["deviation_id"]:
            data = {"disposition": "covered by deviation", "comment": "See the deviation."}
        else:
            data = {"disposition": "justified", "comment": f"Read the evidence: {exception['detail'][:200]}"}
        self.cast.sign(REVIEWER, "quality_exception", exception["id"], "disposed", "Evidence read.", **data)

    def _audit_trail(self) -> None:
        """Read what the rules flag and what was drawn, and sign; again where more is flagged since."""
        while True:
            review = self.cast[REVIEWER].get(self.path)["audit_trail_review"]
            if review is None or review["state"] == "reviewed":
                return
            read_trail(self.cast, review["id"], REVIEWER)
            self.say(
                f"audit trail of the batch reviewed: {len(review['flagged'])} flagged and "
                f"{len(review['sampled'])} drawn of {review['entries']:,} entries read"
            )
            self.cast[REVIEWER].post(f"{self.path}/review")


def read_trail(cast: Cast, review_id: str, reader: str) -> None:
    """Look at every entry of an audit-trail review, and sign its outcome.

    Nobody looks at entries of their own, so what the reader made is left to the other reviewer, and what both
    made to the quality unit.

    Args:
        cast: sessions.
        review_id: of the review.
        reader: the part that reads and signs.
    """
    path = f"/api/quality/trail-reviews/{review_id}"
    found = cast[reader].get(path)
    makers = {
        line["entry"]: line["actor_id"] for line in (*found["review"]["sampled"], *found["review"]["flagged"])
    }
    unread = found["unread"]
    for part in (reader, *(one for one in (REVIEWER, SECOND_REVIEWER, QUALITY) if one != reader)):
        own = cast[part].get("/api/session")["person"]["id"]
        mine = [one for one in unread if makers[one] != own]
        if mine:
            cast[part].post(f"{path}/look", {"entry_ids": mine})
        unread = [one for one in unread if one not in mine]
    cast.sign(
        reader,
        "quality_audit_trail_review",
        review_id,
        "reviewed",
        f"{len(makers)} entries read.",
        outcome="no findings",
    )
