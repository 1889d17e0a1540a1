"""The table of channels speaks the house's units and writes files that a user could have written."""

from __future__ import annotations

from pathlib import Path

import yaml

from titer.base.units import unit
from titer.sim import kernel
from titer.sim.channels import (
    BALANCE_CHANNELS,
    FLAGS,
    PROCESS_VALUES,
    REACTOR_CHANNELS,
    write_channel_files,
)
from titer.sim.instruments import PANEL, measure_panel


def test_every_unit_is_in_the_table_of_units() -> None:
    for channel in (*REACTOR_CHANNELS, *BALANCE_CHANNELS):
        unit(channel.unit)
    for analyte in PANEL:
        unit(analyte.unit)


def test_the_kernel_and_the_table_have_the_same_order_and_number() -> None:
    s, c = kernel.fresh_state(), kernel.fresh_controls()
    assert len(kernel.observe(s, c)) == len(PROCESS_VALUES)
    assert len(kernel.flags(s, c)) == len(FLAGS)


def test_tags_are_unique_and_files_are_yaml(tmp_path: Path) -> None:
    files = write_channel_files(tmp_path)
    rows = yaml.safe_load(files["BR-201"].read_text(encoding="utf-8"))
    assert len(rows) == len({row["tag"] for row in rows}) == len(REACTOR_CHANNELS)
    feed = next(row for row in rows if row["tag"] == "BR-201.FeedF2.SP")
    assert feed == {
        "tag": "BR-201.FeedF2.SP",
        "node": "nsu=urn:titer:sim:br201;s=BR-201.FeedF2.SP",
        "unit": "L/h",
        "description": "set-point of feed F2",
        "low": 0,
        "high": 30,
        "resolution": 0.001,
        "writable": True,
    }


def test_the_analyser_measures_close_to_the_truth_and_differs_each_time() -> None:
    broth = {
        "vcd": 12.0,
        "viability": 96.0,
        "glucose": 4.0,
        "lactate": 1.5,
        "glutamine": 1.0,
        "ammonium": 5.0,
        "osmolality": 310.0,
        "titre": 2.0,
    }
    runs = [measure_panel(broth, seed=1, sample="S-1", run=n) for n in range(1, 41)]
    assert measure_panel(broth, seed=1, sample="S-1", run=1) == runs[0]
    assert runs[0] != runs[1]
    mean = sum(run["ViableCellDensity"] for run in runs) / len(runs)
    assert abs(mean - 12.0) < 0.25
