"""Features, fitting, scoring, artefact, validation and replay on a toy plant."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from titer.base.errors import IntegrityFault, Invalid
from titer.insight.artefact import decode, encode
from titer.insight.features import BatchRows, evaluate, positions
from titer.insight.fitted import Fitted, fit, golden_holds
from titer.insight.scoring import BatchScorer, decode_block, encode_block, replay
from titer.insight.spec import Spec, parse_spec
from titer.insight.templates import fed_batch
from titer.insight.validation import Challenge, validate, walk
from titer.science.monitoring import INACTIVE, MISSING, OK

Make = Callable[..., BatchRows]


@pytest.fixture(scope="module")
def fitted(batch: Make, toy_spec: Spec) -> Fitted:
    return fit([batch(i) for i in range(20)], [batch(i) for i in range(100, 115)], toy_spec)[0]


def test_a_specification_reads_back_to_itself() -> None:
    for document in (fed_batch(),):
        spec = parse_spec(document)
        assert parse_spec(spec.to_document()) == spec


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"algorithm": "anything.eval/1"}, "unknown"),
        ({"features": [{"name": "x", "operation": "exec", "tags": ["R.VCD.PV"]}]}, "unknown"),
        ({"missing_share": "nan"}, "finite"),
        ({"axis": {"until_h": "-1"}}, "out of range"),
        ({"channels": []}, "at least one"),
    ],
)
def test_what_a_specification_may_not_say_is_refused(
    spec_document: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        parse_spec({**spec_document, **change})


def test_a_feature_that_does_not_apply_is_neither_missing_nor_normal(batch: Make, toy_spec: Spec) -> None:
    values = batch(1).values.copy()
    values[150, 2] = np.nan
    _, mask = evaluate(values, toy_spec)
    feed = [f.name for f in toy_spec.features].index("feed")
    assert mask[10, feed] == INACTIVE
    assert mask[120, feed] == OK
    assert mask[150, feed] == MISSING


def test_hour_zero_is_where_cells_are_seen_and_is_known_on_line(batch: Make, toy_spec: Spec) -> None:
    one = batch(2)
    bins, since = positions(one.values, one.hours, toy_spec)
    begin = int(np.argmax(np.isfinite(since)))
    assert one.hours[begin] == pytest.approx(3.0)
    assert (bins[:begin] == -1).all()
    early, _ = positions(one.values[: begin + 1], one.hours[: begin + 1], toy_spec)
    assert early[-1] == bins[begin] == 0


def test_no_window_reaches_back_over_hour_zero(batch: Make, toy_spec: Spec) -> None:
    """What an inoculation brought has not grown; so rows before it make no difference from hour 0 on."""
    one = batch(3)
    bins, _ = positions(one.values, one.hours, toy_spec)
    begin = int(np.argmax(bins >= 0))
    whole, mask = evaluate(one.values, toy_spec)
    assert begin > 2
    late, mask_late = evaluate(one.values[begin - 2 :], toy_spec)  # hour 0 is the third row with cells
    assert np.array_equal(whole[begin:], late[2:], equal_nan=True)
    assert np.array_equal(mask[begin:], mask_late[2:])
    growth = [f.name for f in toy_spec.features].index("growth")
    assert (mask[begin : begin + 12, growth] == INACTIVE).all()
    assert mask[begin + 12, growth] == OK


def test_a_spread_that_the_equipment_leaves_open_is_the_least(
    batch: Make, spec_document: dict[str, Any]
) -> None:
    batches = [batch(i) for i in range(12)]
    spec_document["features"][0]["least_sd"] = "3.5"
    fitted, _ = fit(batches, [batch(i) for i in range(100, 106)], parse_spec(spec_document))
    assert fitted.tunnel.scale[fitted.tunnel.support[:, 0] > 0, 0].min() >= 3.5
    with pytest.raises(Invalid, match="least standard deviation"):
        spec_document["features"][0]["least_sd"] = "-1"
        parse_spec(spec_document)


def test_normal_batches_raise_no_event_and_an_8_percent_shortfall_does(batch: Make, fitted: Fitted) -> None:
    for seed in range(200, 212):
        assert not any(row.begins for row in walk(fitted, batch(seed))), seed
    for seed in range(300, 306):
        rows = walk(fitted, batch(seed, fault_h=60.0))
        raised = [i / 2 for i, row in enumerate(rows) if row.begins]
        assert raised, seed
        assert 60.0 < raised[0] < 72.0
        first = next(row for row in rows if row.begins)
        assert first.top[0].feature in ("feed", "weight")
        assert first.top[0].deviation < 0


def test_scoring_in_portions_gives_the_same_bits(batch: Make, fitted: Fitted) -> None:
    one = batch(400, fault_h=50.0)
    whole = walk(fitted, one)
    scorer, rows = BatchScorer(fitted, 0), []
    for start in range(0, one.hours.size, 7):
        part = slice(start, start + 7)
        rows += scorer.take([round(h * 3.6e9) for h in one.hours[part]], one.values[part])
    assert repr(rows) == repr(whole)


def test_lost_channels_are_bad_input_and_never_normal(batch: Make, fitted: Fitted) -> None:
    one = batch(401)
    values = one.values.copy()
    values[100:110, 2:] = np.nan
    rows = walk(fitted, replace(one, values=values))
    assert {row.verdict for row in rows[100:110]} == {"bad input"}
    assert not any(row.alarming for row in rows[100:110])
    values = one.values.copy()
    values[100:140, 1] = np.nan
    rows = walk(fitted, replace(one, values=values))
    assert {row.verdict for row in rows[100:140]} == {"ok"}
    assert not any(row.begins for row in rows)


def test_a_row_beyond_the_axis_is_out_of_domain(batch: Make, fitted: Fitted) -> None:
    one = batch(402)
    assert walk(fitted, one)[-1].verdict == "out of domain"
    assert walk(fitted, one)[0].verdict == "undecided"


def test_the_artefact_reads_back_to_the_same_bits_and_holds_its_golden_rows(
    fitted: Fitted, batch: Make
) -> None:
    artefact = encode(fitted, training={"dataset": "x"}, code_version="0")
    again = decode(artefact.digest, artefact.document, artefact.arrays.__getitem__)
    assert golden_holds(again)
    assert repr(walk(again, batch(403))) == repr(walk(fitted, batch(403)))
    assert encode(again, training={"dataset": "x"}, code_version="0") == artefact


def test_a_refit_from_the_same_batches_gives_the_same_artefact(
    batch: Make, toy_spec: Spec, fitted: Fitted
) -> None:
    again, _ = fit([batch(i) for i in range(20)], [batch(i) for i in range(100, 115)], toy_spec)
    assert encode(again, training={}, code_version="0") == encode(fitted, training={}, code_version="0")


def _tampered(fitted: Fitted, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> None:
    artefact = encode(fitted, training={}, code_version="0")
    document, arrays = json.loads(artefact.document), dict(artefact.arrays)
    change(document, arrays)
    data = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    decode(hashlib.sha256(data).hexdigest(), data, arrays.__getitem__)


def test_an_artefact_with_other_bytes_shapes_or_numbers_is_refused(fitted: Fitted) -> None:
    artefact = encode(fitted, training={}, code_version="0")
    with pytest.raises(IntegrityFault, match="not the one"):
        decode(artefact.digest, artefact.document.replace(b"toy", b"tox"), artefact.arrays.__getitem__)

    def nan(document: dict[str, Any], arrays: dict[str, bytes]) -> None:
        data = np.array([1.0, np.nan, 1.0]).tobytes()
        key = hashlib.sha256(data).hexdigest()
        arrays[key] = data
        document["arrays"]["limits"]["sha256"] = key

    def other_bytes(document: dict[str, Any], arrays: dict[str, bytes]) -> None:
        arrays[document["arrays"]["limits"]["sha256"]] = b"\0" * 24

    def other_shape(document: dict[str, Any], arrays: dict[str, bytes]) -> None:
        document["arrays"]["tunnel.mean"]["shape"].reverse()

    def unknown_operation(document: dict[str, Any], arrays: dict[str, bytes]) -> None:
        document["spec"]["features"][0]["operation"] = "os.system"

    def huge(document: dict[str, Any], arrays: dict[str, bytes]) -> None:
        document["arrays"]["limits"]["shape"] = [9_999_999, 9_999]

    def more(document: dict[str, Any], arrays: dict[str, bytes]) -> None:
        document["arrays"]["extra"] = document["arrays"]["limits"]

    for change, error in (
        (nan, Invalid),
        (other_bytes, IntegrityFault),
        (other_shape, Invalid),
        (unknown_operation, Invalid),
        (huge, Invalid),
        (more, Invalid),
    ):
        with pytest.raises(error):
            _tampered(fitted, change)


def test_the_prediction_log_replays_to_the_same_bytes_and_shows_what_was_touched(
    batch: Make, fitted: Fitted
) -> None:
    one = batch(404, fault_h=50.0)
    scorer, blocks, previous = BatchScorer(fitted, 0), [], None
    for start in range(0, one.hours.size, 10):
        part = slice(start, start + 10)
        rows = scorer.take([round(h * 3.6e9) for h in one.hours[part]], one.values[part])
        data = encode_block(rows, one.values[part], watch={"batch": "b"}, previous=previous, start_us=0)
        previous = hashlib.sha256(data).hexdigest()
        blocks.append(data)
    again = replay(fitted, blocks)
    assert again.times == scorer.times
    assert again.event == scorer.event
    touched = json.loads(blocks[7])
    touched["alarming"][3] = not touched["alarming"][3]
    with pytest.raises(IntegrityFault, match="Block 8"):
        replay(fitted, [*blocks[:7], json.dumps(touched, sort_keys=True, separators=(",", ":")).encode()])
    with pytest.raises(IntegrityFault, match="Block 2"):
        replay(fitted, [blocks[0], *blocks[2:]])
    assert decode_block(blocks[0]).inputs.shape == (10, 6)


def test_validation_counts_events_and_holds_the_model_to_what_was_agreed(batch: Make, fitted: Fitted) -> None:
    normal = [batch(i) for i in range(500, 508)]
    faulty = [Challenge(batch(510, fault_h=55.0), "feed -8 %", 55.0)]
    agreed = {"max_false_events_per_batch": "0.2", "min_decided_share": "0.9", "max_detection_delay_h": "12"}
    report = validate(fitted, normal, faulty, agreed)
    assert report["passed"]
    assert float(report["upper_95_false_events_per_batch"]) > float(report["false_events_per_batch"])
    strict = validate(fitted, normal, faulty, {**agreed, "max_detection_delay_h": "0.5"})
    assert not strict["passed"]
    without = validate(fitted, normal, [], agreed)
    assert not without["passed"], "a delay that was never measured is not met"
    with pytest.raises(Invalid, match="false events"):
        validate(fitted, normal, [], {"min_decided_share": "0.9"})


def test_too_few_batches_are_refused_in_words(batch: Make, toy_spec: Spec) -> None:
    with pytest.raises(Invalid, match="too few"):
        fit([batch(1)], [batch(2)], toy_spec)


def test_a_loop_is_given_time_to_follow_its_set_point(spec_document: dict[str, Any], batch: Make) -> None:
    feature = {
        "name": "loop",
        "operation": "ratio",
        "tags": ["R.Feed.PV", "R.Feed.SP"],
        "floor": "0.05",
        "settle": 4,
    }
    spec = parse_spec({**spec_document, "features": [feature, spec_document["features"][0]]})
    values = batch(1).values[:20].copy()
    values[:, 3] = 5.0
    values[10:, 3] = 6.0
    values[:, 2] = 5.0
    _, mask = evaluate(values, spec)
    assert mask[:, 0].tolist() == [OK] * 10 + [INACTIVE] * 4 + [OK] * 6


def test_a_median_ratio_shrugs_off_the_row_in_which_a_valve_opens(
    spec_document: dict[str, Any], batch: Make
) -> None:
    feature = {
        "name": "feed",
        "operation": "median_ratio",
        "tags": ["R.Feed.PV", "R.Feed.SP"],
        "window": 12,
        "floor": "0.05",
    }
    spec = parse_spec({**spec_document, "features": [feature, spec_document["features"][0]]})
    values = batch(1).values[:30].copy()
    values[:, 2:4] = 0.0
    values[10:16, 3] = 30.0
    values[10:16, 2] = [0.0, 30.0, 30.3, 29.7, 30.0, 30.1]
    features, mask = evaluate(values, spec)
    assert mask[:12, 0].tolist() == [INACTIVE] * 12
    assert features[16, 0] == pytest.approx(1.0, abs=0.01)
    assert mask[25, 0] == INACTIVE
