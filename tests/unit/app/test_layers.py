"""The metadata are whole whoever asks for them: each module that maps a table is imported by name."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import titer

SOURCE = Path(titer.__file__).parent
ASKED = "import sys; from titer.app.layers import import_tables; import_tables(); print(*sys.modules)"


def test_every_module_that_maps_a_table_is_imported_in_a_process_that_imports_nothing_else() -> None:
    mapping = {
        ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        for path in SOURCE.rglob("*.py")
        if re.search(r"^    __tablename__ *=", path.read_text(), re.M)
    }
    assert "titer.record.sso.model" in mapping
    told = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert mapping <= set(told.stdout.split()), mapping - set(told.stdout.split())
