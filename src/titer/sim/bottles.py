"""Sample bottles: files that hold what was truly in the broth when they were filled.

Instruments read them; people see the label alone. That is the one place where truth crosses from the reactor to
an instrument, as it does in a real plant.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from titer.base.errors import NotFound


@dataclass(frozen=True)
class Bottle:
    """A filled bottle.

    Attributes:
        sample: number on the label.
        unit: where it was drawn.
        drawn_us: plant instant.
        volume_ml: what it holds.
        broth: composition: vcd 1e6/mL, viability %, glucose, lactate and titre g/L, glutamine and ammonium
            mmol/L, osmolality mosm/kg, hmw and lmw % of product, ph.
    """

    sample: str
    unit: str
    drawn_us: int
    volume_ml: float
    broth: dict[str, float]


def open_bottle(folder: Path, sample: str) -> Bottle:
    """The bottle with a number on its label.

    Raises:
        NotFound: nobody filled such a bottle.
    """
    path = folder / f"{sample}.json"
    if path.parent != folder or not path.is_file():
        raise NotFound(
            f"There is no bottle labelled {sample!r} in the rack.",
            why="No sample with this number was drawn.",
            do="Draw it (write its number to BR-201.Sample.Draw), or correct the number.",
        )
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Bottle(raw["sample"], raw["unit"], raw["drawn_us"], raw["volume_ml"], raw["broth"])


def labels(folder: Path) -> list[dict[str, object]]:
    """What a person sees of the bottles in the rack, oldest first: label, origin, time, volume."""
    bottles = [open_bottle(folder, path.stem) for path in sorted(folder.glob("*.json"))]
    bottles.sort(key=lambda bottle: (bottle.drawn_us, bottle.sample))
    return [
        {"sample": b.sample, "unit": b.unit, "drawn_us": b.drawn_us, "volume_ml": b.volume_ml}
        for b in bottles
    ]
