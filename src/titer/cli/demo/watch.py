"""What people do about alerts and proposals while the batch runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from titer.base.clock import from_iso, us
from titer.cli.api import Problem
from titer.cli.demo.cast import Cast
from titer.cli.demo.people import ANALYST, OWNER, SCIENTIST
from titer.cli.demo.stops import Stops

FAULT_HOUR = 100.0
CUTS = {"BR-201": (150.0, 151.0), "MA-01": (190.0, 194.0)}
"""Culture hours between which a cable is cut; the analyser is away when the sample of day 8 is drawn."""

LONGEST_CUT_S = 600
MEASURED_AGAIN_HOUR = 198.0
"""When the analyst tries again: within the hold time of the method, 12 h."""

LOOK_H = 1
LATE_H = 4
"""Hours that a result must be late to be told of; an usual one takes less than one."""
PROPOSAL_HOURS = (130.0, 260.0)
BETWEEN_DRAFTS_H = 12


class Watch:
    """Those who watch the batch, and the mishaps that they have to deal with.

    All that it knows of alerts and proposals it reads anew each round, so that it goes on where it was after a
    restart of the hub.

    Args:
        cast: sessions.
        bench: POSTs to the plant's bench.
        batch_id: the batch.
        stops: asks the person at the screen.
        say: tells what happens.
    """

    def __init__(
        self,
        cast: Cast,
        bench: Callable[[str, dict[str, Any]], Any],
        batch_id: str,
        stops: Stops,
        say: Callable[[str], None],
    ) -> None:
        self.cast = cast
        self.bench = bench
        self.batch_id = batch_id
        self.stops = stops
        self.say = say
        self.inoculated_us: int | None = None
        self.cut: set[str] = set()
        self.joined: set[str] = set()
        self._looked_hour = 0.0
        self._drafted_hour = 0.0
        self._told: set[str] = set()

    def round(self) -> bool:
        """Look once; True if something was done."""
        detail = self.cast[SCIENTIST].get(f"/api/mes/batches/{self.batch_id}")
        if self.inoculated_us is None:
            mark = detail["marks"].get("inoculation")
            if mark is None:
                return False
            self.inoculated_us = us(from_iso(mark))
            self._worn_tubing(self.inoculated_us)
        now = us(from_iso(self.cast[SCIENTIST].get("/api/installation")["clock"]["process"]))
        hour = (now - self.inoculated_us) / 3.6e9
        self._cables(hour)
        self._gaps()
        self._outlooks()
        return self._alerts() or self._propose(hour) or self._late_sample(hour)

    def _cables(self, hour: float) -> None:
        """Cut cables and join them again, by the plant's hours whatever its pace."""
        for name, (begin, end) in CUTS.items():
            if hour >= begin and name not in self.cut:
                self.cut.add(name)
                self.bench(f"/cable/{name}/cut", {"seconds": LONGEST_CUT_S})
                self.say(f"culture hour {hour:.0f}: the cable to {name} is cut")
            if hour >= end and name in self.cut and name not in self.joined:
                self.joined.add(name)
                self.bench(f"/cable/{name}/restore", {})
                self.say(f"culture hour {hour:.0f}: the cable to {name} is joined again")

    def _tell(self, sentence: str) -> None:
        """Say something once."""
        if sentence not in self._told:
            self._told.add(sentence)
            self.say(sentence)

    def _worn_tubing(self, inoculated_us: int) -> None:
        at_us = int(inoculated_us + FAULT_HOUR * 3.6e9)
        self.bench("/faults", {"name": "feed_pump_under_delivery", "fraction": 0.08, "at_us": at_us})
        self.say(f"(behind the scenes: from culture hour {FAULT_HOUR:.0f} the feed pump delivers 8 % less)")

    def _gaps(self) -> None:
        if "BR-201" not in self.cut:
            return
        for gap in self.cast[SCIENTIST].get("/api/equipment/gaps", connection="BR-201"):
            channels = {window["tag"] for window in gap["windows"]}
            self._tell(f"gap found on BR-201: {len(channels)} channels from {gap['from_at']}")
            if gap["state"] != "opened":
                self._tell(
                    f"gap of {gap['from_at']} {gap['state']} from the server's history: "
                    f"{gap['filled_rows']} values, kept as backfilled"
                )

    def _late_sample(self, hour: float) -> bool:
        """The analyser is away while a sample is drawn; an analyst measures it hours later."""
        if hour < MEASURED_AGAIN_HOUR:
            return False
        self._rewinds()
        if hour < self._looked_hour + LOOK_H:
            return False
        self._looked_hour = hour
        for sample in self.cast[ANALYST].get("/api/lims/samples", batch_id=self.batch_id):
            if self._not_measured(sample["id"]):
                self._measure(sample, hour)
                return True
        return False

    def _not_measured(self, sample_id: str) -> bool:
        """Whether the analyser owes a collected sample something."""
        detail = self.cast[ANALYST].get(f"/api/lims/samples/{sample_id}")
        return bool(detail["sample"]["sampled_at"]) and any(
            work["technique"] == "analyser" and work["test"]["state"] in ("planned", "ready")
            for work in detail["tests"]
        )

    def _measure(self, sample: dict[str, Any], hour: float) -> None:
        """Put a sample before the analyser again."""
        for row in self.cast[ANALYST].get("/api/lims/panels"):
            if row["sample_id"] == sample["id"] and row["state"] == "failed":
                self._tell(f"MA-01 did not measure {sample['number']}: {row['message']}")
        try:
            self.cast[ANALYST].post(
                f"/api/lims/samples/{sample['id']}/panel", {"reason": "the analyser is back"}
            )
        except Problem as refusal:
            self._tell(f"{sample['number']} cannot be measured again yet: {refusal}")
            return
        self.say(f"culture hour {hour:.0f}: the {ANALYST} put {sample['number']} before MA-01 again")

    def _rewinds(self) -> None:
        """Tell of laboratory results that reached the twin late."""
        for replay in self.cast[SCIENTIST].get(f"/api/twin/twins/{self.batch_id}/replays"):
            results = [cause for cause in replay["cause"] if cause["measurement_id"]]
            if not results or replay["replayed_hours"] < LATE_H:
                continue
            names = ", ".join(sorted({str(cause["output"]) for cause in results}))
            before, after = replay["before"]["titre"], replay["after"]["titre"]
            self._tell(
                f"late results ({names}) of {results[0]['sample_number']}: the twin went back "
                f"{replay['replayed_hours']} h and on again; its titre was {before['mean']}, "
                f"is {after['mean']} g/L"
            )

    def _alerts(self) -> bool:
        alerts = self.cast[SCIENTIST].get("/api/insight/alerts", batch_id=self.batch_id, state="undisposed")
        for alert in alerts:
            top = alert["contributions"][0] if alert["contributions"] else {}
            feature = str(top.get("feature", "unknown"))
            self._tell(
                f"ALERT {alert['number']} at culture hour {alert['batch_hour']}: {alert['title']} "
                f"(largest contribution: {feature})"
            )
            about_feed = "feed" in feature.lower()
            if about_feed:
                self._tell(f"balance and totaliser: {self._delivered()}")
            if about_feed and self.stops.attended:
                self.stops.ask(SCIENTIST, f"dispose of alert {alert['number']}", f"/alerts/{alert['id']}")
                continue
            if alert["state"] == "open":
                self.cast[SCIENTIST].post(f"/api/insight/alerts/{alert['id']}/acknowledge")
            self._dispose(alert, feature, about_feed)
            return True
        return False

    def _outlooks(self) -> None:
        """What the twin says that doing nothing about an alert would cost."""
        for outlook in self.cast[SCIENTIST].get("/api/twin/outlooks", batch_id=self.batch_id):
            self._tell(f"{outlook['alert_number']}, the twin: {outlook['sentence']}")

    def _dispose(self, alert: dict[str, Any], feature: str, about_feed: bool) -> None:
        if about_feed:
            data = {
                "disposition": "true_process",
                "comment": f"Feed F2 falls short; the balance under the vessel confirms it "
                f"({self._delivered()}).",
                "raise_deviation": True,
            }
        else:
            data = {
                "disposition": "expected",
                "comment": f"Raw trend of {feature} read: within its alarm limits, no action.",
            }
        self.cast.sign(SCIENTIST, "insight_alert", alert["id"], "disposed", "Trend and balance read.", **data)
        self.say(f"the robot for the {SCIENTIST} disposed of {alert['number']}: {data['disposition']}")

    def _delivered(self) -> str:
        """What pump totaliser and balance say, as a person would compare them."""
        tags = ["BR-201.FeedF2Total.PV", "WB-01.FeedF2.Net"]
        values = self.cast[SCIENTIST].get("/api/historian/last", tags=tags)
        return "; ".join(f"{row['tag']} = {row['value']} {row['unit']}" for row in values)

    def _propose(self, hour: float) -> bool:
        first, last = PROPOSAL_HOURS
        if hour < first:
            return False
        proposals = self.cast[SCIENTIST].get("/api/twin/proposals", batch_id=self.batch_id)
        for made in proposals:
            if made["state"] == "CHECKED":
                return self._submit(made)
            if made["state"] == "SUBMITTED":
                return self._approve(made)
            if made["state"] in ("APPROVED", "DISPATCHED", "VERIFIED", "CLOSED"):
                self._follow(made)
                return False
        if hour > last or hour < self._drafted_hour + BETWEEN_DRAFTS_H:
            return False
        self._drafted_hour = hour
        try:
            made = self.cast[SCIENTIST].post(f"/api/twin/twins/{self.batch_id}/proposals")
        except Problem as refusal:
            self.say(f"no proposal at culture hour {hour:.0f}: {refusal}")
            return False
        if made["state"] == "CHECKED":
            return self._submit(made)
        failed = [check["name"] for check in made["checks"] if check["outcome"] != "passed"]
        self.say(f"the twin drafted {made['number']}, but its envelope refused it: {', '.join(failed)}")
        return True

    def _submit(self, made: dict[str, Any]) -> bool:
        try:
            self.cast.sign(SCIENTIST, "twin_proposal", made["id"], "submitted", "Read with its band.")
        except Problem as refusal:
            self._tell(f"{made['number']} may not be submitted yet: {refusal}")
            return False
        changes = ", ".join(f"{c['tag']} -> {c['value']} {c['unit']}" for c in made["changes"])
        self.say(f"the twin proposes {changes} ({made['number']}); the {SCIENTIST} submitted it")
        return True

    def _approve(self, made: dict[str, Any]) -> bool:
        """Sign the proposal, once nothing stands against it (a twin that lags behind catches up meanwhile)."""
        if self.stops.attended:
            self.stops.ask(
                OWNER, f"approve or reject proposal {made['number']}", f"/twin/proposals/{made['id']}"
            )
            return False
        try:
            self.cast.sign(OWNER, "twin_proposal", made["id"], "approved", "Inside the proven range.")
        except Problem as refusal:
            self._tell(f"{made['number']} may not be approved yet: {refusal}")
            return False
        return True

    def _follow(self, made: dict[str, Any]) -> None:
        self._tell(f"{made['number']} is approved by another person")
        for applied in made["applied"]:
            self._tell(
                f"the MES wrote {applied['tag']} = {applied['value']}; "
                f"the controller reads {applied['readback']} back"
            )
        for name, row in (made["outcome"] or {}).get("outputs", {}).items():
            predicted = row["predicted"]
            self._tell(
                f"{made['number']} closed: {name} predicted {predicted['median']} "
                f"({predicted['low']} to {predicted['high']}) {row['unit']}, estimated now "
                f"{row['actual']['mean']}: {'inside' if row['inside'] else 'OUTSIDE'} the band"
            )
