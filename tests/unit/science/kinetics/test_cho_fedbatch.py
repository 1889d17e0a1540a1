"""The CHO fed-batch is what a practitioner would call plausible, over batch-to-batch variation."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
import pytest

from titer.science.kinetics import cho_fedbatch

Array = npt.NDArray[np.float64]
SPEC = cho_fedbatch.SPEC

# L/h by day of the culture; the recipe of the simulated plant
FEED_F2 = (0, 0, 0, 0.8, 1.2, 1.6, 1.8, 1.8, 1.8, 1.7, 1.6, 1.5, 1.5, 1.4)
FEED_GLC = (0, 0, 0, 0.3, 0.5, 0.7, 0.7, 0.6, 0.5, 0.45, 0.4, 0.4, 0.4, 0.4)

_rhs = numba.njit(cho_fedbatch.rhs)


def batch(p: Array, x: Array, *, f2: float = 1.0, from_day: int = 0) -> Array:
    """Fourteen days by classical Runge-Kutta with 3-minute steps; rows are hourly states."""
    rows = [x]
    for hour in range(14 * 24):
        day = hour // 24
        u = cho_fedbatch.inputs(
            feed_f2=FEED_F2[day] * (f2 if day >= from_day else 1.0), feed_glc=FEED_GLC[day], feed_base=0.02
        )
        for _ in range(20):
            h = 0.05
            k1 = _rhs(0.0, x, u, p)
            k2 = _rhs(0.0, x + h / 2 * k1, u, p)
            k3 = _rhs(0.0, x + h / 2 * k2, u, p)
            k4 = _rhs(0.0, x + h * k3, u, p)
            x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        rows.append(x)
    return np.array(rows)


def drawn(seed: int) -> tuple[Array, Array]:
    """Parameters and initial state of one batch, a third of the prior's spread."""
    rng = np.random.default_rng(seed)
    p = SPEC.defaults()
    spread = np.array([q.spread for q in SPEC.parameters]) / 3.0
    p = p * np.exp(spread * rng.standard_normal(len(p)))
    return p, cho_fedbatch.initial_state(1400.0, vcd=1.0 * float(np.exp(0.05 * rng.standard_normal())))


@pytest.mark.parametrize("seed", range(12))
def test_a_batch_is_plausible_to_a_practitioner(seed: int) -> None:
    p, x0 = drawn(seed)
    rows = batch(p, x0)
    vcd, dead, lac = rows[:, 0], rows[:, 1], rows[:, 4]
    assert 15.0 <= vcd.max() <= 25.0
    assert 7 * 24 <= vcd.argmax() <= 12 * 24
    assert rows[12 * 24, 6] >= 3.0 and rows[-1, 6] <= 6.0
    assert 100 * vcd[-1] / (vcd[-1] + dead[-1]) >= 70.0
    peak = int(lac.argmax())
    assert 3 * 24 <= peak <= 8 * 24, "lactate is produced first"
    assert 10.0 <= lac.max() <= 35.0
    assert lac[-1] < 0.3 * lac.max(), "and then consumed"
    assert rows[:, 2].min() > 5.0, "glucose is never exhausted"
    assert rows[-1, 10] < 1950.0
    osmolality = rows[:, 7] + rows[:, 2:6].sum(axis=1) + rows[:, 11]
    assert osmolality.min() > 240.0 and osmolality.max() < 380.0


def test_eight_percent_less_feed_costs_product_late_and_not_early() -> None:
    p, x0 = SPEC.defaults(), cho_fedbatch.initial_state(1400.0)
    whole, less = batch(p, x0), batch(p, x0, f2=0.92, from_day=5)
    made = less[1:, 8] / whole[1:, 8]
    assert made[5 * 24 + 12] > 0.998, "half a day after the fault nothing can be seen in the product"
    assert 0.92 < made[-1] < 0.97


def test_amounts_balance_when_nothing_lives() -> None:
    p = SPEC.defaults(k_gln_decay=0.0)
    x = cho_fedbatch.initial_state(1000.0, vcd=0.0)
    u = cho_fedbatch.inputs(feed_f2=10.0, feed_glc=1.0)
    dx = _rhs(0.0, x, u, p)
    for state, concentration in (("gln", "f2_gln"), ("aa", "f2_aa"), ("salt", "f2_salt")):
        i = SPEC.state_index(state)
        gained = dx[i] * x[10] + x[i] * dx[10]
        assert gained == pytest.approx(10.0 * p[SPEC.parameter_index(concentration)])
    gained = dx[2] * x[10] + x[2] * dx[10]
    fed = 10.0 * p[SPEC.parameter_index("f2_glc")] + p[SPEC.parameter_index("fg_glc")]
    assert gained == pytest.approx(fed)


def test_exhausted_substrates_stay_at_zero_and_finite() -> None:
    x = cho_fedbatch.initial_state(1400.0, vcd=20.0)
    p, u = SPEC.defaults(), cho_fedbatch.inputs()
    for _ in range(14 * 24 * 60):
        x = x + _rhs(0.0, x, u, p) / 60.0
    assert np.isfinite(x).all()
    assert x[2] > -1e-6 and x[3] > -1e-6 and x[11] > -1e-6


def test_outputs_convert_units_and_stay_inside_their_bounds() -> None:
    p, u = SPEC.defaults(), cho_fedbatch.inputs()
    x = cho_fedbatch.initial_state(1400.0, vcd=10.0, viability=95.0, glc=20.0)
    y = cho_fedbatch.outputs(x, u, p)
    assert y[SPEC.output_index("viability")] == pytest.approx(95.0)
    assert y[SPEC.output_index("glucose")] == pytest.approx(3.603, abs=1e-3)
    assert y[SPEC.output_index("osmolality")] == pytest.approx(295.0)
    assert 1.5 < y[SPEC.output_index("our")] < 4.0
    assert all(v.low <= value <= v.high for v, value in zip(SPEC.outputs, y, strict=True))


def test_the_spec_names_every_position_once_with_a_source() -> None:
    p = SPEC.defaults()
    assert len(p) == len({q.name for q in SPEC.parameters})
    assert all(q.source and q.value > 0 for q in SPEC.parameters)
    dx = cho_fedbatch.rhs(0.0, cho_fedbatch.initial_state(1400.0), cho_fedbatch.inputs(), p)
    assert dx.shape == (len(SPEC.states),)
    with pytest.raises(ValueError, match="not in"):
        SPEC.defaults(no_such_parameter=1.0)
