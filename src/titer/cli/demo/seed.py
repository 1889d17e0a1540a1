"""What a site sets up before its first batch, each by the person whose work it is, through the HTTP API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from titer.base.clock import from_iso, iso
from titer.cli.demo.cast import Cast, wait_for
from titer.cli.demo.floor import EXPIRED, LOTS
from titer.cli.demo.people import (
    ADMINISTRATOR,
    ANALYST,
    AUTOMATION,
    INSPECTOR,
    OPERATOR,
    OWNER,
    PASSWORD,
    PEOPLE,
    QUALITY,
    REVIEWER,
    SCIENTIST,
    SECOND_REVIEWER,
    Person,
)
from titer.cli.demo.review import read_trail

DOCUMENTS = Path(__file__).parent / "documents"

EQUIPMENT: tuple[dict[str, Any], ...] = (
    {"code": "PLANT", "name": "Plant", "level": "site"},
    {"code": "SUITE-2", "name": "Suite 2", "level": "area", "parent": "PLANT"},
    {
        "code": "BR-201",
        "name": "Production bioreactor, 2,000 L single use",
        "level": "unit",
        "parent": "SUITE-2",
        "class_name": "Bioreactor",
        "capabilities": ["volume >= 2000 L"],
        "maker": "simulated",
        "model": "SUB-2000",
        "serial": "SUB-2000-014",
        "needs_cleaning": True,
    },
    {
        "code": "WB-01",
        "name": "Feed vessel balance",
        "level": "instrument",
        "parent": "BR-201",
        "capabilities": ["weight"],
        "maker": "simulated",
        "model": "Floor balance 600 kg",
        "serial": "WB-01-1187",
    },
    {
        "code": "MA-01",
        "name": "Metabolite analyser",
        "level": "instrument",
        "parent": "SUITE-2",
        "capabilities": ["metabolites"],
        "maker": "simulated",
        "model": "MA",
        "serial": "MA-01-2024-0417",
    },
    {
        "code": "HPLC-02",
        "name": "Chromatograph",
        "level": "instrument",
        "parent": "PLANT",
        "capabilities": ["sec"],
        "maker": "simulated",
        "model": "HPLC",
        "serial": "HPLC-02-0093",
    },
)

MATERIALS: tuple[tuple[str, str, str, str, str], ...] = (
    ("MEDIUM-BASAL", "Basal medium", "raw material", LOTS["medium"], "1500"),
    ("FEED-F2", "Feed F2", "raw material", LOTS["feed_f2"], "900"),
    ("GLUCOSE-500", "Glucose solution 500 g/L", "raw material", LOTS["glucose"], "400"),
    ("INOCULUM-MAB7", "Seed culture from N-1", "intermediate", LOTS["inoculum"], "400"),
)


class Seeding:
    """Sets a new demo installation up.

    Args:
        cast: sessions.
        endpoints: of the plant, as its time service states them.
        plant_folder: holds the plant's channel files and its chromatograph's output.
        now: the plant's present.
        say: tells what happens.
    """

    def __init__(
        self,
        cast: Cast,
        endpoints: dict[str, Any],
        plant_folder: Path,
        now: datetime,
        say: Callable[[str], None],
    ) -> None:
        self.cast = cast
        self.endpoints = endpoints
        self.plant_folder = plant_folder
        self.now = now
        self.say = say

    def people(self) -> None:
        """Register everybody and their robots; trainings are entered.

        Each robot acknowledges the signature policy; a person does that at their first log-in (21 CFR 11.10(j)).
        """
        ids: list[tuple[Person, str]] = []
        for person in PEOPLE.values():
            ids.append((person, self._register(person.username, person.full_name, PASSWORD, person)))
            if person.part in (ADMINISTRATOR, INSPECTOR):
                continue
            robot = self._register(
                person.robot, f"Robot ({person.part})", self.cast.password, person, robot=True
            )
            ids.append((person, robot))
            self.cast[person.part].post("/api/session/policy")
        for person, person_id in ids:
            for competency in person.competencies:
                self.cast[QUALITY].post(
                    f"/api/people/{person_id}/training",
                    {
                        "competency": competency,
                        "document": f"SOP-{competency}",
                        "expires_at": iso(self.now + timedelta(days=365)),
                    },
                )
        self.say(f"{len(PEOPLE)} people and {len(PEOPLE) - 1} robots registered, trained for their work")

    def _register(
        self, username: str, full_name: str, password: str, person: Person, *, robot: bool = False
    ) -> str:
        made = self.cast[ADMINISTRATOR].post(
            "/api/people",
            {
                "username": username,
                "full_name": full_name,
                "password": password,
                "roles": list(person.roles),
                "robot_for": person.part if robot else None,
                "reason": "demo",
            },
        )
        return str(made["id"])

    def equipment(self) -> None:
        """Register, calibrate, qualify and clean the plant."""
        automation = self.cast[AUTOMATION]
        for what in EQUIPMENT:
            made = automation.post("/api/equipment/units", what)
            if what["level"] not in ("unit", "instrument"):
                continue
            self.cast.sign(QUALITY, "equipment_node", made["id"], "qualified", "IQ, OQ and PQ are complete.")
            automation.post(
                f"/api/equipment/units/{what['code']}/calibrations",
                {
                    "performed_at": iso(self.now - timedelta(days=20)),
                    "performed_by": "calibration service",
                    "due_at": iso(self.now + timedelta(days=160)),
                    "standard": "traceable reference set 4",
                    "as_found": {"result": "within tolerance"},
                    "as_left": {"result": "within tolerance"},
                    "passed": True,
                },
            )
            if what.get("needs_cleaning"):
                self.cast[OPERATOR].post(
                    f"/api/equipment/units/{what['code']}/clean", {"procedure": "SOP-CLEAN-7, new bag"}
                )
        self.say("equipment registered, qualified, calibrated and clean")

    def connections(self) -> None:
        """Connect the plant: two OPC UA servers, a SiLA 2 server, a folder of AnIML files."""
        made = {}
        for name, kind, settings, channels in self._connections():
            made[name] = self.cast[AUTOMATION].post(
                "/api/equipment/connections",
                {
                    "name": name,
                    "type": kind,
                    "settings": settings,
                    "channels": channels,
                    "owner": PEOPLE[AUTOMATION].username,
                    "equipment": name,
                },
            )["id"]
        for name, connection_id in made.items():
            what = {"record_type": "equipment_connection", "record_id": connection_id, "meaning": "approved"}
            wait_for(
                f"an answer of {name}",
                partial(self._may_be_signed, what),
                seconds=60,
            )
            self.cast.sign(
                QUALITY, "equipment_connection", connection_id, "approved", "Channel list checked."
            )
            self.say(f"connection {name} answers, and is approved")

    def _may_be_signed(self, what: dict[str, str]) -> bool:
        return not self.cast[QUALITY].post("/api/signatures/preview", what)["blockers"]

    def _connections(self) -> list[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]:
        found: list[tuple[str, str, dict[str, Any], list[dict[str, Any]]]] = []
        for name in ("BR-201", "WB-01"):
            text = (self.plant_folder / "channels" / f"{name}.yaml").read_text(encoding="utf-8")
            channels = yaml.safe_load(text)
            for channel in channels:
                if channel.get("low") == channel.get("high"):
                    channel.pop("low", None)
                    channel.pop("high", None)
                for key in ("low", "high", "alarm_low", "alarm_high", "resolution"):
                    if channel.get(key) is not None:
                        channel[key] = str(channel[key])
            settings = {
                "endpoint": self._address(name),
                "allow_unencrypted": True,
                "queue_size": 10_000,
                "keep_subscription": False,
                "clock_interval_s": 5,  # a demo is short: somebody who sets a clock wrong sees it at once
            }
            found.append((name, "opcua", settings, channels))
        plant = self.endpoints["equipment"]
        analyser = {key: plant["MA-01"][key] for key in ("host", "port")}
        found.append(("MA-01", "sila2", {**analyser, "tls": False, "allow_unencrypted": True}, []))
        folder = {"folder": plant["HPLC-02"]["folder"], "time_zone": "UTC", "encoding": "utf-8"}
        found.append(("HPLC-02", "animl", folder, []))
        return found

    def _address(self, name: str) -> str:
        return str(self.endpoints["equipment"][name]["url"])

    def laboratory(self) -> None:
        """Methods, specifications and sampling plans: written by one person, approved by another."""
        for path in sorted(DOCUMENTS.glob("*.yaml")):
            source = path.read_text(encoding="utf-8")
            kind = source.partition("\n")[0].partition(":")[2].strip()
            route = {
                "method": "methods",
                "specification": "specifications",
                "sampling_plan": "sampling-plans",
            }
            if kind not in route:
                continue
            made = self.cast[ANALYST].post(
                f"/api/lims/{route[kind]}", {"source": source, "reason": "first revision"}
            )
            self.cast.sign(
                ANALYST, "lims_design", made["id"], "authored", "Written from the validation report."
            )
            self.cast.sign(QUALITY, "lims_design", made["id"], "approved", "Fit for its purpose.")
        self.say("methods, specifications and sampling plans are effective")

    def materials(self) -> None:
        """Receive, test and release the raw materials; one lot of feed F2 has expired."""
        quality, operator = self.cast[QUALITY], self.cast[OPERATOR]
        last_use = (self.now + timedelta(days=300)).date().isoformat()
        for code, title, kind, lot, quantity in MATERIALS:
            quality.post(
                "/api/material/definitions",
                {
                    "code": code,
                    "title": title,
                    "kind": kind,
                    "unit": "L",
                    "needs": ["tests"],
                    "reason": "demo",
                },
            )
            made = self._receive(operator, code, lot, quantity, last_use)
            self._test(made["id"])
            opened = self.cast[REVIEWER].post(
                "/api/quality/trail-reviews", {"subject_type": "lot", "subject_id": made["id"]}
            )
            read_trail(self.cast, opened["id"], SECOND_REVIEWER)
            self.cast.sign(QUALITY, "material_lot", made["id"], "released", "Tests conform.")
        expired = (self.now - timedelta(days=30)).date().isoformat()
        self._receive(operator, "FEED-F2", EXPIRED, "900", expired)
        quality.post(
            "/api/material/definitions",
            {
                "code": "HARVEST-MAB7",
                "title": "mAb-7 harvest",
                "kind": "product",
                "unit": "L",
                "disposed_by": "batch",
                "specification": "SPEC-MAB7-HARVEST",
                "reason": "demo",
            },
        )
        self.say("raw materials received, tested and released; one lot of feed F2 has expired")

    def _test(self, lot_id: str) -> None:
        """The receiving test of a lot: what a person reads off, reviewed and approved by two others."""
        analyst = self.cast[ANALYST]
        sample = analyst.post(
            "/api/lims/samples",
            {
                "lot_id": lot_id,
                "plan_code": "RAW-RECEIPT",
                "sampled_at": analyst.get("/api/installation")["clock"]["process"],
                "reason": "receipt",
            },
        )
        for work in analyst.get(f"/api/lims/samples/{sample['id']}")["tests"]:
            analyst.post(
                f"/api/lims/tests/{work['test']['id']}/reading",
                {"raw": "conforms", "unit": None, "reason": "read off"},
            )
        self.cast.sign(REVIEWER, "lims_sample", sample["id"], "reviewed", "Entry and label compared.")
        self.cast.sign(QUALITY, "lims_sample", sample["id"], "approved", "Reviewed by a second person.")

    @staticmethod
    def _receive(operator: Any, code: str, lot: str, quantity: str, expires_on: str) -> Any:
        return operator.post(
            "/api/material/lots",
            {
                "definition_code": code,
                "lot_number": lot,
                "quantity": quantity,
                "unit": "L",
                "expires_on": expires_on,
                "supplier": "Media & More Ltd",
                "supplier_lot": f"MM-{lot[-4:]}",
                "reason": "delivery",
            },
        )

    def recipe(self) -> str:
        """The master recipe, signed by author, independent second check and quality unit.

        Returns:
            Its id.
        """
        source = (DOCUMENTS / "mab7-fedbatch.yaml").read_text(encoding="utf-8")
        made = self.cast[SCIENTIST].post("/api/mes/recipes", {"source": source, "reason": "first version"})
        for part, meaning in ((SCIENTIST, "authored"), (REVIEWER, "checked"), (QUALITY, "approved")):
            self.cast.sign(part, "mes_recipe", made["id"], meaning, "Agrees with the process description.")
        version = self.cast[OWNER].get(f"/api/mes/recipes/{made['id']}")["version"]
        self.cast[OWNER].post(
            f"/api/mes/recipes/{made['id']}/effective", {"version": version, "reason": "first campaign"}
        )
        self.say("master recipe mab7-fedbatch: three signatures, effective")
        return str(made["id"])

    def start_batch(self) -> dict[str, Any]:
        """An order, and the batch that it starts.

        Returns:
            The batch.
        """
        owner, operator = self.cast[OWNER], self.cast[OPERATOR]
        order = owner.post(
            "/api/mes/orders",
            {"recipe_code": "mab7-fedbatch", "quantity": "2000", "unit": "L", "reason": "campaign 1"},
        )
        batch = owner.post("/api/mes/batches", {"order_id": order["id"], "reason": "campaign 1"})
        batch = operator.post(f"/api/mes/batches/{batch['id']}/start", {"reason": "all is ready"})
        self.say(f"order {order['number']} -> batch {batch['number']} started")
        return dict(batch)


def plant_now(installation: dict[str, Any]) -> datetime:
    """The plant's present, as the hub states it."""
    return from_iso(installation["clock"]["process"])
