"""Each exception rule of audit-trail review flags the harm it names, and nothing of an honest trail."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from titer.base.clock import iso, us
from titer.base.errors import Invalid
from titer.quality.trail import RULESET, draw, rules

START = datetime(2026, 3, 3, 10, tzinfo=UTC)
ADA = {"id": "ada", "kind": "person", "name": "Ada"}
BEN = {"id": "ben", "kind": "person", "name": "Ben"}


def entry(
    number: int,
    record_type: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    *,
    actor: dict[str, str] = ADA,
    verb: str = "lims.result.enter",
    reason: str | None = "as read",
    process: datetime | None = None,
    behalf: str | None = None,
    record_id: str = "r",
) -> dict[str, Any]:
    at = START + timedelta(minutes=number)
    return {
        "id": f"e{number}", "action": f"a{number}", "actor": actor, "after": after, "before": before, "cause": None,
        "on_behalf_of": behalf, "process_time": iso(process or at), "reason": reason, "record_id": record_id,
        "record_type": record_type, "session": "s", "time": iso(at), "verb": verb, "version": number,
    }  # fmt: skip


def signed(number: int, by: dict[str, str], meaning: str = "reviewed") -> dict[str, Any]:
    after = {"record_id": "r", "record_type": "lims_result", "meaning": meaning, "person_id": by["id"]}
    return entry(number, "record_signature", None, after, actor=by, record_id=f"sig{number}")


def found(entries: list[dict[str, Any]], scope: str = "batch", inside: bool = True) -> dict[str, list[str]]:
    flagged: dict[str, list[str]] = {}
    for flag in rules.flags(
        ((n, one, inside) for n, one in enumerate(entries, 1)), RULESET, scope, rules.Past()
    ):
        flagged.setdefault(flag.rule, []).append(flag.entry["id"])
    return flagged


FIRST = entry(1, "lims_result", None, {"text": "5.1", "state": "entered"})
REVIEWED = entry(
    3, "lims_result", {"text": "5.1", "state": "entered"}, {"text": "5.1", "state": "reviewed"}, actor=BEN
)
LATE = us(START - timedelta(hours=2))

HARMS: dict[str, Callable[[], tuple[list[dict[str, Any]], str]]] = {
    "deleted": lambda: ([FIRST, entry(2, "lims_result", FIRST["after"], None)], "e2"),
    "changed_after_review": lambda: (
        [FIRST, signed(2, BEN), REVIEWED,
         entry(4, "lims_result", {"text": "5.1", "state": "reviewed"}, {"text": "5.0", "state": "reviewed"})], "e4"),
    "corrected": lambda: ([entry(1, "lims_measurement", None, {}, verb="lims.measurement.correct")], "e1"),
    "superseded": lambda: ([entry(1, "lims_measurement", None, {"supersedes_id": "m0"})], "e1"),
    "retest": lambda: ([entry(1, "lims_test", None, {"redetermines_id": "t0"})], "e1"),
    "investigated": lambda: ([entry(1, "lims_investigation", None, {"title": "OOS"})], "e1"),
    "manual_integration": lambda: (
        [entry(1, "lims_run", {"findings": "[]"}, {"findings": '[{"kind":"manual_integration"}]'})], "e1"),
    "excluded": lambda: ([FIRST, entry(2, "lims_result", FIRST["after"], {"text": "5.1", "state": "invalid"})], "e2"),
    "late": lambda: ([entry(1, "lims_sample", None, {"sampled_at": LATE})], "e1"),
    "back_dated": lambda: (
        [FIRST, entry(2, "lims_result", {"text": "5.1"}, {"text": "5.0"}, process=START - timedelta(days=1))], "e2"),
    "own_review": lambda: ([FIRST, signed(2, ADA)], "e2"),
    "unexplained": lambda: ([FIRST, entry(2, "lims_result", {"text": "5.1"}, {"text": "5"}, reason=None)], "e2"),
    "on_behalf": lambda: ([entry(1, "lims_result", None, {"text": "5.1"}, behalf="cleo")], "e1"),
    "migrated": lambda: ([entry(1, "lims_result", {}, {"text": "5"}, verb="record.migrate")], "e1"),
    "limits": lambda: ([entry(1, "equipment_channel", {"high": "40"}, {"high": "45"})], "e1"),
    "methods": lambda: ([entry(1, "lims_design", {"state": "in_review"}, {"state": "effective"})], "e1"),
    "clock_step": lambda: ([entry(1, "equipment_stream_event", None, {"kind": "clock_step"})], "e1"),
    "server_clock_step": lambda: ([entry(1, "record_clock_step", None, {"stood_at": 2, "went_to": 1})], "e1"),
    "connection": lambda: ([entry(1, "equipment_connection", {"settings": "a"}, {"settings": "b"})], "e1"),
    "access": lambda: ([entry(1, "record_access_event", None, {"kind": "locked_out"})], "e1"),
    "rights": lambda: ([entry(1, "record_role_assignment", None, {"role": "quality"})], "e1"),
    "installed": lambda: ([entry(1, "record_schema", None, {"revision": "r0002"})], "e1"),
}  # fmt: skip


def test_every_rule_has_a_harm_that_shows_it() -> None:
    assert set(HARMS) | {"clock_back"} == {rule["id"] for rule in RULESET["rules"]}
    assert {rule["when"]["test"] for rule in RULESET["rules"]} == set(rules.TESTS)


@pytest.mark.parametrize("rule", HARMS)
def test_a_rule_flags_its_harm_at_the_entry_that_shows_it(rule: str) -> None:
    entries, at = HARMS[rule]()
    scope = "system" if rule in ("access", "rights", "installed") else "batch"
    assert found(entries, scope).get(rule) == [at]


def test_a_server_clock_that_was_set_back_is_flagged() -> None:
    assert found([entry(9, "lims_result", None, {}), entry(1, "lims_result", None, {})])["clock_back"] == [
        "e1"
    ]


def test_an_honest_trail_is_not_flagged() -> None:
    in_time = us(START - timedelta(minutes=10))
    honest = [
        entry(0, "lims_sample", None, {"sampled_at": in_time, "state": "planned"}),
        FIRST,
        signed(2, BEN),
        REVIEWED,
        entry(
            4, "lims_run", {"findings": "[]"}, {"findings": '[{"kind":"gap_in_counter"}]'}, record_id="run"
        ),
        entry(5, "lims_test", None, {"redetermines_id": None}),
        entry(
            6, "equipment_channel", {"high": "40", "unit": "C"}, {"high": "40", "unit": "degC"}, record_id="c"
        ),
    ]
    assert found(honest) == {}
    assert found([FIRST], "system") == {}


def test_what_lies_around_a_batch_counts_only_for_rules_about_it() -> None:
    assert found([HARMS["limits"]()[0][0]], inside=False) == {"limits": ["e1"]}
    assert found(HARMS["deleted"]()[0], inside=False) == {}


def test_anybody_draws_the_same_sample_from_the_seed() -> None:
    ids = [f"01a2-{n}" for n in range(500)]
    by_hand = sorted(ids, key=lambda one: hashlib.sha256(b"281474976710655:" + one.encode()).digest())[:25]
    assert draw(281474976710655, reversed(ids), 25) == by_hand
    assert draw(1, ids, 25) != by_hand
    assert sorted(draw(1, ids[:3], 25)) == ids[:3]


def test_a_record_belongs_to_a_batch_from_the_entry_on_in_which_it_names_it() -> None:
    batch, other, sample, result, run = (f"0000000{n}-0000-7000-8000-000000000000" for n in range(5))
    belonging = rules.Belonging(batch)

    def belongs(kind: str, key: str, **after: str) -> bool:
        one = entry(1, kind, None, {"id": key, **after}, record_id=key)
        return belonging.names(str(one)) and belonging.take(one)

    assert not belongs("lims_result", result, sample_id=sample)
    assert belongs("lims_sample", sample, batch_id=batch)
    assert belongs("lims_result", result, sample_id=sample)
    assert belongs("record_signature", "sig", record_id=result, record_type="lims_result")
    assert belongs("lims_run", run, test_ids=f"[{result}]")
    assert not belongs("lims_test", "other-test", run_id=run, batch_id=other)
    assert not belongs("record_signature", "sig2", record_id=batch, record_type="quality_audit_trail_review")


def test_an_outcome_fits_what_was_noted() -> None:
    assert rules.require_outcome("no findings", "", 0) == []
    assert rules.require_outcome("findings without impact", "a typing error", 1) == []
    for outcome, comment, findings in (
        ("fine", "", 0),
        ("no findings", "", 1),
        ("findings without impact", "x", 0),
        ("findings without impact", "", 2),
    ):
        assert rules.require_outcome(outcome, comment, findings)
    with pytest.raises(Invalid, match="what was found"):
        rules.require_verdict("finding", " ")


def test_a_review_is_overdue_the_moment_after_its_day() -> None:
    day = timedelta(days=1)
    assert not rules.age(START, START + 10 * day, 10).overdue
    assert rules.age(START, START + 10 * day + timedelta(seconds=1), 10) == rules.Age(
        10, START + 10 * day, True
    )
