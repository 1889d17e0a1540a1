"""Results out of the house as AnIML: valid, sealed, the same when they are read back, and nothing left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import load_pem_x509_certificate
from tests.integration.app.conftest import START, TIMER, furnished, logged_in, run_batch
from tests.integration.lims import documents

from titer.base.clock import ManualClock, iso
from titer.connect import animl
from titer.connect.animl.writer import canonical, write
from titer.lims.exchange import raw_data

DATA = (
    Path(os.environ.get("TITER_SHARED_DATA") or Path(__file__).parents[4] / "shared" / "data")
    / "connect"
    / "animl"
)
RAW = b"<AnIML>the station's own</AnIML>\x00\xff"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A batch with a sample whose titre another system has submitted, with its raw file; reviewed and approved."""
    clock = ManualClock(START)
    platform = furnished(tmp_path_factory.mktemp("animl") / "lab", clock)
    people = logged_in(platform)
    batch = run_batch(platform, people, clock)
    for kind, source in documents.SUBMITTED:
        place = {"method": "methods", "specification": "specifications", "sampling_plan": "sampling-plans"}[
            kind
        ]
        text = source.replace("verification: automatic\n", "").replace(
            "instrument: {capability: titre}\n", ""
        )
        made = people["ada"].post(f"/api/lims/{place}", {"source": text, "reason": "first"})
        people["ada"].sign("lims_design", made["id"], "authored")
        people["quentin"].sign("lims_design", made["id"], "approved")
    sample = people["omar"].post(
        "/api/lims/samples",
        {"batch_id": batch["id"], "plan_code": "PLAN-TITRE", "sampled_at": iso(clock.now())},
    )
    with platform.record.action(TIMER, "record.token.issue") as unit:
        token = platform.identity.issue_token(unit, "station", ("results",))
    http, bears = people["omar"].client, {"Authorization": f"Bearer {token}"}
    kept = http.put(
        "/api/lims/submissions/content",
        content=RAW,
        headers=bears | {"Content-Type": "application/octet-stream"},
    ).json()
    sent = {
        "key": "k-1",
        "sample": sample["number"],
        "method": "TITRE-EXT",
        "measured_at": iso(clock.now()),
        "values": [
            {"analysis": "titre", "value": "4.310", "unit": "g/L"},
            {"analysis": "aspect", "value": "clear"},
        ],
        "files": [{"name": "station.animl", "digest": kept["digest"], "media_type": "application/xml"}],
    }
    answer = http.post("/api/lims/submissions", json=sent, headers=bears)
    assert answer.status_code == 200, answer.text
    people["ben"].sign("lims_sample", sample["id"], "reviewed")
    yield {"platform": platform, "people": people, "sample": sample, "batch": batch, "kept": kept}
    platform.close()


def test_a_samples_results_are_valid_sealed_and_the_same_when_they_are_read_back(lab: dict[str, Any]) -> None:
    number = lab["sample"]["number"]
    answer = lab["people"]["ben"].client.get(f"/api/lims/samples/{number}/results.animl")
    assert answer.status_code == 200, answer.text
    schemas = DATA / "schemas" if DATA.is_dir() else None
    found = animl.read(answer.content, schemas=schemas)
    assert found.verdict == "accepted", found.problems
    assert found.schema_validated == (schemas is not None)
    assert [(one.state, one.covers) for one in found.seals] == [("holds", ("document",))]
    with lab["platform"].record.reading() as session:
        chain = lab["platform"].documents.current(session).chain
    assert found.seals[0].signer == load_pem_x509_certificate(chain.encode()).subject.rfc4514_string()
    assert canonical(write(found)) == canonical(answer.content)

    by_name = {one.name: one for one in found.steps}
    value = by_name["titre"].results[0].series_sets[0].named("Value")
    assert value is not None
    assert (value.values, value.unit) == (("4.310",), animl.UnitEntry("g/L"))
    (raw,) = raw_data(found)
    assert (raw.name, raw.data, raw.digest) == ("station.animl", RAW, lab["kept"]["digest"])
    signed = by_name["Signatures"].results[0].series_sets[0]
    assert [(signed.named(name) or value).values for name in ("Meaning", "Name", "Reason")] == [
        ("reviewed",),
        ("Ben",),
        ("as shown",),
    ]
    told = [(one.action, one.author["Name"], one.comment.partition(":")[0]) for one in found.audit_trail]
    assert ("created", "Omar", "lims.sample.register") in told
    assert ("created", "station", "lims.submission.receive") in told
    assert any(action == "signed" and who == "Ben" for action, who, _ in told)
    assert any(
        "new" in diff and diff["new"] == "state: reviewed" for one in found.audit_trail for diff in one.diffs
    )


def test_a_change_of_one_digit_voids_the_seal(lab: dict[str, Any]) -> None:
    client = lab["people"]["ben"].client
    data = client.get(f"/api/lims/samples/{lab['sample']['id']}/results.animl").content
    assert data.count(b">4.310<") >= 1
    found = animl.read(data.replace(b">4.310<", b">4.311<"))
    assert [one.state for one in found.seals] == ["void"]


def test_a_batch_brings_all_its_samples(lab: dict[str, Any]) -> None:
    client = lab["people"]["ben"].client
    data = client.get(f"/api/mes/batches/{lab['batch']['number']}/results.animl").content
    assert [one.id for one in animl.read(data).samples] == [lab["sample"]["number"]]
    for address in ("/api/lims/samples/S-0/results.animl", "/api/mes/batches/B-0/results.animl"):
        assert client.get(address).status_code == 404
