"""What people do about alerts and proposals while the batch runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from titer.base.clock import from_iso, us
from titer.cli.api import Problem
from titer.cli.demo.cast import Cast

SCIENTIST, OWNER = "weber", "silva"

FAULT_HOUR = 100.0
CUT_HOUR = 150.0
PROPOSAL_HOURS = (130.0, 260.0)


class Watch:
    """Two people who watch the batch, and the mishaps that they have to deal with.

    Args:
        cast: sessions.
        bench: POSTs to the plant's bench.
        batch_id: the batch.
        say: tells what happens.
    """

    def __init__(
        self,
        cast: Cast,
        bench: Callable[[str, dict[str, Any]], Any],
        batch_id: str,
        say: Callable[[str], None],
    ) -> None:
        self.cast = cast
        self.bench = bench
        self.batch_id = batch_id
        self.say = say
        self.inoculated_us: int | None = None
        self.cut = False
        self.proposal: str | None = None
        self._tried_hour = 0.0
        self._refusal = ""

    def round(self) -> bool:
        """Look once; True if something was done."""
        detail = self.cast[SCIENTIST].get(f"/api/mes/batches/{self.batch_id}")
        if self.inoculated_us is None:
            mark = detail["marks"].get("inoculation")
            if mark is None:
                return False
            self.inoculated_us = us(from_iso(mark))
            self._worn_tubing()
        now = us(from_iso(self.cast[SCIENTIST].get("/api/installation")["clock"]["process"]))
        hour = (now - self.inoculated_us) / 3.6e9
        if hour >= CUT_HOUR and not self.cut:
            self.cut = True
            self.bench("/cable/BR-201/cut", {"seconds": 2.0})
            self.say(
                f"culture hour {hour:.0f}: the cable to BR-201 is cut for two seconds (hours of plant time)"
            )
        return self._alerts() or self._propose(hour)

    def _worn_tubing(self) -> None:
        at_us = int((self.inoculated_us or 0) + FAULT_HOUR * 3.6e9)
        self.bench("/faults", {"name": "feed_pump_under_delivery", "fraction": 0.08, "at_us": at_us})
        self.say(
            f"(behind the scenes: from culture hour {FAULT_HOUR:.0f} the feed pump will deliver 8 % less)"
        )

    def _alerts(self) -> bool:
        alerts = self.cast[SCIENTIST].get("/api/insight/alerts", batch_id=self.batch_id, state="undisposed")
        for alert in alerts:
            top = alert["contributions"][0] if alert["contributions"] else {}
            self.say(
                f"ALERT {alert['number']} at culture hour {alert['batch_hour']}: {alert['title']} "
                f"(largest contribution: {top.get('feature', 'unknown')})"
            )
            if alert["state"] == "open":
                self.cast[SCIENTIST].post(f"/api/insight/alerts/{alert['id']}/acknowledge")
            self._dispose(alert, str(top.get("feature", "")))
            return True
        return False

    def _dispose(self, alert: dict[str, Any], feature: str) -> None:
        if "feed" in feature.lower():
            delivered = self._delivered()
            data = {
                "disposition": "true_process",
                "comment": f"Feed F2 falls short; the balance under the vessel confirms it ({delivered}).",
                "raise_deviation": True,
            }
        else:
            data = {
                "disposition": "expected",
                "comment": f"Raw trend of {feature or 'the channels'} read: within its alarm limits, no action.",
            }
        self.cast.sign(SCIENTIST, "insight_alert", alert["id"], "disposed", "Trend and balance read.", **data)
        self.say(f"{SCIENTIST} disposed of {alert['number']}: {data['disposition']}")

    def _delivered(self) -> str:
        """What pump totaliser and balance say, as a person would compare them."""
        tags = ["BR-201.FeedF2Total.PV", "WB-01.FeedF2.Net"]
        values = self.cast[SCIENTIST].get("/api/historian/last", tags=tags)
        return "; ".join(f"{row['tag']} = {row['value']} {row['unit']}" for row in values)

    def _propose(self, hour: float) -> bool:
        first, last = PROPOSAL_HOURS
        if self.proposal is not None or hour < first:
            return False
        waiting = self.cast[SCIENTIST].get("/api/twin/proposals", batch_id=self.batch_id, state="SUBMITTED")
        if waiting:
            return self._approve(waiting[0])
        if hour > last or hour < self._tried_hour + 12:
            return False
        self._tried_hour = hour
        try:
            made = self.cast[SCIENTIST].post(f"/api/twin/twins/{self.batch_id}/proposals")
            if made["state"] != "CHECKED":
                failed = [check["name"] for check in made["checks"] if check["outcome"] != "passed"]
                self.say(
                    f"the twin drafted {made['number']}, but its envelope refused it: {', '.join(failed)}"
                )
                return True
            self.cast.sign(SCIENTIST, "twin_proposal", made["id"], "submitted", "Read with its band.")
        except Problem as refusal:
            self.say(f"no proposal at culture hour {hour:.0f}: {refusal}")
            return False
        self.say(f"the twin's proposal {made['number']} was submitted by {SCIENTIST}")
        return True

    def _approve(self, made: dict[str, Any]) -> bool:
        """Sign the proposal, once nothing stands against it (a twin that lags behind catches up meanwhile)."""
        try:
            self.cast.sign(OWNER, "twin_proposal", made["id"], "approved", "Inside the proven range.")
        except Problem as refusal:
            if str(refusal) != self._refusal:
                self.say(f"{made['number']} may not be approved yet: {refusal}")
            self._refusal = str(refusal)
            return False
        self.proposal = made["id"]
        changes = ", ".join(f"{c['tag']} -> {c['value']} {c['unit']}" for c in made["changes"])
        self.say(f"twin's proposal {made['number']} submitted and approved by two people: {changes}")
        return True
