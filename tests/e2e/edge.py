"""An edge with two connections, one of which takes nothing any more."""

from __future__ import annotations

from datetime import timedelta

from titer.app import Platform
from titer.base import enrolment
from titer.connect.edge.enrolling import new_key, request_of
from titer.equipment.service.streams import take_status
from titer.record import Actor


def edge_with_a_full_journal(platform: Platform) -> None:
    """Invite and enrol edge-lab2, invite edge-lab3, and say how the first stands."""
    edges, record = platform.edges, platform.record
    edges.address = "titer.example:8443"
    with record.action(Actor.timer("test"), "record.edge.invite") as unit:
        for name in ("edge-lab2", "edge-lab3"):
            _, code = edges.invite(unit, name, scopes=("connect",), hours=24, days=365)
            if name == "edge-lab2":
                secret, phrase = enrolment.read_code(code)[1], b"x" * 20
                request = request_of(new_key(phrase), phrase, name)
                edges.enrol(unit, name, request, enrolment.request_proof(secret, name, request))
        for name in ("turbidity", "balance"):
            platform.equipment.import_connection(
                unit, name, "push", {}, [{"tag": f"L2.{name}.PV", "node": "pv"}], host="edge-lab2"
            )
    now = record.clock.now()
    with record.operational() as session:
        common = {"backlog": 1_204_000, "backlog_bytes": 21_500_000, "disk_free": 180 << 20}
        full = "The journal of turbidity is full of what the hub has not taken."
        for name, state, message in (("turbidity", "journal_full", full), ("balance", "connected", "")):
            take_status(
                session,
                now,
                {
                    "connection": name,
                    "state": state,
                    "message": message,
                    "since": now - timedelta(hours=2),
                    "oldest_at": now - timedelta(days=19),
                    **common,
                },
                process_now=record.process_clock.now(),
            )
