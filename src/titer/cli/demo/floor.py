"""The operators: they do manual tasks as the form asks, and witness one another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from titer.cli.demo.cast import Cast
from titer.cli.demo.people import OPERATOR, SECOND_OPERATOR

LOTS = {
    "medium": "LOT-MEDIUM-2601",
    "feed_f2": "LOT-F2-2602",
    "glucose": "LOT-GLC-2603",
    "inoculum": "LOT-SEED-2604",
}
EXPIRED = "LOT-F2-2511"
"""A lot of feed F2 that has expired; the operator scans it first, and is refused."""

ANSWERS = {"pressure_loss": "0.2", "volume": "1825", "viability": "97.5", "bag_lot": "SUB-77231"}


class Operators:
    """Two operators at the reactor.

    Args:
        cast: sessions.
        say: tells what happens.
    """

    def __init__(self, cast: Cast, say: Any) -> None:
        self.cast = cast
        self.say = say
        self.refused: list[str] = []

    def round(self, batch_id: str) -> bool:
        """Do what is to be done now.

        Returns:
            Whether anything was done.
        """
        tasks = self.cast[OPERATOR].get("/api/mes/tasks", batch_id=batch_id, open_only=True)
        for task in tasks:
            if task["state"] == "offered":
                self._do(task)
                return True
            if task["state"] == "entered" and task["form"].get("witness"):
                self.cast.sign(
                    SECOND_OPERATOR, "mes_task", task["id"], "witnessed", "I watched it being done."
                )
                self.say(f"the robot for the {SECOND_OPERATOR} witnessed: {task['title']}")
                return True
        return False

    def _do(self, task: dict[str, Any]) -> None:
        form = task["form"]
        symbol = form.get("scan")
        scan = LOTS[symbol] if symbol else None
        if symbol == "feed_f2" and not self.refused:
            self._try_expired(task)
        entries = {entry["name"]: self._answer(entry, task["title"]) for entry in form.get("entries", [])}
        body = {"version": task["version"], "entries": entries, "scan": scan}
        self.cast[OPERATOR].post(f"/api/mes/tasks/{task['id']}/enter", body)
        self.say(
            f"the robot for the {OPERATOR} did: {task['title']}" + (f" (scanned {scan})" if scan else "")
        )

    def _try_expired(self, task: dict[str, Any]) -> None:
        """Scan a lot that has expired; the record must refuse it."""
        from titer.cli.api import Problem

        try:
            self.cast[OPERATOR].post("/api/material/scan", {"code": EXPIRED, "definition_code": "FEED-F2"})
        except Problem as refusal:
            self.refused.append(str(refusal))
            self.say(f"refused at the scan: {refusal}")
            return
        raise AssertionError(f"{EXPIRED} has expired and was accepted for {task['title']}")

    @staticmethod
    def _answer(entry: dict[str, Any], title: str) -> str:
        kind = entry.get("type", "number")
        if kind == "yes":
            return "yes"
        if kind != "number":
            return ANSWERS.get(entry["name"], "done")
        low, high = Decimal(entry["low"]), Decimal(entry["high"])
        known = ANSWERS.get(entry["name"])
        if known is not None and low <= Decimal(known) <= high:
            return known
        return str((low + high) / 2)


__all__ = ["EXPIRED", "LOTS", "Operators"]
