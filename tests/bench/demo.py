"""Benchmark family `demo`: from the command to a released, verified batch record, and how fast plant time ran.

One run gives both figures, with the dependencies installed. `sim.hours_per_s` counts from the batch's start to its
end, with the whole platform at work beside the plant.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

LINE = r"^\s*([0-9.]+) s  .*{}"
STARTED, ENDED = LINE.format(r"-> batch \S+ started"), LINE.format(r"the batch ended: Complete")
PATIENCE_S = 3600


def run() -> dict[str, float]:
    """Both figures.

    Raises:
        RuntimeError: if the demo does not end as it should, with the last lines of what it said.
    """
    with tempfile.TemporaryDirectory(prefix="titer-bench-") as folder:
        out = Path(folder) / "demo"
        began = time.perf_counter()
        done = subprocess.run(
            [str(Path(sys.executable).parent / "titer"), "demo", "--headless", "--out", str(out)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        wall = time.perf_counter() - began
        if done.returncode != 0:
            raise RuntimeError(
                f"the demo ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}"
            )
        return {"demo.wall_s": wall, "sim.hours_per_s": plant_hours(out / "BATCH.zip") / seconds(done.stdout)}


def seconds(said: str) -> float:
    """Wall seconds from the batch's start to its end, by what the demo printed."""
    marks = [re.search(pattern, said, re.MULTILINE) for pattern in (STARTED, ENDED)]
    if None in marks:
        raise RuntimeError(f"the demo did not say when its batch started and ended:\n{said[-3000:]}")
    first, last = (float(mark.group(1)) for mark in marks if mark is not None)
    return last - first


def plant_hours(bundle: Path) -> float:
    """Hours of plant time from the batch's start to its end, by its record."""
    with zipfile.ZipFile(bundle) as archive:
        batch: dict[str, Any] = json.loads(archive.read("files/record.json"))["execution"]["batch"]
    started, ended = (datetime.fromisoformat(batch[name]) for name in ("started_at", "ended_at"))
    return (ended - started).total_seconds() / 3600
