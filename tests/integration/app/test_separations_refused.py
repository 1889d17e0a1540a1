"""Each duty of `titer.app.separations` that a signature carries out: refused to the hand that did the other one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.rows import put, tables_alone

from titer.app import Config, Platform, create_installation, open_platform
from titer.app.separations import SEPARATIONS
from titer.record import Actor


@dataclass(frozen=True)
class Asked:
    """The signature by which a person does the later duty.

    Args:
        meaning: of the signature.
        words: of the refusal.
        told: what the record is like when it is time to sign.
        on: the kind of record that is signed, where it is another one.
    """

    meaning: str
    words: str
    told: dict[str, Any] = field(default_factory=dict)
    on: str = ""


_DIFFERENT = "must be different people"
_THREE = "must be three people"
ASKED = {
    "lims_run/analyst/reviewer": Asked("reviewed", _DIFFERENT, {"state": "entered"}),
    "lims_run/analyst/approver": Asked("approved", _DIFFERENT, {"state": "reviewed"}),
    "lims_result/analyst/reviewer": Asked("reviewed", _DIFFERENT, {"state": "entered"}, "lims_sample"),
    "lims_result/analyst/approver": Asked("approved", _DIFFERENT, {"state": "reviewed"}, "lims_sample"),
    "lims_result/reviewer/approver": Asked("approved", _DIFFERENT, {"state": "reviewed"}, "lims_sample"),
    "lims_investigation/investigator/second person": Asked("reviewed", _DIFFERENT),
    "lims_investigation/investigator/closer": Asked("closed", _DIFFERENT),
    "lims_contract_certificate/transcriber/checker": Asked("transcription_checked", _DIFFERENT),
    "mes_recipe/author/second check": Asked("checked", _THREE),
    "mes_recipe/author/approver": Asked("approved", _THREE),
    "mes_recipe/second check/approver": Asked("approved", _THREE),
    "mes_task/performer/witness": Asked("witnessed", "cannot witness it"),
    "quality_deviation/investigator/closer": Asked("closed", "are two people"),
    "insight_model/author/approving owner": Asked("approved_by_owner", "You made this model"),
    "insight_model/author/approving quality unit": Asked("approved_by_quality", "You made this model"),
    "twin_definition/author/commissioner": Asked("commissioned", "another person must"),
    "twin_proposal/author/approver": Asked("approved", "another person must"),
    "twin_proposal/submitter/approver": Asked("approved", "another person must"),
    "systems_declaration/author/approver": Asked("approved", "another person must"),
    "systems_source/author/approver": Asked("approved", "another person must"),
    "systems_verification/maker/acceptor": Asked("accepted", "another person must"),
    "record_access_review/person/reviewer": Asked("recertified", "Nobody recertifies their own access"),
    "lims_design/author/approver": Asked("approved", _DIFFERENT),
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("separations") / "lab"
    create_installation(folder, Config(name="lab"))
    made = open_platform(folder)
    yield made
    made.close()


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """What stands against a signature is read out of rows."""
    with tables_alone() as made:
        yield made


def test_every_separation_is_asked_for_here() -> None:
    assert set(ASKED) == {rule.key for rule in SEPARATIONS}


@pytest.mark.parametrize("rule", SEPARATIONS, ids=lambda rule: rule.key)
def test_who_did_the_one_duty_is_refused_the_signature_of_the_other(
    platform: Platform, engine: Engine, rule: Any
) -> None:
    """As `Signing` asks before each signature; and another person is not refused for that reason."""
    asked = ASKED[rule.key]
    what = platform.record.meanings[(asked.on or rule.record_type, asked.meaning)]
    assert rule.other.meaning in ("", asked.meaning)
    with Session(engine) as session:
        column = rule.one.column or {"checked": "checker_id"}[rule.one.meaning]
        given = {"id": "r1", column: "ada", **asked.told}
        put(session, rule.record_type, **{**_NEEDS.get(rule.record_type, {}), **given})
        for name, told in _BESIDE.get(rule.record_type, ()):
            put(session, name, **{**told, **asked.told})
        same, another = (list(what.blockers(session, "r1", Actor.person(who), {})) for who in ("ada", "ben"))
        session.rollback()
    assert any(asked.words in reason for reason in same), same
    assert not any(asked.words in reason for reason in another), another


_PLAN = {
    "kind": "sampling_plan", "code": "PLAN", "title": "x", "point": "x", "specification": "SPEC", "analyses": ["x"],
}  # fmt: skip
_NEEDS: dict[str, dict[str, Any]] = {
    "lims_design": {"kind": "sampling_plan", "document": _PLAN, "state": "in_review"},
    "lims_investigation": {"state": "concluded"},
    "lims_contract_certificate": {"state": "transcribed"},
    "mes_recipe": {"state": "in review"},
    "systems_verification": {"report": {"there": 1, "here": 1, "sampled_differing": 0}},
    "lims_result": {"test_id": "t1"},
}
"""What else is asked of a record before it is judged whose it is."""
_BESIDE: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "lims_result": (("lims_test", {"id": "t1", "sample_id": "r1"}),),
}
