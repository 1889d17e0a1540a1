"""Pure decisions of the twin, its settings, and what the package may import."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2

import titer.twin
from titer.base.canonical import canonical
from titer.base.errors import Invalid, Refused
from titer.twin import ISO_23247, fed_batch, process_model, rules
from titer.twin.inputs import reduce, text
from titer.twin.settings import Source, read

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_the_innovation_test_s_limit_is_chi_squared_s_99_percent_quantile() -> None:
    for n in (3, 24, 72, 200):
        assert rules.chi_squared_99(n) == pytest.approx(chi2.ppf(0.99, n), rel=0.01)


def test_white_noise_is_healthy_and_a_shifted_sensor_is_not() -> None:
    rng = np.random.default_rng(5)
    white = list(rng.normal(0, 1, 24))
    assert rules.health(innovations={"vcd": white}, recent=[], required=(), outside=[]) == []
    shifted = [z + 2.0 for z in white]
    assert "vcd" in rules.health(innovations={"vcd": shifted}, recent=[], required=(), outside=[])[0]


def test_two_hours_without_a_good_value_degrade() -> None:
    hours = [{"feed": "good"}, {"feed": "assumed"}, {"feed": "assumed"}]
    assert rules.health(innovations={}, recent=hours[:2], required=["feed"], outside=[]) == []
    assert "2 h" in rules.health(innovations={}, recent=hours, required=["feed"], outside=[])[0]


def test_who_drafted_or_submitted_does_not_decide() -> None:
    def why(actor: str, twin_state: str = "LIVE", expires: datetime = NOW + timedelta(hours=1)) -> list[str]:
        return rules.why_not_decide(
            "SUBMITTED", "approve", actor=actor, author="a", submitter="b", expires=expires, now=NOW,
            twin_state=twin_state, twin_reasons=[],
        )  # fmt: skip

    assert why("a") and why("b") and not why("c")
    assert "DEGRADED" in why("c", "DEGRADED")[0]
    assert "expired" in why("c", expires=NOW)[0]


def test_a_move_that_the_table_lacks_says_what_is_possible() -> None:
    with pytest.raises(Refused, match="check, expire"):
        rules.move(rules.PROPOSAL, "proposal", "DRAFT", "approve")


def test_the_usual_settings_are_canonical_and_read_back() -> None:
    document = fed_batch("BR-201")
    assert canonical(document)
    settings = read(document)
    assert settings.output_of(" Titre ") == "titre" and settings.output_of("SEC purity") is None
    assert "BR-201.FeedF2.SP" in settings.tags()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"horizon_h": "soon"}, "horizon_h"),
        ({"colour": "blue"}, "colour"),
        ({"cqas": [{"output": "titre"}]}, "cqas.titre"),
        ({"inputs": {"feed_f2": {"how": "guess", "tag": "x"}}}, "inputs.feed_f2"),
    ],
)
def test_wrong_settings_are_refused_with_their_place(change: dict[str, object], where: str) -> None:
    with pytest.raises(Invalid) as refused:
        read({**fed_batch("BR-201"), **change})
    assert refused.value.where == where


def test_the_model_s_digest_covers_code_and_parameters_and_a_changed_one_is_refused() -> None:
    model = process_model.load("cho-fedbatch")
    assert model.digest == process_model.load("cho-fedbatch").digest
    assert canonical(model.document)
    with pytest.raises(Refused, match="not the one that was commissioned"):
        process_model.load_release("cho-fedbatch", "0" * 64)


def test_a_refilled_balance_makes_the_hour_unknown_rather_than_wrong() -> None:
    falling = np.linspace(100.0, 98.0, 13)
    assert reduce(Source("b", "loss", factor=0.5), falling) == pytest.approx(1.0)
    refilled = falling.copy()
    refilled[6:] += 50.0
    assert reduce(Source("b", "loss"), refilled) is None
    silent = falling.copy()
    silent[3:] = np.nan
    assert reduce(Source("b", "mean"), silent) is None


def test_kept_numbers_have_six_digits_and_no_exponent() -> None:
    assert text(1.23456789e-7) == "0.000000123457"
    assert text(-0.0) == "0"


def test_the_twin_imports_neither_connect_nor_mes() -> None:
    """ISO 23247: actuation lies outside the twin; there is no way from here to a device."""
    for path in Path(titer.twin.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not any(n.startswith(("titer.connect", "titer.mes")) for n in names), path


def test_each_row_of_the_iso_23247_table_names_a_test_that_exists_or_says_that_it_is_not_there() -> None:
    tests = Path(__file__).parents[2]
    text_of_tests = "".join(
        path.read_text() for folder in ("unit", "integration", "property")
        for path in (tests / folder / "twin").glob("test_*.py")
    )  # fmt: skip
    for row in ISO_23247:
        if row.shown_by:
            assert f"def {row.shown_by}(" in text_of_tests, row
        else:
            assert "not there yet" in row.how, row
