"""The band of normal batches lies within what they did, also where a channel is on or off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from titer.insight import queries
from titer.insight.artefact import decode, encode
from titer.insight.bands import fit_bands, two_groups
from titer.insight.features import BatchRows
from titer.insight.fitted import Fitted, fit
from titer.insight.spec import Spec

Make = Callable[..., BatchRows]


def pulsed(batch: BatchRows, spec: Spec, seed: int) -> BatchRows:
    """The batch with a feed that runs at some 18 L/h for one row in four and stands still otherwise."""
    rng = np.random.default_rng(seed)
    values = batch.values.copy()
    on = rng.random(values.shape[0]) < 0.25
    values[:, spec.tags.index("R.Feed.PV")] = np.where(on, rng.normal(18.0, 0.4, on.size), 0.0)
    return replace(batch, values=values)


@pytest.fixture
def fitted(batch: Make, toy_spec: Spec) -> Fitted:
    train = [pulsed(batch(i), toy_spec, i) for i in range(12)]
    return fit(train, [pulsed(batch(i), toy_spec, i) for i in range(100, 106)], toy_spec)[0]


def test_a_pulsed_feed_is_never_drawn_below_zero_or_above_what_was_seen(
    fitted: Fitted, batch: Make, toy_spec: Spec
) -> None:
    curve = queries.tunnel(fitted, "R.Feed.PV")
    assert curve.band == "quantiles"
    seen = np.vstack([pulsed(batch(i), toy_spec, i).values for i in range(12)])
    column = seen[:, toy_spec.tags.index("R.Feed.PV")]
    lower = [value for value in curve.lower if value is not None]
    upper = [value for value in curve.upper if value is not None]
    assert min(lower) >= 0.0 == np.nanmin(column)
    assert max(upper) <= np.nanmax(column) and max(upper) > 17
    around = fitted.channels.mean[:, toy_spec.tags.index("R.Feed.PV")]
    scale = fitted.channels.scale[:, toy_spec.tags.index("R.Feed.PV")]
    assert (around - 3 * scale).min() < -10, "the band that it replaces"


def test_a_channel_that_varies_about_its_mean_keeps_its_standard_deviations(fitted: Fitted) -> None:
    for name in ("R.VCD.PV", "R.OUR.PV"):
        curve = queries.tunnel(fitted, name)
        index = fitted.spec.tags.index(name)
        mean, scale = fitted.channels.mean[10, index], fitted.channels.scale[10, index]
        assert curve.band == "deviations"
        assert curve.lower[10] == pytest.approx(mean - 3 * scale)


def test_the_bands_survive_the_artefact_and_a_model_without_them_is_read(fitted: Fitted) -> None:
    artefact = encode(fitted, training={}, code_version="0")
    again = decode(artefact.digest, artefact.document, artefact.arrays.__getitem__)
    assert queries.tunnel(again, "R.Feed.PV") == queries.tunnel(fitted, "R.Feed.PV")
    before = encode(replace(fitted, bands=None), training={}, code_version="0")
    old = decode(before.digest, before.document, before.arrays.__getitem__)
    assert old.bands is None and queries.tunnel(old, "R.Feed.PV").band == "deviations"


def test_two_groups_need_a_gap_and_company() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        assert not two_groups(np.sort(rng.normal(5, 2, 60)))
        assert not two_groups(np.sort(rng.uniform(0, 1, 60)))
        assert two_groups(np.sort(np.r_[np.zeros(40), rng.normal(18, 0.5, 20)]))
    assert not two_groups(np.r_[np.zeros(300), 18.0]), "one stray value is no second state"
    assert not two_groups(np.zeros(300)), "nothing is apart where all is the same"
    assert not two_groups(np.r_[np.zeros(9), np.ones(9)]), "too few to say"


def test_hours_that_nobody_saw_are_empty_and_finite() -> None:
    bands = fit_bands([(np.array([0, 0, -1]), np.array([[1.0], [3.0], [99.0]]))], 3, half_width=0)
    assert bands.low[:, 0].tolist() == [1.01, 0.0, 0.0]
    assert bands.high[:, 0].tolist() == [2.99, 0.0, 0.0]
    assert bands.two_valued.tolist() == [0]
