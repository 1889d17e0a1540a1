"""What the chromatograph writes: right areas, an honest history, valid AnIML, a signature that breaks."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from pydantic import ValidationError

from titer.sim.animl import CORE, WrittenInjection, WrittenSequence, signature_holds, write_animl
from titer.sim.chromatograph import RESPONSE, Injection, Sequence, chromatogram, composition, integrate

SCHEMAS = Path(os.environ.get("TITER_SHARED_DATA", "../shared/data")) / "connect" / "animl" / "schemas"
BROTH = {"titre": 4.0, "hmw": 1.8, "lmw": 0.8}


def trace(seed: int = 1, dilution: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    contents = composition(Injection(type="sample", sample="S-1", dilution=dilution), BROTH)
    return chromatogram(contents, rng=np.random.default_rng(seed), age=400)


def test_areas_are_proportional_to_what_was_injected() -> None:
    for seed in range(5):
        peaks = {p.name: p for p in integrate(*trace(seed))}
        total = sum(p.area for p in peaks.values())
        assert total == pytest.approx(RESPONSE * 2.0, rel=0.02)
        assert peaks["monomer"].percent == pytest.approx(97.4, abs=0.3)
        assert peaks["hmw"].percent == pytest.approx(1.8, abs=0.25)


def test_a_blank_has_no_peak() -> None:
    times, signal = chromatogram({}, rng=np.random.default_rng(3), age=1)
    assert integrate(times, signal) == []


def test_the_manual_integration_gives_back_what_the_automatic_one_cut() -> None:
    times, signal = trace()
    automatic = {p.name: p for p in integrate(times, signal, late_start="hmw")}
    manual = {p.name: p for p in integrate(times, signal, late_start="hmw", manual=True)}
    assert automatic["hmw"].area < 0.85 * manual["hmw"].area
    assert manual["hmw"].manual
    assert not automatic["hmw"].manual


def test_a_sequence_that_cannot_be_run_says_why() -> None:
    sequence = Sequence(
        sequence_id="R1",
        injections=[Injection(type="sample"), Injection(type="standard")],
    )
    assert len(sequence.problems()) == 2
    with pytest.raises(ValidationError):
        Sequence(sequence_id="../evil", injections=[Injection(type="blank")])


def document(*, reintegrated: bool = True) -> bytes:
    times, signal = trace()
    manual = integrate(times, signal, late_start="hmw", manual=True)
    automatic = integrate(times, signal, late_start="hmw")
    blank_times, blank = chromatogram({}, rng=np.random.default_rng(2), age=1)
    common = {"concentration": None, "injected_at": "2026-03-16T08:00:00.000000Z"}
    return write_animl(
        WrittenSequence(
            sequence_id="RUN-1",
            method="SEC-HPLC",
            operator="Ana",
            instrument="HPLC-02",
            serial="1187",
            column="7782",
            finished_at="2026-03-16T09:00:00.000000Z",
            injections=[
                WrittenInjection(
                    position=1,
                    counter=413,
                    type="blank",
                    name="blank 1",
                    sample=None,
                    level=None,
                    times=blank_times,
                    signal=blank,
                    peaks=[],
                    automatic=None,
                    **common,
                ),
                WrittenInjection(
                    position=2,
                    counter=414,
                    type="sample",
                    name="S-1 a",
                    sample="S-1",
                    level=None,
                    times=times,
                    signal=signal,
                    peaks=manual,
                    automatic=automatic if reintegrated else None,
                    reason="cut",
                    changed_by="Ana",
                    changed_at="2026-03-16T08:30:00.000000Z",
                    **common,
                ),
            ],
        ),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
    )


def test_the_file_is_valid_against_the_core_schema() -> None:
    if not (SCHEMAS / "animl-core.xsd").is_file():
        pytest.skip(f"the AnIML schemas are not in {SCHEMAS}")

    class Local(etree.Resolver):
        def resolve(self, url: str | None, _public: str | None, context: object) -> object:
            name = (url or "").rsplit("/", 1)[-1]
            if name == "XMLSchema.dtd":
                return self.resolve_empty(context)
            return self.resolve_filename(str(SCHEMAS / name), context)

    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    parser.resolvers.add(Local())
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "animl-core.xsd"), parser))
    root = etree.fromstring(document())
    schema.validate(root)
    assert [str(e) for e in schema.error_log] == []


def test_the_old_values_of_a_manual_integration_stay_in_the_audit_trail() -> None:
    root = etree.fromstring(document())
    old = [e.text or "" for e in root.iter(f"{{{CORE}}}OldValue")]
    new = [e.text or "" for e in root.iter(f"{{{CORE}}}NewValue")]
    assert any("Name=hmw" in text and "Integration=automatic" in text for text in old)
    assert any("Name=hmw" in text and "Integration=manual" in text for text in new)
    assert not list(etree.fromstring(document(reintegrated=False)).iter(f"{{{CORE}}}Diff"))


def test_the_instrument_s_signature_breaks_with_any_change() -> None:
    data = document()
    assert signature_holds(data)
    assert not signature_holds(data.replace(b"<Name>Ana</Name>", b"<Name>Bob</Name>", 1))
    assert not signature_holds(data.replace(b"<D>0.", b"<D>1.", 1))
