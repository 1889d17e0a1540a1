"""The ISA-88 procedural state table, cell by cell."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from titer.mes.engine import COMMANDS, FINAL, TABLE, after

SHARED = Path(os.environ.get("TITER_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
MATRIX = SHARED / "mes" / "tables" / "isa88_procedural_state_matrix.json"


def test_there_are_108_cells_and_31_are_allowed() -> None:
    cells = [(state, command) for state in TABLE for command in COMMANDS]
    assert len(cells) == 108
    assert sum(after(state, command) is not None for state, command in cells) == 31


def test_every_cell_is_as_in_the_published_matrix() -> None:
    if not MATRIX.exists():
        pytest.skip(f"the table {MATRIX.name} is not on this machine")
    published = json.loads(MATRIX.read_text())
    assert published.keys() == TABLE.keys()
    differing = [
        (state, command, after(state, command), published[state][command])
        for state in TABLE
        for command in COMMANDS
        if after(state, command) != published[state][command]
    ]
    # `Stopped, abort` is configurable; both the published matrix and the engine allow it.
    assert differing == []


def test_from_final_states_only_reset_leads_away_save_for_abort_after_stop() -> None:
    for state in FINAL:
        assert set(TABLE[state]) <= {"Reset", "Abort"}
